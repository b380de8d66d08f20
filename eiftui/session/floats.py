"""How session files write numbers: float32, in the fewest digits that bring the same float32 back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator


def shortest(number: float | np.floating) -> float:
    """The float64 with the fewest decimal digits whose nearest float32 is that of `number`."""
    with np.errstate(over="ignore"):
        return float(str(np.float32(number)))


def json_number(number: float) -> float | str:
    """A number as JSON can hold it: NaN and the infinities, which JSON lacks, become words."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _as_float32(numbers: Any) -> NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):
            array = np.array(numbers, dtype=np.float32)
    except TypeError as error:
        raise ValueError("not a list of numbers") from error
    if array.ndim != 1:
        raise ValueError("not a list of numbers")
    array.setflags(write=False)
    return array


def _as_float32s(lists: Any) -> tuple[NDArray[np.float32], ...]:
    """Likewise of several lists, all at once: a session has very many, most of them short."""
    try:
        lists = tuple(lists)
        ends = list(accumulate(map(len, lists), initial=0))
        with np.errstate(over="ignore"):
            together = np.fromiter(chain.from_iterable(lists), np.float32, count=ends[-1])
    except TypeError as error:
        raise ValueError("not lists of numbers") from error
    together.setflags(write=False)
    return tuple(together[start:end] for start, end in pairwise(ends))


def _all_written(lists: Iterable[NDArray[np.float32]]) -> list[list[float]]:
    return [_written(numbers) for numbers in lists]


def _written(numbers: NDArray[np.float32]) -> list[float]:
    return [float(str(number)) for number in numbers]


Numbers = Annotated[
    NDArray[np.float32], PlainValidator(_as_float32), PlainSerializer(_written, return_type=list[float])
]
"""A read-only array of one axis."""
NumberLists = Annotated[
    tuple[NDArray[np.float32], ...],
    PlainValidator(_as_float32s),
    PlainSerializer(_all_written, return_type=list[list[float]]),
]
"""Several of them."""
Number = Annotated[float, PlainSerializer(shortest, return_type=float)]
"""One such number."""


ROUNDING = 1e-6
"""By how much the mean of float32 numbers may be off, as a share of how large they are."""


def are_means(means: NDArray[np.float32], lists: Sequence[NDArray[np.float32]]) -> bool:
    """Whether each of `means` is that of its list, as far as float32 can tell. What is not finite is passed over."""
    lengths = np.fromiter(map(len, lists), np.int64, count=len(lists))
    if not lengths.any():
        return True
    if not lengths.all():  # a list without numbers has no mean
        means, lengths = means[lengths > 0], lengths[lengths > 0]
    starts = np.cumsum(lengths) - lengths
    together = np.concatenate(lists, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # infinities of both signs
        sums, sizes = np.add.reduceat(together, starts), np.add.reduceat(np.abs(together), starts)
        off = np.abs(means * lengths - sums) > ROUNDING * sizes + np.finfo(np.float32).tiny
    return not off.any() or not (off & np.isfinite(means) & np.isfinite(sums)).any()
