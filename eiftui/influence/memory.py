"""How much is worked on at once: chosen from a memory budget, and halved when memory runs out."""

from __future__ import annotations

import ctypes
import math
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from eiftui.influence.forward import HEAD_NUMBERS, Forward
from eiftui.influence.layout import ADAMW_NODES, LINE, SGD_NODES
from eiftui.settings import Optimizer

GIB = 1 << 30
LEAST = 3 * GIB // 8
LARGEST = 1 << 20
"""GiB, more than there is anywhere."""
LIBRARIES = 790 * 10**6
"""Bytes that Python, torch and transformers take before anything is loaded."""
WORKING = 12
"""Numbers alive at once in an evaluation, per node and row, in multiples of the widest layer."""
SEEN = 8
"""The same per row and two places that see each other, in multiples of a layer's attention heads."""
Member = TypeVar("Member")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Budget:
    """Bytes that a block of rows may take beside the weights, and the model's shape, which says what they hold."""

    bytes: int
    number: int
    """Bytes of an activation."""
    width: int
    """Inputs and outputs of all matrices but the vocabulary's, in numbers per token."""
    widest: int
    vocabulary: int
    heads: int
    """Attention heads of a layer."""
    layers: int
    is_shared: bool
    """Whether activations are in the memory that all processes have, which Linux gives beyond what there is."""

    @classmethod
    def of(cls, forward: Forward, gib: float | None = None) -> Budget:
        """The budget asked for; else half of what a GPU has free, or as much as a quarter of the weights takes."""
        shapes = [parameter.shape for parameter in forward.parameters.values() if parameter.dim() == 2]
        vocabulary = forward.vocabulary
        layers = [shape for shape in shapes if vocabulary not in shape]
        size = int(min(gib, LARGEST) * GIB) if gib else _default(forward.network, forward.device)
        return cls(
            size,
            forward.dtype.itemsize,
            sum(map(sum, layers)),
            max((max(shape) for shape in layers), default=1),
            vocabulary,
            max(heads for heads in (0, *forward.heads) if isinstance(heads, int)),
            getattr(forward.network.config, "num_hidden_layers", None) or 0,
            forward.device.type == "cpu",
        )

    def tree_nodes(self, optimizer: Optimizer) -> int:
        """Most nodes of a probe tree. AdamW makes its changes anew for each tree, so they are larger there."""
        return ADAMW_NODES if optimizer.name == "adamw" else SGD_NODES

    @property
    def head_numbers(self) -> int:
        """Logits, over all rows, that exist at once."""
        return max(HEAD_NUMBERS, self.bytes >> 8)

    @property
    def recorded_tokens(self) -> int:
        """Tokens of one recording: what is kept for the backward, the factors that it makes, and the logits."""
        return min(LINE, max(16, self.bytes // (self.number * (2 * self.width + 3 * self.vocabulary))))

    def row_bytes(self, tokens: int, nodes: int) -> int:
        """What one row takes while it is evaluated: the factors of its tokens, and activations of the tree's nodes."""
        working = nodes * (WORKING * self.widest + SEEN * self.heads * nodes)
        return self.number * (tokens * (self.width + self.vocabulary) + working)

    def check_recording(self, tokens: int) -> None:
        """Raises MemoryError if a line of so many tokens cannot be recorded in the memory there is."""
        seen = self.heads * self.layers * tokens**2
        self._check(self.number * (tokens * (2 * self.width + self.vocabulary) + seen))

    def check_evaluation(self, rows: int, nodes: int) -> None:
        """Raises MemoryError if a tree of so many nodes cannot be evaluated for so many rows."""
        self._check((1 + rows) * self.row_bytes(0, nodes))

    def _check(self, needed: int) -> None:
        if not self.is_shared or needed <= _available():
            return
        give_back()
        if needed > (free := _available()):
            raise MemoryError(f"{needed} bytes wanted, {free} available")

    @property
    def peak(self) -> int:
        """What is held beside the weights at most: kept gradients, a block, a slice of logits and its shadows."""
        return 2 * self.bytes + 16 * self.head_numbers

    def forward_tokens(self) -> int:
        """Tokens of one plain forward."""
        return max(64, self.bytes // (self.number * WORKING * self.widest))


def _default(network: nn.Module, device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] // 2
    weights = sum(parameter.numel() * parameter.element_size() for parameter in network.parameters())
    return max(LEAST, weights // 4)


def _available() -> float:
    """Bytes that Linux can give to processes: it would end one that takes more. Without bounds on other systems."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.inf
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) * 1024 if found else math.inf


def even(members: Sequence[Member], size: Callable[[Member], int], largest: int) -> list[list[Member]]:
    """Consecutive members in the fewest blocks of about `largest`, of about as many members each."""
    number, held = 0, largest
    for own in map(size, members):
        number, held = (number, held + own) if held + own <= largest else (number + 1, own)
    ends = [round(len(members) * block / number) for block in range(number + 1)] if number else []
    return [list(members[start:end]) for start, end in pairwise(ends)]


def padded(indices: Sequence[int], size: Callable[[int], int], largest: int) -> list[list[int]]:
    """Consecutive indices in blocks whose members are each filled up to the largest: with the least that is filled up.

    A block of more than one holds no more than `largest`, and a further block is worth an eighth of that.
    """
    sizes = [size(index) for index in indices]
    best: list[tuple[float, int]] = [(0, 0)]
    """Of the first 0, 1, … members: what they cost, and where their last block begins."""
    for end in range(1, len(sizes) + 1):
        ways: list[tuple[float, int]] = []
        most = 0
        for start in range(end - 1, -1, -1):
            most = max(most, sizes[start])
            if most * (end - start) > largest and ways:
                break
            ways.append((best[start][0] + most * (end - start) + largest / 8, start))
        best.append(min(ways))
    ends = [len(sizes)]
    while ends[-1]:
        ends.append(best[ends[-1]][1])
    return [list(indices[start:end]) for start, end in pairwise(reversed(ends))]


def keep_freed() -> None:
    """From now on this process uses memory again that it has freed, until `give_back`, where the C library is glibc.

    It would give large blocks back to the system at once; to be given them anew, page by page, takes longer than what
    is done in them.
    """
    if (tune := _glibc("mallopt")) is not None:
        tune(_MMAP_THRESHOLD, GIB)
        tune(_TRIM_THRESHOLD, GIB)


def give_back() -> None:
    """Give memory that is free back to the system: between phases that leave holes of different sizes."""
    if (trim := _glibc("malloc_trim")) is not None:
        trim(0)


def _glibc(function: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), function, None) if sys.platform == "linux" else None


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of settings in glibc's malloc.h."""


def out_of_memory(error: Exception) -> str | None:
    """What to do, if that is what the error is: torch has no type of its own for the memory of the CPU."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error):
        return "out of memory; try shorter sentences, --memory-budget, --dtype bfloat16 or a smaller model"
    return None


def in_blocks(
    measure: Callable[[Sequence[Member]], Sequence[Result]], blocks: Iterable[Sequence[Member]]
) -> Iterator[Result]:
    """The results of blocks, measured in halves when memory runs out, down to single members.

    What cannot be measured by itself is told last, as the error that it was, when all others are there.
    """
    waiting = deque(blocks)
    too_large: Exception | None = None
    while waiting:
        block = waiting.popleft()
        try:
            results = measure(block)
        except (RuntimeError, MemoryError) as error:
            if out_of_memory(error) is None:
                raise
            middle = len(block) // 2
            if middle:
                waiting.extendleft((block[middle:], block[:middle]))
            else:
                too_large = error.with_traceback(None)  # which would keep what the attempt held
        else:
            yield from results
            continue
        torch.cuda.empty_cache()  # what the failed attempt held is free only now
    if too_large is not None:
        raise too_large
