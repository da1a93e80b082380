"""
TestNet, one step at a time
===========================

A 3-4-2 network with relu, softmax and cross-entropy on three samples: the network of the
:doc:`derivation </generated/derivation>`. All inputs are whole numbers, so the first numbers can be checked by hand.
"""

import numpy as np

from clearprop import Network, Parameters, check_gradients, descend, step

net = Network((3, 4, 2))
X = np.array([[1, 2, 1], [-1, -1, 0], [2, 1, 0]], float)
y = [0, 1, 0]
params = Parameters.from_layers(
    net,
    W=[
        None,
        [[1, -1, -1, 1], [1, 2, 1, 2], [-1, -1, -1, 1]],
        [[-1, 0], [-1, 1], [-1, -2], [2, -1]],
    ],
    b=[None, [-1, 1, 1, -2], [-1, 2]],
)

# %%
# One step computes every quantity of the derivation. Two entries of z(1) are exactly 0: there the slope of relu is a
# convention, and the document's is 1.

working = step(net, params, X, y)
print("z(1)", working.z[1], "a(1)", working.a[1], "z(2)", working.z[2], sep="\n")

# %%
# The probabilities, the residual of the last layer and the loss:

print("p", working.p, "delta(2) = p - Y", working.delta[2], f"J = {working.J:.6f}", sep="\n")

# %%
# The gradients agree with the complex step. The entries of z(1) that are 0 are counted as kinks.

print(check_gradients(net, params, X, y))

# %%
# The update, fifty times.

losses = [working.J]
for _ in range(50):
    params = descend(params, working, lr=0.1, l2=0.01)
    working = step(net, params, X, y)
    losses.append(working.J)
print(f"J: {losses[0]:.6f}, after one step {losses[1]:.6f}, after fifty {losses[-1]:.6f}")

assert abs(losses[0] - 0.496259016711645796) < 1e-14
assert abs(losses[1] - 0.0810825225384237077) < 1e-14
assert (working.p.argmax(axis=1) == y).all()

# %%

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
ax.plot(losses, marker=".")
ax.set(xlabel="step", ylabel="J", yscale="log", title="The loss of TestNet")
plt.show()
