"""`clearprop check`: exit codes, text, JSON, the page."""

import json

TRUE = "Here $\\sigma'(z) = \\sigma(z) (1 - \\sigma(z))$.\n"
FALSE = "Here\n\n$$\\sigma'(z) = \\sigma(z) (1 + \\sigma(z))$$\n"


def test_exit_codes(run, tmp_path):
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(TRUE)
    bad.write_text(FALSE)
    assert run("check", good).code == 0
    ended = run("check", bad)
    assert ended.code == 1
    assert f"{bad}:3: sign: " in ended.out
    assert "\x1b" not in ended.out
    both = run("check", good, bad)
    assert (both.code, both.out.count("statements hold")) == (1, 2)
    missing = run("check", tmp_path / "none.md")
    assert missing.code == 2
    assert missing.err.count("\n") == 1
    assert "none.md cannot be read" in missing.err


def test_json_of_one_and_of_several(run, tmp_path):
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(TRUE)
    bad.write_text(FALSE)
    one = json.loads(run("check", bad, "--json").out)
    assert (one["statements"], one["verified"], one["findings"][0]["line"]) == (1, 0, 3)
    two = json.loads(run("check", good, bad, "--json").out)
    assert (two["statements"], two["verified"], len(two["findings"])) == (2, 1, 1)
    assert "error" in json.loads(run("check", tmp_path / "none.md", "--json").out)


def test_strict_and_options(run, tmp_path):
    path = tmp_path / "notes.md"
    path.write_text(TRUE + "\n$\\Upsilon_7 = \\Omega$\n")
    assert run("check", path).code == 0
    assert run("check", path, "--strict").code == 1
    path.write_text("")
    empty = run("check", path)
    assert (empty.code, empty.out.count("no equality statements found"), empty.out.count("read as")) == (
        0,
        1,
        0,
    )
    assert run("check", path, "--strict").code == 1
    assert run("check", path, "--sizes", "3,x").code == 2
    assert "--sizes" in run("check", path, "--sizes", "3,x").err


def test_a_page_is_of_one_document(run, tmp_path):
    good, page = tmp_path / "good.md", tmp_path / "page.html"
    good.write_text(TRUE)
    ended = run("check", good, good, "--html", page)
    assert (ended.code, page.exists()) == (2, False)
    assert "`--html` is a copy of one document; got 2." in ended.err


def test_the_page_is_written_once(run, tmp_path):
    path, page = tmp_path / "notes.md", tmp_path / "notes.html"
    path.write_text(FALSE)
    assert run("check", path, "--html", page).code == 1
    assert page.read_text().startswith("<!doctype html>")
    assert run("check", path, "--html", page).code == 2
    assert run("check", path, "--html", page, "--force").code == 1
    assert run("check", path, "--html", path, "--force").code == 2
