"""Numbers as people read them: digits that say something, thousands apart, a true minus sign."""

import math
from collections import Counter
from collections.abc import Iterable

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SPACE = "\N{NO-BREAK SPACE}"
UNDEFINED = "not defined"


def number(value: float | None, digits: int = 4, *, zeros: bool = False) -> str:
    """A number with some significant digits; whole ones keep all theirs, and `zeros` stay at the end.

    Examples
    --------
    >>> number(1234567.8), number(0.30444586), number(-37.0), number(6.02e23), number(0.5, zeros=True)
    ('1,234,568', '0.3044', '−37', '6.02×10²³', '0.5000')
    """
    if value is None or math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    value, size = value or 0.0, abs(value)  # no -0
    if size and not 1e-4 <= size < 1e7:
        return _powered(value, digits)
    exponent = math.floor(math.log10(size)) if size else 0
    text = f"{value:,.{max(0, digits - 1 - exponent)}f}"
    return _signed(text if zeros or "." not in text else text.rstrip("0").rstrip("."))


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals, for columns and axes.

    Examples
    --------
    >>> fixed(-0.5, 2), fixed(12000, 0), fixed(-0.001, 1)
    ('−0.50', '12,000', '0.0')
    """
    text = f"{value:,.{decimals}f}"
    return _signed(text if float(text.replace(",", "")) else text.lstrip("-"))


def percent(share: float | None, decimals: int = 1) -> str:
    """A share in percent; never 100 or 0 by rounding.

    Examples
    --------
    >>> percent(0.8534), percent(0.99961), percent(1.0), percent(None)
    ('85.3\\xa0%', '99.96\\xa0%', '100\\xa0%', 'not defined')
    """
    if share is None or math.isnan(share):
        return UNDEFINED
    if share in (0, 1):
        return f"{share:.0%}".replace("%", f"{SPACE}%")
    while decimals < 6 and float(f"{100 * share:.{decimals}f}") in (0, 100):
        decimals += 1
    return f"{fixed(100 * share, decimals)}{SPACE}%"


def counted(n: int, thing: str, many: str | None = None) -> str:
    """So many things.

    Examples
    --------
    >>> counted(1, "row"), counted(6513, "row"), counted(2, "class", "classes")
    ('1\\xa0row', '6,513\\xa0rows', '2\\xa0classes')
    """
    return f"{n:,}{SPACE}{thing if n == 1 else many or thing + 's'}"


def duration(seconds: float) -> str:
    """A time as one says it.

    Examples
    --------
    >>> duration(0.0421), duration(13.98), duration(192), duration(7260)
    ('0.042\\xa0s', '14\\xa0s', '3\\xa0min 12\\xa0s', '2\\xa0h 1\\xa0min')
    """
    if seconds < 60:
        return f"{number(seconds, 3 if seconds >= 10 else 2)}{SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{SPACE}min {rest}{SPACE}s"
    return f"{minutes // 60}{SPACE}h {minutes % 60}{SPACE}min"


def clipped(text: str, most: int, end: int | None = None) -> str:
    """A text of at most so many characters: its end, by default a third, is kept, as that is where long names differ.

    Examples
    --------
    >>> clipped("private inheritance", 10)
    'privat…nce'
    """
    end = (most - 1) // 3 if end is None else end
    return text if len(text) <= most else f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def apart(names: Iterable[str], most: int) -> dict[str, str]:
    """Names clipped so that different ones stay different: where they would not, more of their ends is kept.

    Those that cannot be told apart in so many characters are kept whole.

    Examples
    --------
    >>> apart(["age", "sold at: day of week, sine", "sold at: day of year, sine"], 16)
    {'age': 'age', 'sold at: day of week, sine': 'sold …week, sine', 'sold at: day of year, sine': 'sold …year, sine'}
    """
    names = list(dict.fromkeys(names))
    cut = {name: clipped(name, most) for name in names}
    for text, times in Counter(cut.values()).items():
        if times > 1:
            alike = [name for name in names if cut[name] == text]
            ends = range(most // 3, most - 1)
            tried = ({name: clipped(name, most, _word(name, end, most)) for name in alike} for end in ends)
            cut |= next((one for one in tried if len(set(one.values())) == times), {n: n for n in alike})
    return cut


def _word(name: str, end: int, most: int) -> int:
    """So many letters from the end, and to where their first word begins, if there is room."""
    whole = len(name) - 1 - name.rfind(" ", 0, len(name) - end)
    return whole if whole < most - 3 else end


def _powered(value: float, digits: int) -> str:
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return _signed(f"{mantissa}×10{str(int(exponent)).translate(SUPERSCRIPTS)}")


def _signed(text: str) -> str:
    return "−" + text[1:] if text.startswith("-") else text
