"""What a session says of one cell: every quantity with its interval over draws, and its probe token by token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eiftui.session.readings import mean_over_draws
from eiftui.settings import Condition
from eiftui.show import numbers
from eiftui.tui.document import Document
from eiftui.tui.picture import Array, Status
from eiftui.tui.view import SHOWN, Shown, Table

Statistics = Callable[[Array], tuple[Array, Array]]
"""The mean over draws and the half-width of its 95 % interval."""

_MEASURED_FOR: dict[Shown, tuple[Condition, ...]] = {
    "trained": ("trained",),
    "prompted": ("prompted",),
    "predicted": ("predicted",),
    "gap": ("trained", "prompted"),
    "baseline": (),
}


@dataclass(frozen=True)
class Estimate:
    """A quantity of a cell, nats per token, as a loss."""

    shown: Shown
    mean: float
    """Over the draws measured, or that of one draw; nan if there is none."""
    half: float
    """Of its 95 % interval; nan with fewer than two draws."""
    draws: int
    """Of how many draws there is a finite number."""
    floor: float
    """The null floor; 0 where it is not known."""
    status: Status
    """`VALUE`, or why there is none."""
    cause: str
    """Of a failure."""


@dataclass(frozen=True)
class TokenChanges:
    """A probe token by token, in one draw."""

    texts: tuple[str, ...]
    before: Array | None
    """Log-probability on the base model, or of a gap on the prompted one, nats: (tokens,). None while not known."""
    changes: Array | None
    """Log-probability after minus before, nats: (tokens,). None where not known."""
    limit: float
    """The magnitude of the strongest colour, the same for trained and prompted."""
    ends: tuple[str, str] = ("", "")
    """What the model is called before and after, where before is not the base model."""


def estimates(document: Document, row: int, column: int, draw: int | None, statistics: Statistics) -> list[Estimate]:
    """Every quantity of a cell, in one draw or over all of them."""
    return [estimate(document, shown, row, column, draw, statistics) for shown in SHOWN]


def token_changes(document: Document, shown: Shown, row: int, column: int, draw: int) -> TokenChanges | None:
    """The tokens of a cell's probe and how they moved; None while it is not known which they are."""
    session = document.session
    texts = session.token_texts(draw, column)
    if texts is None:
        return None
    losses = session.base_losses(draw, column)
    changes = None if shown == "baseline" else session.changes(shown, draw, row, column)
    trained, prompted = (session.changes(condition, draw, row, column) for condition in ("trained", "prompted"))
    if shown == "gap":  # between two models, neither of which is the base
        losses = None if losses is None or prompted is None else losses + prompted
    return TokenChanges(
        texts=texts,
        before=_log_probabilities(losses, len(texts)),
        changes=_log_probabilities(changes, len(texts)),
        limit=max(numbers.largest_magnitude([] if one is None else one) for one in (trained, prompted)),
        ends=("prompted", "trained") if shown == "gap" else ("", ""),
    )


def step_overshoots(document: Document, row: int) -> bool:
    """Whether learning a row goes beyond what it was to reach, by the mean over the draws measured so far."""
    from eiftui.analysis.overshot import overshoots  # brings scipy

    def mean(table: Table) -> Array:
        return mean_over_draws(table.values[:, row], table.measured[:, row])

    trained, predicted = mean(document.table("trained")), mean(document.table("predicted"))
    learned = document.rows[row].sentences
    own = np.array([probe.sentences == learned for probe in document.probes], np.bool_)
    return overshoots(trained, predicted, own, document.floor("trained"))


def _log_probabilities(losses: Array | None, tokens: int) -> Array | None:
    """Minus losses, for every token: without a start token the first has none."""
    return None if losses is None else -np.concatenate([np.full(tokens - len(losses), np.nan), losses])


def estimate(
    document: Document, shown: Shown, row: int, column: int, draw: int | None, statistics: Statistics
) -> Estimate:
    """One quantity of a cell, in one draw or over all of them."""
    draws = slice(None) if draw is None else slice(draw, draw + 1)
    if shown == "baseline":
        values = document.baseline()[draws, column]
        known = ~np.isnan(values)
    else:
        table = document.table(shown)
        values, known = table.values[draws, row, column], table.measured[draws, row, column]
    mean, half = statistics(values)
    status, cause = (Status.VALUE, "") if known.any() else _why(document, shown, row, column, draws)
    floor = document.floor(shown) if shown in ("trained", "prompted") else 0.0
    return Estimate(shown, float(mean), float(half), int(np.isfinite(values).sum()), floor, status, cause)


def _why(document: Document, shown: Shown, row: int, column: int, draws: slice) -> tuple[Status, str]:
    """Why there is no number: the greatest status of any draw, and the cause of a failure."""
    found = Status.PENDING, ""
    for condition in _MEASURED_FOR[shown]:
        for draw in range(document.session.draws)[draws]:
            mark = document.mark_of(condition, draw, row, column)
            if mark is not None and mark.status >= found[0]:
                found = mark.status, mark.cause
    return found
