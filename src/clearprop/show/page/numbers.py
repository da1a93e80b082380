"""Numbers as they stand in a matrix: a true minus sign, powers of ten as on paper."""

import re

from clearprop.show.account.numerals import numeral


def shown(value: float, digits: int) -> str:
    """A number as HTML.

    Examples
    --------
    >>> shown(-0.25, 4), shown(1 / 3e9, 3)
    ('−0.25', '3.33 × 10<sup>−10</sup>')
    """
    text = numeral(value, digits).text.replace("-", "−")
    found = re.match(r"^(.*)e(.*)$", text)
    return f"{found[1]} × 10<sup>{found[2]}</sup>" if found else text


def places(text: str) -> float:
    """The room that stands after the place of the point: digits, and a half for the point itself.

    Examples
    --------
    >>> places("−0.25"), places("3")
    (2.5, 0)
    """
    _, point, rest = text.partition(".")
    return len(rest) + 0.5 if point and "<" not in text else 0


def plain(value: float, digits: int) -> str:
    """A number as text, for drawings and for reading aloud.

    Examples
    --------
    >>> plain(-0.25, 4), plain(1 / 3e9, 3)
    ('−0.25', '3.33e−10')
    """
    return numeral(value, digits).text.replace("-", "−")
