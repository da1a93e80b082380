"""Every row of `equations.py` is evaluated as printed and compared with the page or with the complex step."""

import ast
import itertools
import re
from functools import cache
from inspect import signature

import numpy as np
import pytest

from clearprop import Network, descend, step
from clearprop.batch import activation_pairs, as_batch
from clearprop.check.gradients import complex_step
from clearprop.maths import derivation, languages
from clearprop.maths.equations import EQUATIONS, FORMS, PARTS, by_function, by_id
from latex_reader import Place, Unreadable, evaluate, statements

LR, L2, H = 0.1, 0.3, 1e-30
FORMULAS = [(row, form) for row in EQUATIONS for form in row.forms()]
PLAIN = {  # the arguments of the lines for one entry, as they are printed
    "lr": r"\alpha", "l2": r"\lambda", "decay": r"\lambda", "rate": r"\alpha_t", "eps": r"\epsilon", "mu": r"\mu",
    "beta1": r"\beta_1", "beta2": r"\beta_2", "center": "c", "scale": "s", "sd": r"\sigma",
    "x0": "a", "x1": "b", "y0": "q", "y1": "r",
    "l1": r"\lambda_1", "c": r"\kappa", "share": "s", "drop": "d", "mask": "r", "da": "g", "norm": "N", "most": "c",
    "least": "b", "part": "c", "back": "b", "dt": "g", "dh": "g",
}  # fmt: skip
EACH = [(f"{row.id}-{form.name}", row, form) for row, form in FORMULAS]
each = pytest.mark.parametrize(("row", "form"), [e[1:] for e in EACH], ids=[e[0] for e in EACH])


def test_every_function_of_the_page_has_a_row():
    page = ast.parse(languages.PAGE.read_text(encoding="utf-8"))
    functions = {node.name for node in page.body if isinstance(node, ast.FunctionDef)}
    assert functions == {row.function for row in EQUATIONS}


def test_ids_are_unique_and_sorted_by_part():
    assert len({row.id for row in EQUATIONS}) == len(EQUATIONS)
    assert all(by_id(row.id) is row and row in by_function(row.function) for row in EQUATIONS)
    assert [row.part for row in EQUATIONS] == sorted((row.part for row in EQUATIONS), key=PARTS.index)


def test_every_statement_of_the_document_is_covered():
    ends = {"D": (1, 17), "N": (1, 10), "F": (1, 17), "B": (1, 35), "S": (1, 12), "G": (0, 11)}
    wanted = {f"{letter}{n}" for letter, (first, last) in ends.items() for n in range(first, last + 1)}
    assert {r for row in EQUATIONS for r in row.requirements} == wanted


def test_lines_of_the_document():
    for row in EQUATIONS:
        if row.lines:
            first, last = map(int, (row.lines.split("-") * 2)[:2])
            assert 39 <= first <= last <= 854
            assert row.requirements


@each
def test_printed_formula_holds(row, form):
    assert form.name in FORMS
    verify(row, form.latex, form.shape)


MISTAKES = [
    (" + ", " - "), (" - ", " + "), ("(l-1)", "(l)"), ("(l+1)", "(l)"), ("{k,j}", "{j,k}"), ("{i,j}", "{i,k}"),
    (r"\frac{1}{m} ", ""), (r"^{\top}", ""), (r"\cdot", r"\odot"), (r"\odot", r"\cdot"), (r"\ge", "<"),
    ("z < 0", "z > 0"), (r"\max(", r"\min("), (r"\exp", ""), (r"\ln", ""), (r"\lambda ", ""), ("^{2}", "^{3}"),
    (r"\frac{1}{2}", r"\frac{1}{3}"), ("w_{i} ", ""), ("0.01", "0.1"), ("}", ""), (r"\top", r"\T"), ("m", "n"),
]  # fmt: skip


FOUND = (AssertionError, Unreadable, LookupError, ValueError, TypeError, AttributeError)


@pytest.mark.parametrize(
    ("right", "wrong"), MISTAKES, ids=[f"{a.strip()} to {b.strip()}" for a, b in MISTAKES]
)
def test_planted_mistakes_are_found(right, wrong):
    """Wherever the mistake can be made on a right side, it is found."""
    made = 0
    for row, form in FORMULAS:
        left, sign, rest = re.split(r"( = | \\leftarrow )", form.latex, maxsplit=1)
        for at in [found.start() for found in re.finditer(re.escape(right), rest)]:
            made += 1
            planted = left + sign + rest[:at] + wrong + rest[at + len(right) :]
            with pytest.raises(FOUND), np.errstate(all="ignore"):
                verify(row, planted, form.shape)
    assert made


