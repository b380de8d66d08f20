"""The image classifier: a small convolutional network, its files, and the base networks that come with eiftui."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, relu, unfold

from eiftui.domains.digits import CLASSES
from eiftui.errors import InputError

BUILTIN = ("fashion-0", "fashion-1", "fashion-2")
"""Base networks that come with eiftui: `eiftui vision train --seed K` made number K."""


class Classifier(nn.Module):
    """Two convolutions of 3×3 with pooling, then two linear layers: 105,866 parameters.

    The first convolution is a product with patches that `patches` cuts out: they are cut once for any number of
    networks, and one product with all of them takes a tenth of the time of a convolution of one channel.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Linear(9, 16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.hidden = nn.Linear(32 * 7 * 7, 64)
        self.out = nn.Linear(64, CLASSES)

    def forward(self, patches: Tensor) -> Tensor:
        """Logits (images, classes) of `patches` (images, 28, 28, 9)."""
        features = pooled(self.conv1(patches).movedim(-1, 1))
        features = pooled(self.conv2(features))
        return self.out(relu(self.hidden(features.flatten(1))))


def patches(images: Tensor) -> Tensor:
    """The 3×3 pixels around each pixel, zero outside: (images, 28, 28, 9) of grey `images` (images, 28, 28)."""
    around = unfold(images.unsqueeze(1), 3, padding=1)
    return around.mT.unflatten(1, images.shape[1:]).contiguous()


def pooled(features: Tensor) -> Tensor:
    """ReLU of the largest of each 2×2 features, fast where channels are stored last, as they are after `conv1`."""
    return relu(max_pool2d(features, 2))


@dataclass(frozen=True)
class BaseNetwork:
    """A trained classifier, from which every fine-tuned one starts."""

    name: str
    network: Classifier
    """In float32 on the CPU; its weights are numbers of half precision, as the file holds them."""
    fingerprint: str
    """Identifies its weights."""
    facts: dict[str, str]
    """How it was made and how good it is, as its file tells."""


def packed(network: Classifier, facts: dict[str, str]) -> bytes:
    """The content of a network's safetensors file: its weights in half precision."""
    return save({name: weight.detach().half().contiguous() for name, weight in network.state_dict().items()}, facts)


def load_network(name: str) -> BaseNetwork:
    """A base network by its built-in name or from a file that `eiftui vision train` made.

    Raises:
        InputError: there is none, or the file does not hold one.
    """
    if name in BUILTIN:
        with resources.as_file(resources.files("eiftui.models") / "networks" / f"{name}.safetensors") as path:
            return _read(name, path)
    path = Path(name)
    if not path.is_file():
        raise InputError(f"there is no network {name}: use {', '.join(BUILTIN)}, or a file of `eiftui vision train`")
    return _read(name, path)


def _read(name: str, path: Path) -> BaseNetwork:
    try:
        content = path.read_bytes()
        weights = load(content)
        with safe_open(path, "pt") as file:
            facts = dict(sorted((file.metadata() or {}).items()))
        network = Classifier()
        network.load_state_dict({key: weight.float() for key, weight in weights.items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InputError(f"{path} is no network of `eiftui vision train` ({str(error).splitlines()[0]})") from error
    return BaseNetwork(name, network.requires_grad_(False), fingerprint(network), facts)


def fingerprint(network: Classifier) -> str:
    """16 hexadecimal digits that identify the weights."""
    digest = hashlib.sha256()
    for name, weight in sorted(network.state_dict().items()):
        digest.update(name.encode() + weight.float().numpy().tobytes())
    return digest.hexdigest()[:16]


def half_precision(network: Classifier) -> Classifier:
    """The same network with its weights rounded to what its file will hold."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(weight.half())
    return network
