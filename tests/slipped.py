"""A text as an author writes it, and the same text with one slip."""

from clearprop import check_document


def assert_holds(text: str) -> None:
    """Every line of a true text is read and holds."""
    check = check_document(text)
    assert check.ok, str(check)
    assert check.verified == check.statements > 2


def assert_found(text: str, old: str, new: str) -> None:
    """With `new` for `old` that line is reported, and no other."""
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1
    check = check_document(text.replace(old, new))
    assert {f.line for f in check.findings} == {line}, str(check)
