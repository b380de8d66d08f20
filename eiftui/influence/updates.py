"""From gradients to changed weights: the optimisers of `torch.optim`, on factors and on small explicit gradients.

After all its steps a weight has changed by decay · W₀ + (what its gradients brought). For SGD the second part is a
weighted sum of the steps' gradients, so it stays a sum of factors; AdamW needs the gradient itself, which is rebuilt a
block at a time, used and dropped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from eiftui.influence.factors import Factor, inner
from eiftui.influence.products import times, times_each
from eiftui.settings import Optimizer

BLOCK = 1 << 18
"""Numbers of a gradient that AdamW rebuilds at once: about what a processor's cache holds."""

Memo = dict[tuple[int, torch.Size], tuple[Tensor, Tensor]]
"""Products of some activations with the inputs of factors, by where those lie; they are kept, so that none moves in."""


class Update(Protocol):
    """How each row's steps changed one matrix W (out, in), less `decay` · W."""

    @property
    def decay(self) -> Tensor | None:
        """(rows, 1, 1); None where there is no weight decay."""
        ...

    def add_to(self, y: Tensor, x: Tensor, memo: Memo | None = None) -> None:
        """Add the change times `x` (rows, n, in) to `y` (rows, n, out), in place.

        `memo` belongs to `x`: layers that are given the same activations have the same factors' inputs.
        """
        ...

    def apply_transposed(self, y: Tensor) -> Tensor:
        """The transposed change times `y` (rows, n, out): (rows, n, in)."""
        ...

    def lookup(self, ids: Tensor) -> Tensor:
        """Lines `ids`, (n,) or a row's own (rows, n), of the change: (rows, n, in)."""
        ...

    def inner(self, factors: Sequence[Factor]) -> Tensor:
        """Inner products of the change with the gradients of some probes: (rows, probes)."""
        ...


@dataclass(frozen=True)
class Schedule:
    """The steps of some rows, of which one may have more than another."""

    optimizer: Optimizer
    clips: Tensor
    """What norm clipping multiplies each gradient by: (steps, rows), float64; nan where a row has no such step."""

    @property
    def rows(self) -> int:
        return self.clips.shape[1]

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """How many steps each row has."""
        return tuple((~self.clips.isnan()).sum(0).tolist())

    @cached_property
    def sgd(self) -> tuple[Tensor, Tensor]:
        """The change after SGD's steps as coefficients of W₀, (rows,), and of each step's gradient, (steps, rows).

        With buffer b and gradient g′ = clip·g + λW, torch does b ← μb + g′, W ← W − ηb; both are linear in W₀ and the
        gradients.
        """
        rate, momentum, weight_decay = self.optimizer.lr, self.optimizer.momentum, self.optimizer.weight_decay
        weight, buffer = torch.zeros_like(self.clips), torch.zeros_like(self.clips)
        decay, decay_buffer = torch.zeros_like(self.clips[0]), torch.zeros_like(self.clips[0])
        for step, clips in enumerate(self.clips):
            there = ~clips.isnan()
            buffer = momentum * buffer + weight_decay * weight
            buffer[step] += clips.nan_to_num()
            decay_buffer = momentum * decay_buffer + weight_decay * (1 + decay)
            weight, decay = weight - rate * there * buffer, decay - rate * there * decay_buffer
        return decay, weight

    @cached_property
    def decay(self) -> Tensor:
        """The coefficient of W₀ after all steps: (rows,)."""
        if self.optimizer.name == "sgd":
            return self.sgd[0]
        # (1 − ηλ)ᵏ − 1 without cancellation
        each = math.log1p(-self.optimizer.lr * self.optimizer.weight_decay)
        return torch.expm1(each * torch.tensor(self.steps, dtype=torch.float64))


def adamw_change(optimizer: Optimizer, gradients: Sequence[Tensor]) -> Tensor:
    """What AdamW's steps add to a weight besides its decay, from its gradients in order, elementwise and in place.

    The gradients are used up.
    """
    first, second = optimizer.betas
    if len(gradients) == 1:
        # the bias-corrected moments of one step are g and g²
        only = gradients[0]
        return only.div_(only.abs().add_(optimizer.eps)).mul_(-optimizer.lr)
    mean, square, change = (torch.zeros_like(gradients[0]) for _ in range(3))
    for count, gradient in enumerate(gradients, 1):
        mean.lerp_(gradient, 1 - first)
        square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        scale = (square / (1 - second**count)).sqrt_().add_(optimizer.eps)
        change.mul_(1 - optimizer.lr * optimizer.weight_decay)
        change.addcdiv_(mean, scale, value=-optimizer.lr / (1 - first**count))
    return change


