"""`clearprop demo`, `--help`, `--version`, and what an unknown command says."""

import subprocess
import sys

import pandas as pd

from clearprop import __version__


def test_the_demo_leaves_model_predictions_and_report(run, tmp_path):
    folder = tmp_path / "my demo"
    ended = run("demo", "-o", folder)
    assert ended.code == 0, ended.err
    names = {"train.csv", "new.csv", "model.safetensors", "predictions.csv", "report.html", "working.html"}
    assert {path.name for path in folder.iterdir()} == names
    truth, answer = (
        pd.read_csv(folder / "new.csv")["diagnosis"],
        pd.read_csv(folder / "predictions.csv")["diagnosis"],
    )
    assert (truth == answer).mean() > 0.94
    assert "baseline" in ended.err
    working = (folder / "working.html").read_text("utf-8")
    assert all(name in working for name in ("mean radius", "benign", "malignant"))
    top = working.partition('<header class="top">')[2].partition("</header>")[0]
    assert "These are the 3 new rows that the model is least sure of" in top
    assert "The model is a committee of 8 networks, whose outputs are averaged; this is number 1." in top
    assert len(working) < 2_000_000
    again = run("demo", "-o", folder)
    assert (again.code, "--force" in again.err) == (2, True)


def test_help_version_and_unknown_names(run):
    assert "train" in run("--help").out
    assert run("--version").out == f"clearprop {__version__}\n"
    ended = run("trian")
    assert ended.code == 2
    assert ended.err == "clearprop: No such command 'trian'. Did you mean 'train'? See clearprop --help.\n"


def test_help_loads_no_heavy_library():
    code = "import sys, clearprop.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numba", "numpy", "scipy", "sklearn", "pyarrow", "jinja2"} & set(loaded)
