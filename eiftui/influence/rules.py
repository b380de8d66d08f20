"""Rules of arithmetic: sums, products and the functions of neural networks, as exact finite differences (METHODS §8).

Each maps (x, d) to (f(x), f(x + d) − f(x)). Where an identity would lose digits or overflow, the plain difference is
accurate, and is used instead.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from eiftui.errors import UnsupportedModel
from eiftui.influence.pair import Pair, aligned, rule, value
from eiftui.influence.structural import getitem, transpose
from eiftui.influence.vocabulary import LogSumChange, lost_digits


@rule("add", "__add__", "__radd__")
def add(a: Any, b: Any, alpha: float = 1) -> Pair:
    if alpha != 1:
        b = multiply(b, alpha) if isinstance(b, Pair) else b * alpha
    x = value(a) + value(b)
    changes = [aligned(t.d, x.dim()) for t in (a, b) if isinstance(t, Pair)]
    return Pair(x, sum(changes[1:], changes[0]))


@rule("neg", "__neg__", "negative")
def negate(a: Pair) -> Pair:
    return Pair(-a.x, -a.d)


@rule("sub", "__sub__", "subtract")
def subtract(a: Any, b: Any, alpha: float = 1) -> Pair:
    return add(a, negate(b) if isinstance(b, Pair) else -b, alpha=alpha)


@rule("rsub", "__rsub__")
def subtract_from(a: Any, b: Any) -> Pair:
    return subtract(b, a)


@rule("mul", "__mul__", "__rmul__", "multiply")
def multiply(a: Any, b: Any) -> Pair:
    """(a + da)(b + db) − ab = a·db + da·(b + db)."""
    if isinstance(a, Pair) and isinstance(b, Pair):
        shape = torch.broadcast_shapes(a.shape, b.shape)
        da, db, after = (aligned(change, len(shape)) for change in (a.d, b.d, b.after))
        both = a.x.new_empty(1 + len(a.d), *shape)  # layers that are given products want them so
        torch.mul(a.x, b.x, out=both[0])
        torch.mul(a.x, db, out=both[1:]).addcmul_(da, after)
        return Pair.beside(both)
    if isinstance(b, Pair):
        a, b = b, a
    x = a.x * b
    return Pair(x, aligned(a.d, x.dim()) * b)


@rule("reciprocal")
def reciprocal(a: Pair) -> Pair:
    return Pair(1 / a.x, -a.d / (a.x * a.after))


@rule("div", "__truediv__", "true_divide", "divide")
def divide(a: Any, b: Any, rounding_mode: None = None) -> Pair:
    if not isinstance(b, Pair):
        x = a.x / b
        return Pair(x, aligned(a.d, x.dim()) / b)
    return multiply(a, reciprocal(b))


@rule("rdiv", "__rtruediv__", "__rdiv__")
def divide_by(a: Any, b: Any) -> Pair:
    return divide(b, a)


@rule("matmul", "__matmul__", "bmm")
def matmul(a: Any, b: Any) -> Pair:
    """The product rule, for matrix products of activations."""
    x = torch.matmul(value(a), value(b))
    if not isinstance(b, Pair):
        return Pair(x, torch.matmul(a.d, b))
    if not isinstance(a, Pair):
        return Pair(x, torch.matmul(a, b.d))
    return Pair(x, torch.matmul(a.x, b.d).add_(torch.matmul(a.d, b.after)))


@rule("baddbmm")
def add_matmul(a: Any, batch1: Any, batch2: Any, beta: float = 1, alpha: float = 1) -> Pair:
    return add(multiply(matmul(batch1, batch2), alpha), a * beta)


@rule("pow", "__pow__", "square")
def power(a: Pair, exponent: float = 2) -> Pair:
    """Small whole powers by products; −½ and ½ by their own rules."""
    if exponent == 2:
        return Pair(a.x * a.x, a.d * torch.add(a.d, a.x, alpha=2))
    if exponent == 3:
        return multiply(power(a, 2), a)
    if exponent == 0.5:
        return root(a)
    if exponent == -0.5:
        return inverse_root(a)
    raise UnsupportedModel(f"the power {exponent} has no rule")


@rule("sqrt")
def root(a: Pair) -> Pair:
    before, after = a.x.sqrt(), a.after.sqrt()
    return Pair(before, a.d / (before + after))


@rule("rsqrt")
def inverse_root(a: Pair) -> Pair:
    before, after = a.x.sqrt(), a.after.sqrt()
    return Pair(1 / before, -a.d / (before * after * (before + after)))


@rule("exp")
def exponential(a: Pair) -> Pair:
    x = a.x.exp()
    return Pair(x, torch.where(a.d.abs() > 1, a.after.exp() - x, x * torch.expm1(a.d)))


@rule("sigmoid")
def sigmoid(a: Pair) -> Pair:
    """σ(x) σ(−x) expm1(d) / (σ(−x) + σ(x) exp(d)), of which nothing cancels; by the ends of a step that is long."""
    up, down = a.x.sigmoid(), a.x.neg().sigmoid_()
    below = torch.addcmul(down, up, a.d.exp())
    change = torch.expm1(a.d).mul_(up * down).div_(below)
    if (where := _outside(-LONG, LONG, a.d)) is not None:
        change[where] = _sigmoid_between(a.x.expand_as(a.d)[where], a.d[where])
    return Pair(up, change)


def _sigmoid_between(x: Tensor, d: Tensor) -> Tensor:
    """σ(high) σ(−low) (1 − exp(low − high)), signed: no factor of it can overflow or cancel."""
    after = x + d
    size = torch.sigmoid(torch.maximum(x, after)).mul_(torch.sigmoid(torch.minimum(x, after).neg_()))
    return size.mul_(torch.expm1(d.abs().neg_())).mul_(d.sign().neg_())


LONG = 30.0
"""Up to this size of d, an identity that is quick loses less than a digit."""
DOWN = -2.0
"""The same of d < 0, where a sum of it cancels."""


def _outside(least: float, most: float, d: Tensor) -> tuple[Tensor, ...] | None:
    """The places where d is not between, or not a number; None if there are none.

    They are few and in few lines, of which the ends are quickly found.
    """
    lines = _not_between(least, most, d.amin(-1), d.amax(-1)).nonzero(as_tuple=True)
    if not len(lines[0]):
        return None
    own = d[lines]
    line, column = _not_between(least, most, own, own).nonzero(as_tuple=True)
    return (*(index[line] for index in lines), column)


def _not_between(least: float, most: float, low: Tensor, high: Tensor) -> Tensor:
    return ~((low >= least) & (high <= most))


@rule("silu")
def silu(a: Pair, inplace: bool = False) -> Pair:
    """(d + (x σ(−x) + d) expm1(d)) / (expm1(d) + 1/σ(x)); d σ(x) + (x + d) Δσ of a step that is long."""
    gate, growth = a.x.sigmoid(), torch.expm1(a.d)
    change = (a.x.neg().sigmoid_().mul_(a.x) + a.d).mul_(growth).add_(a.d)
    change.div_(growth.add_(a.x.neg().exp_().add_(1)))
    if (where := _outside(DOWN, LONG, a.d)) is not None:
        x, d, up = a.x.expand_as(a.d)[where], a.d[where], gate.expand_as(a.d)[where]
        change[where] = (x + d).mul_(_sigmoid_between(x, d)).addcmul_(d, up)
    result = Pair(a.x * gate, change)
    return a.become(result) if inplace else result


@rule("tanh")
def tanh(a: Pair) -> Pair:
    """2σ(2x) − 1."""
    gate = sigmoid(Pair(2 * a.x, 2 * a.d))
    return Pair(a.x.tanh(), gate.d.mul_(2))


@rule("relu")
def relu(a: Pair, inplace: bool = False) -> Pair:
    result = Pair(a.x.relu(), torch.where(a.x > 0, torch.maximum(a.d, -a.x), a.after.relu()))
    return a.become(result) if inplace else result


@rule("gelu")
def gelu(a: Pair, approximate: str = "none") -> Pair:
    if approximate == "tanh":
        near = clamp(a, -50, 50)  # beyond, the gate is 0 or 1, and a cube could overflow
        inner = multiply(add(near, multiply(power(near, 3), 0.044715)), 2 * math.sqrt(2 / math.pi))
        return multiply(a, sigmoid(inner))
    return multiply(a, normal_distribution(a))


def normal_distribution(a: Pair) -> Pair:
    """Φ: for small d an integral of the density by Gauss–Legendre, else a difference of tails."""
    side = torch.where(a.x + a.d / 2 > 0, -1.0, 1.0).to(a.d)
    tails = side * (_left_tail(side * a.after) - _left_tail(side * a.x))
    return Pair(_left_tail(a.x), torch.where(a.d.abs() > 1, tails, a.d * _mean_density(a.x, a.d)))


def _left_tail(x: Tensor) -> Tensor:
    return torch.special.erfc(-x * math.sqrt(0.5)) / 2


_NODES = ((0.06943184420297371, 0.17392742256872692), (0.33000947820757187, 0.3260725774312731))
"""Half of the nodes and weights of Gauss–Legendre quadrature of order 4 on [0, 1]; the others mirror them."""


def _mean_density(x: Tensor, d: Tensor) -> Tensor:
    """The mean of the normal density over [x, x + d], to 3e-8 where abs(d) ≤ 1."""
    total = torch.zeros_like(d)
    for node, weight in _NODES:
        for place in (node, 1 - node):
            total.add_((d * place + x).square_().mul_(-0.5).exp_(), alpha=weight / math.sqrt(2 * math.pi))
    return total


@rule("erf")
def erf(a: Pair) -> Pair:
    """2Φ(√2 x) − 1."""
    scaled = normal_distribution(Pair(a.x * math.sqrt(2), a.d * math.sqrt(2)))
    return Pair(a.x.erf(), 2 * scaled.d)


@rule("softmax")
def softmax(a: Pair, dim: int = -1, dtype: Any = None, **_: Any) -> Pair:
    """p (expm1(d) − t) / (1 + t) with t = Σ p expm1(d); hidden places keep p = 0."""
    if dim not in (-1, a.x.dim() - 1):
        return transpose(softmax(transpose(a, dim, -1)), dim, -1)
    p = a.x.softmax(-1)
    change = torch.expm1(a.d).mul_(p)
    total = change.sum(-1, keepdim=True)
    doubtful = lost_digits(total)
    change.sub_(p * total).div_(1 + total)
    if doubtful.any():
        change = torch.where(doubtful, (a.x + a.d).softmax(-1) - p, change)
    return Pair(p, change)


@rule("logsumexp")
def log_sum_exp(a: Pair, dim: int = -1, keepdim: bool = False) -> Pair:
    """As `LogSumChange` has it, of an axis that comes in one part."""
    if dim not in (-1, a.x.dim() - 1):
        total = log_sum_exp(transpose(a, dim, -1), -1, keepdim=True)
        return transpose(total, dim, -1) if keepdim else getitem(total, (..., 0))
    x, total = a.x.logsumexp(-1), LogSumChange()
    total.add(a.x, a.d)
    doubtful, change = total.lost, total.change
    if doubtful.any():
        where = doubtful.nonzero(as_tuple=True)
        change[where] = (a.x[where[1:]] + a.d[where]).logsumexp(-1) - x[where[1:]]
    return Pair(x[..., None], change[..., None]) if keepdim else Pair(x, change)


@rule("log_softmax")
def log_softmax(a: Pair, dim: int = -1, dtype: Any = None, **_: Any) -> Pair:
    return subtract(a, log_sum_exp(a, dim, keepdim=True))


@rule("layer_norm")
def layer_norm(a: Pair, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Pair:
    centred = Pair(a.x - a.x.mean(-1, keepdim=True), a.d - a.d.mean(-1, keepdim=True))
    return scaled(_unit(centred, eps), weight, bias)


@rule("rms_norm")
def rms_norm(a: Pair, shape: Any, weight: Any = None, eps: float | None = None) -> Pair:
    return scaled(_unit(a, torch.finfo(a.x.dtype).eps if eps is None else eps), weight, None)


def _unit(a: Pair, eps: float) -> Pair:
    square = power(a, 2)
    mean = Pair(square.x.mean(-1, keepdim=True) + eps, square.d.mean(-1, keepdim=True))
    return multiply(a, inverse_root(mean))


def scaled(a: Pair, weight: Any, bias: Any) -> Pair:
    a = a if weight is None else multiply(a, weight)
    return a if bias is None else add(a, bias)


@rule("clamp", "clip")
def clamp(a: Pair, min: float | None = None, max: float | None = None) -> Pair:
    """d itself where neither end is cut, else the difference of the ends, one of which is a bound."""
    x, moved = a.x.clamp(min, max), a.after
    after = moved.clamp(min, max)
    return Pair(x, torch.where((x == a.x) & (after == moved), a.d, after - x))