def vector_change(schedule: Schedule, weight: Tensor, gradients: Sequence[Sequence[Tensor]]) -> Tensor:
    """The whole change (rows, *shape) of a small weight (*shape), from each row's gradients in order."""
    decay = _as(schedule.decay, weight)
    if schedule.optimizer.name == "adamw":
        clips = _as(schedule.clips.T, weight)
        brought = [
            adamw_change(schedule.optimizer, [g * c for g, c in zip(own, clip, strict=False)])
            for own, clip in zip(gradients, clips, strict=True)
        ]
    else:
        coefficients = _as(schedule.sgd[1].T, weight)
        brought = [
            _total(g * c for g, c in zip(own, coefficient, strict=False))
            for own, coefficient in zip(gradients, coefficients, strict=True)
        ]
    return torch.stack([part + d * weight for part, d in zip(brought, decay, strict=True)])


def _over(per_row: Tensor, like: Tensor) -> Tensor:
    """(rows,) as (rows, 1, …) beside `like`, in its number format and place."""
    return _as(per_row, like).view(-1, *[1] * (like.dim() - 1))


def _as(numbers: Tensor, like: Tensor) -> Tensor:
    """In the number format and place of `like`; in two steps, because not every device has float64."""
    return numbers.to(like.dtype).to(like.device)


def _total(parts: Iterable[Tensor]) -> Tensor:
    parts = iter(parts)
    total = next(parts)
    for part in parts:
        total = total.add_(part)
    return total


def make_update(schedule: Schedule, steps: Sequence[Sequence[Factor]]) -> Update:
    """The change of one matrix, from each step's factors in order; a row without some step has any factors there."""
    decay = None if schedule.optimizer.weight_decay == 0 else _over(schedule.decay, steps[0][0].inputs)
    if schedule.optimizer.name == "adamw":
        return AdamW(decay, schedule, steps)
    terms = [(c, factor) for c, factors in zip(schedule.sgd[1], steps, strict=True) for factor in factors]
    return LowRank(decay, terms)


@dataclass(frozen=True)
class LowRank:
    """A weighted sum of factors: what SGD leaves behind."""

    decay: Tensor | None
    terms: Sequence[tuple[Tensor, Factor]]
    """Coefficients (rows,) and factors."""

    def add_to(self, y: Tensor, x: Tensor, memo: Memo | None = None) -> None:
        memo = {} if memo is None else memo
        for coefficient, factor in self.terms:
            place = (factor.inputs.data_ptr(), factor.inputs.shape)
            if place not in memo:
                memo[place] = times_each(x, factor.inputs), factor.inputs
            factor.add_times(y, memo[place][0] * _over(coefficient, x))

    def apply_transposed(self, y: Tensor) -> Tensor:
        return _total(torch.matmul(factor.project(y).mul_(_over(c, y)), factor.inputs) for c, factor in self.terms)

    def lookup(self, ids: Tensor) -> Tensor:
        return _total(
            torch.matmul(factor.at(ids).transpose(1, 2) * _over(c, factor.inputs), factor.inputs)
            for c, factor in self.terms
        )

    def inner(self, factors: Sequence[Factor]) -> Tensor:
        return _total(inner(mine, other) * _over(c, mine.inputs[0]) for c, mine in self.terms for other in factors)


@dataclass(frozen=True)
class AdamW:
    """AdamW's change, made anew a block of one row at a time from each step's factors."""

    decay: Tensor | None
    schedule: Schedule
    steps: Sequence[Sequence[Factor]]

    def lines(self, row: int, outputs: Tensor | slice) -> Tensor:
        """Some lines of one row's change: (n, in)."""
        gradients = []
        for factors, clip in zip(self.steps[: self.schedule.steps[row]], self.schedule.clips[:, row], strict=False):
            total = _total(torch.matmul(f.of(row).at(outputs)[0].T, f.inputs[row]) for f in factors)
            gradients.append(total if clip == 1 else total.mul_(clip.to(total)))
        return adamw_change(self.schedule.optimizer, gradients)

    def _blocks(self) -> Iterator[tuple[int, slice]]:
        factor = self.steps[0][0]
        rows, _, width = factor.inputs.shape
        height = max(1, BLOCK // width)
        for row in range(rows):
            for start in range(0, factor.size, height):
                yield row, slice(start, min(start + height, factor.size))

    def add_to(self, y: Tensor, x: Tensor, memo: Memo | None = None) -> None:
        for row, block in self._blocks():
            y[row, :, block] += times(x[row], self.lines(row, block))

    def apply_transposed(self, y: Tensor) -> Tensor:
        result = y.new_zeros(*y.shape[:2], self.steps[0][0].inputs.shape[-1])
        for row, block in self._blocks():
            result[row].addmm_(y[row, :, block], self.lines(row, block))
        return result

    def lookup(self, ids: Tensor) -> Tensor:
        rows = self.schedule.rows
        return torch.stack([self.lines(row, ids[row] if ids.dim() == 2 else ids) for row in range(rows)])

    def inner(self, factors: Sequence[Factor]) -> Tensor:
        result = factors[0].inputs.new_zeros(self.schedule.rows, len(factors[0].inputs))
        for row, block in self._blocks():
            lines = self.lines(row, block)
            for factor in factors:
                # Σ over tokens and outputs of S ∘ (X linesᵀ), per probe
                result[row] += (torch.matmul(factor.inputs, lines.T) * factor.at(block)).sum((1, 2))
        return result
