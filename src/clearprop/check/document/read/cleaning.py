"""Tokens as they mean: bold letters are their letters, accents are part of the name, what only sets the page
is gone.
"""

from dataclasses import dataclass, field, replace

from clearprop.check.document.read.limits import MOST_DEPTH, Unread
from clearprop.check.document.read.tokens import UNICODE, Token, closing, lex, written

GREEK = set(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell imath jmath".split()
)
VARIANTS = {
    "varepsilon": "epsilon",
    "vartheta": "theta",
    "varphi": "varphi",
    "varrho": "rho",
    "varsigma": "sigma",
}
DROPPED = set(
    r"\left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \bigm \Bigm"
    r" \displaystyle \textstyle \scriptstyle \limits \nolimits \nonumber \notag \, \; \! \: \> \  ~ \/ \centering"
    r" \mathstrut \strut \hfill \hline \allowbreak \protect \relax \thinspace \small \large \normalsize \bf \rm \it"
    r" \qedhere \mathord \mathop \mathbin \mathrel \mathopen \mathclose \mathpunct \noindent \medspace \boldmath".split(
        " "
    )
) - {""}
DROPPED.add("\\ ")
DROPPED_WITH_ARGUMENT = {r"\label", r"\tag", r"\tag*", r"\hspace", r"\hspace*", r"\vspace", r"\phantom", r"\vphantom",
                         r"\hphantom", r"\color", r"\ref", r"\eqref", r"\cite", r"\footnote", r"\intertext"}  # fmt: skip
UNWRAPPED = {r"\mathbf", r"\bm", r"\boldsymbol", r"\pmb", r"\mathbfit", r"\mathit", r"\mathnormal", r"\vec", r"\mathsf",
             r"\symbf", r"\symbfit", r"\overrightarrow", r"\boxed", r"\fbox", r"\cancel", r"\ensuremath",
             r"\underline", r"\mathclap", r"\smash", r"\hl", r"\mathbfsf", r"\textbf", r"\colorbox"}  # fmt: skip
ACCENTS = {r"\hat": "hat", r"\widehat": "hat", r"\tilde": "tilde", r"\widetilde": "tilde", r"\bar": "bar",
           r"\overline": "bar", r"\dot": "dot", r"\check": "check", r"\breve": "breve"}  # fmt: skip
SCRIPTS = {r"\mathcal": "mathcal", r"\mathscr": "mathcal", r"\mathfrak": "mathfrak", r"\mathbb": "mathbb",
           r"\mathbbm": "mathbb", r"\mathds": "mathbb"}  # fmt: skip
TEXTS = {r"\text", r"\mathrm", r"\operatorname", r"\operatorname*", r"\textrm", r"\textit", r"\mbox", r"\hbox", r"\textsf",
         r"\mathtt", r"\texttt", r"\textnormal", r"\textup"}  # fmt: skip
