"""Work is cut in blocks that fit, with little that is filled up, and in halves where they do not fit after all."""

import weakref
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eiftui.influence import memory
from eiftui.influence.engine import FactorEngine
from eiftui.influence.forward import Forward
from eiftui.influence.memory import even, in_blocks, out_of_memory, padded
from eiftui.settings import Method, Optimizer
from tests.models.tiny import BOS, tiny_network

sizes = st.lists(st.integers(1, 30), max_size=7)


def ways(count):
    """Every way to cut `count` members in blocks."""
    for number in range(count):
        for inner in combinations(range(1, count), number):
            yield [list(range(start, end)) for start, end in pairwise((0, *inner, count))]


@given(sizes, st.integers(1, 90))
def test_no_other_way_of_padding_costs_less(own, largest):
    def filled(block):
        return max(own[member] for member in block) * len(block)

    def cost(blocks):
        return sum(filled(block) + largest / 8 for block in blocks)

    found = padded(range(len(own)), own.__getitem__, largest)
    assert [member for block in found for member in block] == list(range(len(own)))
    fitting = [
        blocks for blocks in ways(len(own)) if all(len(block) == 1 or filled(block) <= largest for block in blocks)
    ]
    assert cost(found) == min(map(cost, fitting), default=0)


def test_a_long_sentence_does_not_fill_up_the_short_ones():
    lengths = [29, 15, 15, 15]
    assert padded(range(4), lengths.__getitem__, 80) == [[0], [1, 2, 3]]


def test_blocks_are_as_few_as_fit_and_as_even_as_that_allows():
    assert even(range(5), lambda _: 30, 90) == [[0, 1], [2, 3, 4]]
    assert even(range(3), lambda _: 100, 90) == [[0], [1], [2]]
    assert even(range(3), lambda _: 30, 90) == [[0, 1, 2]]
    assert even([], lambda _: 30, 90) == []


def gpu_is_full() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


@pytest.mark.parametrize("fill", [lambda: torch.empty(10**15), lambda: np.empty(10**16), gpu_is_full])
def test_memory_that_runs_out_comes_with_what_to_do(fill: Callable[[], object]) -> None:
    with pytest.raises((RuntimeError, MemoryError)) as raised:
        fill()
    assert "--memory-budget" in (out_of_memory(raised.value) or "")


def test_other_errors_are_not_taken_for_it() -> None:
    assert out_of_memory(RuntimeError("shape mismatch")) is None


def test_a_block_is_halved_where_the_memory_of_a_processor_runs_out() -> None:
    def measure(block):
        return [torch.empty(10**15 if len(block) > 1 else 1).numel() for _ in block]

    assert list(in_blocks(measure, [[0, 1, 2]])) == [1, 1, 1]


def test_a_row_too_large_for_the_memory_is_told_when_all_others_are_measured() -> None:
    def measure(block):
        if 3 in block:
            raise MemoryError
        return [10 * row for row in block]

    found = []
    with pytest.raises(MemoryError):
        found.extend(in_blocks(measure, [[0, 1, 2, 3], [4, 5]]))
    assert found == [0, 10, 20, 40, 50]


def test_what_a_row_too_large_has_held_is_let_go_before_the_others_are_measured() -> None:
    held = []

    def measure(block):
        tensor = torch.empty(1)
        held.append(weakref.ref(tensor))
        if block == [0]:
            raise MemoryError
        return [held[0]() is None]

    found = []
    with pytest.raises(MemoryError):
        found.extend(in_blocks(measure, [[0], [1]]))
    assert found == [True]


def test_a_sentence_that_linux_would_end_the_process_for_is_refused_before_it_is_tried(monkeypatch) -> None:
    monkeypatch.setattr(memory, "_available", lambda: 10**9)
    engine = FactorEngine(Forward(tiny_network("llama")), BOS, Method(), None)
    long, short = tuple(5 + place % 20 for place in range(50_000)), (5, 6, 7, 8)
    rows = []
    with pytest.raises(MemoryError, match="wanted, 1000000000 available"):
        rows.extend(result.row for result in engine.trained([(long,), (short,)], [short], Optimizer()))
    assert rows == [1]
