"""Packing token sequences for one forward: as a tree of shared beginnings, or side by side with padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from eiftui.influence.losses import Tokens

SGD_NODES = 192
"""Most nodes of a tree: attention between nodes grows with their square."""
ADAMW_NODES = 512
"""The same where every tree costs a rebuilding of the gradients."""
LINE = 512
"""Most places of a line: likewise."""


@dataclass(frozen=True)
class Text:
    """A sequence as the model reads it, of which the tokens from `scored_from` on have a loss."""

    tokens: Tokens
    scored_from: int


@dataclass(frozen=True)
class Places:
    """What a model is given to read: tokens in a batch, and which of them each may see."""

    ids: Tensor
    """(batch, places)"""
    positions: Tensor
    """(batch, places)"""
    parents_seen: Tensor | None
    """Which places each place may see, itself included: (batch, places, places), or None for plain causal order."""


@dataclass(frozen=True)
class Line(Places):
    """Sequences one after another in a batch of one, of which none sees another."""

    sequence: Tensor
    """The number of the sequence that each place belongs to: (places,)"""

    @cached_property
    def shape(self) -> tuple[int, int]:
        """How many sequences there are, and the length of the longest."""
        return int(self.sequence[-1]) + 1, int(self.positions.max()) + 1

    def first(self, number: int) -> Line:
        """The first sequences alone."""
        places = int((self.sequence < number).sum())
        return Line(self.ids[:, :places], self.positions[:, :places], None, self.sequence[:places])

    def apart(self, x: Tensor) -> Tensor:
        """`x` (1, places, …) as (sequences, longest, …), filled up with zeros; `x` may go on after these sequences.

        Where they are equally long there is nothing to fill up, and it may be a view.
        """
        own = x[0, : len(self.sequence)]
        if self._even:
            return own.reshape(*self.shape, *x.shape[2:])
        result = x.new_zeros(*self.shape, *x.shape[2:])
        result[self.sequence, self.positions[0]] = own
        return result

    def put_back(self, x: Tensor, own: Tensor) -> None:
        """Write `own` (sequences, longest, …) to its places in `x`, which `apart` has been given."""
        x[0, : len(self.sequence)] = own.flatten(0, 1) if self._even else own[self.sequence, self.positions[0]]

    @property
    def _even(self) -> bool:
        sequences, longest = self.shape
        return len(self.sequence) == sequences * longest


@dataclass(frozen=True)
class Layout(Places):
    """Where the tokens of some texts stand in a batch, and from which places which targets are predicted.

    A pair is a place and a target; texts with the same beginning share pairs.
    """

    read: Tensor
    """Places, counted through the batch, where something is predicted: (read,)"""
    pair_read: Tensor
    """Index into `read` of each pair: (pairs,)"""
    pair_target: Tensor
    """Token id of each pair: (pairs,)"""
    texts: tuple[tuple[int, ...], ...]
    """For each text, its pairs, one per scored token."""


@dataclass
class _Tree:
    """The distinct beginnings of some texts, each once; a parent comes before its children."""

    token: list[int]
    parent: list[int]
    children: dict[tuple[int, int], int]
    pairs: dict[tuple[int, int], int]

    def add(self, text: Text) -> tuple[int, ...]:
        """Insert a text; its last token is only predicted, so it needs no place. Returns its pairs."""
        node, pairs = -1, []
        for index, token in enumerate(text.tokens):
            if index >= text.scored_from:
                pairs.append(self.pairs.setdefault((node, token), len(self.pairs)))
            if index < len(text.tokens) - 1:
                node = self._child(node, token)
        return tuple(pairs)

    def _child(self, node: int, token: int) -> int:
        if (node, token) not in self.children:
            self.children[node, token] = len(self.token)
            self.token.append(token)
            self.parent.append(node)
        return self.children[node, token]

    def seen(self, size: int) -> Tensor:
        """(size, size): each node sees itself and its ancestors; filling beyond the nodes sees itself."""
        seen = torch.eye(size, dtype=torch.bool)
        for node, parent in enumerate(self.parent):
            if parent >= 0:
                seen[node] |= seen[parent]
        return seen


def in_line(sequences: Sequence[Tokens], device: torch.device) -> Line:
    """Sequences one after another: a single one in plain causal order, for models that follow no other."""
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    sequence = torch.arange(len(sequences)).repeat_interleave(lengths)
    positions = torch.cat([torch.arange(length) for length in lengths.tolist()])
    seen = (sequence[:, None] == sequence) & (positions[:, None] >= positions)
    return Line(
        ids=torch.tensor([[token for sequence in sequences for token in sequence]], device=device),
        positions=positions[None].to(device),
        parents_seen=None if len(sequences) == 1 else seen[None].to(device),
        sequence=sequence.to(device),
    )


def tree(texts: Sequence[Sequence[Text]], device: torch.device) -> Layout:
    """Each element of `texts` as a tree of its own, side by side in the batch; pairs are counted through all."""
    trees, pairs_of, first = [], [], 0
    read: dict[tuple[int, int], int] = {}
    pair_read, pair_target = [], []
    for number, group in enumerate(texts):
        one = _Tree([], [], {}, {})
        pairs_of += [tuple(first + pair for pair in one.add(text)) for text in group]
        first += len(one.pairs)
        for node, target in one.pairs:
            pair_read.append(read.setdefault((number, node), len(read)))
            pair_target.append(target)
        trees.append(one)
    size = max(len(one.token) for one in trees)
    seen = torch.stack([one.seen(size) for one in trees])
    ids = torch.tensor([one.token + [0] * (size - len(one.token)) for one in trees])
    return Layout(
        ids=ids.to(device),
        positions=(seen.sum(2) - 1).to(device),
        parents_seen=seen.to(device),
        read=torch.tensor([number * size + node for number, node in read], device=device),
        pair_read=torch.tensor(pair_read, device=device),
        pair_target=torch.tensor(pair_target, device=device),
        texts=tuple(pairs_of),
    )


def side_by_side(texts: Sequence[Text], device: torch.device) -> Layout:
    """A text a line, padded on the right: for models that do not follow a tree's mask."""
    width = max(len(text.tokens) for text in texts) - 1
    ids = torch.tensor([[*text.tokens[:-1], *[0] * (width + 1 - len(text.tokens))] for text in texts], device=device)
    places: list[int] = []
    targets: list[int] = []
    pairs_of: list[tuple[int, ...]] = []
    for line, text in enumerate(texts):
        scored = range(text.scored_from, len(text.tokens))
        pairs_of.append(tuple(range(len(places), len(places) + len(scored))))
        places += [line * width + index - 1 for index in scored]
        targets += [text.tokens[index] for index in scored]
    return Layout(
        ids=ids,
        positions=torch.arange(width, device=device).expand_as(ids),
        parents_seen=None,
        read=torch.tensor(places, device=device),
        pair_read=torch.arange(len(places), device=device),
        pair_target=torch.tensor(targets, device=device),
        texts=tuple(pairs_of),
    )


def groups(texts: Sequence[Text], largest: int = SGD_NODES) -> list[list[int]]:
    """Indices of `texts` in groups whose trees have about `largest` nodes at most; neighbours share beginnings."""
    order = sorted(range(len(texts)), key=lambda index: texts[index].tokens)
    result: list[list[int]] = []
    nodes: set[Tokens] = set()
    for index in order:
        beginnings = {texts[index].tokens[:length] for length in range(1, len(texts[index].tokens))}
        if not result or len(nodes | beginnings) > largest:
            result.append([])
            nodes = set()
        result[-1].append(index)
        nodes |= beginnings
    return result