SAME = {
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\cfrac": r"\frac", r"\leqslant": r"\le", r"\leq": r"\le", r"\geqslant": r"\ge",
    r"\geq": r"\ge", r"\neq": r"\ne", r"\gets": r"\leftarrow", r"\longleftarrow": r"\leftarrow", r"\rightarrow": r"\to",
    r"\longrightarrow": r"\to", r"\implies": r"\Rightarrow", r"\Longrightarrow": r"\Rightarrow", r"\iff": r"\Leftrightarrow",
    r"\therefore": r"\Rightarrow", r"\because": r"\Rightarrow", r"\triangleq": ":=", r"\coloneqq": ":=", r"\colonequals": ":=",
    r"\doteq": ":=", r"\eqqcolon": "=:", r"\equiv": ":=", r"\ldots": r"\dots", r"\cdots": r"\dots", r"\vdots": r"\dots",
    r"\ddots": r"\dots", r"\dotsc": r"\dots", r"\dotsb": r"\dots", r"\cdotp": r"\cdot", r"\bullet": r"\odot",
    r"\ast": "*", r"\star": "*", r"\circledast": r"\odot", r"\otimes": r"\otimes", r"\lVert": r"\|", r"\rVert": r"\|", r"\Vert": r"\|",
    r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]",
    r"\prime": "'", r"\T": r"\top", r"\intercal": r"\top", r"\transpose": r"\top", r"\Re": r"\reals", r"\R": r"\reals",
    r"\mathbb R": r"\reals", r"\tanh": "tanh", r"\quad": r"\quad", r"\qquad": r"\quad", r"\enspace": r"\quad",
    r"\newline": "\\\\", r"\cr": "\\\\", r"\colon": ":", r"\odot": r"\odot", r"\hadamard": r"\odot", r"\lt": "<", r"\gt": ">",
}  # fmt: skip
BACKSLASHED = set("exp ln log max min arg tanh sin cos sqrt det lim sup inf Pr sinh cosh tan arctan".split())
WORDS = {
    "exp": "exp", "ln": "log", "log": "log", "relu": "relu", "rectifier": "relu", "softmax": "softmax", "sigmoid": "logistic",
    "sigm": "logistic", "logistic": "logistic", "logit": "logit", "expit": "logistic", "tanh": "tanh", "th": "tanh",
    "max": "max", "min": "min", "diag": "diag", "tr": "trace", "trace": "trace", "sign": "sign", "sgn": "sign", "softplus": "softplus",
    "sum": "sum", "abs": "abs", "sqrt": "sqrt", "leakyrelu": "leaky_relu", "lrelu": "leaky_relu", "elu": "elu", "gelu": "gelu",
    "swish": "silu", "silu": "silu", "vec": "vec", "step": "step", "heaviside": "step", "sin": "sin", "cos": "cos",
    "sinh": "sinh", "cosh": "cosh", "arg": "arg", "lim": "lim", "det": "det", "tan": "tan", "identity": "identity",
}  # fmt: skip
LABELS = ("mean", "total")  # below a J, also without a command; "sum" is among the words
NAMES = {
    "net",
    "out",
    "target",
    "output",
    "input",
    "loss",
    "cost",
    "error",
    "actual",
    "ideal",
    "predicted",
    "pred",
    "score",
    "scores",
    "logits",
    "prob",
    "probs",
    "hidden",
}
LOSSES = set("CE BCE CCE XE MSE SSE RSS NLL Loss Cost".split())  # alone or as CE(y, p)
NAMED = LOSSES | {"lr"}  # names of several letters
PROSE = set(
    "if otherwise where for and with when else or all each since because then is so as let in of on any every given thus hence"
    " the we at from to by that such".split()
)
MARKED = ACCENTS.keys() | SCRIPTS.keys() | UNWRAPPED | TEXTS
CONDITION = {"=", "<", ">", r"\le", r"\ge", r"\leq", r"\geq", r"\ne", r"\neq", r"\in", r"\{", "(", "["}
ONE = {"mathbb 1", "mathbb I", "bold 1", "bold I"}


@dataclass
class _Cleaner:
    tokens: list[Token]
    k: int = 0
    result: list[Token] = field(default_factory=list)

    def group(self, depth: int) -> list[Token]:
        """The next token, or what stands in the next braces, cleaned."""
        if self.k < len(self.tokens) and self.tokens[self.k].raw == "{":
            end = closing(self.tokens, self.k)
            inner = self.tokens[self.k + 1 : end]
            self.k = end + 1
        else:
            inner = self.tokens[self.k : self.k + 1]
            self.k += 1
            if inner and inner[0].raw in MARKED:
                self.k -= 1
                end = self.k + 2
                if self.k + 1 < len(self.tokens) and self.tokens[self.k + 1].raw == "{":
                    end = closing(self.tokens, self.k + 1) + 1
                inner, self.k = self.tokens[self.k : end], end
        return clean(inner, depth + 1)

    def raw_group(self) -> list[Token]:
        if self.k < len(self.tokens) and self.tokens[self.k].raw == "{":
            end = closing(self.tokens, self.k)
            inner = self.tokens[self.k + 1 : end]
            self.k = end + 1
            return inner
        self.k += 1
        if self.k < len(self.tokens) and self.tokens[self.k - 1].raw in TEXTS:  # _\text{data loss}
            return self.raw_group()
        return self.tokens[self.k - 1 : self.k]


def clean(tokens: list[Token], depth: int = 0) -> list[Token]:
    """The tokens in their plain meaning."""
    if depth > MOST_DEPTH:
        msg = f"braces may lie {MOST_DEPTH} deep"
        raise Unread(msg, tokens[0].raw if tokens else "", tokens[0].at if tokens else -1)
    cleaner = _Cleaner(tokens)
    while cleaner.k < len(tokens):
        token = tokens[cleaner.k]
        cleaner.k += 1
        _one(cleaner, token, depth)
    return cleaner.result