# ---- What a formula must equal
def verify(row, latex, shape):
    if (
        row.layers is None
        and row.part in ("activation", "head", "optimiser", "column")
        and "_{i" not in latex
    ):
        return verify_entry(row, latex)
    before, after = places(*setting(row))
    for sides in statements(latex):
        assert len(sides) > 1
        for l, indices in positions(row, sides[0], before):
            left_place = (after if r"\leftarrow" in latex else before).at(l=l, **indices)
            left = evaluate(sides[0], left_place)
            assert np.shape(left) == sizes_of(shape, before, l) or sides is not statements(latex)[0]
            for side in sides[1:]:
                right = evaluate(side, before.at(l=l, **indices))
                assert np.shape(right) in (np.shape(left), (1, 1))
                assert_close(right, left)
    return None


def verify_entry(row, latex):
    """A line for one entry, against the function of the page, at random arguments."""
    f = getattr(derivation, row.function)
    rng = np.random.default_rng(0)
    functions = {r"\sigma": derivation.logistic}
    for n in range(20):
        given = {name: float(rng.uniform(0.2, 0.9)) for name in signature(f).parameters}
        given |= {name: float(rng.normal()) for name in ("z", "x", "g", "W") if name in given}
        given |= {name: float(n % 3) for name in ("y",) if name in given and row.part == "head"}
        given |= {"e": float(np.exp(-abs(given["z"])))} if "e" in given else {}
        values = {PLAIN.get(name, name): x for name, x in given.items()} | {r"\pi": np.pi}
        first, *others = statements(latex)
        for side in first[1:]:
            assert_close(evaluate(side, Place(values, {}, functions)), f(**given))
        for left, right in others:
            assert_close(evaluate(right, Place(values, {}, functions)), values[left])


def assert_close(x, y):  # sums of a few dozen terms of order 1
    np.testing.assert_allclose(
        np.asarray(x, float).squeeze(), np.asarray(y, float).squeeze(), rtol=1e-11, atol=1e-13
    )


def sizes_of(shape, place, l):
    v = place.values
    known = {"1": 1, "m": v["rows"], "C": v["C"], "n(l)": v["n"][l], "n(l-1)": v["n"][l - 1]}
    return () if shape == "1" else tuple(known[s] for s in shape.split(" x "))


def positions(row, left, place):
    """Each layer and each value of the free indices of a left side."""
    v, L = place.values, place.values["L"]
    layers = {"1..L": range(1, L + 1), "1..L-1": range(1, L), "0..L-1": range(L), None: [L]}[row.layers]
    letters = sorted(set("".join(re.findall(r"_\{([ijkc](?:,[ijkc])*)\}", left))) - {","})
    for l in layers:
        k = v["n"][l] if row.id.startswith("G7") else v["n"][l - 1]
        ends = {"i": v["rows"], "c": v["C"], "j": v["n"][l], "k": k}
        for at in itertools.product(*(range(1, ends[x] + 1) for x in letters)):
            yield l, dict(zip(letters, at, strict=True))


# ---- Where it is evaluated
def setting(row):
    """The network (activation, head), relu'(0) and whether rows have weights."""
    name = row.function.removesuffix("_back")
    if row.part == "activation":
        return (3, 5, 2), name, "softmax", int(row.id != "A.relu_back"), False
    heads = {lines[1].__name__: head for head, lines in derivation.HEADS.items()}
    return (3, 5, 4, 2), "relu", heads.get(row.function, "softmax"), 1, row.id.endswith("weighted")


@cache
def places(sizes, activation, head, at_zero, weighted):
    """The quantities of a step, before the update and after it; z = 0 occurs in hidden layers."""
    net = Network(sizes, activation, head, at_zero)
    rng, rows, C, L = np.random.default_rng(3), 6, sizes[-1], len(sizes) - 1
    params = net.initialize(seed=1)
    params.b[1][:3] = 0.0
    X = rng.normal(size=(rows, sizes[0]))
    X[2] = 0.0
    y = {"softmax": rng.integers(0, C, rows), "logistic": rng.integers(0, 2, (rows, C)).astype(float)}
    y |= {"exp": rng.poisson(1.0, (rows, C)).astype(float)}
    y |= dict.fromkeys(("identity", "absolute", "huber", "quantile"), rng.normal(size=(rows, C)))
    w = rng.uniform(0.5, 2.0, rows) if weighted else np.ones(rows)
    done = step(net, params, X, y[head], w)
    new = descend(params, done, LR, L2)
    Y = as_batch(net, X, y[head], w, float)[1]
    values = {
        "n": list(sizes), "rows": rows, "m": done.m, "C": C, "L": L, "X": X, "Y": Y, "w": w[:, None],
        "z": done.z, "a": done.a, r"\delta": done.delta, "p": done.p, "losses": done.losses[:, None], "J": done.J,
        "J_total": done.J + sum(derivation.penalty(W, L2) for W in params.W[1:]), r"\alpha": LR, r"\lambda": L2,
        "t": done.z[L].max(axis=1, keepdims=True), r"\pi": np.pi,
    }  # fmt: skip
    values |= derivatives(net, params, done, Y, w)
    values |= {r"\kappa": {"huber": 1.0, "quantile": 0.5}.get(head)}  # the page's own
    functions = {"softmax": derivation.softmax, r"\sigma": derivation.logistic, **slopes(at_zero)}
    return tuple(
        Place(values | {"W": p.W, "b": [None] + [b[None] for b in p.b[1:]]}, {}, functions)
        for p in (params, new)
    )


