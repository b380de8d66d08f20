"""Sentences small enough for tiny networks, and ways to measure them with an engine."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from eiftui.influence.engine import Engine, RowResult, TrainingSet, engine_for
from eiftui.influence.losses import Tokens
from eiftui.settings import Method, Optimizer
from tests.models.tiny import BOS, tiny_network

Array = NDArray[np.float64]
DEVICE = os.environ.get("EIFTUI_TEST_DEVICE", "cpu")
"""Where engines measure: `cuda` tests them on a GPU."""

SINGLE: tuple[TrainingSet, ...] = (((5, 9, 3),), ((5, 9, 3, 8, 2),), ((7, 7, 20, 3, 60, 4),))
TRIPLE: tuple[TrainingSet, ...] = (
    ((5, 9, 3), (4, 4, 9), (3, 2)),
    ((5, 9, 3, 8, 2), (5, 6), (9, 8, 7, 6)),
    ((7, 7, 20, 3, 60, 4), (5, 9), (60, 7)),
)
PROBES: tuple[Tokens, ...] = (
    (5, 9, 3),
    (5, 9, 3, 8, 2),
    (7, 7, 20, 3, 60, 4, 11, 12, 13, 14, 15, 16),
    (5, 9, 40, 2, 2, 3),
)
PROMPTS: tuple[Tokens, ...] = ((5, 9, 3, 50), (7, 7, 20, 3, 60, 4, 50), (30, 31))

SGD = Optimizer(lr=1e-2)
SGD_ALL = Optimizer(lr=1e-2, momentum=0.9, weight_decay=0.05, clip_norm=1.0)
ADAMW = Optimizer(name="adamw", lr=1e-3, weight_decay=0.1)
OPTIMIZERS = {"sgd": SGD, "sgd momentum decay clip": SGD_ALL, "adamw decay": ADAMW}


@cache
def network(architecture: str, dtype: torch.dtype = torch.float64, tied: bool | None = None) -> torch.nn.Module:
    """One network for all the tests that only measure it."""
    return tiny_network(architecture, dtype=dtype, tied=tied).to(DEVICE)


@cache
def engine(
    architecture: str,
    kind: str,
    dtype: torch.dtype = torch.float64,
    tied: bool | None = None,
    products: str = "float32",
) -> Engine:
    """One engine likewise."""
    return engine_of(network(architecture, dtype, tied), kind, products=products)


@cache
def double_engine(architecture: str, kind: str) -> Engine:
    """The same float32 weights, with everything done in float64."""
    return engine_of(copy.deepcopy(network(architecture, torch.float32)).double(), kind)


def engine_of(
    model: torch.nn.Module, kind: str = "factors", start: int | None = BOS, products: str = "float32"
) -> Engine:
    return engine_for(model.to(DEVICE), start, Method.model_validate({"engine": kind, "products": products}))


def in_order(results: Sequence[RowResult]) -> list[RowResult]:
    return sorted(results, key=lambda result: result.row)


def trained(
    one: Engine, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer
) -> list[RowResult]:
    return in_order(list(one.trained(rows, probes, optimizer)))


def predicted(one: Engine, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer) -> Array:
    return matrix(in_order(list(one.predicted(rows, probes, optimizer))))


def matrix(results: Sequence[RowResult]) -> Array:
    """EIF, (rows, probes)."""
    return np.stack([result.eif for result in results])


def tokens(results: Sequence[RowResult]) -> Array:
    """Changes of every token of every probe, (rows, tokens of all probes)."""
    lines = []
    for result in results:
        assert result.changes is not None
        lines.append(np.concatenate(result.changes))
    return np.stack(lines)


def distance(found: Array, truth: Array) -> float:
    """Largest difference, as a fraction of the largest truth."""
    return float(np.abs(found - truth).max() / np.abs(truth).max())


def relative(found: Array, truth: Array) -> float:
    """Frobenius norm of the difference over that of the truth."""
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))
