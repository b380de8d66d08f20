"""Influence between images equals what a plain loop over copies of the network finds."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from eiftui.domains.digits import builtin_digits, draw_digits
from eiftui.influence.images import (
    ImageBatch,
    fine_tuned,
    null_floor,
    predicted,
    probabilities,
    trained,
)
from eiftui.models.classifier import Classifier, load_network, patches
from eiftui.models.train_classifier import as_images
from eiftui.settings import RELATIVE_ERROR, Optimizer

OPTIMIZERS = [
    Optimizer(lr=1e-2),
    Optimizer(lr=1e-2, epochs=3, momentum=0.9, weight_decay=0.1),
    Optimizer(lr=1e-1, clip_norm=0.01, epochs=2),
    Optimizer(name="adamw", lr=1e-3, epochs=2),
]


def material(dtype: torch.dtype) -> tuple[Classifier, ImageBatch, ImageBatch]:
    torch.manual_seed(0)
    network = Classifier().to(dtype)
    images, labels = torch.rand(9, 28, 28, dtype=dtype), torch.arange(9)
    batch = ImageBatch(patches(images), labels)
    return network, ImageBatch(batch.images[:4], labels[:4]), batch


def plain_loop(network: Classifier, rows: ImageBatch, probes: ImageBatch, settings: Optimizer) -> Tensor:
    with torch.no_grad():
        before = cross_entropy(network(probes.images), probes.labels, reduction="none")
    matrix = []
    for image, label in zip(rows.images, rows.labels, strict=True):
        tuned = copy.deepcopy(network)
        rule: torch.optim.Optimizer = torch.optim.AdamW(tuned.parameters(), lr=settings.lr, weight_decay=0)
        if settings.name == "sgd":
            rule = torch.optim.SGD(
                tuned.parameters(), lr=settings.lr, momentum=settings.momentum, weight_decay=settings.weight_decay
            )
        for _ in range(settings.epochs):
            rule.zero_grad()
            cross_entropy(tuned(image[None]), label[None]).backward()
            if settings.clip_norm:
                torch.nn.utils.clip_grad_norm_(tuned.parameters(), settings.clip_norm)
            rule.step()
        with torch.no_grad():
            matrix.append(cross_entropy(tuned(probes.images), probes.labels, reduction="none") - before)
    return torch.stack(matrix)


@pytest.mark.parametrize("settings", OPTIMIZERS)
@pytest.mark.parametrize(("dtype", "most"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_it_equals_a_loop_over_copies(settings: Optimizer, dtype: torch.dtype, most: float) -> None:
    network, rows, probes = material(dtype)
    expected = plain_loop(network, rows, probes, settings)
    found = trained(network, fine_tuned(network, rows, settings), probes)
    torch.testing.assert_close(found, expected, rtol=0, atol=most)


def test_a_row_does_not_depend_on_the_others() -> None:
    network, rows, probes = material(torch.float64)
    alone = ImageBatch(rows.images[2:3], rows.labels[2:3])
    together, single = (trained(network, fine_tuned(network, some, OPTIMIZERS[1]), probes) for some in (rows, alone))
    torch.testing.assert_close(together[2:3], single, rtol=0, atol=1e-12)


@pytest.mark.parametrize("settings", OPTIMIZERS)
def test_small_steps_are_as_predicted(settings: Optimizer) -> None:
    network, rows, probes = material(torch.float64)
    small = settings.model_copy(update={"lr": settings.lr * 1e-5})
    tuned = fine_tuned(network, rows, small)
    torch.testing.assert_close(predicted(network, tuned, probes), trained(network, tuned, probes), rtol=1e-2, atol=1e-9)


@pytest.mark.parametrize("settings", [Optimizer(lr=1e-7), Optimizer(name="adamw", lr=1e-5)])
def test_it_is_exact_of_images_that_a_network_is_sure_of(settings: Optimizer) -> None:
    network, digits = load_network("fashion-0").network, draw_digits(builtin_digits(), 1, 0, 0)
    found, exact = (
        trained(network.to(kind), fine_tuned(network, batch, settings), batch).double()
        for kind in (torch.float32, torch.float64)
        if (batch := ImageBatch(patches(as_images(digits).to(kind)), torch.from_numpy(digits.labels)))
    )
    most = RELATIVE_ERROR["float32"] * float(exact.abs().max())
    torch.testing.assert_close(found, exact, rtol=0, atol=most)


def test_the_network_itself_stays_as_it_was() -> None:
    network, rows, _ = material(torch.float32)
    before = copy.deepcopy(network.state_dict())
    fine_tuned(network, rows, OPTIMIZERS[0])
    torch.testing.assert_close(network.state_dict(), before, rtol=0, atol=0)


def test_unchanged_weights_have_no_influence() -> None:
    network, _, probes = material(torch.float32)
    assert null_floor(network, probes) == 0


@pytest.mark.parametrize("settings", OPTIMIZERS)
@pytest.mark.parametrize("smaller", [1, 1e-2, 1e-4, 1e-6, 1e-8])
def test_it_is_as_exact_at_any_rate(settings: Optimizer, smaller: float) -> None:
    settings = settings.model_copy(update={"lr": settings.lr * smaller})
    network, rows, probes = material(torch.float32)
    found = trained(network, fine_tuned(network, rows, settings), probes)
    rows, probes = (ImageBatch(batch.images.double(), batch.labels) for batch in (rows, probes))
    exact = trained(network.double(), fine_tuned(network, rows, settings), probes)
    most = RELATIVE_ERROR["float32"] * float(exact.abs().max())
    torch.testing.assert_close(found.double(), exact, rtol=0, atol=most)


def test_probabilities_are_of_each_class() -> None:
    network, _, probes = material(torch.float64)
    found = probabilities(network, probes.images)
    assert found.shape == (9, 10)
    torch.testing.assert_close(found.sum(1), torch.ones(9, dtype=torch.float64))
