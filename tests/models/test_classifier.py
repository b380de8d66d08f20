"""The image classifier is the convolutional network that it says, and its files bring it back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from eiftui.domains.digits import Digits, builtin_digits
from eiftui.errors import InputError
from eiftui.models.classifier import BUILTIN, Classifier, half_precision, load_network, packed, patches
from eiftui.models.train_classifier import accuracy, train


def plainly(network: Classifier, images: Tensor) -> Tensor:
    """The same network as a textbook writes it."""
    kernel = network.conv1.weight.view(16, 1, 3, 3)
    features = F.max_pool2d(F.relu(F.conv2d(images[:, None], kernel, network.conv1.bias, padding=1)), 2)
    features = F.max_pool2d(F.relu(network.conv2(features)), 2)
    return network.out(F.relu(network.hidden(features.flatten(1))))


def test_products_with_patches_are_a_convolution() -> None:
    network, images = Classifier().double(), torch.rand(5, 28, 28, dtype=torch.float64)
    torch.testing.assert_close(network(patches(images)), plainly(network, images), rtol=0, atol=1e-12)


def test_it_has_the_parameters_of_the_prototype() -> None:
    assert sum(weight.numel() for weight in Classifier().parameters()) == 105_866


def test_a_file_brings_the_network_back(tmp_path: Path) -> None:
    network = half_precision(Classifier())
    (tmp_path / "n.safetensors").write_bytes(packed(network, {"accuracy": "none"}))
    loaded = load_network(str(tmp_path / "n.safetensors"))
    assert loaded.facts == {"accuracy": "none"}
    for name, weight in network.state_dict().items():
        torch.testing.assert_close(loaded.network.state_dict()[name], weight, rtol=0, atol=0)


@pytest.mark.parametrize("name", BUILTIN)
def test_base_networks_come_with_eiftui_and_say_how_they_were_made(name: str) -> None:
    loaded = load_network(name)
    assert f"eiftui vision train --seed {name[-1]}" in loaded.facts["made by"]
    assert float(loaded.facts["accuracy"].split()[0]) >= 0.91


def test_base_networks_differ() -> None:
    assert len({load_network(name).fingerprint for name in BUILTIN}) == len(BUILTIN)


@pytest.mark.parametrize("content", [b"", b"not safetensors", None])
def test_what_is_no_network_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "n.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"is no network|there is no network"):
        load_network(str(path))


def few() -> Digits:
    return builtin_digits().take(np.arange(256))


def test_training_learns_and_is_repeatable() -> None:
    told: list[tuple[int, int]] = []
    one, again = (train(few(), 30, seed=3, progress=lambda *done: told.append(done)) for _ in range(2))
    assert told[59] == (60, 60)
    assert accuracy(one, few()) > 0.8
    torch.testing.assert_close(one.state_dict(), again.state_dict(), rtol=0, atol=0)


def test_another_seed_trains_another_network() -> None:
    one, other = (train(few(), 1, seed, lambda *done: None) for seed in (0, 1))
    assert not torch.equal(one.out.weight, other.out.weight)
