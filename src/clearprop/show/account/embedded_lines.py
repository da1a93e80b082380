r"""The LaTeX of embedded inputs: the number of an input stands in square brackets, as that of a layer in round ones."""

from collections.abc import Mapping

from clearprop.maths.trees import Tree
from clearprop.network import WAVES
from clearprop.show.account.quantity import Line

MOST_NAMED = 4  # embeddings that are named in the line of a[0]


def _at(letter: str, k: int, index: str = "") -> str:
    whole = f"{letter}^{{[{k + 1}]}}"
    return f"{whole}_{{{index}}}" if index else whole


def _d(letter: str, k: int, index: str) -> str:
    return rf"\frac{{\partial J_{{i}}}}{{\partial {_at(letter, k, index)}}}"


def _line(id: str, rule: str, name: str, tree: Tree, latex: Mapping[str, str | None]) -> Line:
    return Line(id, rule, name, latex, tree)


def phase(k: int, tree: Tree) -> Line:
    """t from the input."""
    scalar = rf"{_at('t', k, 'i,j')} = 2 \pi {_at('f', k, 'j')} X_{{i,{k + 1}}} + {_at('s', k, 'j')}"
    return _line("A.phase", "embedding", "the phase of each wave of an input", tree, {"scalar": scalar})


def wave(k: int, tree: Tree) -> Line:
    """h from t."""
    latex = {
        form: rf"{_at('h', k, index)} = \cos({_at('t', k, index)})"
        for form, index in (("scalar", "i,j"), ("sample", "i"), ("batch", ""))
    }
    return _line("A.wave", "embedding", "the waves of an input", tree, latex)


def mixed(k: int, tree: Tree) -> Line:
    """e from h, by the affine step."""
    h, V, r = (_at(letter, k) for letter in "hVr")
    total = rf"\sum_{{k=1}}^{{{WAVES}}} {_at('h', k, 'i,k')} {_at('V', k, 'k,j')} + {_at('r', k, 'j')}"
    latex = {
        "scalar": f"{_at('e', k, 'i,j')} = {total}",
        "sample": rf"{_at('e', k, 'i')} = {_at('h', k, 'i')} \cdot {V} + {r}",
        "batch": rf"{_at('e', k)} = {h} \cdot {V} + {r}",
    }
    return _line("G2", "affine", "the affine step: what layer 1 reads beside an input", tree, latex)


def joined(embedded: tuple[int, ...], tree: Tree) -> Line:
    """a[0]: all of it side by side."""
    each = [_at("e", k) for k in embedded]
    each = [*each[: MOST_NAMED - 1], r"\ldots", each[-1]] if len(each) > MOST_NAMED else each
    return _line(
        "P.embed", "embedding", "what layer 1 reads: the inputs, then the further numbers of each that is embedded",
        tree, {"batch": f"a^{{(0)}} = (X, {', '.join(each)})"},
    )  # fmt: skip


def taken(k: int, at: int, tree: Tree) -> Line:
    """dJ_i/de: columns of da[0]."""
    scalar = rf"{_d('e', k, 'i,j')} = \frac{{\partial J_{{i}}}}{{\partial a^{{(0)}}_{{i,{at}+j}}}}"
    return _line("P.embed_back", "embedding", "its columns of a(0)", tree, {"scalar": scalar})


def pulled(k: int, tree: Tree) -> Line:
    """dJ_i/dh, pulled back through V."""
    scalar = rf"{_d('h', k, 'i,k')} = \sum_{{j=1}}^{{3}} {_d('e', k, 'i,j')} {_at('V', k, 'k,j')}"
    return _line("G7.da", "pull back", "pulled back through V", tree, {"scalar": scalar})


def turned(k: int, tree: Tree) -> Line:
    """dJ_i/dt, by the slope of the cosine."""
    t = _at("t", k, "i,j")
    scalar = rf"{_d('t', k, 'i,j')} = {_d('h', k, 'i,j')} \cos({t} + \frac{{\pi}}{{2}})"
    return _line("A.wave_back", "embedding", "the waves of an input, undone", tree, {"scalar": scalar})


def gradient(letter: str, k: int, mean: bool, tree: Tree) -> Line:
    """df, ds, dV or dr of an input."""
    id, name, term = {
        "f": (
            "A.frequency_term",
            "the gradient of the frequencies",
            rf"2 \pi X_{{i,{k + 1}}} {_d('t', k, 'i,j')}",
        ),
        "s": ("G9", "the gradient of the shifts", _d("t", k, "i,j")),
        "V": ("G8", "the gradient of V", f"{_at('h', k, 'i,k')} {_d('e', k, 'i,j')}"),
        "r": ("G9", "the gradient of r", _d("e", k, "i,j")),
    }[letter]
    left = _by(letter, k, mean, "k,j" if letter == "V" else "j")
    share = r"\frac{1}{m} " if mean else ""
    return _line(id, "mean", name, tree, {"scalar": rf"{left} = {share}\sum_{{i=1}}^{{m}} {term}"})


def moved(letter: str, k: int, mean: bool, tree: Tree, name: str) -> Line:
    """f, s, V or r after the update."""
    new = f"{{{letter}'}}^{{[{k + 1}]}}"
    latex = {"batch": rf"{new} = {_at(letter, k)} - \alpha {_by(letter, k, mean, '')}"}
    return _line("G11", "update", name, tree, latex)


def _by(letter: str, k: int, mean: bool, index: str) -> str:
    of = "J" if mean else r"J_{\text{sum}}"
    return rf"\frac{{\partial {of}}}{{\partial {_at(letter, k, index)}}}"
