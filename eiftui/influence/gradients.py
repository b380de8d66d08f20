"""Gradients that are kept, so that further probes and learning rates need no further backward."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

import torch

from eiftui.influence.forward import Forward
from eiftui.influence.losses import Tokens
from eiftui.influence.memory import Budget, in_blocks
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


@dataclass
class Walk:
    """A row on its way through its sequences, each of which is a step from where the one before has led."""

    sequences: tuple[Tokens, ...]
    optimizer: Optimizer
    steps: list[Gradients] = field(default_factory=list)
    """The gradients of the first sequences: those of the others can be taken one after another."""

    @property
    def ahead(self) -> tuple[Tokens, ...]:
        return self.sequences[len(self.steps) :]

    @property
    def next(self) -> Point:
        """Where the next gradient is to be taken."""
        return Point(self.optimizer if self.steps else None, self.sequences[: len(self.steps) + 1])


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
        return [steps[0] for steps in self._steps([[sequence] for sequence in sequences], Optimizer())]

    def change(self, rows: Sequence[Sequence[Tokens]], optimizer: Optimizer, at_base: bool = False) -> Change:
        """How a step on each sequence of `rows`, of which one may have more than another, changes the weights.

        With `at_base`, every gradient is taken at the base weights, as the first-order prediction has it.
        """
        if at_base:
            found = iter(self.first([sequence for row in rows for sequence in row]))
            return Change(self._forward, [list(islice(found, len(row))) for row in rows], optimizer)
        steps = self._steps(rows, optimizer)
        long = [row for row, own in enumerate(steps) if self._is_long(own, optimizer)]
        if self._exact and long:
            exact = self._exact._steps([rows[row] for row in long], optimizer)
            for row, own in zip(long, exact, strict=True):
                steps[row] = [gradients.to(self._forward.dtype) for gradients in own]
        return Change(self._forward, steps, optimizer, bool(long))

    def _is_long(self, steps: Sequence[Gradients], optimizer: Optimizer) -> bool:
        return _fall(steps, optimizer, self._sizes) > LONG

    def _steps(self, rows: Sequence[Sequence[Tokens]], optimizer: Optimizer) -> list[list[Gradients]]:
        """The gradients of each row's sequences, in order."""
        walks = [Walk(tuple(row), optimizer) for row in rows]
        waiting: dict[Point, list[Walk]] = {}

        def go_on(walk: Walk) -> None:
            """As far as gradients are kept."""
            while walk.ahead:
                if (point := walk.next) not in self._kept:
                    waiting.setdefault(point, []).append(walk)
                    return
                walk.steps.append(self._kept[point])

        for walk in walks:
            go_on(walk)
        while waiting:
            line = self._line([walk for walk, *_ in waiting.values()])
            self._kept.update(in_blocks(self._taken, [line]))
            for ready in [waiting.pop(walk.next) for walk in line]:
                for walk in ready:
                    go_on(walk)
        steps = [walk.steps for walk in walks]
        self._forget({id(gradients) for own in steps for gradients in own})
        return steps

    def _taken(self, line: Sequence[Walk]) -> list[tuple[Point, Gradients]]:
        """The next gradients of some rows; those that are not at the base weights come first."""
        self._budget.check_recording(sum(len(walk.ahead[0]) for walk in line))
        under_way = [walk.steps for walk in line if walk.steps]
        before = Change(self._forward, under_way, line[0].optimizer) if under_way else None
        gradients = record(self._forward, [walk.ahead[0] for walk in line], before)
        return [(walk.next, one) for walk, one in zip(line, gradients, strict=True)]

    def _line(self, waiting: Sequence[Walk]) -> list[Walk]:
        """Those to record next in one line, where the model follows trees: those first that have most ahead.

        Only about as many tokens as in later lines, so that what comes of them is recorded along with others.
        """
        if not self._forward.follows_trees:
            return list(waiting[:1])
        order = sorted(waiting, key=lambda walk: (len(walk.ahead), len(walk.ahead[0]), walk.ahead[0]), reverse=True)
        largest, tokens = self._budget.recorded_tokens, sum(sum(map(len, walk.ahead)) for walk in waiting)
        even = tokens / max(math.ceil(tokens / largest), len(order[0].ahead))
        line, held = order[:1], len(order[0].ahead[0])
        for walk in order[1:]:
            own = len(walk.ahead[0])
            if held + own > largest or held + own / 2 > even:
                break
            line.append(walk)
            held += own
        return sorted(line, key=lambda walk: not walk.steps)

    def _forget(self, used: set[int]) -> None:
        """Drop the oldest gradients that are not in use until the rest fit in the budget."""
        held = total_bytes(self._kept.values())
        for point, gradients in list(self._kept.items()):
            if held <= self._budget.bytes:
                return
            if id(gradients) not in used:
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