def _one(c: _Cleaner, token: Token, depth: int) -> None:
    raw = token.raw
    if raw in DROPPED:
        return
    if raw in DROPPED_WITH_ARGUMENT:
        c.raw_group()
    elif raw in (r"\textcolor", r"\colorbox"):
        c.raw_group()
        c.result += c.group(depth)
    elif raw in (r"\underbrace", r"\overbrace", r"\underset", r"\overset", r"\stackrel"):
        _stacked(c, token, depth)
    elif raw in (r"\xrightarrow", r"\xleftarrow"):
        c.raw_group()
        c.result.append(replace(token, text=r"\to" if "right" in raw else r"\leftarrow", kind="sign"))
    elif raw in UNWRAPPED:
        _bold(c, token, depth)
    elif raw in ACCENTS or raw in SCRIPTS:
        _accent(c, token, depth)
    elif raw in TEXTS:
        _text(c, token)
    elif raw in (r"\begin", r"\end"):
        name = written(c.raw_group())
        if (
            name.rstrip("*") in ("array", "alignedat", "alignat")
            and raw == r"\begin"
            and c.k < len(c.tokens)
            and c.tokens[c.k].raw == "{"
        ):
            c.raw_group()
        c.result.append(Token("command", f"{raw} {name}", f"{raw}{{{name}}}", token.at))
    elif token.kind == "command":
        c.result.append(_command(token))
    elif token.kind == "letter":
        _letters(c, token)
    else:
        c.result.append(_sign(c, token))


def _stacked(c: _Cleaner, token: Token, depth: int) -> None:
    inner = c.group(depth)
    if token.raw in (r"\underbrace", r"\overbrace"):
        if c.k < len(c.tokens) and c.tokens[c.k].raw in "_^":
            c.k += 1
            c.raw_group()
        c.result += _grouped(inner, token)
        return
    base = c.group(depth)
    if token.raw != r"\underset" and len(base) == 1 and base[0].text == "=":
        base = [replace(base[0], text=":=")]
    c.result += base


def _bold(c: _Cleaner, token: Token, depth: int) -> None:
    inner = c.group(depth)
    if (
        len(inner) == 1
        and (inner[0].raw == "1" or (inner[0].raw == "I" and not _is_identity(c)))
        and token.raw not in (r"\boxed", r"\fbox", r"\underline")
    ):
        inner = [Token("command", r"\one", f"{token.raw}{{{inner[0].raw}}}", token.at)]
    elif len(inner) == 1 and inner[0].raw == "R":
        inner = [replace(inner[0], text="R")]
    elif len(inner) == 1:
        inner = [replace(inner[0], raw=f"{token.raw}{{{inner[0].raw}}}")]
    c.result += inner if token.raw in (r"\boxed", r"\fbox") else _grouped(inner, token)


def _grouped(inner: list[Token], token: Token) -> list[Token]:
    """A single token as it is; more of them stay in braces."""
    if len(inner) == 1:
        return inner
    return [Token("sign", "{", "{", token.at), *inner, Token("sign", "}", "}", token.at)]


def _accent(c: _Cleaner, token: Token, depth: int) -> None:
    inner = c.group(depth)
    mark = ACCENTS.get(token.raw) or SCRIPTS[token.raw]
    raw = f"{token.raw}{{{written(inner)}}}"
    name = f"{mark} {inner[0].text}" if inner else mark
    if name in ONE and not (name[-1] == "I" and _is_identity(c)):
        c.result.append(Token("command", r"\one", raw, token.at))
    elif name == "mathbb R" or (name == "mathcal R" and _is_set(c)):
        c.result.append(Token("command", r"\reals", raw, token.at))
    elif len(inner) == 1:
        c.result.append(Token("letter", name, raw, token.at))
    elif inner:  # an accent over a letter with scripts: the accent belongs to the letter
        first = Token("letter", name, f"{token.raw}{{{inner[0].raw}}}", token.at)
        c.result += [first, *inner[1:]]


def _is_identity(c: _Cleaner) -> bool:
    """Whether an I is a matrix, and no indicator: no bracket follows, and no condition below it."""
    follows = [t.raw for t in c.tokens[c.k :] if t.raw not in DROPPED]
    if follows[:1] == ["_"]:
        below = follows[1 : follows.index("}") if follows[1:2] == ["{"] and "}" in follows else 2]
        return not CONDITION & set(below)
    return not follows or follows[0] not in ("(", "[", r"\{", "{")


