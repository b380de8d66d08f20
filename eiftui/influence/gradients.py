"""Gradients that are kept, so that further probes and learning rates need no further backward."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import torch

from eiftui.influence.forward import Forward
from eiftui.influence.losses import Tokens
from eiftui.influence.memory import Budget, halving
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

    @property
    def path(self) -> list[Point]:
        """The points of all steps up to this one, in order."""
        return [Point(self.optimizer if step else None, self.learned[: step + 1]) for step in range(len(self.learned))]


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
        return self._found([Point(None, (sequence,)) for sequence in sequences])

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
        if at_base:
            paths = [[Point(None, (sequence,)) for sequence in row] for row in rows]
        else:
            paths = [Point(optimizer, tuple(row)).path for row in rows]
        found = iter(self._found([point for path in paths for point in path]))
        return [list(islice(found, len(path))) for path in paths]

    def _found(self, points: Sequence[Point]) -> list[Gradients]:
        """The gradients at `points`, among which are all that lead to one of them."""
        while missing := [point for point in dict.fromkeys(points) if point not in self._kept]:
            self._kept.update(halving(self._taken, self._next_line(missing)))
        found = [self._kept[point] for point in points]
        self._forget(set(points))
        return found

    def _taken(self, line: Sequence[Point]) -> list[tuple[Point, Gradients]]:
        """Record a line, of which those that are not at the base weights come first."""
        steps = [[self._kept[earlier] for earlier in point.path[:-1]] for point in line if point.optimizer]
        before = Change(self._forward, steps, line[0].optimizer) if line[0].optimizer else None
        return list(zip(line, record(self._forward, [point.learned[-1] for point in line], before), strict=True))

    def _next_line(self, missing: Sequence[Point]) -> list[Point]:
        """Those to record next in one line: about as many tokens as in later ones, those first that others wait for."""
        ready = [point for point in missing if all(earlier in self._kept for earlier in point.path[:-1])]
        if not self._forward.follows_trees:
            return ready[:1]
        steps: dict[Tokens, int] = {}
        for point in missing:
            steps[point.learned[0]] = max(len(point.learned), steps.get(point.learned[0], 0))

        def urgency(point: Point) -> tuple[int, int, Tokens]:
            return steps[point.learned[0]] - len(point.learned), len(point.learned[-1]), point.learned[-1]

        order, largest = sorted(ready, key=urgency, reverse=True), self._budget.recorded_tokens
        tokens = sum(len(point.learned[-1]) for point in missing)
        lines = max(math.ceil(tokens / largest), urgency(order[0])[0] + 1)
        line, held = list[Point](), 0
        for point in order:
            own = len(point.learned[-1])
            if line and (held + own > largest or held + own / 2 > tokens / lines):
                break
            line.append(point)
            held += own
        return sorted(line, key=lambda point: point.optimizer is None)

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
