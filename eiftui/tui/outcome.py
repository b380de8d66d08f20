"""A run in words: what it will take, and what came of it."""

from __future__ import annotations

import numpy as np

from eiftui.analysis.cells import holding_cells
from eiftui.engine.estimate import Estimate
from eiftui.settings import Condition
from eiftui.show.numbers import counted, duration, size
from eiftui.tui.document import Document
from eiftui.tui.sentences import label

NOTHING_THERE = "nothing to measure: write a sentence"
NOTHING_LEFT = "nothing to measure: its numbers are all here"
TOLD: tuple[Condition, ...] = ("trained", "prompted", "predicted")
"""Of these conditions, the first that is measured is told."""


def in_short(expected: Estimate) -> str:
    """What a run will take: `about 12m for 6000 cells, up to 1.3 GB of memory`."""
    cells = counted(expected.cells, "cell")
    return f"about {duration(expected.total)} for {cells}, up to {size(expected.memory)} of memory"


def measured(cells: int, seconds: float) -> str:
    """How much was measured."""
    return f"Measured {counted(cells, 'cell')} in {duration(seconds)}."


def strongest(document: Document) -> str:
    """The strongest influence of a training set on a text that it does not hold, as a further sentence; or nothing."""
    shown = next((condition for condition in TOLD if document.table(condition).measured.any()), None)
    influence = _strongest(document, shown) if shown else ""
    return f" Strongest on another text: {influence}." if influence else ""


def warnings(document: Document) -> list[str]:
    """Of which training sets a step overshoots."""
    from eiftui.analysis import words  # brings scipy
    from eiftui.analysis.overshot import overshot

    return list(words.overshot(document.session, overshot(document.session), "a sweep, in the view Rate"))


def _strongest(document: Document, condition: Condition) -> str:
    from eiftui.show import summary  # brings scipy, which takes longer than the first paint

    values = document.table(condition).values.copy()
    # that a text is learned from itself, or as a part of a set, is no news
    values[:, holding_cells(document.session)] = np.nan
    rows, probes = ([label(text) for text in texts] for texts in (document.rows, document.probes))
    how = "after reading" if condition == "prompted" else "after learning"
    return next(iter(summary.strongest(values, rows, probes, 1, how)), "")
