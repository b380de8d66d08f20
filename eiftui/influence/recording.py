"""Optimiser steps of many rows at once: one batched backward notes every row's gradient as factors (METHODS §3)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from eiftui.errors import UnsupportedModel
from eiftui.influence.factors import Factor, squared_norms
from eiftui.influence.forward import Forward
from eiftui.influence.layout import Line, in_line
from eiftui.influence.losses import RecordedLoss, Tokens
from eiftui.influence.row_weights import RowMatrix, RowVector
from eiftui.influence.schedule import Schedule, vector_change
from eiftui.influence.updates import Update, make_update
from eiftui.settings import Optimizer


@dataclass(frozen=True)
class Gradients:
    """The gradient of one sentence's loss: factors of matrices, as rows of one, and of vectors the gradient itself."""

    matrices: dict[str, list[Factor]]
    vectors: dict[str, Tensor]

    def tensors(self) -> Iterator[Tensor]:
        for factors in self.matrices.values():
            for factor in factors:
                yield from (value for value in vars(factor).values() if isinstance(value, Tensor))
        yield from self.vectors.values()

    @cached_property
    def norms(self) -> dict[str, float]:
        """The 2-norm of the gradient of each weight."""
        matrices = squared_norms([factor.trained for factor in factors] for factors in self.matrices.values())
        vectors = [gradient.norm() for gradient in self.vectors.values()]
        norms = (*matrices.sqrt().tolist(), *(torch.stack(vectors).tolist() if vectors else ()))
        return dict(zip((*self.matrices, *self.vectors), norms, strict=True))

    @property
    def norm(self) -> float:
        """The 2-norm of the whole gradient."""
        return math.hypot(*self.norms.values())

    def to(self, kind: torch.dtype) -> Gradients:
        """The same in another number format."""
        made: dict[tuple[int, torch.Size], Tensor] = {}  # layers that were given the same inputs go on sharing them

        def cast(numbers: Tensor) -> Tensor:
            return made.setdefault((numbers.data_ptr(), numbers.shape), numbers.to(kind))

        matrices = {name: [factor.cast(cast) for factor in factors] for name, factors in self.matrices.items()}
        return Gradients(matrices, {name: gradient.to(kind) for name, gradient in self.vectors.items()})

    def clip(self, largest: float | None) -> float:
        """What norm clipping multiplies the gradient by, as `torch.nn.utils.clip_grad_norm_` does."""
        return 1.0 if largest is None else min(largest / (self.norm + 1e-6), 1.0)


def total_bytes(gradients: Iterable[Gradients]) -> int:
    """What some gradients hold; layers that were given the same inputs share them."""
    tensors = [tensor for one in gradients for tensor in one.tensors()]
    sizes = {(tensor.data_ptr(), tensor.shape): tensor.numel() * tensor.element_size() for tensor in tensors}
    return sum(sizes.values())


class Change:
    """How the steps of some rows change every weight that they touch.

    Built from each row's gradients in the order of its steps; one row may have more than another. What belongs to one
    matrix is no more than views of its factors; but SGD on a GPU has a copy of them, filled up to the longest row.
    """

    def __init__(
        self, forward: Forward, steps: Sequence[Sequence[Gradients]], optimizer: Optimizer, is_long: bool = False
    ) -> None:
        self.rows = len(steps)
        self.is_long = is_long
        """Whether it leads so far that no format narrower than that of activations is good for anything in it."""
        self.matrices = tuple(steps[0][0].matrices)
        clips = torch.full((max(map(len, steps)), self.rows), torch.nan, dtype=torch.float64)
        for row, own in enumerate(steps):
            clips[: len(own), row] = torch.tensor(
                [gradients.clip(optimizer.clip_norm) for gradients in own], dtype=clips.dtype
            )
        schedule = Schedule(optimizer, clips)
        # all at once: small things made between large ones would leave holes in memory
        self._updates = {
            name: make_update(schedule, [[[f.trained for f in step.matrices[name]] for step in own] for own in steps])
            for name in self.matrices
        }
        self.vectors = {
            name: vector_change(
                schedule,
                forward.parameters[name].detach().to(forward.dtype),
                [[g.vectors[name] for g in own] for own in steps],
            )
            for name in steps[0][0].vectors
        }

    def update(self, name: str, outputs: slice = slice(None)) -> Update:
        """The change of one matrix, or of some of its outputs."""
        whole = self._updates[name]
        return whole if outputs == slice(None) else whole.part(outputs)


def record(forward: Forward, sequences: Sequence[Tokens], before: Change | None) -> list[Gradients]:
    """The gradient of the loss of each of `sequences`.

    Those of the first are taken at the weights that the rows of `before` have left, all others at the base weights. A
    sequence holds everything the model reads, the start token included. Several need a model that follows trees.

    Raises:
        UnsupportedModel: a weight is neither a matrix nor a vector, or is used by an operation without a rule.
    """
    line, targets, shares = _read(forward, sequences)
    moved = line.first(before.rows) if before else line
    matrices: defaultdict[str, list[Factor]] = defaultdict(list)
    weights: dict[str, Tensor] = {}
    leaves: dict[str, Tensor] = {}
    for name, parameter in forward.parameters.items():
        if parameter.dim() == 2:
            update = partial(before.update, name) if before and name in before.matrices else None
            weights[name] = RowMatrix(parameter, name, forward.dtype, line, matrices[name].append, moved, update)
        elif parameter.dim() < 2:
            change = before.vectors.get(name) if before else None
            leaves[name] = _leaf(parameter.to(forward.dtype), len(sequences), change)
            weights[name] = RowVector(parameter, name, forward.dtype, line, leaves[name])
        else:
            raise UnsupportedModel(
                f"the weight {name} is neither a matrix nor a vector: shape {tuple(parameter.shape)}"
            )
    with torch.enable_grad():
        RecordedLoss.apply(forward.logits(weights, line), targets, shares).backward()
    gradients = {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    ends = accumulate((len(sequence) - 1 for sequence in sequences), initial=0)
    return [_own(matrices, gradients, number, slice(*tokens)) for number, tokens in enumerate(pairwise(ends))]


def _read(forward: Forward, sequences: Sequence[Tokens]) -> tuple[Line, Tensor, Tensor]:
    """What the model reads of `sequences`, the token predicted at each place, and its share of a loss: (1, places)."""
    # the last token is only predicted, so the model need not read it
    read, predicted = [sequence[:-1] for sequence in sequences], [sequence[1:] for sequence in sequences]
    shares = [1 / len(own) for own in predicted for _ in own]
    while len(shares) in forward.heads:  # so that an axis of that length is known to be the places
        read[-1], predicted[-1] = (*read[-1], 0), (*predicted[-1], 0)
        shares.append(0.0)
    targets = torch.tensor([[token for own in predicted for token in own]], device=forward.device)
    return in_line(read, forward.device), targets, torch.tensor([shares], dtype=forward.dtype, device=forward.device)


def _own(matrices: dict[str, list[Factor]], vectors: dict[str, Tensor], sequence: int, tokens: slice) -> Gradients:
    return Gradients(
        {name: [factor.of(tokens) for factor in factors] for name, factors in matrices.items() if factors},
        {name: gradient[sequence] for name, gradient in vectors.items()},
    )


def _leaf(parameter: Tensor, sequences: int, change: Tensor | None) -> Tensor:
    values = parameter.detach().repeat(sequences, *[1] * parameter.dim())
    if change is not None:
        values[: len(change)] += change
    return values.requires_grad_()
