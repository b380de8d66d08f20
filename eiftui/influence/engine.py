"""Measuring conditions on one model: what the layers above call. Two engines, one truth (METHODS §3)."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eiftui.influence.evaluation import base_losses, loss_changes, pack
from eiftui.influence.forward import Forward
from eiftui.influence.gradients import KeptGradients
from eiftui.influence.layout import SGD_NODES, Text, groups, side_by_side, tree
from eiftui.influence.losses import Tokens, with_start
from eiftui.influence.memory import Budget, even, give_back, in_blocks, keep_freed, padded
from eiftui.influence.pair_weights import Tape
from eiftui.influence.prediction import first_order
from eiftui.influence.recording import Change
from eiftui.influence.reference import Meter, Reference
from eiftui.settings import RELATIVE_ERROR, Method, Optimizer

FEW_BLOCKS = 3
"""With no more blocks of rows than this, the base activations are not worth keeping from one to the next."""
TrainingSet = tuple[Tokens, ...]
"""The tokens of each sentence of a row, in order, without start tokens."""
Losses = NDArray[np.float64]
"""Nats of each scored token: (tokens,)"""


@dataclass(frozen=True)
class RowResult:
    """What one row did to every probe it was asked about."""

    row: int
    """Index into the rows asked for."""
    eif: Losses
    """Loss after minus loss before, nats per token: (probes,)"""
    changes: tuple[Losses, ...] | None
    """The same of each scored token of each probe; None where only the mean is known."""
    meter: Meter | None = None


class Engine(Protocol):
    """Measures rows on probes. Results come in any order, each as soon as it is there."""

    forward: Forward
    mechanism: str
    """How the trained condition is computed, in words for a record."""
    relative_error: float | None
    """How wrong a trained matrix may be, as a share of its largest number; None where losses are subtracted."""

    def base(self, probes: Sequence[Tokens]) -> list[Losses]:
        """The base model's losses of the scored tokens of each probe, nats."""
        ...

    def trained(
        self, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer
    ) -> Iterator[RowResult]:
        """Fine-tune on each row, from the base weights, and measure every probe."""
        ...

    def predicted(
        self, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer
    ) -> Iterator[RowResult]:
        """The first-order prediction of `trained`, from gradients at the base weights."""
        ...

    def prompted(self, prompts: Sequence[Tokens], probes: Sequence[Tokens]) -> Iterator[RowResult]:
        """Put each row in the prompt, and measure the probes after it."""
        ...


def engine_for(network: torch.nn.Module, start: int | None, method: Method, memory: float | None = None) -> Engine:
    """The engine that `method` asks for, on a causal language model in eval mode with eager attention.

    `start` is the start token's id; `memory` the budget in GiB of what is held beside the weights.

    Raises:
        UnsupportedModel: the factor engine meets a weight that it cannot carry; the reference engine can.
    """
    if method.engine == "reference":
        return ReferenceEngine(Forward(network), start)
    return FactorEngine(Forward(network), start, method, memory)


def text_of(probe: Tokens, start: int | None, context: Tokens = ()) -> Text:
    """What the model reads for a probe: start token, context, probe; only the probe is scored."""
    before = with_start(context, start)
    return Text((*before, *probe), max(1, len(before)))


