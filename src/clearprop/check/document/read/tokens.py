"""LaTeX as a list of tokens, with the macros that the text defines put in."""

import re
from dataclasses import dataclass, replace

from clearprop.check.document.read.limits import MOST_DEPTH, MOST_TOKENS, Unread

LEXER = re.compile(r"\\[A-Za-z]+\*?|\\.|\d+(?:\.\d+)?|[^\s]", re.DOTALL)
UNICODE = {
    "·": r"\cdot", "×": r"\times", "⊙": r"\odot", "∘": r"\circ", "∗": "*", "−": "-", "≤": r"\le", "≥": r"\ge",
    "≠": r"\ne", "≈": r"\approx", "≡": r"\equiv", "∈": r"\in", "→": r"\to", "←": r"\leftarrow", "⇒": r"\Rightarrow",
    "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "√": r"\sqrt", "…": r"\dots", "⋯": r"\cdots",
    "′": "'", "’": "'", "（": "(", "）": ")", "，": ",", "。": ".", "；": ";", "：": ":", "ℝ": r"\reals", "ℓ": r"\ell",
    "ᵀ": r"^\top", "²": "^2", "³": "^3", "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3", "‖": r"\|", "∥": r"\|", "𝟙": r"\one", "ŷ": r"\hat{y}", "Ŷ": r"\hat{Y}", "、": ",",
    "ε": r"\epsilon", "ϵ": r"\epsilon", "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "η": r"\eta",
    "θ": r"\theta", "λ": r"\lambda", "μ": r"\mu", "σ": r"\sigma", "φ": r"\phi", "ψ": r"\psi", "Δ": r"\Delta",
    "Θ": r"\Theta", "Σ": r"\Sigma", "Φ": r"\Phi", "ρ": r"\rho", "τ": r"\tau", "π": r"\pi", "ω": r"\omega",
}  # fmt: skip
SINGLE = ("^", "_", r"\frac", r"\tfrac", r"\dfrac", r"\cfrac")


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what it means (`W`, `delta`, `hat y`), `raw` how it is written, `at` where in the document.

    `kind`: command, number, letter, word, text, sign.
    """

    kind: str
    text: str
    raw: str
    at: int


@dataclass(frozen=True)
class Macro:
    """What a command stands for: `#1` in the body is its first argument, `default` the one in brackets."""

    body: tuple[Token, ...]
    arguments: int = 0
    default: tuple[Token, ...] | None = None


def merged(tokens: list[Token], text: str) -> Token:
    """Several tokens as one of this meaning, written as they were."""
    return replace(tokens[0], text=text, raw="".join(token.raw for token in tokens))


def lex(text: str, start: int = 0) -> list[Token]:
    """The tokens of LaTeX; a script without braces takes one digit only, as TeX has it."""
    found: list[Token] = []
    for match in LEXER.finditer(text):
        raw, at = match[0], start + match.start()
        if raw[0].isdecimal() and len(raw) > 1 and found and found[-1].raw in SINGLE:
            found.append(Token("number", raw[0], raw[0], at))
            if found[-2].raw in ("^", "_"):
                found += lex(raw[1:], at + 1)
            else:  # a fraction of two digits
                found.append(Token("number", raw[1], raw[1], at + 1))
                found += lex(raw[2:], at + 2)
        elif raw in UNICODE:
            found += [replace(t, at=at) for t in lex(UNICODE[raw])]
        else:
            found.append(Token(_kind(raw), raw, raw, at))
    return found


def _kind(raw: str) -> str:
    if raw[0] == "\\":
        return "command"
    if raw[0].isdecimal():
        return "number"
    return "letter" if raw.isalpha() else "sign"


DEFINITION = re.compile(
    r"""\\(?:(?P<operator>DeclareMathOperator\*?)\s*\{?\s*(?P<op>\\[A-Za-z]+)\s*\}?\s*
      | (?:re|provide)?newcommand\*?\s*\{?\s*(?P<new>\\[A-Za-z]+)\s*\}?\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*
      | (?:g|e|x)?def\s*(?P<plain>\\[A-Za-z]+)\s*(?P<marks>(?:\#\d)*)\s*)(?=\{)""",
    re.VERBOSE,
)


def macros(text: str) -> dict[str, Macro]:
    r"""The macros of a text: \newcommand, \def, \DeclareMathOperator."""
    found = {}
    for match in DEFINITION.finditer(text):
        body = _braced(text, match.end())
        if body is None:
            continue
        name = match["op"] or match["new"] or match["plain"]
        if match["operator"]:
            body = rf"\operatorname{{{body}}}"
        count = int(match["count"] or len(match["marks"] or "") // 2)
        default = None if match["default"] is None else tuple(lex(match["default"]))
        found[name] = Macro(tuple(lex(body)), count, default)
    return found


def _braced(text: str, start: int) -> str | None:
    depth = 0
    for k in range(start, min(len(text), start + 5000)):
        depth += (text[k] == "{") - (text[k] == "}")
        if depth == 0:
            return text[start + 1 : k]
    return None


def expand(tokens: list[Token], known: dict[str, Macro]) -> list[Token]:
    """The tokens with every macro put in; each keeps the place where it is used."""
    if len(tokens) > MOST_TOKENS:
        raise _too_long(tokens)
    if not any(t.raw in known for t in tokens):
        return tokens
    for _ in range(MOST_DEPTH):
        expanded = _once(tokens, known)
        if len(expanded) > MOST_TOKENS:
            raise _too_long(tokens)
        if expanded == tokens:
            return tokens
        tokens = expanded
    msg = f"its macros call each other more than {MOST_DEPTH} deep"
    raise Unread(msg, tokens[0].raw)


def _too_long(tokens: list[Token]) -> Unread:
    return Unread(
        f"a formula may have {MOST_TOKENS:,} tokens, macros put in; this one has more", tokens[0].raw
    )


def _once(tokens: list[Token], known: dict[str, Macro]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        macro = known.get(tokens[k].raw)
        if macro is None:
            result.append(tokens[k])
            k += 1
            continue
        at, k = tokens[k].at, k + 1
        arguments = []
        for number in range(macro.arguments):
            argument, k = _argument(tokens, k, macro.default if number == 0 else None)
            arguments.append(argument)
        result += _filled(macro.body, arguments, at)
        if len(result) > MOST_TOKENS:
            break
    return result


def _argument(tokens: list[Token], k: int, default: tuple[Token, ...] | None) -> tuple[list[Token], int]:
    if default is not None:
        if k < len(tokens) and tokens[k].raw == "[":
            end = next((n for n in range(k, len(tokens)) if tokens[n].raw == "]"), k)
            return tokens[k + 1 : end], end + 1
        return list(default), k
    if k < len(tokens) and tokens[k].raw == "{":
        end = closing(tokens, k)
        return tokens[k + 1 : end], end + 1
    return tokens[k : k + 1], k + 1


def _filled(body: tuple[Token, ...], arguments: list[list[Token]], at: int) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(body):
        number = (
            int(body[k + 1].raw[0])
            if body[k].raw == "#" and k + 1 < len(body) and body[k + 1].raw[0].isdecimal()
            else 0
        )
        if 0 < number <= len(arguments):
            result += arguments[number - 1]
            k += 1
        else:
            result.append(replace(body[k], at=at))
        k += 1
    return result


def closing(tokens: list[Token], start: int) -> int:
    """Where the brace that opens at `start` closes."""
    depth = 0
    for k in range(start, len(tokens)):
        depth += (tokens[k].raw == "{") - (tokens[k].raw == "}")
        if depth == 0:
            return k
    msg = "a brace `{` is not closed"
    raise Unread(msg, tokens[start].raw, tokens[start].at)


def written(tokens: list[Token] | tuple[Token, ...]) -> str:
    """Tokens as LaTeX again."""
    text = ""
    for token in tokens:
        if text and text[-1].isalpha() and token.raw[:1].isalpha() and re.search(r"\\[A-Za-z]+$", text):
            text += " "
        text += token.raw
    return text
