"""
Digits with mini-batches
========================

The 1,797 handwritten digits of scikit-learn, 8 x 8 pixels each, by a 64-128-10 network. A quarter is held out. Each step
takes 32 rows; the rows are shuffled in every epoch. The last batch of an epoch is smaller and is divided by its own size.
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from clearprop import Network, descend, step

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.25, stratify=y, random_state=0)

net = Network((64, 128, 10), activation="relu")
params = net.initialize(seed=0, scheme="he")
rng = np.random.default_rng(0)
scores = []
for epoch in range(40):
    lr = 0.3 * (1 - epoch / 40)
    order = rng.permutation(len(X_train))
    for at in range(0, len(order), 32):
        rows = order[at : at + 32]
        params = descend(params, step(net, params, X_train[rows], y_train[rows]), lr=lr, l2=1e-4)
    predicted = step(net, params, X_test, y_test).p.argmax(axis=1)
    scores.append(float(np.mean(predicted == y_test)))
print(f"held-out accuracy {scores[-1]:.1%} after {len(scores)} epochs")

assert scores[-1] >= 0.98

# %%
# The digits that it takes for another one.

import matplotlib.pyplot as plt

wrong = np.flatnonzero(predicted != y_test)
fig, axes = plt.subplots(1, max(len(wrong), 1), figsize=(9, 1.8), layout="constrained", squeeze=False)
for ax, i in zip(axes[0], wrong, strict=False):
    ax.imshow(X_test[i].reshape(8, 8), cmap="gray_r")
    ax.set_title(f"{y_test[i]}, not {predicted[i]}", fontsize=8)
for ax in axes[0]:
    ax.axis("off")

fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
ax.plot(range(1, len(scores) + 1), scores)
ax.set(xlabel="epoch", ylabel="held-out accuracy", ylim=(0.85, 1), title="Digits")
plt.show()
