"""From gradients to changed weight matrices: what the steps of an optimiser bring, on factors (METHODS §3).

After all its steps a weight has changed by decay · W₀ + (what its gradients brought). For SGD the second part is a
weighted sum of the steps' gradients, so it stays a sum of factors; AdamW needs the gradient itself, which is rebuilt a
block at a time, used and dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from eiftui.influence.factors import Dense, Factor, OneHot, joined, stacked, summands
from eiftui.influence.products import add_times, times_each
from eiftui.influence.schedule import Schedule, adamw_steps, beside_rows, cast_like, total_of

BLOCK = 1 << 19
"""Numbers of a gradient that AdamW rebuilds at once: about what a processor's cache holds."""
LARGE_BLOCK = 1 << 25
"""The same on other devices, whose time goes into calls where these are small."""

Memo = dict[tuple[int | None, int, int], tuple[Tensor, Tensor]]
"""Products of some activations with the inputs of factors, by first row, step, and where the inputs lie.

The inputs are kept, so that no others can come to lie there.
"""


class Update(Protocol):
    """How each row's steps changed one matrix W (out, in), less `decay` · W."""

    @property
    def decay(self) -> Tensor | None:
        """(rows, 1, 1); None where there is no weight decay."""
        ...

    def part(self, outputs: slice) -> Update:
        """The change of some outputs of the matrix alone, as if it had no others."""
        ...

    def add_to(self, y: Tensor, x: Tensor, memo: Memo | None = None) -> None:
        """Add the change times `x` (rows, n, in) to `y` (rows, n, out), in place.

        `memo` belongs to `x`: layers that are given the same activations have the same factors' inputs.
        """
        ...

    def apply_transposed(self, y: Tensor) -> Tensor:
        """The transposed change times `y` (rows, n, out): (rows, n, in)."""
        ...

    def lookup(self, ids: Tensor) -> Tensor:
        """Lines `ids`, (n,) or a row's own (rows, n), of the change: (rows, n, in)."""
        ...

    def inner(self, factor: Factor) -> Tensor:
        """Inner products of the change with what each token brings to a gradient of one row: (rows, tokens)."""
        ...


def make_update(schedule: Schedule, rows: Sequence[Sequence[Sequence[Factor]]]) -> Update:
    """The change of one matrix, from the factors of each row's steps in order: those of each step's gradient."""
    decay = None if schedule.optimizer.weight_decay == 0 else beside_rows(schedule.decay, rows[0][0][0].inputs)
    if schedule.optimizer.name == "adamw":
        return AdamW(decay, schedule, rows)
    return LowRank(decay, schedule.rows, tuple(_terms(schedule.sgd[1], rows)))


@dataclass(frozen=True)
class Term:
    """What one step has brought to some rows: `coefficients` (their number, 1, 1) times a factor of theirs."""

    step: int
    rows: slice
    coefficients: Tensor
    factor: Factor


def _side_by_side(like: Tensor) -> bool:
    """Whether rows are worked on at once, filled up to the longest of them: a processor gains nothing from it.

    For a GPU the products of one row are too small.
    """
    return like.device.type != "cpu"


def _terms(coefficients: Tensor, rows: Sequence[Sequence[Sequence[Factor]]]) -> Iterator[Term]:
    """`coefficients` (steps, rows) and factors as terms: of a row alone, or of all at once."""
    like = rows[0][0][0].inputs
    coefficients = cast_like(coefficients, like)[..., None, None]
    if not _side_by_side(like):
        for row, steps in enumerate(rows):
            only = slice(row, row + 1)
            for step, factors in enumerate(steps):
                for factor in factors:
                    yield Term(step, only, coefficients[step, only], factor)
        return
    for step, coefficient in enumerate(coefficients):
        # where a row has no further step its first stands in, and counts for nothing
        together = [steps[step if step < len(steps) else 0] for steps in rows]
        for same in zip(*together, strict=True):
            yield Term(step, slice(None), coefficient, stacked(same))


