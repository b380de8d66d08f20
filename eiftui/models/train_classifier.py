"""Trains the base network: FashionMNIST's classes from its 60,000 training images."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from eiftui.domains.digits import Digits
from eiftui.models.classifier import Classifier, half_precision, patches

BATCH = 128
RATE = 5e-3


def train(digits: Digits, epochs: int, seed: int, progress: Callable[[int, int], None]) -> Classifier:
    """A network trained by Adam at a rate that falls to zero along a cosine; its weights are of half precision.

    Half of the images are mirrored at each look, which leaves clothes what they are.

    `progress` is told after each batch how many are done, and of how many. The seed decides the weights that it starts
    with and the order of the images, so the same machine repeats it exactly.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Classifier()
    order = torch.Generator().manual_seed(seed)
    images, labels = as_images(digits), torch.from_numpy(digits.labels)
    batches = len(digits) // BATCH
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, epochs * batches))
    for epoch in range(epochs):
        shuffled = torch.randperm(len(digits), generator=order)
        for batch in range(batches):
            chosen = shuffled[batch * BATCH : (batch + 1) * BATCH]
            mirrored = torch.rand(len(chosen), 1, 1, generator=order) < 0.5
            seen = torch.where(mirrored, images[chosen].flip(-1), images[chosen])
            optimizer.zero_grad()
            cross_entropy(network(patches(seen)), labels[chosen]).backward()
            optimizer.step()
            schedule.step()
            progress(epoch * batches + batch + 1, epochs * batches)
    return half_precision(network)


@torch.no_grad()
def accuracy(network: Classifier, digits: Digits) -> float:
    """The share of images whose class the network finds most probable."""
    images, right = as_images(digits), 0
    for start in range(0, len(digits), 1000):
        part = slice(start, start + 1000)
        guesses = network(patches(images[part])).argmax(1)
        right += int((guesses == torch.from_numpy(digits.labels[part])).sum())
    return right / len(digits)


def as_images(digits: Digits) -> Tensor:
    """The pixels as the network takes them: (images, 28, 28), 0 to 1."""
    return torch.from_numpy(digits.pixels.copy()).float() / 255
