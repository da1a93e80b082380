"""The pytest plugin: written derivations as tests. It does nothing, and costs nothing, until it is asked.

``pytest --check-derivations='docs/*.md'``, or in the settings of pytest ``check_derivations = ["docs/*.md"]``.
"""

from glob import glob
from pathlib import Path
from typing import Any

import pytest

FOUND = pytest.StashKey[dict[Path, None]]()
SETTINGS = pytest.StashKey[dict[str, str]]()
NAMES = ("sizes", "activation", "symbols", "layout")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("derivations", "written derivations (clearprop)")
    group.addoption(
        "--check-derivations",
        action="append",
        default=[],
        metavar="GLOB",
        help="Check these documents (Markdown, LaTeX, notebooks), each as a test. Can be given again.",
    )
    group.addoption(
        "--check-derivations-strict",
        action="store_true",
        help="Fail also if something in a document was not read.",
    )
    parser.addini("check_derivations", "Documents to check, relative to the root directory.", "args", [])
    parser.addini("check_derivations_strict", "Fail also if something was not read.", "bool", False)
    parser.addini(
        "check_derivations_settings",
        "How to read the documents: lines such as `sizes = 3,4,2`; also activation, symbols, layout.",
        "linelist",
        [],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Find the documents. Those asked for on the command line are checked whatever paths stand beside them."""
    wanted = config.getoption("check_derivations") or []
    asked = _expanded("--check-derivations", wanted, config.invocation_params.dir)
    listed = _expanded("check_derivations", config.getini("check_derivations"), config.rootpath)
    config.stash[FOUND] = dict.fromkeys([*asked, *listed])
    config.stash[SETTINGS] = _settings(config)
    everything = config.args_source is not pytest.Config.ArgsSource.ARGS
    places = [(config.invocation_params.dir / arg.split("::")[0]).resolve() for arg in config.args]
    for path in config.stash[FOUND] if everything else asked:
        if not any(path.is_relative_to(place) for place in places):
            config.args.append(str(path))


def _expanded(option: str, patterns: list[str], start: Path) -> list[Path]:
    """The files that the patterns match; an error if one matches none, for then nothing would be checked."""
    found = []
    for pattern in patterns:
        files = [start / name for name in sorted(glob(pattern, root_dir=start, recursive=True))]
        files = [path.resolve() for path in files if path.is_file()]
        if not files:
            msg = f"`{option}`: no file matches {pattern!r} in {start}. Check the pattern."
            raise pytest.UsageError(msg)
        found += files
    return found


def _settings(config: pytest.Config) -> dict[str, str]:
    """The lines `name = value` of `check_derivations_settings`."""
    settings = {}
    for line in config.getini("check_derivations_settings"):
        name, _, value = (part.strip() for part in line.partition("="))
        if name not in NAMES or not value:
            names = ", ".join(NAMES)
            msg = f"`check_derivations_settings` has lines `name = value`, name one of {names}; got {line!r}."
            raise pytest.UsageError(msg)
        settings[name] = str(config.rootpath / value) if name == "symbols" else value
    return settings


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    found = parent.config.stash.get(FOUND, {})
    if not found or file_path.resolve() not in found:
        return None
    return Derivation.from_parent(parent, path=file_path)


class Derivation(pytest.File):
    """A document; it holds one test."""

    def collect(self) -> list[pytest.Item]:
        return [DerivationTest.from_parent(self, name="derivation")]


class DerivationTest(pytest.Item):
    """A document, checked: it passes if there are no findings."""

    def runtest(self) -> None:
        from clearprop.check.document.checker import check_document
        from clearprop.check.document.report import summary
        from clearprop.errors import ClearpropError

        try:
            check = check_document(self.path, **self._options())
        except ClearpropError as error:
            pytest.fail(str(error), pytrace=False)
        self.user_properties.append(("derivation", summary(check)))
        strict = self.config.getoption("check_derivations_strict") or self.config.getini(
            "check_derivations_strict"
        )
        if not check.ok or (strict and check.unread):
            pytest.fail(str(check), pytrace=False)

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = dict(self.config.stash[SETTINGS])
        if "sizes" in options:
            options["sizes"] = tuple(
                int(n) if n.strip().isdecimal() else n for n in options["sizes"].split(",")
            )
        return options

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"derivation: {self.path.name}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each document: how many statements hold, how many were not read."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = [value for report in reports for name, value in report.user_properties if name == "derivation"]
    if lines:
        terminalreporter.section("derivations")
    for line in lines:
        terminalreporter.line(line)
