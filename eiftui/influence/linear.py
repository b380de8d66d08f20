"""The product of a layer with activations, whose gradients a recording takes note of as factors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from eiftui.influence.factors import Dense, Factor
from eiftui.influence.layout import Line
from eiftui.influence.products import times
from eiftui.influence.updates import Update

Sink = Callable[[Factor], None]
MakeUpdate = Callable[..., Update]
"""Gives the update of all outputs, or of the slice of them that it is given."""


class Linear(torch.autograd.Function):
    """x Wᵀ (or x W), with the `change` of W of each sequence in `line`; a sink is told the gradients at it.

    W is read in the number format of x, and not kept in it between forward and backward.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        out_in: bool,
        line: Line | None = None,
        change: MakeUpdate | None = None,
        sink: Sink | None = None,
    ) -> Tensor:
        ctx.weight, ctx.out_in, ctx.line, ctx.change, ctx.sink = weight, out_in, line, change, sink
        ctx.inputs = x.detach() if sink else None
        y = product(x, weight, out_in)
        if change is None or line is None:
            return y
        update, own = change(), line.apart(y)
        if update.decay is not None:
            own.mul_(1 + update.decay)
        update.add_to(own, line.apart(x))
        line.put_back(y, own)
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        if ctx.sink is not None:
            ctx.sink(Dense(gradient, ctx.inputs, ctx.out_in))
        result = product(gradient, ctx.weight, not ctx.out_in)
        if ctx.change is not None:
            update, own = ctx.change(), ctx.line.apart(result)
            if update.decay is not None:
                own.mul_(1 + update.decay)
            ctx.line.put_back(result, own.add_(update.apply_transposed(ctx.line.apart(gradient))))
        return result, None, None, None, None, None


def product(x: Tensor, weight: Tensor, out_in: bool) -> Tensor:
    """x Wᵀ or, where the weight is kept as (in, out), x W: in the number format of x."""
    wide = weight.to(x.dtype)
    return times(x, wide if out_in else wide.T)
