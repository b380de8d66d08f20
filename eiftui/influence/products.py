"""Products with weight matrices: what nearly all time of a measurement goes into.

torch has two libraries for float32 products on a processor. `torch.matmul` takes MKL, which uses half of the vector
width of AMD's processors; oneDNN, whose kernels `torch.compile` takes, uses all of it, and is as fast elsewhere.
`python -m benchmarks products` compares them.
"""

from __future__ import annotations

import torch
from torch import Tensor

ONE_DNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def times(x: Tensor, weight: Tensor) -> Tensor:
    """x Wᵀ: of x (…, in) and W (out, in), (…, out)."""
    if ONE_DNN and x.dtype == torch.float32 and x.device.type == "cpu" and x.numel() > 0:
        flat = torch.ops.mkldnn._linear_pointwise(x.reshape(-1, x.shape[-1]), weight, None, "none", [], "")
        # no view as far as autograd knows, so that model code may write into it
        return torch.ops.aten._unsafe_view(flat, [*x.shape[:-1], len(weight)])
    return torch.matmul(x, weight.T)


def times_each(x: Tensor, weights: Tensor) -> Tensor:
    """x Wᵀ a row at a time, each with its own W: of x (rows, n, in) and W (rows, out, in), (rows, n, out)."""
    if x.device.type == "cpu":
        return torch.stack([times(own, weight) for own, weight in zip(x, weights, strict=True)])
    return torch.matmul(x, weights.transpose(1, 2))
