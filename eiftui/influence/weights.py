"""Weights as a model's own forward meets them: matrices and vectors that know how each row has changed them.

Every parameter of a model is replaced by one of these for the length of a forward (`torch.func.functional_call`), so
there is no forward of our own for any architecture. Base weights are never copied or written; they may be bfloat16,
and are then read exactly, while activations, updates and losses stay in float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from eiftui.influence.linear import Linear
from eiftui.influence.pair import Carried, Pair, rule, value
from eiftui.influence.rules import add, matmul


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
        return Linear.apply(x, self.wanted, out_in)

    def lookup(self, ids: Tensor, padding: int | None = None) -> Any:
        """Lines `ids` of an embedding, whose line `padding` torch gives no gradient."""
        return F.embedding(ids, self.base).to(self.dtype)


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
    """Their sum; a bias of which each sequence has its own knows where it belongs."""
    return add(y, bias) if isinstance(y, Pair) or isinstance(bias, Pair) else y + bias
