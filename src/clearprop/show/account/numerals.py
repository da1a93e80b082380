"""Numbers as they are printed: with so many digits, and whether that is all of them."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

DIGITS = 4
WHOLE = 10**6  # whole numbers below it are printed in full
MOST_DIGITS = 17  # as many as a float64 has


class Numeral(NamedTuple):
    """A number as it is printed, and whether it is printed in full."""

    text: str
    exact: bool


def numeral(value: float, digits: int = DIGITS) -> Numeral:
    """A number with so many significant digits; one that has no more of them is exact.

    Examples
    --------
    >>> numeral(0.9996, 2).text
    '1.0'
    >>> numeral(0.125), numeral(2.0), numeral(1 / 3), numeral(-1e-9), numeral(2 / 3 * 1e7)
    (Numeral(text='0.125', exact=True), Numeral(text='2', exact=True), Numeral(text='0.3333', exact=False), \
Numeral(text='-1e-9', exact=True), Numeral(text='6.667e6', exact=False))
    """
    full = Decimal(repr(float(value)))
    whole = full == full.to_integral_value() and abs(full) < WHOLE
    rounded = full if whole else _rounded(full, digits)
    exact = rounded == full
    return Numeral(_text(full.normalize() if exact else rounded, exact), exact)


def _rounded(full: Decimal, digits: int) -> Decimal:
    if not full:
        return Decimal(0)
    rounded = round(full, digits - 1 - full.adjusted())
    return round(full, digits - 1 - rounded.adjusted())  # 0.9996 is 1.0 in two digits, not 1.00


def _text(number: Decimal, exact: bool) -> str:
    """Plain, or with an exponent where plain is long or would show more digits than there are."""
    if not number:
        return "0"
    size = number.adjusted()
    if -5 <= size < 9 and (exact or size <= len(number.as_tuple().digits) - 1):
        return f"{number:f}"
    sign, figures, _ = number.as_tuple()
    head = str(figures[0]) + ("." + "".join(map(str, figures[1:])) if len(figures) > 1 else "")
    return f"{'-' if sign else ''}{head}e{size}"


def fraction(text: str) -> Fraction:
    """What a printed number is.

    Examples
    --------
    >>> fraction("-1.5e-3")
    Fraction(-3, 2000)
    """
    return Fraction(Decimal(text))


def agrees(found: Fraction | float, text: str, digits: int) -> bool:
    """Whether a number, rounded to the digits that are printed, is what is printed.

    Examples
    --------
    >>> agrees(0.33334, "0.3333", 4), agrees(0.33336, "0.3333", 4), agrees(0.49999999, "0.5", 4)
    (True, False, True)
    """
    printed = fraction(text)
    if not printed:
        return abs(found) < Fraction(1, 10**12)
    size = Decimal(printed.numerator / Decimal(printed.denominator)).adjusted()
    return abs(Fraction(found) - printed) <= Fraction(10) ** (size - digits + 1) / 2
