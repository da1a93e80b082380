"""Steps in time, v_{t+1} = mu v_t + g_t: each quantity as it is at the step, the new one on the left of an assignment."""

from clearprop.check.document.read.splitting import EQUAL
from clearprop.check.document.read.tokens import Token, merged

LETTERS = {"t", "k", "n", "s", "r", "tau"}
MOVED = {"W", "w", "b", "V", "U", "theta", "Theta", "alpha", "beta", "v", "m", "u", "r", "s", "G", "x"}
AT_STEPS = {
    "v",
    "m",
    "u",
    "r",
    "s",
    "g",
    "G",
    "hat v",
    "hat m",
}  # m_1 is m after the first step, no entry of it
COUNTS = {"m", "s"}  # beside m_t, a bare m is the number of samples
NEW, OLD = {"+", "new", "neu", "next"}, {"old", "alt", "-"}
Formulas = list[list[Token]]


def stripped(formulas: Formulas) -> Formulas:
    """The formulas without the letter of the step, where a parameter or its memory is computed from the one before."""
    formulas = [[t for line in _lines(tokens) for t in _without_new(line)] for tokens in formulas]
    steps = {letter for tokens in formulas for letter in _steps(tokens)}
    if not steps:
        return formulas
    kept = {
        tokens[k].text
        for tokens in formulas
        for k in range(len(tokens) - 1)
        if _script(tokens, k + 1)[0] in steps
    }
    shared = kept & COUNTS & {name for tokens in formulas for name in _bare(tokens)}
    bare = [_stripped(tokens, steps & ({"t", "tau"} | _steps(tokens)), shared) for tokens in formulas]
    return [_numbered(tokens, kept & AT_STEPS) for tokens in bare]


def _lines(tokens: list[Token]) -> list[list[Token]]:
    r"""The formula cut behind each \quad, line break and start of lines."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        found[-1].append(token)
        if token.text in (r"\quad", "\\\\") or token.text.startswith(r"\begin "):
            found.append([])
    return found


def _without_new(tokens: list[Token]) -> list[Token]:
    r"""w^{+} = w - ..., w_{\text{new}} = w_{\text{old}} - ...: as w = w - ...."""
    start = next((k for k, t in enumerate(tokens) if t.text in EQUAL or t.text == r"\leftarrow"), 0)
    marks = [k for k in range(start) if _marked(tokens, k, NEW)]
    if len(marks) != 1 or not tokens or tokens[0].text not in {t.text for t in tokens[start:]}:
        return tokens
    olds = [k for k in range(start, len(tokens)) if _marked(tokens, k, OLD)]
    dropped = {k + n for k in (*marks, *olds) for n in range(_width(tokens, k))}
    return [t for k, t in enumerate(tokens) if k not in dropped]


def _marked(tokens: list[Token], k: int, words: set[str]) -> bool:
    inside = [t.text for t in tokens[k + 1 : k + _width(tokens, k)] if t.text not in ("{", "}", "(", ")")]
    return tokens[k].text in ("_", "^") and "".join(inside).strip() in words


def _width(tokens: list[Token], k: int) -> int:
    """How many tokens a script has, with its sign."""
    if [t.text for t in tokens[k + 1 : k + 2]] != ["{"]:
        return 2
    return next((n for n in range(k, min(k + 9, len(tokens))) if tokens[n].text == "}"), k + 1) + 1 - k


def _steps(tokens: list[Token]) -> set[str]:
    """The letters t of which X_{t+1} = ... X_t, or X_t = ... X_{t-1}, stands here."""
    seen: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for k, token in enumerate(tokens):
        letter, lag, _ = _script(tokens, _behind_entry(tokens, k + 1))
        if letter and token.text.removeprefix("hat ") in MOVED:
            seen.setdefault((token.text, letter), []).append((k, lag))
    found = set()
    for (_, letter), places in seen.items():
        first, lag = places[0]
        follows = any(t.text in EQUAL or t.text == r"\leftarrow" for t in tokens[first : places[-1][0]])
        if follows and any(other == lag - 1 for _, other in places[1:]):
            found.add(letter)
    return found


def _behind_entry(tokens: list[Token], k: int) -> int:
    """Behind the indices of an entry, where a script above follows: in beta_{km}^{(r+1)}, behind km."""
    if [t.text for t in tokens[k : k + 2]] != ["_", "{"]:
        return k
    end = next((n for n in range(k, min(k + 9, len(tokens))) if tokens[n].text == "}"), k - 1) + 1
    return end if end < len(tokens) and tokens[end].text == "^" else k


def _script(tokens: list[Token], k: int) -> tuple[str, int, int]:
    """A script of a step's letter: the letter, what is added to it, where it ends; an empty letter for any other."""
    none = ("", 0, k)
    if k + 1 >= len(tokens) or tokens[k].text not in ("_", "^"):
        return none
    if tokens[k + 1].text != "{":
        plain = tokens[k].text == "_" and tokens[k + 1].text in LETTERS
        return (tokens[k + 1].text, 0, k + 2) if plain else none
    end = next((n for n in range(k + 2, min(k + 9, len(tokens))) if tokens[n].text == "}"), 0)
    inside = tokens[k + 2 : end] if end else []
    bracketed = len(inside) > 2 and inside[0].text in ("(", "[") and inside[-1].text in (")", "]")
    inside = inside[1:-1] if bracketed else inside
    if not inside or inside[0].text not in LETTERS or (tokens[k].text == "^" and not bracketed):
        return none
    if len(inside) == 1:
        return inside[0].text, 0, end + 1
    if len(inside) == 3 and inside[1].text in ("+", "-") and inside[2].text == "1":
        return inside[0].text, 1 if inside[1].text == "+" else -1, end + 1
    return none


def _bare(tokens: list[Token]) -> set[str]:
    """The names that stand without a script: m beside m_t is another quantity."""
    after = [*(t.text for t in tokens[1:]), ""]
    return {t.text for t, follows in zip(tokens, after, strict=True) if follows not in ("_", "^")}


def _stripped(tokens: list[Token], steps: set[str], shared: set[str]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        letter, _, end = _script(tokens, k)
        if letter in steps and result:
            last = result.pop()
            script = last.text == "}" or (
                bool(result) and result[-1].text in ("_", "^")
            )  # the m of beta_m^{(r)}
            text = f"{last.text} in time" if last.text in shared and not script else last.text
            result.append(merged([last, *tokens[k:end]], text))
            k = end
        else:
            result.append(tokens[k])
            k += 1
    return result


def _numbered(tokens: list[Token], names: set[str]) -> list[Token]:
    """With m_1 as one name, "m at 1"."""
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        at = [t.kind for t in tokens[k + 1 : k + 3]] if tokens[k].text in names else []
        if len(at) == 2 and tokens[k + 1].text == "_" and at[1] == "number":
            result.append(merged(tokens[k : k + 3], f"{tokens[k].text} at {tokens[k + 2].text}"))
            k += 3
        else:
            result.append(tokens[k])
            k += 1
    return result


__all__ = ["stripped"]
