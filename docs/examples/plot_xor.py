"""
XOR with six hidden units
=========================

XOR is 1 if just one of two inputs is 1. No straight line separates its classes; a 2-6-2 network learns them.
"""

import numpy as np

from clearprop import Network, descend, step

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
y = np.array([0, 1, 1, 0])

net = Network((2, 6, 2), activation="relu")
params = net.initialize(seed=0)
losses = []
for _ in range(500):
    working = step(net, params, X, y)
    losses.append(working.J)
    params = descend(params, working, lr=0.5)

p = step(net, params, X, y).p
accuracy = np.mean(p.argmax(axis=1) == y)
print(f"J {losses[0]:.3f} -> {losses[-1]:.4f}, accuracy {accuracy:.0%}")

assert accuracy == 1.0
assert losses[-1] < 0.02

# %%
# What the network makes of the points between the four: the probability of class 1.

import matplotlib.pyplot as plt

side = np.linspace(-0.5, 1.5, 200)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
p = step(net, params, grid, np.zeros(len(grid), int)).p[:, 1].reshape(200, 200)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.plot(losses)
left.set(xlabel="step", ylabel="J", title="Loss")
shown = right.contourf(side, side, p, levels=np.linspace(0, 1, 11), cmap="RdBu_r")
right.scatter(*X.T, c=y, cmap="RdBu_r", edgecolors="black", s=80)
right.set(xlabel="input 1", ylabel="input 2", title="Probability of class 1", aspect="equal")
fig.colorbar(shown, ax=right)
plt.show()
