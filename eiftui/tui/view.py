"""What of a session is shown, and the matrix that this comes to: values, and what stands where there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from eiftui.session.readings import Quantity, mean_over_draws, share
from eiftui.session.safetext import visible
from eiftui.settings import Condition
from eiftui.show import numbers
from eiftui.tui.order import Order, matching, ordered
from eiftui.tui.picture import Array, Picture, Status, Statuses

Axis = Literal["row", "column"]
Shown = Literal["trained", "prompted", "predicted", "gap", "baseline"]
SHOWN: tuple[Shown, ...] = ("trained", "prompted", "predicted", "gap", "baseline")
SHARED_POWER = 0.4
"""Prompting moves losses several times as far as training does: so both have colours enough on one scale."""


@dataclass(frozen=True)
class Table:
    """What is measured of a quantity."""

    values: Array
    """(draws, rows, columns), nats per token; nan where not measured."""
    measured: NDArray[np.bool_]
    """(draws, rows, columns)"""


class Source(Protocol):
    """Where the numbers come from."""

    def table(self, quantity: Quantity) -> Table: ...

    def baseline(self) -> Array:
        """Loss of each probe on the base model: (draws, columns), nats per token; nan where not measured."""

    def statuses(self, condition: Condition, draw: int | None) -> Statuses:
        """Of cells that are not measured, in one draw or any: (rows, columns)."""

    def floor(self, condition: Condition) -> float:
        """The abs(EIF) that cannot be told from zero, nats per token; 0 where it is not known."""

    @property
    def own_columns(self) -> Sequence[int | None]:
        """For each row, the column of the same text."""

    @property
    def row_labels(self) -> Sequence[str]:
        """Each training set on one line."""

    @property
    def column_labels(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class View:
    """A choice of what to show."""

    shown: Shown = "trained"
    draw: int | None = None
    """None for the mean over draws."""
    normalised: bool = False
    """Each row divided by the size of its training set's influence on itself: signs stay as they are."""
    log_probability: bool = False
    """Change of log-probability, which is minus the change of loss."""
    intervals: bool = False
    spread: bool = False
    """The half-widths of the intervals in place of the means."""
    own_scale: bool = False
    """The colour scale is that of what is shown, instead of one for trained and prompted."""
    rows_by: Order = "number"
    columns_by: Order = "number"
    like: int = 0
    """The row that rows are compared with where they are ordered by likeness, and the column likewise."""
    like_column: int = 0
    row_filter: str = ""
    """Words that rows must have to be shown, and columns likewise."""
    column_filter: str = ""

    @property
    def spreads(self) -> bool:
        """Whether the spread over draws is shown: one draw has none."""
        return self.spread and self.draw is None

    @property
    def signed(self) -> bool:
        """Whether numbers can be on either side of zero."""
        return self.shown != "baseline" and not self.spreads


def picture(view: View, source: Source) -> Picture:
    """The matrix that a view shows of a source."""
    pending = source.statuses(_marked(view.shown), view.draw)
    values, halves, status = _cells(view, source, pending)
    running = (pending == Status.RUNNING).any(axis=1) & (view.shown != "baseline")
    if view.normalised and view.shown != "baseline":
        own = _own(values, status, source.own_columns, _raw_floor(view, source))
        if halves is not None:
            halves = _ratio_intervals(source.table(view.shown), values / own[:, None], source.own_columns)
        values, halves, status = _normalised(values, halves, status, np.abs(own))
    if view.log_probability:
        values = -values
    if view.spreads and halves is not None:
        values, halves, status = _spread(halves, status)
    rows = ordered(values, view.rows_by, view.like)
    columns = ordered(values.T, view.columns_by, view.like_column)
    if view.row_filter:
        rows = rows[matching(source.row_labels, view.row_filter)[rows]]
    if view.column_filter:
        columns = columns[matching(source.column_labels, view.column_filter)[columns]]
    at = np.ix_(rows, columns)
    return Picture(
        rows=rows,
        columns=columns,
        values=values[at],
        halves=None if halves is None else halves[at],
        status=status[at],
        running=running[rows],
        limit=_limit(view, values, source),
        floor=_floor(view, source),
        warm=-1 if view.log_probability else 1,
        power=SHARED_POWER if _shares_scale(view) else 1.0,
        measured=_measured(view, source),
        signed=view.signed,
    )