def slopes(at_zero):
    """Every activation g and its slope g'."""
    found = {}
    for name in derivation.ACTIVATIONS:
        g, back = derivation.activation_pair(name, at_zero)
        found |= {name: g, f"{name}'": lambda z, g=g, back=back: back(np.ones_like(z), z, g(z))}
    return found


def derivatives(net, params, done, Y, w):
    """Every derivative that is printed, by the complex step: the backward pass has no part in it."""
    page, L = languages.in_complex(), net.L
    pairs = activation_pairs(net, page)

    def onward(l, z):  # the losses and p, from z[l] on
        for h in range(l, L):
            z = page.affine(pairs[h][0](z), params.W[h + 1], params.b[h + 1])
        return w * page.HEADS[net.head][1](z, Y), page.HEADS[net.head][0](z)

    def columns(x, f):  # the derivative of f(x) by each column of x: rows do not meet
        shift = 1j * H * np.eye(x.shape[1])
        return np.stack([f(x + s).imag / H for s in shift], axis=-1)

    def moved(x, f):  # the derivative of f(x) by each entry of x
        found = []
        for at in np.ndindex(x.shape):
            y = x.copy()
            y[at] += 1j * H
            found.append(f(y).imag / H)
        return np.moveaxis(np.reshape(found, (*x.shape, *found[0].shape)), range(x.ndim), range(-x.ndim, 0))

    dz, da = [None] * (L + 1), [None] * (L + 1)
    for l in range(L + 1):
        if l:
            dz[l] = columns(done.z[l], lambda z, l=l: onward(l, z)[0])
        if l < L:
            W, b = params.W[l + 1], params.b[l + 1]
            da[l] = columns(done.a[l], lambda a, l=l, W=W, b=b: onward(l + 1, page.affine(a, W, b))[0])
    mean = {name: [None] * (L + 1) for name in "Wb"}
    for name, l in itertools.product("Wb", range(1, L + 1)):
        array = getattr(params, name)[l]
        flat = [complex_step(net, params, name, l, at, (done.a[0], Y, w)) for at in np.ndindex(array.shape)]
        mean[name][l] = np.reshape(flat, (-1, array.shape[-1]))
    sloped = [None] * (L + 1)
    for l in range(1, L):
        sloped[l] = columns(done.z[l], lambda z, l=l: pairs[l][0](z))
    by_W, by_b, by_a = ([None] * (L + 1) for _ in range(3))
    for l in range(1, L + 1):
        a, W, b = done.a[l - 1], params.W[l].astype(complex), params.b[l]
        by_a[l - 1] = columns(a, lambda a, W=W, b=b: page.affine(a, W, b))
        by_W[l] = moved(W, lambda W, a=a, b=b: page.affine(a, W, b))
        by_b[l] = moved(b.astype(complex), lambda b, a=a, W=W: page.affine(a, W, b))
    losses_of_p = columns(done.p, lambda p: -np.sum(Y * np.log(p), axis=1)) if net.head == "softmax" else None
    total = [None] + [dW + L2 * W for dW, W in zip(mean["W"][1:], params.W[1:], strict=True)]
    return {
        "dJ/dz": dz, "dJ_sum/dz": dz, "dJ/da": da, "dJ_sum/da": da, "dJ_mean/dW": mean["W"], "dJ_mean/db": mean["b"],
        "dJ_total/dW": total, "dp/dz": [None] * L + [columns(done.z[L], lambda z: onward(L, z)[1])],
        "da/dz": sloped, "dz/da": by_a, "dz/dW": by_W, "dz/db": by_b, "dJ/dp": losses_of_p,
        "dJ_mean/dz": [None] + [d / done.m for d in dz[1:]], "J_sum": done.J * done.m,
    }  # fmt: skip
