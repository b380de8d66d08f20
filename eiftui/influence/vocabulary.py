"""Sums over a vocabulary that comes a part at a time: log-sum-exp, and how much it changes (METHODS §8)."""

from __future__ import annotations

import torch
from torch import Tensor


class LogSum:
    """log Σ exp over the last axis, which comes in parts."""

    def __init__(self) -> None:
        self.total: Tensor | None = None

    def add(self, logits: Tensor) -> None:
        """Another part: (…, part)."""
        part = logits.logsumexp(-1)
        self.total = part if self.total is None else torch.logaddexp(self.total, part)


class LogSumChange:
    """log Σ exp(x + d) − log Σ exp x = log1p(Σ exp(x) expm1(d) / Σ exp x), both sums relative to the largest x."""

    def __init__(self) -> None:
        self._largest: Tensor | None = None
        self._sum = self._change = torch.zeros(())

    def add(self, x: Tensor, d: Tensor) -> None:
        """Another part: base logits (…, part), and each row's difference from them (rows, …, part)."""
        largest = x.amax(-1)
        if self._largest is not None:
            largest = torch.maximum(largest, self._largest)
            shrink = (self._largest - largest).exp_()
            self._sum, self._change = self._sum * shrink, self._change * shrink
        self._largest = largest
        weights = (x - largest[..., None]).exp_()
        self._sum = self._sum + weights.sum(-1)
        # no product with a vector: that adds up all of a vocabulary in one go, and loses digits
        self._change = self._change + torch.expm1(d).mul_(weights).sum(-1)

    @property
    def change(self) -> Tensor:
        """(rows, …)"""
        return torch.log1p(self._change / self._sum)

    @property
    def lost(self) -> Tensor:
        """Where it has lost digits, (rows, …): the plain difference is good there."""
        return lost_digits(self._change / self._sum)


def lost_digits(total: Tensor) -> Tensor:
    """Where 1 + Σ p expm1(d) has lost digits, or something in it was too large; the plain difference is good there."""
    return ~((total > -0.98) & (total < torch.inf))
