"""How much each fine-tuned model's losses differ from the base model's: difference propagation (METHODS §8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from eiftui.influence.forward import Forward
from eiftui.influence.layout import SGD_NODES, Layout, Text, groups, side_by_side, tree
from eiftui.influence.losses import token_losses
from eiftui.influence.pair import Pair
from eiftui.influence.recording import Change
from eiftui.influence.rules import log_sum_exp
from eiftui.influence.weights import PairMatrix, Tape, as_activation

LINES = 16
"""Texts side by side in one forward, for models that do not follow trees."""


@dataclass(frozen=True)
class PackedProbes:
    """Some probes in one layout, and what the base model makes of them where that is kept for further rows."""

    layout: Layout
    indices: tuple[int, ...]
    """Which of the texts these are."""
    tape: Tape | None = None


def pack(forward: Forward, texts: Sequence[Text], nodes: int = SGD_NODES) -> list[PackedProbes]:
    """Texts in layouts of a bounded size: trees of about `nodes` where the model follows them."""
    if forward.follows_trees:
        parts = groups(texts, nodes)
        layouts = [tree([[texts[index] for index in part]], forward.device) for part in parts]
    else:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index].tokens))
        parts = [order[start : start + LINES] for start in range(0, len(order), LINES)]
        layouts = [side_by_side([texts[index] for index in part], forward.device) for part in parts]
    return [PackedProbes(layout, tuple(part)) for layout, part in zip(layouts, parts, strict=True)]


@torch.no_grad()
def base_losses(forward: Forward, layout: Layout) -> list[Tensor]:
    """The base model's loss of each scored token of each text in `layout`, nats: a tensor (tokens,) a text."""
    losses = torch.empty(len(layout.pair_read), dtype=forward.dtype, device=forward.device)
    for part, logits in forward.read(forward.plain, layout, 1):
        pairs, reads = _pairs_in(layout, part)
        losses[pairs] = token_losses(logits[0, reads], layout.pair_target[pairs])
    return [losses[list(text)] for text in layout.texts]


@torch.no_grad()
def loss_changes(forward: Forward, probes: PackedProbes, change: Change, products: torch.dtype | None) -> list[Tensor]:
    """Loss after minus loss before of each scored token, nats: a tensor (rows, tokens) a text.

    `products` is the number format of W·d if it is narrower than that of activations.
    """
    layout = probes.layout
    if probes.tape:
        probes.tape.rewind()
    weights = pair_weights(forward, change, probes.tape, products)
    changes = torch.empty(change.rows, len(layout.pair_read), dtype=forward.dtype, device=forward.device)
    for part, logits in forward.read(weights, layout, change.rows):
        pairs, reads = _pairs_in(layout, part)
        changes[:, pairs] = _token_loss_change(logits, reads, layout.pair_target[pairs])
    return [changes[:, list(text)] for text in layout.texts]


def pair_weights(forward: Forward, change: Change, tape: Tape | None, products: torch.dtype | None) -> dict[str, Any]:
    """Every weight that has changed, as what meets pairs; the others as they are."""
    weights: dict[str, Any] = dict(forward.plain)
    for name in change.matrices:
        base = forward.parameters[name]
        # logits are too large to keep, and are made a slice at a time
        weights[name] = PairMatrix(
            base, name, partial(change.update, name), None if forward.vocabulary in base.shape else tape, products
        )
    for name, vector in change.vectors.items():
        weights[name] = Pair(as_activation(forward.parameters[name]), vector)
    return weights


def _token_loss_change(logits: Pair, reads: Tensor, targets: Tensor) -> Tensor:
    """Δ(log Σ exp l) − Δ l at the target: `logits` (1, n, vocabulary) → (rows, pairs)."""
    at_target = logits.d[:, 0, reads, targets]
    return log_sum_exp(logits).d[:, 0, reads] - at_target


def _pairs_in(layout: Layout, part: slice) -> tuple[Tensor, Tensor]:
    """The pairs whose place lies in a slice of `layout.read`, and their places counted from its beginning."""
    pairs = ((layout.pair_read >= part.start) & (layout.pair_read < part.stop)).nonzero()[:, 0]
    return pairs, layout.pair_read[pairs] - part.start