def hidden_axis(view: View, source: Source) -> Axis | None:
    """The axis whose filter nothing passes, so that no cell is shown."""
    if view.row_filter and not matching(source.row_labels, view.row_filter).any():
        return "row"
    if view.column_filter and not matching(source.column_labels, view.column_filter).any():
        return "column"
    return None


def title(view: View, drawn: Picture, draws: int) -> str:
    """What the matrix is, in words: `Trained · Δ loss, nats/token · mean of 20 draws`."""
    unit = "loss, nats/token" if view.shown == "baseline" else "Δ loss, nats/token"
    if view.normalised and view.shown != "baseline":
        unit = "Δ loss per influence on itself"
    if view.log_probability:
        unit = unit.replace("loss", "log-prob")
    if view.spreads:
        unit = f"95 % interval, ± {unit.removeprefix('Δ ')}"
    words = [view.shown.capitalize()]
    # before what may be cut off: what is missing, and what is not where it was
    filters = {"rows": (view.row_filter, drawn.rows), "columns": (view.column_filter, drawn.columns)}
    for axis, (wanted, found) in filters.items():
        if wanted:
            words.append(f"{axis if found.size else f'no {axis}'} with “{visible(wanted)}”")
    orders = {"rows": view.rows_by, "columns": view.columns_by}
    words += [f"{axis} by {order}" for axis, order in orders.items() if order != "number"]
    words.append(f"{unit} {numbers.scale(drawn.exponent)}".strip())
    if view.spreads:
        words.append(f"{draws} draws")
    elif draws > 1:
        some = "up to " if drawn.measured < 1 else ""
        words.append(f"mean of {some}{draws} draws" if view.draw is None else f"draw {view.draw + 1} of {draws}")
    if drawn.measured < 1:
        words.append(f"{numbers.completed(drawn.measured)} measured")
    return " · ".join(words)


def _marked(shown: Shown) -> Condition:
    """The condition whose marks tell how far what is shown is."""
    match shown:
        case "gap" | "baseline":
            return "trained"
        case condition:
            return condition


def _cells(view: View, source: Source, pending: Statuses) -> tuple[Array, Array | None, Statuses]:
    """Values, half-widths and statuses in the session's order, as losses."""
    if view.shown == "baseline":
        base = source.baseline()
        values = np.repeat(base[:, None, :], len(source.own_columns), axis=1)
        return _of_draws(view, Table(values, ~np.isnan(values)), pending)
    values, halves, status = _of_draws(view, source.table(view.shown), pending)
    if view.shown == "trained":
        preview, _, known = _of_draws(View(draw=view.draw), source.table("predicted"), pending)
        stands_in = np.isin(status, (Status.PENDING, Status.RUNNING)) & (known == Status.VALUE)
        values, status = np.where(stands_in, preview, values), np.where(stands_in, Status.PREVIEW, status)
    return values, halves, status.astype(np.int8)


def _of_draws(view: View, table: Table, pending: Statuses) -> tuple[Array, Array | None, Statuses]:
    """One draw, or the mean over the draws that are measured."""
    halves = None
    if view.draw is not None:
        values, measured = table.values[view.draw], table.measured[view.draw]
    else:
        measured = table.measured.any(axis=0)
        values, halves = _mean(table), _intervals(table) if view.intervals or view.spreads else None
    return values, halves, np.where(measured, Status.VALUE, pending).astype(np.int8)


