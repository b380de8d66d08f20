"""What a worker makes of errors that nobody foresaw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from eiftui.influence.memory import halving, out_of_memory


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

    assert list(halving(measure, [0, 1, 2])) == [1, 1, 1]
