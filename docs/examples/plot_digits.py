"""
Digits with mini-batches
========================

The 1,797 handwritten digits of scikit-learn, 8 x 8 pixels each, by a 64-256-10 network. A quarter is held out. Each
step takes 32 rows; the rows are shuffled in every epoch, and half of the images are moved by up to one pixel. The last
batch of an epoch is smaller and is divided by its own size. On other splits the figure is lower by up to two points.
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from clearprop import Network, descend, step

X, y = load_digits(return_X_y=True)
X = (X - 5) / 8  # the pixels are 0 to 16, 4.9 on average
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)


def moved(images, rng):
    """Each 8 x 8 image, moved by -1, 0 or 1 pixel down and across."""
    wide = np.pad(images.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)), constant_values=images.min())
    down, across = rng.integers(0, 3, (2, len(images), 1)) + np.arange(8)
    each = np.arange(len(images))
    return wide[each[:, None, None], down[:, :, None], across[:, None, :]].reshape(-1, 64)


net = Network((64, 256, 10), activation="relu")
params = net.initialize(seed=0, scheme="he")
rng = np.random.default_rng(0)
scores = []
for epoch in range(60):
    lr = 0.1 * (1 - epoch / 60)
    half = rng.random((len(X_train), 1)) < 0.5
    seen = np.where(half, moved(X_train, rng), X_train)
    order = rng.permutation(len(X_train))
    for at in range(0, len(order), 32):
        rows = order[at : at + 32]
        params = descend(params, step(net, params, seen[rows], y_train[rows]), lr=lr, l2=1e-4)
    predicted = step(net, params, X_test, y_test).p.argmax(axis=1)
    scores.append(float(np.mean(predicted == y_test)))
print(f"held-out accuracy {scores[-1]:.1%} after {len(scores)} epochs")

assert scores[-1] >= 0.98

# %%
# The score after each epoch. The rate is large at first, and the score jumps until it has come down.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
ax.plot(range(1, len(scores) + 1), scores)
ax.set(xlabel="epoch", ylabel="held-out accuracy", ylim=(0.85, 1), title="Digits")
plt.show()

# %%
# The digits that it takes for another one:

wrong = np.flatnonzero(predicted != y_test)
fig, axes = plt.subplots(1, max(len(wrong), 1), figsize=(9, 2), squeeze=False)
for ax in axes[0]:
    ax.axis("off")
for ax, i in zip(axes[0], wrong, strict=False):
    ax.imshow(X_test[i].reshape(8, 8), cmap="gray_r")
    ax.set_title(f"{y_test[i]}, not {predicted[i]}")
plt.show()
