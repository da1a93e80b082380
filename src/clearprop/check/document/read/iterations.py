"""Steps in brackets, w(k + 1) = w(k) - eta g(k): each quantity as it is at the step, as with a step below a name."""

from typing import NamedTuple

from clearprop.check.document.read.splitting import EQUAL
from clearprop.check.document.read.tokens import Token, merged

LETTERS = {"t", "k", "n", "s", "tau", "r"}
MOVED = {"W", "w", "b", "V", "U", "v", "theta", "Theta", "beta"}
Formulas = list[list[Token]]


class Step(NamedTuple):
    """A bracket with a step: its letter, or none for a number; what is added to it; the place behind the bracket."""

    letter: str
    lag: int
    end: int


def stripped(formulas: Formulas) -> Formulas:
    """The formulas without the step, where parameters or their changes are computed from those of the step before."""
    letters = {letter for tokens in formulas for letter in _letters(tokens)}
    if not letters:
        return formulas
    kept = {name for tokens in formulas for name in _names(tokens, letters)}
    return [_of_one_step(tokens, letters, kept) for tokens in formulas]


def _of_one_step(tokens: list[Token], letters: set[str], names: set[str]) -> list[Token]:
    """A formula without the step; a sum over all steps stays as it is, and of one that has the step elsewhere too, as
    in alpha^{n - t}, no quantity is known.
    """
    plain = _stripped(tokens, letters, names)
    if not any(token.text in letters for token in plain):
        return plain
    summed = any([t.text for t in tokens[k : k + 3]] == [r"\sum", "_", "{"] and tokens[k + 3].text in letters
                 for k in range(len(tokens) - 3))  # fmt: skip
    return tokens if summed else _stripped(tokens, set(), names)


def _letters(tokens: list[Token]) -> set[str]:
    """The k of w(k + 1) = ... w(k), or of w(k) = ... w(k - 1)."""
    start = next((k for k, t in enumerate(tokens) if t.text in EQUAL or t.text == r"\leftarrow"), len(tokens))
    found = [(k, t.text, step) for k, t in enumerate(tokens) if t.text in MOVED and (step := _of(tokens, k))]
    before = {(name, step.letter, step.lag) for k, name, step in found if k < start}
    return {
        step.letter
        for k, name, step in found
        if k > start and step.letter in LETTERS and (name, step.letter, step.lag + 1) in before
    }


def _of(tokens: list[Token], k: int) -> Step | None:
    """The step behind a name and its scripts."""
    k += 1
    while k + 1 < len(tokens) and tokens[k].text in ("^", "_"):
        k = _behind(tokens, k + 1)
    return _step(tokens, k)


def _behind(tokens: list[Token], k: int) -> int:
    """The place behind a script."""
    if tokens[k].text != "{":
        return k + 1
    return next((n for n in range(k, len(tokens)) if tokens[n].text == "}"), len(tokens)) + 1


def _step(tokens: list[Token], k: int) -> Step | None:
    """The step in a bracket that opens here: k, k + 1, k - 1, 0 or -1."""
    inside = [t.text for t in tokens[k + 1 : k + 5]] if k < len(tokens) and tokens[k].text == "(" else []
    if ")" not in inside:
        return None
    inside = inside[: inside.index(")")]
    end = k + len(inside) + 2
    if len(inside) == 3 and inside[1] in ("+", "-") and inside[2] == "1":
        return Step(inside[0], 1 if inside[1] == "+" else -1, end)
    if len(inside) == 1:
        return Step("", 0, end) if inside[0].isdecimal() else Step(inside[0], 0, end)
    return Step("", 0, end) if len(inside) == 2 and inside[0] == "-" and inside[1].isdecimal() else None


def _names(tokens: list[Token], letters: set[str]) -> set[str]:
    """The names that a step is written behind."""
    found = ((t.text, _of(tokens, k)) for k, t in enumerate(tokens) if t.kind in ("letter", "text"))
    return {name for name, step in found if step is not None and step.letter in letters}


def _stripped(tokens: list[Token], letters: set[str], names: set[str]) -> list[Token]:
    """Without the step behind each name; a name at another step, w(0), is a name of its own."""
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        step = _of(tokens, k) if tokens[k].text in names else None
        if step is None:
            result.append(tokens[k])
            k += 1
        elif step.letter in letters and not (step.lag and result and result[-1].text == "Delta"):
            opening = next(n for n in range(step.end - 1, k, -1) if tokens[n].text == "(")
            result += [
                *tokens[k : opening - 1],
                merged(tokens[opening - 1 : step.end], tokens[opening - 1].text),
            ]
            k = step.end
        elif not step.letter or step.letter in LETTERS:
            result.append(merged(tokens[k : step.end], f"{tokens[k].text} at a step"))
            k = step.end
        else:
            result.append(tokens[k])
            k += 1
    return result


__all__ = ["stripped"]
