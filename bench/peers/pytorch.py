"""PyTorch in three ways: eager on indexed tensors, eager with a DataLoader, and compiled."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import torch
from nets import PASSES, Net, data, in_order, start
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from peers import NotSupportedError

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "mish": nn.Mish}


class Eager:
    """The plain loop, without a DataLoader; the optimiser in one fused pass."""

    fused = True

    def __init__(self, net: Net, threads: int) -> None:
        torch.set_num_threads(threads)
        self.net, self.model = net, model_of(net)
        self.X, self.y = map(torch.from_numpy, data(net))
        self.loss = nn.CrossEntropyLoss() if net.head == "softmax" else nn.MSELoss()
        # MSELoss is a mean over the outputs too: a multiple of our loss, which moves Adam's steps nowhere.
        self.scale = 1.0 if net.head == "softmax" else 0.5 * net.sizes[-1]
        lr = net.lr * (self.scale if net.solver == "sgd" else 1.0)
        self.optimizer = optimizer_of(net, self.model, lr, self.fused)

    def step(self, X: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        loss = self.loss(self.model(X), y)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss

    def turns(self, n: int) -> None:
        for _ in range(n):
            for X, y in self.batches():
                self.step(X, y)

    def batches(self) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
        if self.net.full_batch:
            return [(self.X, self.y)] * PASSES
        return ((self.X[rows], self.y[rows]) for rows in torch.randperm(self.net.rows).split(self.net.batch))

    def loss_at(self, step: int) -> float:
        for s in range(step + 1):
            rows = torch.from_numpy(in_order(self.net, s, s + 1))
            loss = self.step(self.X[rows], self.y[rows])
        return loss.item() * self.scale

    def layers(self) -> list[tuple[Any, Any]]:
        return [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in self.model[::2]]


class Loader(Eager):
    """The loop of the tutorials: rows by a DataLoader, in this process."""

    fused = None

    def __init__(self, net: Net, threads: int) -> None:
        if net.full_batch:
            msg = "nobody loads a full batch row by row"
            raise NotSupportedError(msg)
        super().__init__(net, threads)
        self.loader = DataLoader(TensorDataset(self.X, self.y), batch_size=net.batch, shuffle=True)

    def batches(self) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
        return self.loader


class Compiled(Eager):
    """The whole step given to torch.compile, which fuses the optimiser's pass by itself."""

    fused = None

    def __init__(self, net: Net, threads: int) -> None:
        torch._dynamo.reset()
        super().__init__(net, threads)
        self.step = torch.compile(self.step, dynamic=False)


def model_of(net: Net) -> nn.Sequential:
    """The network, at `start`."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(net.sizes):
        layers += [nn.Linear(n_in, n_out), ACTIVATIONS[net.activation]()]
    model = nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for layer, (W, b) in zip(model[::2], start(net), strict=True):
            layer.weight.copy_(torch.from_numpy(W.T))
            layer.bias.copy_(torch.from_numpy(b))
    return model


def optimizer_of(net: Net, model: nn.Module, lr: float, fused: bool | None) -> Any:
    """One group of parameters, which is fastest; biases decay too, by far less than is compared."""
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    decay = net.decay if net.solver == "adamw" else net.l2
    return kinds[net.solver](model.parameters(), lr=lr, weight_decay=decay, fused=fused)
