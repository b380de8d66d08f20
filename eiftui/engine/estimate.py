"""Time and memory of a run before it is done: a sample is measured, and scaled to what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from eiftui.engine.plan import cells_missing, tasks
from eiftui.engine.protocol import Calibrate, Calibrated, Task, What
from eiftui.session.readings import Readings
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


@dataclass(frozen=True)
class Sample:
    """A few rows and probes of the first draw in each condition, whose time says how long a run will take."""

    cells: int
    """How many the run will measure."""
    request: Calibrate
    """What is to be asked of a worker that has the session's model."""
    times: dict[Condition, float]
    """For each task of the request, how many times as long the run spends on its condition, by cells and tokens."""

    def estimate(self, found: Calibrated) -> Estimate:
        """What the run will take, by the answer to the request."""
        seconds = {
            condition: took * times for took, (condition, times) in zip(found.seconds, self.times.items(), strict=True)
        }
        return Estimate(self.cells, seconds, found.weights, found.memory)


def sample(session: Readings) -> Sample:
    """The sample by which to estimate what it takes to measure all that a session lacks. Its model is known."""
    first: dict[What, Task] = {}
    for one in tasks(session):
        first.setdefault(one.what, one)
    cells = {condition: cells_missing(session, [condition]) for condition in session.settings.conditions}
    asked = {condition: first[condition] for condition, count in cells.items() if count and condition in first}
    small = {
        condition: task.model_copy(
            update={"rows": _spread(task.rows, SAMPLE_ROWS), "probes": _spread(task.probes, SAMPLE_PROBES)}
        )
        for condition, task in asked.items()
    }
    times = {c: cells[c] / task.cells / _share(small[c], task) for c, task in asked.items()}
    return Sample(sum(cells.values()), Calibrate(tasks=tuple(small.values())), times)


def _share(small: Task, whole: Task) -> float:
    """How much of the text of a task a sample of it has."""
    return _length(small.rows) / _length(whole.rows) * _length(small.probes) / _length(whole.probes)


def _length(texts: tuple[tuple[str, ...], ...]) -> int:
    return sum(len(sentence) for text in texts for sentence in text)


def _spread(texts: tuple[tuple[str, ...], ...], number: int) -> tuple[tuple[str, ...], ...]:
    """About `number` of the texts, evenly over their order."""
    return texts[:: max(1, -(-len(texts) // number))]
