"""The classic slips: what a quantity would be if its line were written wrong, again by the page's own lines."""

from typing import TYPE_CHECKING

from clearprop.maths import trees
from clearprop.maths.trees import Grid, named

if TYPE_CHECKING:
    from clearprop.show.exercise.plan import Plan

NAMES = (
    "1/m lost", "1/m too early", "sign", "transpose lost", "mask forgotten", "activation forgotten",
    "bias forgotten", "penalty forgotten", "bias penalised", "uphill", "rate forgotten", "wrong layer", "wrong sum",
)  # fmt: skip


def slips_of(plan: "Plan", key: str, l: int | None) -> dict[str, Grid]:
    """Every slip that this quantity allows; those of another shape are left out by the plan."""
    name = key.partition("[")[0]
    make = {
        "z": _z, "a": _a, "p": _p, "J": _J, "delta": _delta, "da": _da, "dW": _dW, "db": _db, "W'": _new_W,
        "b'": _new_b,
    }[name]  # fmt: skip
    return make(plan, l or 0)


def _z(plan: "Plan", l: int) -> dict[str, Grid]:
    page, a, W, b = trees.page(), plan.grid(f"a[{l - 1}]"), plan.grid(f"W[{l}]"), plan.grid(f"b[{l}]")
    found = {"bias forgotten": page.matmul(a, W)}
    if W.shape[0] == W.shape[1]:
        found["transpose lost"] = page.affine(a, W.T, b)
    if l > 1:
        found["activation forgotten"] = page.affine(plan.grid(f"z[{l - 1}]"), W, b)
        if plan.net.sizes[l - 2] == plan.net.sizes[l - 1]:
            found["wrong layer"] = page.affine(plan.grid(f"a[{l - 2}]"), W, b)
    return found


def _a(plan: "Plan", l: int) -> dict[str, Grid]:
    return {"activation forgotten": plan.grid(f"z[{l}]")}


def _p(plan: "Plan", l: int) -> dict[str, Grid]:
    z = plan.grid(f"z[{plan.net.L}]")
    return {"wrong sum": plan.head()[0](z.T).T} if plan.net.head == "softmax" else {}


def _J(plan: "Plan", l: int) -> dict[str, Grid]:
    losses = plan.losses()
    return {
        "1/m lost": trees.page().mean(losses, 1.0, 1.0),
        "sign": -trees.page().mean(losses, 1.0, named("m")),
    }


def _delta(plan: "Plan", l: int) -> dict[str, Grid]:
    page, m = trees.page(), named("m")
    if l == plan.net.L:
        p, Y = plan.grid("p"), plan.grid("Y")
        return {"sign": page.residual(Y, p, 1.0), "1/m too early": page.residual(p, Y, 1.0) / m}
    da, back = plan.grid(f"da[{l}]"), plan.activation(l)[1]
    found = {"mask forgotten": da}
    for k in range(1, plan.net.L):
        if k != l and plan.net.sizes[k] == plan.net.sizes[l]:
            found["wrong layer"] = back(da, plan.grid(f"z[{k}]"), plan.grid(f"a[{k}]"))
    return found


def _da(plan: "Plan", l: int) -> dict[str, Grid]:
    page, delta, W = trees.page(), plan.grid(f"delta[{l + 1}]"), plan.grid(f"W[{l + 1}]")
    found = {"transpose lost": page.pull_back(delta, W.T)} if W.shape[0] == W.shape[1] else {}
    for k in range(1, plan.net.L + 1):
        if k != l + 1 and plan.shapes[f"W[{k}]"] == W.shape:
            found["wrong layer"] = page.pull_back(delta, plan.grid(f"W[{k}]"))
    return found


def _dW(plan: "Plan", l: int) -> dict[str, Grid]:
    page, m, sizes = trees.page(), named("m"), plan.net.sizes
    a, delta = plan.grid(f"a[{l - 1}]"), plan.grid(f"delta[{l}]")
    found = {"1/m lost": page.weight_grad(a, delta, 1.0)}
    if plan.rows == sizes[l - 1]:
        found["transpose lost"] = page.weight_grad(a.T, delta, m)
    if l > 1:
        found["activation forgotten"] = page.weight_grad(plan.grid(f"z[{l - 1}]"), delta, m)
    if l < plan.net.L:
        found["mask forgotten"] = page.weight_grad(a, plan.grid(f"da[{l}]"), m)
    for k in range(plan.net.L):
        if k != l - 1 and sizes[k] == sizes[l - 1]:
            found["wrong layer"] = page.weight_grad(plan.grid(f"a[{k}]"), delta, m)
    return found


def _db(plan: "Plan", l: int) -> dict[str, Grid]:
    page, delta = trees.page(), plan.grid(f"delta[{l}]")
    found = {"1/m lost": page.bias_grad(delta, 1.0)}
    if l < plan.net.L:
        found["mask forgotten"] = page.bias_grad(plan.grid(f"da[{l}]"), named("m"))
    return found


def _new_W(plan: "Plan", l: int) -> dict[str, Grid]:
    page, W, dW, lr = trees.page(), plan.grid(f"W[{l}]"), plan.grid(f"dW[{l}]"), named("lr")
    l2 = named("l2") if plan.l2 else 0.0
    found = {"uphill": page.descend(W, dW, -lr, l2), "rate forgotten": page.descend(W, dW, 1.0, l2)}
    return found | ({"penalty forgotten": page.descend(W, dW, lr, 0.0)} if plan.l2 else {})


def _new_b(plan: "Plan", l: int) -> dict[str, Grid]:
    page, b, db, lr = trees.page(), plan.grid(f"b[{l}]"), plan.grid(f"db[{l}]"), named("lr")
    found = {"uphill": page.descend_bias(b, db, -lr), "rate forgotten": page.descend_bias(b, db, 1.0)}
    return found | ({"bias penalised": page.descend(b, db, lr, named("l2"))} if plan.l2 else {})
