"""A tensor that is a pair: base activations, and each fine-tuned model's difference from them.

Loss after minus loss before drowns in rounding when the learning rate is small. So the difference itself is carried
through the network (METHODS §8): every operation that meets a `Pair` is looked up in a table of rules that map
(x, d) to (f(x), f(x + d) − f(x)) without subtracting nearly equal numbers. The rules are exact for finite
differences; they are not derivatives. Model code runs unmodified: torch hands each operation to `Carried`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from eiftui.errors import UnsupportedModel

Rule = Callable[..., Any]
RULES: dict[str, Rule] = {}
"""What to do with an operation, by the name torch gives it."""

PLAIN = frozenset(
    {"__get__", "dim", "size", "numel", "stride", "is_floating_point", "is_contiguous", "__len__", "ndimension"}
)
"""Questions about the shape, type or place of a tensor: answered from the wrapper, which has those of x."""


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Register the decorated function as the rule of the operations called `names`."""

    def register(function: Rule) -> Rule:
        for name in names:
            RULES[name] = function
        return function

    return register


class Carried(torch.Tensor):
    """A tensor whose operations follow `RULES`."""

    name = "(unnamed)"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        raise UnsupportedModel(f"the operation {func} reached a {cls.__name__} below the level of rules")

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs, name = kwargs or {}, getattr(func, "__name__", str(func))
        if name in PLAIN:
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args, **kwargs)
        if name in RULES:
            return RULES[name](*args, **kwargs)
        functional = _functional_name(name)
        if functional in RULES and isinstance(args[0], Pair):
            return args[0].become(RULES[functional](*args, **kwargs))
        result = by_difference(func, args, kwargs)
        return args[0].become(result) if functional != name and isinstance(args[0], Pair) else result


class Pair(Carried):
    """Base values `x`, of any shape, and differences `d` of shape (rows, *x.shape), one for each fine-tuned model.

    It passes for a tensor of the shape, type and device of x.
    """

    x: Tensor
    d: Tensor
    _after: Tensor | None
    _both: Tensor | None
    memo: dict[Any, Any]
    """What layers have made of x + d, for other layers that are given it too."""

    @staticmethod
    def __new__(cls, x: Tensor, d: Tensor) -> Pair:
        self: Pair = torch.Tensor._make_wrapper_subclass(cls, x.shape, dtype=x.dtype, device=x.device)
        self.x, self._after, self._both, self.memo = x, None, None, {}
        self.d = d if d.shape[1:] == x.shape else aligned(d, x.dim()).expand(len(d), *x.shape)
        return self

    @classmethod
    def beside(cls, both: Tensor) -> Pair:
        """The pair of x and d that lie side by side: x, then d, (1 + rows, *x.shape)."""
        pair = cls(both[0], both[1:])
        pair._both = both
        return pair

    @property
    def after(self) -> Tensor:
        """x + d, (rows, *x.shape); made once, because several layers are given the same activations."""
        if self._after is None:
            self._after = self.x + self.d
        return self._after

    @property
    def both(self) -> Tensor:
        """x, then d: (1 + rows, *x.shape); made once, where they do not lie so already."""
        if self._both is None:
            self._both = torch.cat([self.x[None], self.d])
        return self._both

    def become(self, other: Pair) -> Pair:
        """Take the values of `other`: what an in-place operation does."""
        self.x, self.d, self._after, self._both, self.memo = other.x, other.d, None, None, {}
        return self

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        return f"Pair(x={tuple(self.x.shape)}, rows={len(self.d)})"


def value(a: Any) -> Any:
    """The base value of a pair; anything else is its own."""
    return a.x if isinstance(a, Pair) else a


def aligned(d: Tensor, rank: int) -> Tensor:
    """`d` (rows, …) with axes of size 1 after the first, so that it broadcasts against (rows, *shape of `rank`)."""
    missing = rank + 1 - d.dim()
    return d if missing <= 0 else d.reshape(len(d), *[1] * missing, *d.shape[1:])


UNRULED: set[str] = set()
"""Names of operations met that have no rule and were done by a difference in float64."""


def by_difference(func: Any, args: Any, kwargs: Any) -> Any:
    """f(x + d) − f(x) in float64, a row at a time: for operations without a rule. Remembered in `UNRULED`."""
    pairs = [a for a in _flat((*args, *kwargs.values())) if isinstance(a, Pair)]
    if not pairs:
        names = ", ".join(a.name for a in _flat((*args, *kwargs.values())) if isinstance(a, Carried))
        raise UnsupportedModel(f"the operation {getattr(func, '__name__', func)} on the weight {names} has no rule")
    UNRULED.add(getattr(func, "__name__", str(func)))
    kind, rows = pairs[0].dtype, len(pairs[0].d)

    def at(row: int | None) -> Any:
        def pick(a: Any) -> Any:
            if isinstance(a, Pair):
                return a.x.to(torch.float64, copy=True) if row is None else a.x.double() + a.d[row].double()
            if isinstance(a, (tuple, list)):
                return type(a)(pick(b) for b in a)
            return a.to(torch.float64, copy=True) if isinstance(a, Tensor) and a.is_floating_point() else a

        return func(*map(pick, args), **{key: pick(a) for key, a in kwargs.items()})

    base = at(None)
    if not isinstance(base, Tensor):
        raise UnsupportedModel(
            f"the operation {getattr(func, '__name__', func)} has no rule and gives no single tensor"
        )
    if not base.is_floating_point():
        return base
    return Pair(base.to(kind), torch.stack([(at(row) - base).to(kind) for row in range(rows)]))


def _flat(arguments: Iterable[Any]) -> Iterable[Any]:
    for a in arguments:
        if isinstance(a, (tuple, list)):
            yield from _flat(a)
        else:
            yield a


def _functional_name(name: str) -> str:
    """`add_` and `__iadd__` are `add`; other names are themselves."""
    if name.startswith("__i"):
        return name[3:-2]
    return name.removesuffix("_") if not name.endswith("__") else name
