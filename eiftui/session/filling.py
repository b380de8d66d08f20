"""A sheet with one draw's words in its slots: what numbers are looked up by."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Filling:
    """The sheet with one draw's words in its slots."""

    words: dict[str, str]
    rows: tuple[str, ...]
    """`text_id` of each training set."""
    probes: tuple[str, ...]
    _found: dict[tuple[str, ...], tuple[Places, Places]] = field(default_factory=dict)

    def find(self, probes: tuple[str, ...]) -> tuple[Places, Places]:
        """The columns that are among some probes, and where they are among them. Rows share their probes, mostly."""
        if probes not in self._found:
            place = {probe: index for index, probe in enumerate(probes)}
            columns = [column for column, probe in enumerate(self.probes) if probe in place]
            places = [place[self.probes[column]] for column in columns]
            self._found[probes] = np.array(columns, dtype=np.intp), np.array(places, dtype=np.intp)
        return self._found[probes]


def first_of_each(ids: tuple[str, ...]) -> list[int]:
    """Index of the first appearance of each id, in order."""
    first: dict[str, int] = {}
    for index, id in enumerate(ids):
        first.setdefault(id, index)
    return list(first.values())
