"""How long small tasks take on a loaded model, and how much memory measuring takes."""

from __future__ import annotations

import time

from eiftui.engine.measurer import Measurer
from eiftui.engine.protocol import Calibrate, Calibrated, Task
from eiftui.influence.engine import Engine, FactorEngine
from eiftui.influence.memory import LIBRARIES

REFERENCE_COPIES = 8
"""What the reference engine holds: weights to be put back, a gradient, the intended change, AdamW's moments of both."""


def calibrate(measurer: Measurer, request: Calibrate) -> Calibrated:
    """Measure the tasks, and the smallest part of each once before, because the first of everything is slower."""
    for task in request.tasks:
        _seconds(measurer, task.model_copy(update={"rows": task.rows[:1], "probes": task.probes[:1]}))
    seconds = tuple(_seconds(measurer, task) for task in request.tasks)
    weights = sum(p.numel() * p.element_size() for p in measurer.model.network.parameters())
    return Calibrated(seconds=seconds, weights=weights, memory=LIBRARIES + weights + _working(measurer.engine, weights))


def _working(engine: Engine, weights: int) -> int:
    """Bytes held beside the weights at most."""
    return engine.budget.peak if isinstance(engine, FactorEngine) else REFERENCE_COPIES * weights


def _seconds(measurer: Measurer, task: Task) -> float:
    began = time.perf_counter()
    for _ in measurer.measure(task):
        pass
    return time.perf_counter() - began
