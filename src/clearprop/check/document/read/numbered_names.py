"""Names that end in a number, b_1 and delta_2 beside W and U: the number tells names apart, it is no index.

In z = Wx + b_1, y = Uh + b_2 the weights have letters of their own, and the biases one letter with two numbers; in
z_1 = xW + b, z_2 = hU + c what they lead to has. In
delta_1 = dJ/dy, delta_2 = dJ/dz the order of the numbers is that of the text, not of the layers. Such a name becomes
one token, so that the formulas tell its layer.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from clearprop.check.document.read.named_by import end_of_script
from clearprop.check.document.read.tokens import Token, merged

BIASES = ("b", "c")
ERRORS = ("delta", "e")
BESIDE = ("h", "a", "o")
UNITS = ("z", "a", "u", "s", "v", "o")
WEIGHTS = ("W", "w", "theta", "Theta", "beta", "alpha", "V", "U", "v", "u")
SIGNS = (r"\partial", "d", r"\nabla")
COLUMN_OF_ONE = (["1", "\\\\"], [r"\one", "\\\\"])
Formulas = list[list[Token]]


def joined(formulas: Formulas) -> Formulas:
    """The formulas with one token for each such name."""
    names = {name for name in (*BIASES, *ERRORS, *UNITS) if _is_numbered(name, formulas)}
    names = {n for n in names if any(_tells(n, tokens) for tokens in formulas)}
    if names & set(UNITS):  # z_1 = x W + b_1, h_1 = tanh(z_1)
        names |= {name for name in BESIDE if not _numbers(name, formulas) & {"", None}}
    from_one = not any(_counts_from_zero(tokens) for tokens in formulas)
    offsets = {name for name in WEIGHTS if from_one and _has_offset(name, formulas, _first_below)}
    behind = {name for name in WEIGHTS if from_one and _has_offset(name, formulas, _last_below)}
    if not (names or offsets or behind):
        return formulas
    return [_joined(_behind(tokens, behind - offsets), names, offsets) for tokens in formulas]


def _has_offset(name: str, formulas: Formulas, below: Callable[[list[Token], int], Token | None]) -> bool:
    """Whether W_0 is the bias beside W, or v_0 beside v_k, alpha_{0m} beside alpha_{ml}, w_{j0} beside w_{ji}: there
    is no other number in this place below it.
    """
    found = {below(tokens, k) for tokens in formulas for k in _places(name, tokens)}
    numbers = {one.text for one in found if one is not None and one.kind == "number"}
    others = any(one is None or one.kind == "letter" for one in found)
    return numbers == {"0"} and others


def _first_below(tokens: list[Token], k: int) -> Token | None:
    """The first of what stands below a name."""
    if not _is_below(tokens, k):
        return None
    inside = [token for token in tokens[k + 2 : k + 4] if token.text != "{"]
    return inside[0] if inside else None


def _last_below(tokens: list[Token], k: int) -> Token | None:
    """The last of two things that stand below a name."""
    last = _end_of_pair(tokens, k)
    return tokens[last] if last else None


def _end_of_pair(tokens: list[Token], k: int) -> int:
    """Where the second of two things below a name stands, behind a letter and perhaps a comma; 0 if there are no two."""
    inside = [token.text for token in tokens[k + 1 : k + 7]]
    if inside[:2] != ["_", "{"] or tokens[k + 3].kind != "letter":
        return 0
    end = inside.index("}") if "}" in inside else 0
    commas = [place for place in range(2, end) if inside[place] == ","]
    return k + end if end - len(commas) == 4 else 0


def _behind(tokens: list[Token], names: set[str]) -> list[Token]:
    """w_{j0} as w0_{j}."""
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        last = _end_of_pair(tokens, k) if tokens[k].text in names else 0
        if last and tokens[last].text == "0":
            end = replace(tokens[last + 1], raw="0}")
            result += [replace(tokens[k], text=f"{tokens[k].text}0"), *tokens[k + 1 : k + 4], end]
            k = last + 2
            continue
        result.append(tokens[k])
        k += 1
    return result


def _is_below(tokens: list[Token], k: int) -> bool:
    """Whether a letter has something below it."""
    return k + 1 < len(tokens) and tokens[k + 1].text == "_"


def _counts_from_zero(tokens: list[Token]) -> bool:
    """Whether a sum starts at 0, or there is an x_0, or z_0 = 1 in some layer, or a column that begins with a 1: then
    the weight 0 is one among the others.
    """
    return any(
        (t.text == r"\sum" and "0" in [one.text for one in tokens[k + 1 : k + 6]])
        or (t.kind == "letter" and t.text not in WEIGHTS and _is_one_at_zero(tokens, k + 1))
        or (t.text == "x" and [one.text for one in tokens[k + 1 : k + 3]] == ["_", "0"])
        or (t.text.startswith(r"\begin ") and [one.text for one in tokens[k + 1 : k + 3]] in COLUMN_OF_ONE)
        for k, t in enumerate(tokens)
    )


def _is_one_at_zero(tokens: list[Token], k: int) -> bool:
    """Whether a name whose scripts start here has a 0 below it, and is 1."""
    scripts = {}
    while k < len(tokens) and tokens[k].text in ("_", "^"):
        end = end_of_script(tokens, k + 1)
        scripts[tokens[k].text] = [one.text for one in tokens[k + 1 : end] if one.text not in ("{", "}")]
        k = end
    return scripts.get("_") == ["0"] and [one.text for one in tokens[k : k + 2]] == ["=", "1"]


def _is_numbered(name: str, formulas: Formulas) -> bool:
    """Whether a letter has one number below it and nothing above, and not always the same, or nothing at all; the
    number of a bias may be: C q + c_0 beside A x + a.
    """
    found = _numbers(name, formulas)
    return len(found - {""}) > (name not in BIASES) and None not in found


def _numbers(name: str, formulas: Formulas) -> set[str | None]:
    """The numbers below a letter; "" where it is bare, None where it has anything else."""
    return {_number(tokens, k) for tokens in formulas for k, t in enumerate(tokens) if t.text == name}


def _number(tokens: list[Token], k: int) -> str | None:
    """The number below a letter, if that is all it has; "" below a bare one."""
    below = tokens[k + 1 : k + 3]
    if not _has_script(tokens, k):
        return ""
    if below[0].text != "_" or len(below) < 2 or below[1].kind != "number":
        return None
    follows = tokens[k + 3] if k + 3 < len(tokens) else None
    raised = follows is not None and follows.text == "^" and not _is_transposed(tokens, k + 4)
    return None if raised or (follows is not None and follows.text == "_") else below[1].text


def _is_transposed(tokens: list[Token], k: int) -> bool:
    inside = [t.text for t in tokens[k : k + 3]]
    return inside[:1] in ([r"\top"], ["T"]) or inside in (["{", r"\top", "}"], ["{", "T", "}"])


def _tells(name: str, tokens: list[Token]) -> bool:
    """Whether a formula shows that the number is no index: W x + b_1 of plain letters, delta_1 = dJ/dz."""
    for k in _places(name, tokens):
        if name in BIASES and k > 2 and tokens[k - 1].text == "+" and _plain(tokens, k - 3):
            return True
        if name in UNITS and _has_script(tokens, k) and _is_step(tokens, k + 3):
            return True
        if name in ERRORS and [t.text for t in tokens[k + 3 : k + 4]] in (["="], [":="]):
            by = _by(tokens, k + 4)
            if by is not None and not _has_script(tokens, by):
                return True
    return False


def _is_step(tokens: list[Token], k: int) -> bool:
    """Whether z_1 is said to be x W + b here, of letters that have no numbers."""
    after = [t.text for t in tokens[k : k + 1]]
    plus = k + 3 < len(tokens) and tokens[k + 3].text == "+"
    return after in (["="], [":="]) and plus and _plain(tokens, k + 1) and not _has_script(tokens, k + 4)


def _places(name: str, tokens: list[Token]) -> Iterator[int]:
    return (k for k, token in enumerate(tokens) if token.text == name)


def _plain(tokens: list[Token], k: int) -> bool:
    """Whether two bare letters stand here, the second of them before a plus."""
    two = tokens[k : k + 2]
    before = tokens[k - 1].text if k else ""
    return len(two) == 2 and all(t.kind == "letter" for t in two) and before not in ("_", "^")


def _by(tokens: list[Token], k: int) -> int | None:
    r"""Where the letter is by which a derivative of one letter is taken: \frac{\partial J}{\partial z}, dJ/dz."""
    signs = [n for n in range(k, min(k + 14, len(tokens))) if tokens[n].text in SIGNS]
    if not signs or signs[0] > k + 2 or len(signs) < 2 or signs[1] > signs[0] + 5:
        return None
    by = signs[1] + 1
    return by if by < len(tokens) and tokens[by].kind == "letter" else None


def _has_script(tokens: list[Token], k: int) -> bool:
    return k + 1 < len(tokens) and tokens[k + 1].text in ("_", "^")


def _joined(tokens: list[Token], names: set[str], offsets: set[str]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        token = tokens[k]
        k += 1
        if token.text in offsets and [t.text for t in tokens[k : k + 3]] == ["_", "{", "0"]:
            brace = replace(tokens[k + 1], raw="{0")
            result += [replace(token, text=f"{token.text}0"), tokens[k], brace]  # alpha_{0m} as alpha0_{m}
            k += 3
            continue
        offset = token.text in offsets and [t.text for t in tokens[k : k + 2]] == ["_", "0"]
        number = "0" if offset else _number(tokens, k - 1) if token.text in names else ""
        if number:
            token, k = merged(tokens[k - 1 : k + 2], f"{token.text}{number}"), k + 2
        result.append(token)
    return result
