"""Weights as a model's own forward meets them: matrices and vectors that know how each row has changed them.

Every parameter of a model is replaced by one of these for the length of a forward (`torch.func.functional_call`), so
there is no forward of our own for any architecture. Base weights are never copied or written; they may be bfloat16,
and are then read exactly, while activations, updates and losses stay in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from eiftui.errors import UnsupportedModel
from eiftui.influence.factors import Dense, Factor, OneHot
from eiftui.influence.layout import Line
from eiftui.influence.pair import PLAIN, Carried, Pair, rule, value
from eiftui.influence.products import times
from eiftui.influence.rules import add, matmul
from eiftui.influence.updates import Update

Sink = Callable[[Factor], None]
MakeUpdate = Callable[..., Update]
"""Gives the update of all outputs, or of the slice of them that it is given."""


class _Linear(torch.autograd.Function):
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
        y = _times(x, weight, out_in)
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
        result = _times(gradient, ctx.weight, not ctx.out_in)
        if ctx.change is not None:
            update, own = ctx.change(), ctx.line.apart(result)
            if update.decay is not None:
                own.mul_(1 + update.decay)
            ctx.line.put_back(result, own.add_(update.apply_transposed(ctx.line.apart(gradient))))
        return result, None, None, None, None, None


def _times(x: Tensor, weight: Tensor, out_in: bool) -> Tensor:
    """x Wᵀ or, where the weight is kept as (in, out), x W: in the number format of x."""
    wide = weight.to(x.dtype)
    return times(x, wide if out_in else wide.T)


class Part:
    """Which of its outputs a matrix is asked for: of the head's, which has most, a few at a time."""

    now = slice(None)


class Weight(Carried):
    """A stand-in for a parameter, with its shape and place, in the number format of activations, `dtype`."""

    base: Tensor
    name: str

    @staticmethod
    def __new__(cls, base: Tensor, name: str, dtype: torch.dtype, *_: Any) -> Any:
        self = torch.Tensor._make_wrapper_subclass(cls, base.shape, dtype=dtype, device=base.device)
        self.base, self.name = base, name
        return self

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        return f"{type(self).__name__}{tuple(self.shape)}"


class Matrix(Weight):
    """A weight matrix: a layer's, (out, in) or as GPT-2 keeps it (in, out), or an embedding's (out, in).

    Only these operations may meet it; anything else raises, and the model is measured by the reference engine.
    """

    part: Part | None

    def __init__(self, base: Tensor, name: str, dtype: torch.dtype, part: Part | None = None) -> None:
        self.part = part

    @property
    def outputs(self) -> slice:
        """Which of its outputs are wanted."""
        return self.part.now if self.part else slice(None)

    @property
    def wanted(self) -> Tensor:
        """The base weight of those; a model that keeps it as (in, out) is asked for all."""
        return self.base[self.outputs] if self.part else self.base

    @property
    def T(self) -> Any:  # type: ignore[override]  # noqa: N802
        return _Transposed(self)

    def product(self, x: Any, out_in: bool) -> Any:
        """What the layer gives for `x` (…, in): (…, out)."""
        return _Linear.apply(x, self.wanted, out_in)

    def lookup(self, ids: Tensor, padding: int | None = None) -> Any:
        """Lines `ids` of an embedding, whose line `padding` torch gives no gradient."""
        return F.embedding(ids, self.base).to(self.dtype)


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
        y = _Linear.apply(flat, self.base, out_in, self.moved, self.update, self.sink)
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


class Tape:
    """What the base weights made of the base activations, kept from the first chunk of rows for the others."""

    def __init__(self) -> None:
        self.kept: list[Tensor] = []
        self.place = 0

    def rewind(self) -> None:
        self.place = 0

    def next(self, make: Callable[[], Tensor]) -> Tensor:
        if self.place == len(self.kept):
            self.kept.append(make())
        self.place += 1
        return self.kept[self.place - 1]