def _is_set(c: _Cleaner) -> bool:
    r"""Whether a calligraphic R is the numbers, not a risk or a regulariser: \in R, R^{m x n}."""
    follows = c.tokens[c.k].raw if c.k < len(c.tokens) else ""
    return follows == "^" or bool(c.result and c.result[-1].text == r"\in")


def _text(c: _Cleaner, token: Token) -> None:
    inner = c.raw_group()
    words = _spaced(inner)
    raw = f"{token.raw}{{{words}}}"
    plain = words.strip().rstrip(".,:;")
    key = plain.replace("-", "").replace("_", "").replace("\\", "").replace(" ", "").lower()
    if key in WORDS:
        c.result.append(Token("word", WORDS[key], raw, token.at))
    elif (len(plain) == 1 and plain.isalpha()) or plain in NAMED:
        c.result.append(Token("letter", plain, raw, token.at))
    elif plain == "1":
        c.result.append(Token("command", r"\one", raw, token.at))
    elif plain:
        c.result.append(Token("text", plain, raw, token.at))


def _spaced(tokens: list[Token]) -> str:
    text = ""
    for k, token in enumerate(tokens):
        if k and token.at > tokens[k - 1].at + len(tokens[k - 1].raw):
            text += " "
        text += token.raw
    return text


def _command(token: Token) -> Token:
    name = token.raw[1:]
    if token.raw in SAME:
        text = SAME[token.raw]
        return replace(token, text=text, kind="word" if text == "tanh" else "sign")
    if name in GREEK or name in VARIANTS:
        return replace(token, text=VARIANTS.get(name, name), kind="letter")
    if name in BACKSLASHED:
        return replace(token, text=WORDS.get(name, name), kind="word")
    return replace(token, text=token.raw)


def _letters(c: _Cleaner, token: Token) -> None:
    """Letters that make a known word, as in exp(z) or target - output, are one token."""
    end = c.k
    while end < len(c.tokens) and c.tokens[end].kind == "letter" and _adjacent(c.tokens, end):
        end += 1
    word = "".join(t.raw for t in c.tokens[c.k - 1 : end])
    if word in LABELS or word in NAMED:
        c.result.append(Token("letter" if word in NAMED else "text", word, word, token.at))
        c.k = end
        return
    for size in range(len(word), 1, -1):
        if (
            word[:size].lower() in WORDS
            and (size > 2 or word[:size] == "ln")
            and not (size < len(word) and size < 3)
        ):
            c.result.append(Token("word", WORDS[word[:size].lower()], word[:size], token.at))
            c.k += size - 1
            return
    if word[0] == "d" and word[1:] in NAMES:  # dscores
        c.result += [token, Token("letter", word[1:], word[1:], token.at + 1)]
        c.k += len(word) - 1
        return
    name = len(word) if word in NAMES else 0
    if name:
        c.result.append(Token("text", word[:name], word[:name], token.at))
        c.k += name - 1
        return
    c.result.append(token)


def _adjacent(tokens: list[Token], k: int) -> bool:
    return tokens[k].at == tokens[k - 1].at + len(tokens[k - 1].raw)


BY_DOT = {"*": r"\odot", "/": r"\oslash", r"\times": r"\odot", r"\ast": r"\odot"}


def _by_dot(c: _Cleaner, dot: Token) -> Token | None:
    r"""The entrywise sign that begins with a dot, as MATLAB has it, also with spaces within: .\!*"""
    k = c.k
    while k < len(c.tokens) and c.tokens[k].raw in DROPPED:
        k += 1
    sign = c.tokens[k].raw if k + 1 < len(c.tokens) else ""
    if sign not in BY_DOT:
        return None
    c.k = k + 1
    return Token("sign", BY_DOT[sign], f".{sign}", dot.at)


def _sign(c: _Cleaner, token: Token) -> Token:
    follows = c.tokens[c.k].raw if c.k < len(c.tokens) else ""
    if token.raw == "." and (entrywise := _by_dot(c, token)) is not None:
        return entrywise
    if token.raw + follows in (":=", "=:") or (token.raw == "." and follows == "."):
        c.k += 1
        raw = token.raw + follows
        if raw == ".." and c.k < len(c.tokens) and c.tokens[c.k].raw == ".":
            c.k += 1
            raw = "..."
        return Token("sign", r"\dots" if raw[0] == "." else raw, raw, token.at)
    if token.raw == "$":
        msg = "a sign $ stands inside a formula"
        raise Unread(msg, "$", token.at)
    return token


__all__ = ["PROSE", "UNICODE", "clean", "lex"]
