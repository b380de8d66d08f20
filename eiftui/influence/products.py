"""Products with weight matrices: what nearly all time of a measurement goes into.

torch has two libraries for float32 products on a processor. `torch.matmul` takes MKL, which is the quicker one on
Intel's processors but uses half of the vector width of those of AMD that have AVX-512. There oneDNN, whose kernels
`torch.compile` takes, uses all of it. But oneDNN adds up all inputs in one go, so that after a large product all
smaller ones are rounded to its digits. Language models have such outliers, so long sums are made here of parts, as MKL
makes them.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import torch
from torch import Tensor


def _is_amd() -> bool:
    try:
        return "AuthenticAMD" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # not Linux
        return False


ONE_DNN = (
    _is_amd()
    and torch.backends.cpu.get_cpu_capability() == "AVX512"
    and torch.backends.mkldnn.is_available()
    and hasattr(torch.ops.mkldnn, "_linear_pointwise")
)
PART = 576
"""Inputs that are added up in one go: with no more, errors are within twice those of MKL on the default model. Fewer
would cost copies of the weights, which lie so that some of their inputs alone are not together."""
SLOWER = 1.5
"""A format takes longer than another where it does so by this factor: less may be chance."""


def times(x: Tensor, weight: Tensor) -> Tensor:
    """x Wᵀ: of x (…, in) and W (out, in), (…, out)."""
    flat = x.reshape(-1, x.shape[-1])
    quick = ONE_DNN and x.dtype == torch.float32 and x.device.type == "cpu" and x.numel() > 0
    y = _in_parts(flat, weight) if quick else torch.mm(flat, weight.T)
    # no view as far as autograd knows, so that model code may write into it
    return torch.ops.aten._unsafe_view(y, [*x.shape[:-1], len(weight)])


def add_times(y: Tensor, x: Tensor, weight: Tensor, factor: float) -> None:
    """Add `factor` · x Wᵀ to `y` (n, out), in place: of x (n, in) and W (out, in)."""
    if ONE_DNN:
        y.add_(times(x, weight), alpha=factor)
    else:
        y.addmm_(x, weight.T, alpha=factor)


def _in_parts(x: Tensor, weight: Tensor) -> Tensor:
    total: Tensor | None = None
    for start in range(0, x.shape[1], PART):
        part = slice(start, start + PART)
        product = torch.ops.mkldnn._linear_pointwise(
            x[:, part].contiguous(), _dense(weight[:, part]), None, "none", [], ""
        )
        total = product if total is None else total.add_(product)
    assert total is not None
    return total


def _dense(matrix: Tensor) -> Tensor:
    """Without gaps between its lines or columns: oneDNN has no quick kernel for others."""
    return matrix if matrix.is_contiguous() or matrix.T.is_contiguous() else matrix.contiguous()


def times_each(x: Tensor, weights: Tensor) -> Tensor:
    """x Wᵀ a row at a time, each with its own W: of x (rows, n, in) and W (rows, out, in), (rows, n, out)."""
    return times(x[0], weights[0])[None] if len(x) == 1 else torch.matmul(x, weights.transpose(1, 2))


@cache
def is_slower(dtype: torch.dtype, device: torch.device) -> bool:
    """Whether products in a narrower format take longer than float32 ones, as where a processor has no such numbers.

    It is timed, which takes a fifth of a second: once in a process.
    """
    if device.type != "cpu":
        return False
    x, weight = torch.ones(256, 1024), torch.ones(1024, 1024)
    return _seconds(x.to(dtype), weight.to(dtype)) > SLOWER * _seconds(x, weight)


def _seconds(x: Tensor, weight: Tensor) -> float:
    """The least that one product takes."""
    taken = []
    for _ in range(4):
        began = time.perf_counter()
        times(x, weight)
        taken.append(time.perf_counter() - began)
    return min(taken)