def _mean(table: Table) -> Array:
    """The mean over measured draws: (rows, columns)."""
    return mean_over_draws(table.values, table.measured)


def _intervals(table: Table) -> Array:
    from eiftui.show.summary import over_draws  # brings scipy, which takes longer than the first paint

    with np.errstate(invalid="ignore"):
        return over_draws(table.values)[1]


def _own(values: Array, status: Statuses, own_columns: Sequence[int | None], floor: float) -> Array:
    """Each row's value at the column of the same text: (rows,); nan where it is not measured, or not above `floor`."""
    own = np.full(len(values), np.nan)
    for row, column in enumerate(own_columns):
        if column is not None and status[row, column] >= Status.PREVIEW and abs(values[row, column]) > floor:
            own[row] = values[row, column]
    return own


def _normalised(
    values: Array, halves: Array | None, status: Statuses, unit: Array
) -> tuple[Array, Array | None, Statuses]:
    """Each row divided by its `unit`, (rows,), the magnitude of its influence on itself; undefined where there is none.

    By the magnitude, so that what became less likely is so still where a step overshoots and raises its own loss.
    """
    no_unit = np.isnan(unit)[:, None] & (status >= Status.PREVIEW)
    with np.errstate(invalid="ignore"):
        halves = None if halves is None else halves / unit[:, None]
        return values / unit[:, None], halves, np.where(no_unit, Status.UNDEFINED, status).astype(np.int8)


def _ratio_intervals(table: Table, ratios: Array, own_columns: Sequence[int | None]) -> Array:
    """Half-widths of a ratio of means over draws, before it is divided: those of x − ratio · own, (rows, columns).

    The usual interval of a ratio estimator (Cochran, Sampling Techniques, §6.4): what both have in common cancels.
    """
    own = np.full(table.values.shape[:2], np.nan)
    for row, column in enumerate(own_columns):
        if column is not None:
            own[:, row] = table.values[:, row, column]
    with np.errstate(invalid="ignore"):
        return _intervals(Table(table.values - ratios * own[:, :, None], table.measured))


def _spread(halves: Array, status: Statuses) -> tuple[Array, None, Statuses]:
    """Half-widths as what is shown; undefined where draws do not differ, or fewer than two are measured."""
    alone = np.isnan(halves) & (status >= Status.PREVIEW)
    return halves, None, np.where(alone, Status.UNDEFINED, status).astype(np.int8)


def _shares_scale(view: View) -> bool:
    return (
        view.signed
        and view.shown in ("trained", "prompted", "predicted", "gap")
        and not (view.normalised or view.own_scale)
    )


def _limit(view: View, values: Array, source: Source) -> float:
    """The magnitude of the strongest colour. The shared one stays as it is whatever is shown."""
    if not _shares_scale(view):
        return _steady(numbers.scale_limit(values, _floor(view, source)))
    both = [_mean(source.table(condition)) for condition in ("trained", "prompted")]
    limit = max(map(numbers.scale_limit, both))
    return _steady(limit or numbers.largest_magnitude(values))


def _steady(limit: float) -> float:
    """The next number of two digits: a row that arrives seldom changes the scale, and so the colours of all others."""
    if not math.isfinite(limit) or not limit:
        return limit
    digit = 10.0 ** (math.floor(math.log10(limit)) - 1)
    return math.ceil(limit / digit - 1e-9) * digit if digit else limit


def _floor(view: View, source: Source) -> float:
    """Of what is shown."""
    return 0.0 if view.normalised or view.spreads else _raw_floor(view, source)


def _raw_floor(view: View, source: Source) -> float:
    """Of the quantity shown, nats per token."""
    return source.floor(view.shown) if view.shown in ("trained", "prompted") else 0.0


def _measured(view: View, source: Source) -> float:
    flags = ~np.isnan(source.baseline()) if view.shown == "baseline" else source.table(view.shown).measured
    return share(flags if view.draw is None else flags[view.draw])
