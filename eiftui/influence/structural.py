"""Rules of operations that move, select or add up values: x and d are treated alike, d with its rows axis in front."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from eiftui.influence.pair import RULES, Pair, rule, value


def _reshaping(name: str) -> Any:
    """Operations that keep values in their order: d takes the shape that x took."""

    def reshape(a: Pair, *rest: Any, **kwargs: Any) -> Pair:
        x = getattr(a.x, name)(*map(value, rest), **kwargs)
        return Pair(x, a.d.reshape(len(a.d), *x.shape))

    return reshape


for _name in (
    "view",
    "reshape",
    "flatten",
    "unflatten",
    "squeeze",
    "unsqueeze",
    "contiguous",
    "clone",
    "detach",
    "view_as",
):
    RULES[_name] = _reshaping(_name)


def negative(dim: int, rank: int) -> int:
    """The axis counted from the end, which is the same for x and for d."""
    return dim if dim < 0 else dim - rank


@rule("to", "float", "double", "type_as", "type", "dropout")
def same(a: Pair, *_: Any, **__: Any) -> Pair:
    """A pair keeps its number format: a model's own casts to float32 would only lose digits of a float64 one."""
    return a


@rule("expand", "expand_as", "broadcast_to")
def expand(a: Pair, *sizes: Any) -> Pair:
    sizes = tuple(sizes[0].shape) if isinstance(sizes[0], Tensor) else _shape(sizes)
    return Pair(
        x := a.x.expand(*sizes),
        a.d.reshape(len(a.d), *[1] * (x.dim() - a.x.dim()), *a.x.shape).expand(len(a.d), *x.shape),
    )


@rule("repeat")
def repeat(a: Pair, *times: Any) -> Pair:
    times = _shape(times)
    padded = a.d.reshape(len(a.d), *[1] * (len(times) - a.x.dim()), *a.x.shape)
    return Pair(a.x.repeat(*times), padded.repeat(1, *times))


@rule("transpose", "swapaxes")
def transpose(a: Pair, first: int, second: int) -> Pair:
    first, second = negative(first, a.x.dim()), negative(second, a.x.dim())
    return Pair(a.x.transpose(first, second), a.d.transpose(first, second))


@rule("permute")
def permute(a: Pair, *dims: Any) -> Pair:
    dims = _shape(dims)
    return Pair(a.x.permute(*dims), a.d.permute(0, *[negative(dim, a.x.dim()) for dim in dims]))


@rule("__getitem__")
def getitem(a: Pair, index: Any) -> Pair:
    index = index if isinstance(index, tuple) else (index,)
    x = a.x[index]
    if x.shape == a.x.shape and x.data_ptr() == a.x.data_ptr() and x.stride() == a.x.stride():
        return a  # all of it: what was made of it already stays of use
    return Pair(x, a.d[(slice(None), *index)])


def _parts(name: str, axis_position: int) -> Any:
    def cut(a: Pair, *args: Any, **kwargs: Any) -> tuple[Pair, ...]:
        arguments = list(args)
        dim = arguments.pop(axis_position) if len(arguments) > axis_position else kwargs.pop("dim", 0)
        arguments.insert(axis_position, negative(dim, a.x.dim()))
        return tuple(
            map(Pair, getattr(torch, name)(a.x, *arguments, **kwargs), getattr(torch, name)(a.d, *arguments, **kwargs))
        )

    return cut


for _name, _position in (("chunk", 1), ("split", 1), ("unbind", 0), ("tensor_split", 1), ("split_with_sizes", 1)):
    RULES[_name] = _parts(_name, _position)


@rule("narrow")
def narrow(a: Pair, dim: int, start: int, length: int) -> Pair:
    dim = negative(dim, a.x.dim())
    return Pair(a.x.narrow(dim, start, length), a.d.narrow(dim, start, length))


@rule("index_select")
def index_select(a: Pair, dim: int, index: Tensor) -> Pair:
    dim = negative(dim, a.x.dim())
    return Pair(a.x.index_select(dim, index), a.d.index_select(dim, index))


@rule("repeat_interleave")
def repeat_interleave(a: Pair, repeats: Any, dim: int | None = None, **kwargs: Any) -> Pair:
    if dim is None:
        a, dim = RULES["flatten"](a), -1
    dim = negative(dim, a.x.dim())
    return Pair(a.x.repeat_interleave(repeats, dim, **kwargs), a.d.repeat_interleave(repeats, dim, **kwargs))


def _joining(name: str) -> Any:
    def join(tensors: Any, dim: int = 0, axis: int | None = None) -> Pair:
        join_ = getattr(torch, name)
        dim = dim if axis is None else axis
        x = join_([value(t) for t in tensors], dim)
        rows = next(len(t.d) for t in tensors if isinstance(t, Pair))
        return Pair(x, join_([difference(t, rows) for t in tensors], negative(dim, x.dim())))

    return join


for _name in ("cat", "concat", "concatenate", "stack"):
    RULES[_name] = _joining(_name)


def difference(a: Any, rows: int) -> Tensor:
    """The difference of a pair; zeros of shape (rows, …) for a tensor that is the same in every model."""
    return a.d if isinstance(a, Pair) else torch.zeros_like(a).expand(rows, *a.shape)


def _reducing(name: str) -> Any:
    def reduce(a: Pair, dim: Any = None, keepdim: bool = False, **_: Any) -> Pair:
        dims = tuple(range(-a.x.dim(), 0)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
        dims = tuple(negative(d, a.x.dim()) for d in dims)
        return Pair(getattr(a.x, name)(dims, keepdim), getattr(a.d, name)(dims, keepdim))

    return reduce


for _name in ("sum", "mean"):
    RULES[_name] = _reducing(_name)


@rule("masked_fill")
def masked_fill(a: Pair, mask: Tensor, fill: Any) -> Pair:
    return Pair(a.x.masked_fill(mask, fill), a.d.masked_fill(mask, 0.0))


@rule("where")
def where(condition: Tensor, a: Any, b: Any) -> Pair:
    rows = len((a if isinstance(a, Pair) else b).d)
    x = torch.where(condition, value(a), value(b))
    da, db = (t.d if isinstance(t, Pair) else torch.zeros((), dtype=x.dtype, device=x.device) for t in (a, b))
    return Pair(x, torch.where(condition, da, db).expand(rows, *x.shape))


def _shape(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else tuple(sizes)