class FactorEngine:
    """Keeps gradients as factors and evaluates many fine-tuned models at once; no weight is ever written."""

    def __init__(self, forward: Forward, start: int | None, method: Method, memory: float | None) -> None:
        self.forward, self.start = forward, start
        keep_freed()
        gc.collect()
        give_back()  # what loading has left
        self.budget = Budget.of(forward, memory)
        forward.head_numbers = self.budget.head_numbers
        self._products = torch.bfloat16 if method.products == "bfloat16" else None
        products = method.products if self._products else str(forward.dtype).removeprefix("torch.")
        self._gradients = KeptGradients(forward, self.budget)
        self.relative_error: float | None = RELATIVE_ERROR[products]
        self.mechanism = f"difference propagation, {products} products"

    @property
    def recorded(self) -> frozenset[Tokens]:
        """The sentences, with their start tokens, whose gradients at the base weights are kept."""
        return self._gradients.at_base

    def forget(self) -> None:
        """Let go of all kept gradients."""
        self._gradients.clear()

    def base(self, probes: Sequence[Tokens]) -> list[Losses]:
        results: dict[int, Losses] = {}
        for packed in pack(self.forward, [text_of(probe, self.start) for probe in probes]):
            losses = base_losses(self.forward, packed.layout)
            results |= zip(packed.indices, map(_numbers, losses), strict=True)
        return [results[index] for index in range(len(probes))]

    def trained(
        self, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer
    ) -> Iterator[RowResult]:
        nodes = self.budget.tree_nodes(optimizer)
        packed = pack(self.forward, [text_of(probe, self.start) for probe in probes], nodes)

        blocks = self._blocks(rows, optimizer, max(one.layout.ids.numel() for one in packed))
        if len(blocks) > FEW_BLOCKS:
            packed = [replace(one, tape=Tape()) for one in packed]

        def measure(block: Sequence[int]) -> list[RowResult]:
            give_back()
            change = self.change([rows[row] for row in block], optimizer)
            give_back()
            products = None if change.is_long else self._products
            parts: dict[int, Tensor] = {}
            for one in packed:
                self.budget.check_evaluation(len(block) * len(one.layout.ids), one.layout.ids.shape[1])
                parts |= zip(one.indices, loss_changes(self.forward, one, change, products), strict=True)
            return [_result(row, [parts[p][i] for p in range(len(probes))]) for i, row in enumerate(block)]

        yield from in_blocks(measure, blocks)

    def predicted(
        self, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer
    ) -> Iterator[RowResult]:
        texts = [text_of(probe, self.start).tokens for probe in probes]
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        probe_blocks = even(order, lambda index: self.budget.row_bytes(len(texts[index]), 0), self.budget.bytes)

        def measure(block: Sequence[int]) -> list[RowResult]:
            change = self.change([rows[row] for row in block], optimizer, at_base=True)
            eif = np.empty((len(block), len(texts)))
            for part in probe_blocks:
                gradients = self._gradients.first([texts[index] for index in part])
                eif[:, part] = first_order(self.forward, change, gradients).numpy()
            return [RowResult(row, eif[i], None) for i, row in enumerate(block)]

        yield from in_blocks(measure, self._blocks(rows, optimizer, 0))

    def prompted(self, prompts: Sequence[Tokens], probes: Sequence[Tokens]) -> Iterator[RowResult]:
        before = self.base(probes)

        def measure(block: Sequence[int]) -> list[RowResult]:
            after = self._after_prompts([prompts[row] for row in block], probes)
            return [
                _result(row, [a[-len(b) :] - b for a, b in zip(after[i], before, strict=True)])
                for i, row in enumerate(block)
            ]

        nodes = min(SGD_NODES, sum(map(len, probes)))
        order = sorted(range(len(prompts)), key=lambda row: len(prompts[row]))
        blocks = padded(order, lambda row: len(prompts[row]) + nodes, self.budget.forward_tokens())
        yield from in_blocks(measure, blocks)

    def _after_prompts(self, prompts: Sequence[Tokens], probes: Sequence[Tokens]) -> list[list[Losses]]:
        """Losses of every probe after every prompt: the prompt is the trunk of the probes' tree."""
        results: list[list[Losses]] = [[np.empty(0)] * len(probes) for _ in prompts]
        for part in groups([text_of(probe, self.start) for probe in probes]):
            texts = [[text_of(probes[p], self.start, prompt) for p in part] for prompt in prompts]
            for index, losses in enumerate(self._losses(texts)):
                results[index // len(part)][part[index % len(part)]] = losses
        return results

    def _losses(self, texts: Sequence[Sequence[Text]]) -> list[Losses]:
        if self.forward.follows_trees:
            return list(map(_numbers, base_losses(self.forward, tree(texts, self.forward.device))))
        flat = [text for group in texts for text in group]
        return [
            losses
            for text in flat
            for losses in map(_numbers, base_losses(self.forward, side_by_side([text], self.forward.device)))
        ]

    def change(self, rows: Sequence[TrainingSet], optimizer: Optimizer, at_base: bool = False) -> Change:
        """How the steps of `rows` change the weights; with `at_base`, as the first-order prediction has it."""
        sequences = [[with_start(sentence, self.start) for sentence in row] * optimizer.epochs for row in rows]
        return self._gradients.change(sequences, optimizer, at_base)

    def _blocks(self, rows: Sequence[TrainingSet], optimizer: Optimizer, nodes: int) -> list[list[int]]:
        """Rows of similar lengths in blocks that fit in the budget."""

        def tokens(row: int) -> int:
            return sum(map(len, rows[row])) * optimizer.epochs

        # the largest while few gradients are kept
        order = sorted(
            range(len(rows)), key=lambda row: (len(rows[row]), len(rows[row][0]), rows[row][0]), reverse=True
        )
        return even(order, lambda row: self.budget.row_bytes(tokens(row), nodes), self.budget.bytes)


class ReferenceEngine:
    """Real optimiser steps on the real weights, a row at a time."""

    def __init__(self, forward: Forward, start: int | None) -> None:
        self.forward, self.reference, self.start = forward, Reference(forward), start
        kind = str(next(forward.network.parameters()).dtype).removeprefix("torch.")
        self.mechanism = f"reference: loss after minus loss before, {kind} weights"
        self.relative_error: float | None = None

    def base(self, probes: Sequence[Tokens]) -> list[Losses]:
        return list(map(_numbers, self.reference.losses([text_of(probe, self.start) for probe in probes])))

    def trained(
        self, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer
    ) -> Iterator[RowResult]:
        before = self.base(probes)
        for index, row in enumerate(rows):
            steps = [with_start(sentence, self.start) for sentence in row] * optimizer.epochs
            with self.reference.trained(steps, optimizer) as meter:
                after = self.base(probes)
            yield _result(index, [a - b for a, b in zip(after, before, strict=True)], meter)

    def predicted(
        self, rows: Sequence[TrainingSet], probes: Sequence[Tokens], optimizer: Optimizer
    ) -> Iterator[RowResult]:
        texts = [text_of(probe, self.start) for probe in probes]
        for index, row in enumerate(rows):
            steps = [with_start(sentence, self.start) for sentence in row] * optimizer.epochs
            yield RowResult(index, np.array(self.reference.predicted(steps, texts, optimizer)), None)

    def prompted(self, prompts: Sequence[Tokens], probes: Sequence[Tokens]) -> Iterator[RowResult]:
        before = self.base(probes)
        for index, prompt in enumerate(prompts):
            after = map(_numbers, self.reference.losses([text_of(probe, self.start, prompt) for probe in probes]))
            yield _result(index, [a[-len(b) :] - b for a, b in zip(after, before, strict=True)])


def _numbers(losses: Tensor) -> Losses:
    return losses.cpu().double().numpy()


def _result(row: int, changes: Sequence[Losses] | Sequence[Tensor], meter: Meter | None = None) -> RowResult:
    arrays = tuple(change if isinstance(change, np.ndarray) else _numbers(change) for change in changes)
    return RowResult(row, np.array([change.mean() for change in arrays]), arrays, meter)
