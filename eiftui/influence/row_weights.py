"""Weights as a recording meets them: of some sequences in a line, each with what its own steps have changed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from eiftui.errors import UnsupportedModel
from eiftui.influence.factors import OneHot
from eiftui.influence.layout import Line
from eiftui.influence.linear import Linear, MakeUpdate, Sink
from eiftui.influence.pair import PLAIN
from eiftui.influence.weights import Matrix, Weight


class RowMatrix(Matrix):
    """A matrix that sequences in a line meet, the `moved` ones each with its own `update`; notes factors in `sink`."""

    def __init__(
        self,
        base: Tensor,
        name: str,
        dtype: torch.dtype,
        line: Line,
        sink: Sink,
        moved: Line,
        update: MakeUpdate | None,
    ) -> None:
        super().__init__(base, name, dtype)
        self.line, self.sink, self.moved, self.update = line, sink, moved, update

    def product(self, x: Tensor, out_in: bool) -> Tensor:
        flat = x.reshape(1, -1, x.shape[-1])
        if flat.shape[1] != len(self.line.sequence):
            raise UnsupportedModel(f"the weight {self.name} is given other places than the tokens'")
        y = Linear.apply(flat, self.base, out_in, self.moved, self.update, self.sink)
        return y.reshape(*x.shape[:-1], y.shape[-1])

    def lookup(self, ids: Tensor, padding: int | None = None) -> Tensor:
        y = super().lookup(ids)
        if self.update is not None:
            update, own = self.update(), self.moved.apart(y)
            own = own if update.decay is None else own * (1 + update.decay)
            self.moved.put_back(y, own + update.lookup(self.moved.apart(ids)))
        sink, size = self.sink, self.base.shape[0]
        leaf = y.detach().requires_grad_()
        leaf.register_hook(lambda gradient: sink(OneHot(ids, gradient, size, padding)))
        return leaf.clone()  # model code may add to it in place


class RowVector(Weight):
    """A norm's weight or a bias, of which each sequence in a line has its own: `values` (sequences, *shape)."""

    def __init__(self, base: Tensor, name: str, dtype: torch.dtype, line: Line, values: Tensor) -> None:
        self.line, self.own = line, values

    def beside(self, x: Tensor) -> Tensor:
        """The values of each place's sequence, shaped to broadcast against `x`, of which one axis is the places."""
        places = len(self.line.sequence)
        if places not in x.shape:
            raise UnsupportedModel(f"the weight {self.name} is given other places than the tokens'")
        axis = x.shape.index(places)
        own = self.own.index_select(0, self.line.sequence)
        return own.reshape(*[1] * axis, places, *[1] * (x.dim() - axis - own.dim()), *own.shape[1:])

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Arithmetic with activations, place by place; with numbers alone (Gemma's 1 + w) it stays a vector of them."""
        kwargs, name = kwargs or {}, getattr(func, "__name__", "")
        if name in PLAIN or name == "addmm":
            return super().__torch_function__(func, types, args, kwargs)
        if name in ("layer_norm", "rms_norm"):
            return _row_norm(func, *args, **kwargs)
        beside = next((a for a in args if isinstance(a, Tensor) and not isinstance(a, Weight) and a.dim() > 0), None)
        if beside is None:
            own = next(a for a in args if isinstance(a, RowVector))
            values = func(*[a.own if isinstance(a, RowVector) else a for a in args], **kwargs)
            return RowVector(own.base, own.name, own.dtype, own.line, values)
        return func(*[a.beside(beside) if isinstance(a, RowVector) else a for a in args], **kwargs)


def _row_norm(func: Any, x: Tensor, shape: Any, weight: Any = None, bias: Any = None, eps: Any = None) -> Tensor:
    y = func(x, shape, eps=eps)
    y = y if weight is None else y * weight.beside(y)
    return y if bias is None else y + bias.beside(y)
