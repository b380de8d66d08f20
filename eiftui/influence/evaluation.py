"""How much each fine-tuned model's losses differ from the base model's: difference propagation (METHODS §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from eiftui.influence.forward import Forward
from eiftui.influence.layout import SGD_NODES, Layout, Text, groups, side_by_side, tree
from eiftui.influence.pair import Pair
from eiftui.influence.pair_weights import PairMatrix, Tape
from eiftui.influence.recording import Change
from eiftui.influence.vocabulary import LogSum, LogSumChange

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
def base_losses(forward: Forward, layout: Layout, weights: Mapping[str, Any] | None = None) -> list[Tensor]:
    """The base model's loss of each scored token of each text in `layout`, nats: a tensor (tokens,) a text.

    Or the loss of the model that has these `weights` instead, as `Forward.reading` takes them.
    """
    total, at_target = LogSum(), torch.empty(len(layout.pair_read), dtype=forward.dtype, device=forward.device)

    def add(part: slice, logits: Tensor) -> None:
        total.add(logits[0])
        pairs, reads, targets = _pairs_in(layout, part)
        at_target[pairs] = logits[0, reads, targets]

    forward.read(forward.reading(weights), layout, 1, [add])
    assert total.total is not None
    losses = total.total[layout.pair_read] - at_target
    return [losses[list(text)] for text in layout.texts]


@torch.no_grad()
def loss_changes(forward: Forward, probes: PackedProbes, change: Change, products: torch.dtype | None) -> list[Tensor]:
    """Loss after minus loss before of each scored token, nats: a tensor (rows, tokens) a text.

    It is Δ(log Σ exp l) − Δ l at the target. `products` is the number format of W·d if it is narrower than that of
    activations.
    """
    layout, total = probes.layout, LogSumChange()
    before, after = LogSum(), LogSum()
    at_target = torch.empty(change.rows, len(layout.pair_read), dtype=forward.dtype, device=forward.device)

    def add(part: slice, logits: Pair) -> None:
        total.add(logits.x[0], logits.d[:, 0])
        pairs, reads, targets = _pairs_in(layout, part)
        at_target[:, pairs] = logits.d[:, 0, reads, targets]

    def add_ends(_: slice, logits: Pair) -> None:
        before.add(logits.x[0])
        after.add(logits.after[:, 0])

    def passes() -> Iterator[Callable[[slice, Pair], None]]:
        yield add
        if total.lost.any():
            yield add_ends

    if probes.tape:
        probes.tape.rewind()
    weights = forward.reading(pair_weights(forward, change, probes.tape, products))
    forward.read(weights, layout, change.rows + 1, passes())
    totals = total.change
    if before.total is not None and after.total is not None:
        # log Σ exp after minus before, which are far apart where the change has lost digits
        totals = torch.where(total.lost, after.total - before.total, totals)
    changes = totals[:, layout.pair_read] - at_target
    return [changes[:, list(text)] for text in layout.texts]


def pair_weights(forward: Forward, change: Change, tape: Tape | None, products: torch.dtype | None) -> dict[str, Any]:
    """Every weight that has changed, as what meets pairs."""
    weights: dict[str, Any] = {}
    for name in change.matrices:
        base, update = forward.parameters[name], partial(change.update, name)
        if name == forward.head:  # logits are too many to keep
            weights[name] = PairMatrix(base, name, forward.dtype, update, None, products, forward.part)
        else:
            weights[name] = PairMatrix(base, name, forward.dtype, update, tape, products)
    for name, vector in change.vectors.items():
        weights[name] = Pair(forward.parameters[name].to(forward.dtype), vector)
    return weights


def _pairs_in(layout: Layout, part: slice) -> tuple[Tensor, Tensor, Tensor]:
    """The pairs whose target lies in a part of the vocabulary: which, where they are read, and the target in it."""
    pairs = ((layout.pair_target >= part.start) & (layout.pair_target < part.stop)).nonzero()[:, 0]
    return pairs, layout.pair_read[pairs], layout.pair_target[pairs] - part.start
