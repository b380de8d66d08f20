"""A 100×100 matrix of influence between digits, by eiftui and by the plain loop that one would write first.

Both fine-tune the same base network on each digit alone, by one step of SGD, and must find the same numbers.
"""

import copy

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from benchmarks.material import say, seconds
from eiftui.domains.digits import builtin_digits, draw_digits
from eiftui.domains.noise import CLEAN, with_noise
from eiftui.influence.images import ImageBatch, fine_tuned, trained
from eiftui.influence.memory import keep_freed
from eiftui.models.classifier import BUILTIN, load_network, patches
from eiftui.settings import Optimizer

RATE = 1e-3


class Textbook(nn.Module):
    """The base network as one would write it."""

    def __init__(self, network):
        super().__init__()
        first = nn.Conv2d(1, 16, 3, padding=1)
        first.weight.data = network.conv1.weight.reshape(16, 1, 3, 3).clone()
        first.bias.data = network.conv1.bias.clone()
        half = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))
        rest = copy.deepcopy([network.conv2, network.hidden, network.out])
        self.layers = nn.Sequential(first, *half, rest[0], *half, nn.Flatten(), rest[1], nn.ReLU(), rest[2])

    def forward(self, images):
        return self.layers(images[:, None])


def plain(network, images, labels):
    with torch.no_grad():
        before = cross_entropy(network(images), labels, reduction="none")
    rows = []
    for image, label in zip(images, labels, strict=True):
        tuned = copy.deepcopy(network)
        optimizer = torch.optim.SGD(tuned.parameters(), lr=RATE)
        cross_entropy(tuned(image[None]), label[None]).backward()
        optimizer.step()
        with torch.no_grad():
            rows.append(cross_entropy(tuned(images), labels, reduction="none") - before)
    return torch.stack(rows)


def ours(network, images, labels):
    batch = ImageBatch(patches(images), labels)
    return trained(network, fine_tuned(network, batch, Optimizer(lr=RATE)), batch)


def main():
    digits = draw_digits(builtin_digits(), 10, 0, 0)
    images, labels = torch.from_numpy(with_noise(digits, CLEAN, 0, 0)), torch.from_numpy(digits.labels)
    network = load_network(BUILTIN[0]).network
    textbook = Textbook(network).requires_grad_(True)
    slow, expected = seconds(lambda: plain(textbook, images, labels))
    keep_freed()
    fast, found = seconds(lambda: ours(network, images, labels))
    print("\nInfluence between 100 digits: seconds, and how many times those of a plain loop")
    say("plain loop", f"{slow:.2f} s")
    say("eiftui", f"{fast:.2f} s", f"{fast / slow:.2f} ×")
    say("largest difference", f"{float((found - expected).abs().max()):.1e} nats")
