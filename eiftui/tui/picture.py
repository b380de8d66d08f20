"""A matrix ready to be painted, and in which lines it differs from another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eiftui.show import numbers

Array = NDArray[np.float64]
Statuses = NDArray[np.int8]
"""Of each cell, a `Status`."""
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


class Status(IntEnum):
    """What a cell holds. Of several draws, the greatest that any has is that of their mean."""

    UNDEFINED = 0
    """There is no such number: a row that has no influence on itself to be divided by."""
    PENDING = 1
    CANCELLED = 2
    FAILED = 3
    RUNNING = 4
    PREVIEW = 5
    """Not measured yet; the first-order prediction stands for it."""
    VALUE = 6
    """Measured, be it a finite number or not."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A matrix ready to be painted. Axes are rows and columns in the order shown."""

    rows: Indices
    """Of each line, the training set's place in the session."""
    columns: Indices
    values: Array
    halves: Array | None
    """Half-widths of 95 % intervals over draws; nan where there are fewer than two."""
    status: Statuses
    running: NDArray[np.bool_]
    """Which lines are being measured, also where predictions stand in."""
    limit: float
    """The magnitude of the strongest colour; 0 for no colours."""
    floor: float
    warm: int
    """The sign that means: the probe became less likely."""
    power: float
    """Colours follow magnitudes to this power: 1, or less where weak and strong influences share a scale."""
    measured: float
    """The share of what is to be measured that is, from 0 to 1."""
    signed: bool = True
    """Whether colours tell signs; magnitudes alone are shades of grey."""

    @cached_property
    def exponent(self) -> int:
        """The power of ten that printed numbers are divided by."""
        return numbers.common_exponent([self.limit]) if self.limit else numbers.common_exponent(self.values)


def same_frame(one: Picture, other: Picture) -> bool:
    """Whether cells that are the same in both look the same in both."""
    return (
        same_lines(one, other)
        and (one.limit, one.exponent, one.floor) == (other.limit, other.exponent, other.floor)
        and (one.warm, one.power, one.signed) == (other.warm, other.power, other.signed)
        and (one.halves is None) == (other.halves is None)
    )


def same_lines(one: Picture, other: Picture) -> bool:
    return np.array_equal(one.rows, other.rows) and np.array_equal(one.columns, other.columns)


def differing(one: Picture, other: Picture) -> list[int]:
    """Lines in which two pictures of the same frame differ."""
    differs = _differs(one.values, other.values) | (one.status != other.status)
    differs |= (one.running != other.running)[:, None]
    if one.halves is not None and other.halves is not None:
        differs |= _differs(one.halves, other.halves)
    return [int(line) for line in np.flatnonzero(differs.any(axis=1))]


def _differs(one: Array, other: Array) -> NDArray[np.bool_]:
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)))


def place_of(index: int, order: Indices, before: int) -> int:
    """Where a row or column is in the order shown; where it is not, as near to where it was as there is."""
    found = np.flatnonzero(order == index)
    return int(found[0]) if found.size else max(0, min(before, len(order) - 1))
