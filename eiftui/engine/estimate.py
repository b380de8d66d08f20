"""Time and memory of a run before it is done: a sample is measured, and scaled to what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from eiftui.engine.measurer import Measurer
from eiftui.engine.plan import cells_missing, tasks
from eiftui.engine.protocol import Task, What
from eiftui.influence.memory import LIBRARIES, Budget
from eiftui.session.session import Session
from eiftui.settings import Condition

SAMPLE_ROWS = 4
SAMPLE_PROBES = 12


@dataclass(frozen=True)
class Estimate:
    """What a run will take."""

    cells: int
    seconds: dict[Condition, float]
    """Of each condition, over all draws."""
    weights: int
    """Bytes of the base weights."""
    memory: int
    """Bytes at most, with the weights and the libraries."""

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def estimate(session: Session, measurer: Measurer) -> Estimate:
    """Measure a few rows and probes of the first draw in each condition, and scale by tokens.

    The session is not changed. The measurer has its model loaded.
    """
    first: dict[What, Task] = {}
    for one in tasks(session):
        first.setdefault(one.what, one)
    for one in first.values():  # the first of everything is slower
        list(measurer.measure(one.model_copy(update={"rows": one.rows[:1], "probes": one.probes[:1]})))
    weights = sum(p.numel() * p.element_size() for p in measurer.model.network.parameters())
    seconds: dict[Condition, float] = {}
    cells = 0
    for condition in session.settings.conditions:
        count = cells_missing(session, [condition])
        cells += count
        task = first.get(condition)
        if task is not None and count:
            seconds[condition] = _per_cell(measurer, task) * count
    budget = Budget.of(measurer.engine.forward)
    return Estimate(cells, seconds, weights, weights + budget.peak + LIBRARIES)


def _per_cell(measurer: Measurer, task: Task) -> float:
    """Seconds a cell: a sample evenly spread over rows and probes, scaled by its share of the text."""
    rows = _spread(task.rows, SAMPLE_ROWS)
    probes = _spread(task.probes, SAMPLE_PROBES)
    sample = task.model_copy(update={"rows": rows, "probes": probes})
    took = _timed(lambda: list(measurer.measure(sample)))
    share = _length(rows) / _length(task.rows) * _length(probes) / _length(task.probes)
    return took / share / (len(task.rows) * len(task.probes))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _length(texts: tuple[tuple[str, ...], ...]) -> int:
    return sum(len(sentence) for text in texts for sentence in text)


def _spread(texts: tuple[tuple[str, ...], ...], number: int) -> tuple[tuple[str, ...], ...]:
    """About `number` of the texts, evenly over their order."""
    return texts[:: max(1, -(-len(texts) // number))]
