"""Keeping a float64 model in float64: transformers' norms and softmaxes compute in float32 whatever they are given."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

PRODUCTS = frozenset({"matmul", "__matmul__", "bmm", "mm", "baddbmm", "linear"})
"""Operations that torch refuses between formats, where others widen the narrower."""


class KeepDouble(TorchFunctionMode):
    """Inside it, a float64 tensor is never made narrower by model code. Without it a float64 truth is off by 1e-3.

    What model code makes float32 from the start, as positions, is widened where it is multiplied with a float64 one.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs, name = kwargs or {}, getattr(func, "__name__", "")
        first = args[0] if args else None
        if name in PRODUCTS and any(isinstance(a, Tensor) and a.dtype == torch.float64 for a in args):
            args = tuple(a.double() if type(a) is Tensor and a.dtype == torch.float32 else a for a in args)
        elif isinstance(first, Tensor) and first.dtype == torch.float64:
            if name in ("float", "half", "bfloat16") or (
                name in ("to", "type") and any(a is torch.float32 for a in (*args, kwargs.get("dtype")))
            ):
                return first
            if kwargs.get("dtype") == torch.float32:
                kwargs = {**kwargs, "dtype": torch.float64}
        return func(*args, **kwargs)
