# Each target makes .venv and installs what it needs: Python >= 3.11 is all a machine must have.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help demo test faults campaign check bench docs clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv .venv

# A stamp an extra, renewed when pyproject.toml changes.
.venv/.core .venv/.test .venv/.bench .venv/.docs .venv/.ray: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.$(if $(filter .core,$(@F)),,[$(patsubst .%,%,$(@F))])'
	@touch $@

demo: .venv/.core  ## train on a real table, write demo/: model, predictions, report, working
	$(BIN)/clearprop demo --force -o demo

test: .venv/.test  ## run the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" src tests

# Ray's part is skipped where Ray is not installed: `make .venv/.ray` first. ALSO: tests of other rooms that count.
KILLS ?= 30
ALSO ?= $(addprefix tests/,estimators/test_mlp_faults_values.py estimators/test_mlp_faults_training.py \
	estimators/test_mlp_faults_process.py engine/test_store.py train/test_damaged_files.py \
	train/test_checkpoint_folder.py tables/test_delimited.py tables/test_files.py)
faults: .venv/.test  ## kill, damage, fill up: what was tried, and what was lost
	$(BIN)/clearprop warmup
	CLEARPROP_KILLS=$(KILLS) timeout -s INT 1200 $(BIN)/python -m pytest --no-header -q -n 4 --dist loadfile tests/faults $(ALSO)

campaign: .venv/.test  ## run the slow campaigns but that of `make faults`
	$(BIN)/python -m pytest -m slow --ignore tests/faults tests

check: .venv/.test  ## format, lint, floors, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright

bench: .venv/.bench  ## measure speed beside the peers
	$(BIN)/python bench/speed.py

docs: .venv/.docs  ## build the pages into docs/_build/html
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

clean:  ## remove what the targets made
	rm -rf .venv demo docs/_build docs/gallery docs/generated dist