@dataclass(frozen=True)
class LowRank:
    """A weighted sum of factors: what SGD leaves behind."""

    decay: Tensor | None
    rows: int
    terms: Sequence[Term]

    def part(self, outputs: slice) -> LowRank:
        return replace(self, terms=[replace(term, factor=term.factor.part(outputs)) for term in self.terms])

    def add_to(self, y: Tensor, x: Tensor, memo: Memo | None = None) -> None:
        memo = {} if memo is None else memo
        for term in self.terms:
            inputs = term.factor.inputs
            place = (term.rows.start, term.step, inputs.data_ptr())
            if place not in memo:
                memo[place] = times_each(x[term.rows], inputs).mul_(term.coefficients), inputs
            term.factor.add_times(y[term.rows], memo[place][0])

    def apply_transposed(self, y: Tensor) -> Tensor:
        result = y.new_zeros(*y.shape[:2], self.terms[0].factor.inputs.shape[-1])
        for term in self.terms:
            projected = term.factor.project(y[term.rows]).mul_(term.coefficients)
            result[term.rows].baddbmm_(projected, term.factor.inputs)
        return result

    def lookup(self, ids: Tensor) -> Tensor:
        inputs = self.terms[0].factor.inputs
        result = inputs.new_zeros(self.rows, ids.shape[-1], inputs.shape[-1])
        for term in self.terms:
            lines = term.factor.at(ids[term.rows] if ids.dim() == 2 else ids).transpose(1, 2)
            result[term.rows].baddbmm_(lines * term.coefficients, term.factor.inputs)
        return result

    def inner(self, factor: Factor) -> Tensor:
        result = factor.inputs.new_zeros(self.rows, factor.inputs.shape[1])
        every_row = torch.arange(self.rows, device=result.device)
        for kind in (Dense, OneHot):  # a product for all rows: those of one are small
            terms = [term for term in self.terms if isinstance(term.factor, kind)]
            if not terms:
                continue
            whole = joined([term.factor for term in terms])
            row = torch.cat([every_row[term.rows] for term in terms])
            coefficient = torch.cat([term.coefficients.flatten() for term in terms])
            tokens = torch.tensor([term.factor.inputs.shape[1] for term in terms for _ in term.coefficients])
            of_token = torch.arange(len(row)).repeat_interleave(tokens).to(result.device)
            result.index_add_(0, row[of_token], summands(whole, factor).mul_(coefficient[of_token, None]))
        return result


@dataclass(frozen=True)
class AdamW:
    """AdamW's change, made anew a block of one row at a time from each step's factors."""

    decay: Tensor | None
    schedule: Schedule
    rows: Sequence[Sequence[Sequence[Factor]]]
    """The factors of each step's gradient, of each row's steps in order."""

    @property
    def rate(self) -> float:
        """What the steps in learning rates are multiplied by: once they have met activations, which are fewer."""
        return -self.schedule.optimizer.lr

    def part(self, outputs: slice) -> AdamW:
        return replace(self, rows=[[[factor.part(outputs) for factor in step] for step in own] for own in self.rows])

    def steps(self, row: int, outputs: Tensor | slice) -> Tensor:
        """Some lines of one row's steps, in learning rates: (n, in)."""
        gradients = []
        for factors, clip in zip(self.rows[row], self.schedule.clips[:, row], strict=False):
            total = total_of(torch.matmul(f.at(outputs)[0].T, f.inputs[0]) for f in factors)
            gradients.append(total if clip == 1 else total.mul_(clip.to(total)))
        return adamw_steps(self.schedule.optimizer, gradients)

    def _blocks(self) -> Iterator[tuple[int, slice]]:
        factor = self.rows[0][0][0]
        numbers = BLOCK if factor.inputs.device.type == "cpu" else LARGE_BLOCK
        height = max(1, numbers // factor.inputs.shape[-1])
        for row in range(len(self.rows)):
            for start in range(0, factor.size, height):
                yield row, slice(start, min(start + height, factor.size))

    def add_to(self, y: Tensor, x: Tensor, memo: Memo | None = None) -> None:
        for row, block in self._blocks():
            add_times(y[row, :, block], x[row], self.steps(row, block), self.rate)

    def apply_transposed(self, y: Tensor) -> Tensor:
        result = y.new_zeros(*y.shape[:2], self.rows[0][0][0].inputs.shape[-1])
        for row, block in self._blocks():
            result[row].addmm_(y[row, :, block], self.steps(row, block), alpha=self.rate)
        return result

    def lookup(self, ids: Tensor) -> Tensor:
        rows = [self.steps(row, ids[row] if ids.dim() == 2 else ids) for row in range(len(self.rows))]
        return torch.stack(rows).mul_(self.rate)

    def inner(self, factor: Factor) -> Tensor:
        result = factor.inputs.new_zeros(len(self.rows), factor.inputs.shape[1])
        for row, block in self._blocks():
            # Σ over outputs of S ∘ (X stepsᵀ)
            result[row] += torch.matmul(factor.inputs[0], self.steps(row, block).T).mul_(factor.at(block)[0]).sum(1)
        return result.mul_(self.rate)
