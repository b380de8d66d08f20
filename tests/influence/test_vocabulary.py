"""The change of a log-sum-exp over a whole vocabulary keeps float32's digits, however long its parts are."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import eiftui.influence.weights  # noqa: F401  (registers all rules)
from eiftui.influence.pair import Pair
from eiftui.influence.vocabulary import LogSumChange

VOCABULARY = 49_152
ROUNDING = 3e-6
"""Nats: what some roundings of numbers about as large as the change make."""


@pytest.fixture(scope="module")
def logits() -> tuple[Tensor, Tensor]:
    """As a step leaves them: base logits (2, vocabulary), and by how much most of them fell (1, 2, vocabulary)."""
    draw = torch.Generator().manual_seed(0)
    x = 4 * torch.randn(2, VOCABULARY, generator=draw) + 20
    return x, 0.7 * torch.randn(1, 2, VOCABULARY, generator=draw) - 1.2


def true_change(x: Tensor, d: Tensor) -> Tensor:
    return (x.double() + d.double()).logsumexp(-1) - x.double().logsumexp(-1)


@pytest.mark.parametrize("part", [512, VOCABULARY])
def test_in_parts_of_any_length(logits: tuple[Tensor, Tensor], part: int) -> None:
    x, d = logits
    total = LogSumChange()
    for own, change in zip(x.split(part, -1), d.split(part, -1), strict=True):
        total.add(own, change)
    assert (total.change.double() - true_change(x, d)).abs().max() < ROUNDING


def test_as_a_rule(logits: tuple[Tensor, Tensor]) -> None:
    x, d = logits
    found = torch.logsumexp(Pair(x, d), -1)
    assert (found.d.double() - true_change(x, d)).abs().max() < ROUNDING  # type: ignore[attr-defined]
