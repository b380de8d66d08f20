"""Gradients of weight matrices as factors: never out × in numbers, only tokens × (out + in) (METHODS §3).

The gradient of one sentence's loss with respect to the matrix W (out, in) of y = W x is Dᵀ X, with X (tokens, in)
what the layer was given and D (tokens, out) the gradient at what it gave. Factors of many rows are kept side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import torch
from torch import Tensor


class Factor(Protocol):
    """One summand Sᵀ X of a gradient, for each row: `inputs` X (rows, tokens, in), left side S (rows, tokens, out)."""

    @property
    def inputs(self) -> Tensor: ...

    @property
    def size(self) -> int:
        """Number of outputs of the matrix."""
        ...

    @property
    def trained(self) -> Factor:
        """The part of it that an optimiser is given: all, but for an embedding's padding."""
        ...

    def part(self, outputs: slice) -> Factor:
        """The factor of some outputs of the matrix alone, as if it had no others."""
        ...

    def add_times(self, y: Tensor, weights: Tensor) -> None:
        """Add `weights` (rows, n, tokens) times S to `y` (rows, n, out), in place."""
        ...

    def project(self, y: Tensor) -> Tensor:
        """`y` (rows, n, out) times Sᵀ: (rows, n, tokens)."""
        ...

    def at(self, outputs: Tensor | slice) -> Tensor:
        """S at some output indices, the same in every row (n,) or a row's own (rows, n): (rows, tokens, n)."""
        ...

    def of(self, tokens: slice) -> Factor:
        """The factor of some of the tokens alone."""
        ...

    def cast(self, to: Callable[[Tensor], Tensor]) -> Factor:
        """The same numbers in another format."""
        ...


@dataclass(frozen=True)
class Dense:
    """A layer's factor: S is `gradients` D (rows, tokens, out)."""

    gradients: Tensor
    inputs: Tensor
    out_in: bool = True
    """Whether the model keeps the matrix as (out, in), as most do, or as (in, out), as GPT-2 does."""

    @property
    def size(self) -> int:
        return self.gradients.shape[-1]

    @property
    def trained(self) -> Dense:
        return self

    def part(self, outputs: slice) -> Dense:
        return Dense(self.gradients[..., outputs], self.inputs, self.out_in)

    def add_times(self, y: Tensor, weights: Tensor) -> None:
        y.baddbmm_(weights, self.gradients)

    def project(self, y: Tensor) -> Tensor:
        return torch.matmul(y, self.gradients.transpose(1, 2))

    def at(self, outputs: Tensor | slice) -> Tensor:
        if isinstance(outputs, Tensor) and outputs.dim() == 2:
            return torch.take_along_dim(self.gradients, outputs[:, None], 2)
        return self.gradients[..., outputs]

    def of(self, tokens: slice) -> Dense:
        return Dense(self.gradients[:, tokens], self.inputs[:, tokens], self.out_in)

    def cast(self, to: Callable[[Tensor], Tensor]) -> Dense:
        return Dense(to(self.gradients), to(self.inputs), self.out_in)


@dataclass(frozen=True)
class OneHot:
    """An embedding's factor: S has a single one in each token's line, at its id. `inputs` are the gradients there."""

    ids: Tensor
    """(rows, tokens); in a part of the outputs, a token that is not of it has an id outside."""
    inputs: Tensor
    size: int
    """Number of embeddings, the `out` of the matrix."""
    padding: int | None = None
    """Id of the line that torch does not train through the embedding (`padding_idx`)."""

    @cached_property
    def trained(self) -> OneHot:
        if self.padding is None:
            return self
        return OneHot(self.ids, self.inputs * (self.ids != self.padding)[..., None], self.size)

    def part(self, outputs: slice) -> OneHot:
        first, end, _ = outputs.indices(self.size)
        return OneHot(self.ids - first, self.inputs, end - first, self.padding)

    def add_times(self, y: Tensor, weights: Tensor) -> None:
        inside = (self.ids >= 0) & (self.ids < self.size)
        places = self.ids.where(inside, 0)
        y.scatter_add_(2, places[:, None].expand_as(weights), weights * inside[:, None])

    def project(self, y: Tensor) -> Tensor:
        rows, n, _ = y.shape
        return y.gather(2, self.ids[:, None].expand(rows, n, -1))

    def at(self, outputs: Tensor | slice) -> Tensor:
        if isinstance(outputs, slice):
            outputs = torch.arange(*outputs.indices(self.size), device=self.ids.device)
        wanted = outputs[:, None] if outputs.dim() == 2 else outputs
        return (self.ids[..., None] == wanted).to(self.inputs.dtype)

    def of(self, tokens: slice) -> OneHot:
        return OneHot(self.ids[:, tokens], self.inputs[:, tokens], self.size, self.padding)

    def cast(self, to: Callable[[Tensor], Tensor]) -> OneHot:
        return OneHot(self.ids, to(self.inputs), self.size, self.padding)


