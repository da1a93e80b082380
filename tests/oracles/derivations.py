"""Written derivations in tests: true ones that must be read whole, and the same with one slip."""

from clearprop import check_document


def read_whole(text):
    """The check of a true text: nothing is found, and nothing is left unread."""
    check = check_document(text)
    assert not check.findings, str(check)
    assert not check.unread, str(check)
    return check


def with_slip(text, old, new):
    """The check of a text in which what stands there once is replaced."""
    assert text.count(old) == 1
    return check_document(text.replace(old, new))
