"""Where a learning rate is too high for a training set: its step goes beyond what it was to reach."""

from __future__ import annotations

import numpy as np

from eiftui.analysis.cells import own_cells
from eiftui.analysis.estimates import Floats
from eiftui.session.readings import Flags, Readings


def overshot(session: Readings) -> list[int]:
    """The rows whose step overshoots, by the mean over the draws measured so far: learning raised their own loss.

    Where the row's own text is no probe, the sign is that the probes moved, on the whole, against the prediction.
    """
    trained, predicted, own = session.mean("trained"), session.mean("predicted"), own_cells(session)
    floor = session.floor("trained") or 0.0
    return [row for row, mine in enumerate(own) if overshoots(trained[row], predicted[row], mine, floor)]


def overshoots(trained: Floats, predicted: Floats, own: Flags, floor: float) -> bool:
    """The same of one row: its means over draws, nats per token, and which probes are its own text: (columns,) each."""
    moved = np.where(np.abs(trained) > floor, trained, 0.0)
    if own.any():
        return bool(moved[own].max() > 0)
    known = np.isfinite(moved) & np.isfinite(predicted)
    return float(moved[known] @ predicted[known]) < 0
