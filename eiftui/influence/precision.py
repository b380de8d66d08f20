"""Keeping a float64 model in float64: transformers' norms and softmaxes compute in float32 whatever they are given."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class KeepDouble(TorchFunctionMode):
    """Inside it, a float64 tensor is never made narrower by model code. Without it a float64 truth is off by 1e-3."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        first = args[0] if args else None
        if isinstance(first, Tensor) and first.dtype == torch.float64:
            name = getattr(func, "__name__", "")
            if name in ("float", "half", "bfloat16") or (
                name in ("to", "type") and any(a is torch.float32 for a in (*args, kwargs.get("dtype")))
            ):
                return first
            if kwargs.get("dtype") == torch.float32:
                kwargs = {**kwargs, "dtype": torch.float64}
        return func(*args, **kwargs)
