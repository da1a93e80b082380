"""The pytest plugin and the hook of pre-commit: derivations as tests of a project."""

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
TRUE = "# Notes\n\n$$\\sigma'(z) = \\sigma(z) (1 - \\sigma(z))$$\n"
FALSE = TRUE.replace("1 -", "1 +")
UNREAD = TRUE + "\n$$\\sigma(z) = \\sqrt[\\heartsuit]{z}$$\n"
INSTALLED = any(entry.name == "clearprop" for entry in entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "clearprop.check.plugin")


@pytest.fixture
def project(pytester):
    """A project with documents; gives the call of pytest in it, in a process of its own."""

    def run(*options, settings="", **documents):
        (pytester.path / "docs").mkdir(exist_ok=True)
        for name, text in documents.items():
            (pytester.path / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
        pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\n{settings}\n")
        pytester.makepyfile(test_one="def test_one(): pass")
        return pytester.runpytest_subprocess(*PLUGIN, "--strict-config", "-p", "no:cacheprovider", *options)

    return run


def test_documents_are_tests(project):
    result = project("--check-derivations=docs/*.md", "-v", good=TRUE, bad=FALSE)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*bad.md::derivation FAILED*",
            "*good.md::derivation PASSED*",
            "*bad.md:3: sign:*",
            "*fix*",
            "*good.md: 1 of 1 *",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_nothing_is_checked_unless_asked(project):
    project(bad=FALSE).assert_outcomes(passed=1)


def test_settings_of_the_project(project):
    settings = 'check_derivations = ["docs/*.md"]\ntestpaths = ["test_one.py"]'
    project(settings=settings, bad=FALSE, good=TRUE).assert_outcomes(passed=2, failed=1)
    project("test_one.py", settings=settings).assert_outcomes(passed=1)
    project("docs/good.md::derivation", settings=settings).assert_outcomes(passed=1)
    project("--check-derivations=docs/good.md", "test_one.py", settings=settings).assert_outcomes(passed=2)


def test_what_is_not_read_fails_only_if_strict(project):
    asked = "--check-derivations=docs/*.md"
    result = project(asked, open=UNREAD)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*1 of 2 statements hold*1 not read"])
    result = project(asked, "--check-derivations-strict")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*open.md:5: not read*"])
    project(asked, settings="check_derivations_strict = true").assert_outcomes(passed=1, failed=1)


def test_documents_are_read_as_the_settings_say(project):
    asked = "--check-derivations=docs/*.md"
    good = 'check_derivations_settings = ["sizes = 3,4,2", "activation = tanh"]'
    project(asked, settings=good, good=TRUE).assert_outcomes(passed=2)
    result = project(asked, settings='check_derivations_settings = ["sizes = 3,x"]')
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["`sizes` must be two or more numbers*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result = project(asked, settings='check_derivations_settings = ["size = 3"]')
    result.stderr.fnmatch_lines(["ERROR: `check_derivations_settings` has lines*got 'size = 3'*"])


def test_a_pattern_without_files_is_an_error(project):
    result = project("--check-derivations=doc/*.md")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: `--check-derivations`: no file matches 'doc/[*].md'*"])


def test_a_damaged_document_fails_in_one_line(project, pytester):
    (pytester.path / "n.ipynb").write_bytes(b"{\xff")
    result = project("--check-derivations=n.ipynb")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*n.ipynb must be UTF-8*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_workers_share_the_documents(project):
    result = project("--check-derivations=docs/*.md", "-n2", good=TRUE, bad=FALSE)
    result.assert_outcomes(passed=2, failed=1)


def test_the_plugin_is_light():
    code = "import sys, clearprop.check.plugin; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"numpy", "numba", "scipy", "sklearn", "clearprop.check.document"} & set(loaded.split())


def test_the_hook_of_pre_commit():
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "id: clearprop-check" in hook
    assert "entry: clearprop check" in hook
    files = re.compile(re.search("files: (.*)", hook)[1])
    assert all(files.search(f"docs/a.{end}") for end in ("md", "tex", "ipynb"))
    assert not files.search("a.mdx")
