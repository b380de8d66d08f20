"""Optimiser steps of many rows at once: one batched backward notes every row's gradient as factors (METHODS §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from eiftui.errors import UnsupportedModel
from eiftui.influence.factors import Factor, inner_of_sums
from eiftui.influence.forward import Forward
from eiftui.influence.losses import Tokens, padded, training_loss
from eiftui.influence.updates import Update, make_update, vector_change
from eiftui.influence.weights import RowMatrix, RowVector, as_activation
from eiftui.settings import Optimizer


@dataclass(frozen=True)
class Gradients:
    """The gradients of one sentence of each row: factors of matrices, explicit ones of vectors (rows, *shape)."""

    matrices: dict[str, list[Factor]]
    vectors: dict[str, Tensor]
    rows: int

    def of(self, row: int) -> Gradients:
        return Gradients(
            {name: [factor.of(row) for factor in factors] for name, factors in self.matrices.items()},
            {name: gradient[row : row + 1] for name, gradient in self.vectors.items()},
            1,
        )

    @cached_property
    def norms(self) -> Tensor:
        """The 2-norm of each row's whole gradient, (rows,), from Gram matrices: ‖DᵀX‖² = Σ (XXᵀ ∘ DDᵀ)."""
        return torch.stack([self.of(row)._square() for row in range(self.rows)]).sqrt()

    def _square(self) -> Tensor:
        matrices = [inner_of_sums(factors, factors)[0, 0].double() for factors in self.matrices.values()]
        return torch.stack([*matrices, *[gradient.double().square().sum() for gradient in self.vectors.values()]]).sum()

    def clip(self, largest: float | None) -> Tensor:
        """What norm clipping multiplies each row's gradient by, as `torch.nn.utils.clip_grad_norm_` does: (rows,)."""
        if largest is None:
            return torch.ones(self.rows, dtype=torch.float64)
        return (largest / (self.norms + 1e-6)).clamp(max=1.0).cpu()


@dataclass(frozen=True)
class Change:
    """How some rows' steps have changed every weight that they touch."""

    matrices: dict[str, Update]
    vectors: dict[str, Tensor]
    """(rows, *shape)"""
    rows: int


def changed(forward: Forward, steps: Sequence[Gradients], optimizer: Optimizer) -> Change:
    """The weights after some steps, from their gradients in order."""
    clips = torch.stack([step.clip(optimizer.clip_norm) for step in steps])
    matrices = {name: make_update(optimizer, [step.matrices[name] for step in steps], clips) for name in steps[0].matrices}
    vectors = {
        name: vector_change(
            optimizer, as_activation(forward.parameters[name]), [step.vectors[name] for step in steps], clips
        )
        for name in steps[0].vectors
    }
    return Change(matrices, vectors, steps[0].rows)


def record(forward: Forward, sequences: Sequence[Tokens], before: Change | None) -> Gradients:
    """The gradient of the loss of `sequences`, one a row, at the weights that `before` has left (None: base weights).

    A sequence holds everything the model reads, the start token included.

    Raises:
        UnsupportedModel: a weight is neither a matrix nor a vector, or is used by an operation without a rule.
    """
    rows = len(sequences)
    matrices: defaultdict[str, list[Factor]] = defaultdict(list)
    weights: dict[str, Tensor] = {}
    leaves: dict[str, Tensor] = {}
    for name, parameter in forward.parameters.items():
        if parameter.dim() == 2:
            update = before.matrices.get(name) if before else None
            weights[name] = RowMatrix(parameter, name, rows, update, matrices[name].append)
        elif parameter.dim() < 2:
            leaves[name] = _leaf(parameter, rows, before.vectors.get(name) if before else None)
            weights[name] = RowVector(parameter, name, leaves[name])
        else:
            raise UnsupportedModel(f"the weight {name} is neither a matrix nor a vector: shape {tuple(parameter.shape)}")
    ids, lengths = padded(sequences, forward.device)
    with torch.enable_grad():
        training_loss(forward.logits(weights, ids), ids, lengths).sum().backward()
    return Gradients(
        {name: factors for name, factors in matrices.items() if factors},
        {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None},
        rows,
    )


def _leaf(parameter: Tensor, rows: int, change: Tensor | None) -> Tensor:
    values = as_activation(parameter).detach().expand(rows, *parameter.shape)
    return (values.clone() if change is None else values + change).requires_grad_()
