"""Gradients that are kept, so that further probes and learning rates need no further backward."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import torch

from eiftui.influence.forward import Forward
from eiftui.influence.losses import Tokens
from eiftui.influence.memory import Budget, even, halving
from eiftui.influence.recording import Change, Gradients, record, total_bytes
from eiftui.settings import Optimizer

LONG = 8.0
"""Nats by which a row's steps would lower their own losses, to first order, where they are long: no loss is as large.

They overshoot, and what comes of them depends so strongly on the gradients that these are taken in float64."""


class Point(NamedTuple):
    """Where in the space of weights a gradient was taken, and of which sequence: the last."""

    optimizer: Optimizer | None
    """What made the steps; None at the base weights, whatever makes a step of it."""
    learned: tuple[Tokens, ...]
    """The sequences of the steps before, in order, and then the one whose gradient it is."""


class KeptGradients:
    """The gradients of sequences, start tokens included; the oldest are dropped where they outgrow the budget."""

    def __init__(self, forward: Forward, budget: Budget) -> None:
        self._forward, self._budget = forward, budget
        self._kept: OrderedDict[Point, Gradients] = OrderedDict()
        self._sizes = {name: parameter.numel() for name, parameter in forward.parameters.items()}
        self._exact = _exact(forward, budget)

    @property
    def at_base(self) -> frozenset[Tokens]:
        """The sequences whose gradients at the base weights are kept."""
        return frozenset(point.learned[0] for point in self._kept if point.optimizer is None)

    def clear(self) -> None:
        self._kept.clear()
        if self._exact:
            self._exact.clear()

    def first(self, sequences: Sequence[Tokens]) -> list[Gradients]:
        """The gradient of each of `sequences` at the base weights."""
        return self._found([Point(None, (sequence,)) for sequence in sequences], lambda _: None)

    def change(self, rows: Sequence[Sequence[Tokens]], optimizer: Optimizer, at_base: bool = False) -> Change:
        """How a step on each sequence of `rows`, of which one may have more than another, changes the weights.

        With `at_base`, every gradient is taken at the base weights, as the first-order prediction has it.
        """
        steps = self._steps(rows, optimizer, at_base)
        long = [] if at_base else [row for row, own in enumerate(steps) if self._is_long(own, optimizer)]
        if self._exact and long:
            exact = self._exact._steps([rows[row] for row in long], optimizer)
            for row, own in zip(long, exact, strict=True):
                steps[row] = [gradients.to(self._forward.dtype) for gradients in own]
        return Change(self._forward, steps, optimizer, bool(long))

    def _is_long(self, steps: Sequence[Gradients], optimizer: Optimizer) -> bool:
        return _fall(steps, optimizer, self._sizes) > LONG

    def _steps(
        self, rows: Sequence[Sequence[Tokens]], optimizer: Optimizer, at_base: bool = False
    ) -> list[list[Gradients]]:
        """The gradients of each row's sequences, in order."""
        steps = [[gradients] for gradients in self.first([row[0] for row in rows])]
        for step in range(1, max(map(len, rows))):
            going = [row for row, own in enumerate(rows) if len(own) > step]
            if at_base:
                found = self.first([rows[row][step] for row in going])
            else:
                found = self._further(
                    [rows[row][: step + 1] for row in going], [steps[row] for row in going], optimizer
                )
            for row, gradients in zip(going, found, strict=True):
                steps[row].append(gradients)
        return steps

    def _further(
        self, learned: Sequence[Sequence[Tokens]], steps: Sequence[Sequence[Gradients]], optimizer: Optimizer
    ) -> list[Gradients]:
        """The gradient of each row's last sequence, at the weights that its `steps` have left."""
        points = [Point(optimizer, tuple(own)) for own in learned]
        steps_to = dict(zip(points, steps, strict=True))
        return self._found(points, lambda some: Change(self._forward, [steps_to[point] for point in some], optimizer))

    def _found(self, points: Sequence[Point], before: Callable[[Sequence[Point]], Change | None]) -> list[Gradients]:
        def taken(block: Sequence[Point]) -> list[tuple[Point, Gradients]]:
            sequences = [point.learned[-1] for point in block]
            return list(zip(block, record(self._forward, sequences, before(block)), strict=True))

        for block in self._lines([point for point in dict.fromkeys(points) if point not in self._kept]):
            self._kept.update(halving(taken, block))
        found = [self._kept[point] for point in points]
        self._forget(set(points))
        return found

    def _lines(self, points: Sequence[Point]) -> list[list[Point]]:
        """Those that are recorded together: in one line, where the model follows trees."""
        if not self._forward.follows_trees:
            return [[point] for point in points]
        order = sorted(points, key=lambda point: (len(point.learned[-1]), point.learned[-1]), reverse=True)
        return even(order, lambda point: len(point.learned[-1]), self._budget.recorded_tokens)

    def _forget(self, used: set[Point]) -> None:
        """Drop the oldest gradients that are not in use until the rest fit in the budget."""
        held = total_bytes(self._kept.values())
        for point in list(self._kept):
            if held <= self._budget.bytes:
                return
            if point not in used:
                held -= total_bytes([self._kept.pop(point)])


def _exact(forward: Forward, budget: Budget) -> KeptGradients | None:
    """Gradients of the same model in float64, where there is more to be had than `forward` has."""
    if forward.dtype == torch.float64 or forward.device.type == "mps":
        return None
    return KeptGradients(forward.in_float64(), replace(budget, number=torch.float64.itemsize))


def _fall(steps: Sequence[Gradients], optimizer: Optimizer, sizes: Mapping[str, int]) -> float:
    """By how much the steps lower the loss of their own sentences, to first order: nats; for AdamW, at most.

    AdamW moves each of a weight's numbers by the learning rate at most: η Σ |g| ≤ η ‖g‖ √size.
    """
    if optimizer.name == "adamw":
        return optimizer.lr * sum(norm * math.sqrt(sizes[name]) for own in steps for name, norm in own.norms.items())
    return optimizer.lr * sum(own.clip(optimizer.clip_norm) * own.norm**2 for own in steps)