def stacked(factors: Sequence[Factor]) -> Factor:
    """Factors of the same weight in different rows as one, padded with zeros to the longest."""
    first, inputs = factors[0], _padded([factor.inputs for factor in factors])
    if isinstance(first, OneHot):
        return OneHot(_padded([factor.ids for factor in factors]), inputs, first.size, first.padding)  # type: ignore[attr-defined]
    gradients = _padded([factor.gradients for factor in factors])  # type: ignore[attr-defined]
    return Dense(gradients, inputs, first.out_in)  # type: ignore[attr-defined]


def _padded(parts: Sequence[Tensor]) -> Tensor:
    """(rows, tokens, …) of different numbers of tokens as one; in few calls, which are what costs on a GPU."""
    first, shapes = parts[0], tuple((len(part), part.shape[1]) for part in parts)
    rows, tokens = sum(count for count, _ in shapes), max(length for _, length in shapes)
    result = first.new_zeros(rows * tokens, *first.shape[2:])
    result.index_copy_(0, _places(shapes, tokens, first.device), torch.cat([part.flatten(0, 1) for part in parts]))
    return result.view(rows, tokens, *first.shape[2:])


@lru_cache(maxsize=16)
def _places(shapes: tuple[tuple[int, int], ...], tokens: int, device: torch.device) -> Tensor:
    """Where the tokens of parts of such (rows, tokens) stand when each row has room for `tokens`."""
    lengths = [length for count, length in shapes for _ in range(count)]
    return torch.tensor(
        [row * tokens + at for row, length in enumerate(lengths) for at in range(length)], device=device
    )


def joined(factors: Sequence[Factor]) -> Factor:
    """The tokens of factors of the same weight, and of one kind, one after another as those of one row."""
    first, inputs = factors[0], _joined([factor.inputs for factor in factors])
    if isinstance(first, OneHot):
        return OneHot(_joined([factor.ids for factor in factors]), inputs, first.size, first.padding)  # type: ignore[attr-defined]
    return Dense(_joined([factor.gradients for factor in factors]), inputs, first.out_in)  # type: ignore[attr-defined]


def _joined(parts: Sequence[Tensor]) -> Tensor:
    """(rows, tokens, …) of different numbers of both as (1, all tokens, …)."""
    return torch.cat([part.flatten(0, 1) for part in parts])[None]


def summands(a: Factor, b: Factor) -> Tensor:
    """⟨Sᵀ X, Tᵀ Y⟩ of two gradients, each of one row, as what each pair of tokens brings to it: (tokens, tokens).

    It is (S Tᵀ) ∘ (X Yᵀ).
    """
    return _left(a, b) * (a.inputs[0] @ b.inputs[0].T)


def squared_norms(matrices: Iterable[Sequence[Factor]]) -> Tensor:
    """‖G‖² of the gradient of each of several matrices, a sum of factors of one row: (matrices,), float64, no device.

    ‖Sᵀ X‖² = Σ (S Sᵀ) ∘ (X Xᵀ); layers that were given the same inputs share the second.
    """
    inputs: dict[tuple[int, torch.Size], Tensor] = {}
    norms: list[Tensor] = []

    def square(x: Tensor) -> Tensor:
        place = (x.data_ptr(), x.shape)
        if place not in inputs:
            inputs[place] = x[0] @ x[0].T
        return inputs[place]

    def own(factor: Factor) -> Tensor:
        if isinstance(factor, Dense):
            return (factor.gradients[0] @ factor.gradients[0].T).mul_(square(factor.inputs)).sum()
        return summands(factor, factor).sum()

    for factors in matrices:
        pairs = (2 * summands(one, other).sum() for a, one in enumerate(factors) for other in factors[:a])
        norms.append(sum(pairs, sum(map(own, factors[1:]), own(factors[0]))))
    return torch.stack(norms).cpu().double().clamp(min=0)


def _left(a: Factor, b: Factor) -> Tensor:
    """S Tᵀ."""
    if isinstance(a, Dense) and isinstance(b, Dense):
        return a.gradients[0] @ b.gradients[0].T
    if isinstance(a, OneHot) and isinstance(b, OneHot):
        return (a.ids[0][:, None] == b.ids[0]).to(a.inputs.dtype)
    return a.at(b.ids[0])[0] if isinstance(b, OneHot) else _left(b, a).T


def along(weight: Tensor, factor: Factor) -> Tensor:
    """⟨W, Sᵀ X⟩ of a gradient of one row, as what each token brings to it: (tokens,)."""
    wide = weight.to(factor.inputs.dtype)
    y = torch.matmul(factor.inputs, wide if isinstance(factor, Dense) and not factor.out_in else wide.T)
    return factor.project(y)[0].diagonal()
