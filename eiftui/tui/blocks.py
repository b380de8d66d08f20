"""A matrix in fewer, larger cells: what an overview shows of one that is too large for the screen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eiftui.tui.picture import Array, Picture, Status, Statuses


@dataclass(frozen=True, eq=False)
class Blocks:
    """Each block stands for `height` by `width` cells; those at the far edges for fewer."""

    values: Array
    """Of each block, that of its cells that is farthest from zero; nan if none is finite: (lines, places)."""
    status: Statuses
    """The greatest of its cells, but `FAILED` where any failed: a failure is not to be missed."""
    height: int
    width: int


def blocks(picture: Picture, lines: int, places: int) -> Blocks:
    """A picture in at most `lines` by `places` blocks of the same size."""
    rows, columns = picture.values.shape
    height, width = max(1, -(-rows // max(1, lines))), max(1, -(-columns // max(1, places)))
    values = _split(np.where(np.isfinite(picture.values), picture.values, np.nan), height, width, np.nan)
    status = _split(picture.status, height, width, np.int8(Status.UNDEFINED))
    sizes = np.where(np.isnan(values), -1.0, np.abs(values))
    strongest = np.take_along_axis(values, sizes.argmax(axis=-1)[..., None], axis=-1)[..., 0]
    failed = (status == Status.FAILED).any(axis=-1)
    return Blocks(
        strongest, np.where(failed, Status.FAILED, status.max(axis=-1)).astype(np.int8), height=height, width=width
    )


def _split(cells: Array | Statuses, height: int, width: int, beyond: float | np.int8) -> Array:
    """The cells of each block, `beyond` where it reaches over an edge: (lines, places, cells)."""
    rows, columns = cells.shape
    whole = np.pad(cells, ((0, -rows % height), (0, -columns % width)), constant_values=beyond)
    lines, places = whole.shape[0] // height, whole.shape[1] // width
    return np.asarray(whole.reshape(lines, height, places, width).swapaxes(1, 2).reshape(lines, places, height * width))
