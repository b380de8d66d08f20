"""The steps of the optimisers of `torch.optim` as they are known before any gradient is, and on small gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from eiftui.settings import Optimizer


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


def adamw_steps(optimizer: Optimizer, gradients: Sequence[Tensor]) -> Tensor:
    """What AdamW's steps subtract from a weight besides its decay, in learning rates, elementwise and in place.

    From its gradients in order, which are used up.
    """
    first, second = optimizer.betas
    if len(gradients) == 1:
        # the bias-corrected moments of one step are g and g²
        only = gradients[0]
        return only.div_(only.abs().add_(optimizer.eps))
    mean, square, steps = (torch.zeros_like(gradients[0]) for _ in range(3))
    for count, gradient in enumerate(gradients, 1):
        mean.lerp_(gradient, 1 - first)
        square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        scale = (square / (1 - second**count)).sqrt_().add_(optimizer.eps)
        steps.mul_(1 - optimizer.lr * optimizer.weight_decay)
        steps.addcdiv_(mean, scale, value=1 / (1 - first**count))
    return steps


def vector_change(schedule: Schedule, weight: Tensor, gradients: Sequence[Sequence[Tensor]]) -> Tensor:
    """The whole change (rows, *shape) of a small weight (*shape), from each row's gradients in order."""
    decay = cast_like(schedule.decay, weight)
    if schedule.optimizer.name == "adamw":
        clips = cast_like(schedule.clips.T, weight)
        brought = [
            adamw_steps(schedule.optimizer, [g * c for g, c in zip(own, clip, strict=False)]).mul_(
                -schedule.optimizer.lr
            )
            for own, clip in zip(gradients, clips, strict=True)
        ]
    else:
        coefficients = cast_like(schedule.sgd[1].T, weight)
        brought = [
            total_of(g * c for g, c in zip(own, coefficient, strict=False))
            for own, coefficient in zip(gradients, coefficients, strict=True)
        ]
    return torch.stack([part + d * weight for part, d in zip(brought, decay, strict=True)])


def beside_rows(per_row: Tensor, like: Tensor) -> Tensor:
    """(rows,) as (rows, 1, …) beside `like`, in its number format and place."""
    return cast_like(per_row, like).view(-1, *[1] * (like.dim() - 1))


def cast_like(numbers: Tensor, like: Tensor) -> Tensor:
    """In the number format and place of `like`; in two steps, because not every device has float64."""
    return numbers.to(like.dtype).to(like.device)


def total_of(parts: Iterable[Tensor]) -> Tensor:
    """The sum of some tensors, of which the first is used up."""
    parts = iter(parts)
    total = next(parts)
    for part in parts:
        total = total.add_(part)
    return total
