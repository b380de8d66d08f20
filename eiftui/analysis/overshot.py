"""Where a learning rate is too high for a training set: its step goes beyond what it was to reach."""

from __future__ import annotations

import numpy as np

from eiftui.analysis.cells import own_cells
from eiftui.analysis.estimates import Floats
from eiftui.session.readings import Readings


def overshot(session: Readings) -> list[int]:
    """The rows whose step overshoots, by the mean over the draws measured so far: learning raised their own loss.

    Where the row's own text is no probe, the sign is that the probes moved, on the whole, against the prediction.
    """
    trained, predicted, own = session.mean("trained"), session.mean("predicted"), own_cells(session)
    moved = np.where(np.abs(trained) > (session.floor("trained") or 0.0), trained, 0.0)
    return [
        row
        for row, mine in enumerate(own)
        if (moved[row, mine].max() > 0 if mine.any() else _against(moved[row], predicted[row]))
    ]


def _against(moved: Floats, predicted: Floats) -> bool:
    known = np.isfinite(moved) & np.isfinite(predicted)
    return float(moved[known] @ predicted[known]) < 0