class PairMatrix(Matrix):
    """A matrix that meets pairs: the base product is shared by all rows, and their own updates added (METHODS §8)."""

    def __init__(
        self,
        base: Tensor,
        name: str,
        dtype: torch.dtype,
        update: MakeUpdate,
        tape: Tape | None,
        products: torch.dtype | None,
        part: Part | None = None,
    ) -> None:
        super().__init__(base, name, dtype, part)
        self.update, self.tape, self.products = update, tape, products

    def product(self, x: Pair, out_in: bool) -> Pair:
        """W d + ΔW (x + d), of which only W d may be computed in a narrower format."""
        base, change = self._products_of(x, out_in)
        update = self.update(self.outputs)
        if update.decay is not None:
            change = change.mul_(1 + update.decay).add_(update.decay * base.reshape(1, -1, base.shape[-1]))
        update.add_to(change, x.after.reshape(len(x.d), -1, x.d.shape[-1]), x.memo)
        return Pair(base, change.view(len(x.d), *base.shape))

    def _products_of(self, x: Pair, out_in: bool) -> tuple[Tensor, Tensor]:
        """W x, (…, out), and W d, (rows, n, out): in one product where W x is not kept and formats agree."""
        d = x.d.reshape(len(x.d), -1, x.d.shape[-1])
        if self.tape is None and self.products is None:
            both = _times(x.both.view(len(d) + 1, *d.shape[1:]), self.wanted, out_in)
            return both[0].view(*x.x.shape[:-1], -1), both[1:]
        narrow = d if self.products is None else d.to(self.products)
        change = _times(narrow, self.wanted, out_in).to(d.dtype)
        base = self._base_product(x.x, out_in)
        return base, change

    def _base_product(self, x: Tensor, out_in: bool) -> Tensor:
        if self.tape is None:
            return _times(x, self.wanted, out_in)
        return self.tape.next(lambda: _times(x, self.wanted, out_in))

    def lookup(self, ids: Tensor, padding: int | None = None) -> Pair:
        base = super().lookup(ids)
        update = self.update()
        change = update.lookup(ids.flatten())
        if update.decay is not None:
            change = change.add_(update.decay * base.reshape(1, -1, base.shape[-1]))
        return Pair(base, change.view(len(change), *base.shape))


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


def plain_weights(parameters: Mapping[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    """Stand-ins for unchanged parameters, by which activations are of `dtype`, and products are fast."""
    return {name: Matrix(p, name, dtype) if p.dim() == 2 else p.to(dtype) for name, p in parameters.items()}


class _Transposed(Carried):
    """`weight.T` of a matrix, as code that writes `x @ weight.T` meets it."""

    matrix: Matrix

    @staticmethod
    def __new__(cls, matrix: Matrix) -> _Transposed:
        shape = (matrix.shape[1], matrix.shape[0])
        self: _Transposed = torch.Tensor._make_wrapper_subclass(cls, shape, dtype=matrix.dtype, device=matrix.device)
        self.matrix = matrix
        return self


@rule("matmul", "__matmul__")
def any_matmul(a: Any, b: Any) -> Any:
    if isinstance(b, _Transposed):
        return b.matrix.product(a, True)
    return b.product(a, False) if isinstance(b, Matrix) else matmul(a, b)


@rule("linear")
def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    y = weight.product(x, True) if isinstance(weight, Matrix) else matmul(x, value(weight).T)
    if bias is not None and isinstance(weight, Matrix) and weight.part:
        bias = bias[weight.outputs]
    return y if bias is None else plus(y, bias)


@rule("addmm")
def add_product(bias: Any, x: Any, weight: Any) -> Any:
    return plus(weight.product(x, False), bias)


@rule("embedding")
def embedding(ids: Tensor, weight: Any, padding_idx: int | None = None, *_: Any, **__: Any) -> Any:
    return weight.lookup(ids, padding_idx)


def plus(y: Any, bias: Any) -> Any:
    if isinstance(bias, RowVector):
        return y + bias.beside(y)
    return add(y, bias) if isinstance(y, Pair) or isinstance(bias, Pair) else y + bias
