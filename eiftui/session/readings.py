"""The numbers of a session's current sheet and settings, looked up by what determines them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eiftui.errors import InputError
from eiftui.session.filling import first_of_each
from eiftui.session.particulars import Particulars
from eiftui.session.records import Sheet
from eiftui.session.results import BaseProbe, Measured, Tokens
from eiftui.settings import CONDITIONS, Condition, Quantified, Settings

Quantity = Literal["trained", "predicted", "prompted", "gap"]
"""A condition, or the gap: trained minus prompted, per cell."""
Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Readings(Particulars):
    """The read side of a session.

    A number belongs to its key (model, condition, engine, optimiser), its row's and its probe's sentences; where the
    row stands, and what else is in the session, does not matter. So an earlier wording or setting has its numbers at
    once. Axes are draws (of the current settings), rows and columns (of the current sheet); EIF is in nats per token.
    """

    _keys: dict[Quantified, str]
    """Looked up since the last record that may change them."""

    def under(self, settings: Settings | None = None, sheet: Sheet | None = None) -> Readings:
        """The same records as they read under other settings or sentences. What is measured later, it has too."""
        other = Readings()
        other._state = self._state.seen_with(settings or self.settings, sheet or self.sheet)
        if (other.sheet, other.settings.seed, other.draws) == (self.sheet, self.settings.seed, self.draws):
            other._fillings = self._filled  # filling slots takes as long as looking numbers up
        return other

    def with_draws(self, draws: int) -> Readings:
        """The same as it reads with another number of draws."""
        return self.under(self.settings.model_copy(update={"draws": draws}))

    def matrix(self, condition: Quantity) -> Array:
        """EIF, nats per token: (draws, rows, columns). NaN where not measured."""
        if condition == "gap":
            return self.matrix("trained") - self.matrix("prompted")
        return self.numbers(condition)[0]

    def measured(self, condition: Quantity) -> Flags:
        """Which cells of `matrix` are measured, be the number finite or not: (draws, rows, columns)."""
        if condition == "gap":
            return self.measured("trained") & self.measured("prompted")
        return self.numbers(condition)[1]

    def has(self, condition: Condition) -> bool:
        """Whether anything is kept that was measured in a condition with the settings, on whatever sentences."""
        return self._key(condition) in self._state.measured

    def numbers(self, condition: Condition) -> tuple[Array, Flags]:
        """`matrix` and `measured` at once."""
        shape = (len(self._filled), len(self.rows), len(self.probes))
        eif, measured = np.empty(shape), np.empty(shape, np.bool_)
        for draw, row in np.ndindex(shape[:2]):
            eif[draw, row], measured[draw, row] = self.row(condition, draw, row)
        return eif, measured

    def row(self, condition: Condition, draw: int, row: int) -> tuple[Array, Flags]:
        """One row of one draw of `matrix`, and of `measured`: (columns,) each."""
        filling = self._filled[draw]
        eif, measured = np.full(len(filling.probes), np.nan), np.zeros(len(filling.probes), np.bool_)
        for record in self._records(condition, draw, row):
            columns, places = filling.find(record.probes)
            eif[columns], measured[columns] = record.eif[places], True
        return eif, measured

    def mean(self, condition: Quantity) -> Array:
        """`mean_over_draws` of `matrix`, over the draws measured so far: (rows, columns)."""
        return mean_over_draws(self.matrix(condition), self.measured(condition))

    def changes(self, condition: Quantity, draw: int, row: int, column: int) -> Array | None:
        """Loss after minus loss before of each scored token of a cell's probe, nats: (tokens,). None if not known."""
        if condition == "gap":
            trained, prompted = (self.changes(which, draw, row, column) for which in ("trained", "prompted"))
            return None if trained is None or prompted is None else trained - prompted
        found = self.cell(condition, draw, row, column)
        if found is None or found[0].changes is None:
            return None
        return found[0].changes[found[1]].astype(np.float64)

    def cell(self, condition: Condition, draw: int, row: int, column: int) -> tuple[Measured, int] | None:
        """The record that holds a cell, and the cell's place among that record's probes; None if not measured."""
        probe = self._filled[draw].probes[column]
        for record in reversed(self._records(condition, draw, row)):
            if probe in record.probes:
                return record, record.probes.index(probe)
        return None

    def row_tokens(self, draw: int, row: int) -> tuple[Tokens, ...] | None:
        """Token ids of each sentence of a training set; None while no condition is measured."""
        for condition in CONDITIONS:
            for record in self._records(condition, draw, row):
                return record.tokens
        return None

    def base_tokens(self, draw: int, column: int) -> Tokens | None:
        """Token ids of a probe; None while the base model's losses are not known."""
        base = self._base(draw, column)
        return None if base is None else base.tokens

    def token_texts(self, draw: int, column: int) -> tuple[str, ...] | None:
        """The part of a probe's text that each of its tokens stands for; None while not known."""
        texts = self._state.token_texts.get(self.model.fingerprint, {}) if self.model else {}
        return texts.get(self._filled[draw].probes[column])

    def base_losses(self, draw: int, column: int) -> Array | None:
        """The base model's loss of each scored token of a probe, nats: (tokens,). None while not known."""
        base = self._base(draw, column)
        return None if base is None else base.losses.astype(np.float64)

    def baseline(self) -> Array:
        """The base model's loss of each probe, nats per token: (draws, columns). NaN where not measured."""
        values = np.full((len(self._filled), len(self.probes)), np.nan)
        for draw, column in np.ndindex(*values.shape):
            losses = self.base_losses(draw, column)
            if losses is not None:
                values[draw, column] = losses.mean()
        return values

    def floor(self, condition: Condition, values: Array | None = None) -> float | None:
        """The abs(EIF) that cannot be told from zero, nats per token; None while not measured.

        It is the null floor, or what the number format leaves uncertain beside the largest number if that is more.
        `values` is `matrix(condition)`, from whoever has it.
        """
        key = self._key(condition)
        floor = self._state.floors.get(key) if key else None
        if floor is None or not floor.relative:
            return None if floor is None else floor.value
        sizes = np.abs(self.matrix(condition) if values is None else values)
        return max(floor.value, floor.relative * float(sizes[np.isfinite(sizes)].max(initial=0.0)))

    def not_finite(self, condition: Quantity) -> int:
        """How many cells are measured, but are no finite numbers."""
        return int((self.measured(condition) & ~np.isfinite(self.matrix(condition))).sum())

    def likeness(self, draw: int) -> Array:
        """The cosine of the embeddings of each training set's text and each probe: (rows, columns). NaN: not known."""
        filling = self._filled[draw]
        known = self._state.likeness
        fingerprint = self.model.fingerprint if self.model else ""
        rows = (known.get((fingerprint, row), {}) for row in filling.rows)
        unknown = [np.nan] * len(filling.probes)
        values = [[cosines.get(probe, np.nan) for probe in filling.probes] if cosines else unknown for cosines in rows]
        return np.array(values, dtype=np.float64).reshape(len(filling.rows), len(filling.probes))

    def missing(self, condition: Condition, draw: int) -> list[tuple[int, tuple[int, ...]]]:
        """What is still to be measured: rows, each with the columns it lacks. Of equal texts only the first counts."""
        return [(row, tuple(columns.tolist())) for row, columns in self.lacking(condition, draw)]

    def lacking(self, condition: Condition, draw: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """The same, with columns as they are quickly counted."""
        filling = self._filled[draw]
        columns = np.array(first_of_each(filling.probes), dtype=np.intp)
        for row in first_of_each(filling.rows):
            has_some = self._records(condition, draw, row)
            lacks = columns[~self.row(condition, draw, row)[1][columns]] if has_some else columns
            if len(lacks):
                yield row, lacks

    def base_missing(self, draw: int) -> tuple[int, ...]:
        """Columns whose loss on the base model is still to be measured. Of equal probes only the first counts."""
        return tuple(c for c in first_of_each(self._filled[draw].probes) if self._base(draw, c) is None)

    def _forget_derived(self) -> None:
        super()._forget_derived()
        self._keys = {}

    def _key(self, what: Quantified) -> str | None:
        if what not in self._keys and what not in (*CONDITIONS, "base"):
            raise InputError(f"there is no condition {what!r}: {', '.join(CONDITIONS)}")
        if what not in self._keys and self.model:
            self._keys[what] = self.model.carried(self.settings).key(what, self.model.fingerprint)
        return self._keys.get(what)

    def _records(self, condition: Condition, draw: int, row: int) -> list[Measured]:
        """What was measured of a row, the newest last."""
        key = self._key(condition)
        return self._state.measured.get(key, {}).get(self._filled[draw].rows[row], []) if key else []

    def _base(self, draw: int, column: int) -> BaseProbe | None:
        key = self._key("base")
        return self._state.base.get(key, {}).get(self._filled[draw].probes[column]) if key else None


def mean_over_draws(values: Array, measured: Flags) -> Array:
    """The mean of (draws, ...) over the draws whose number is finite: (...). NaN where nothing is measured.

    One draw that diverged says nothing of the others, and is counted beside them; where all that are measured did, the
    mean is as little a finite number as they are.
    """
    counted = np.isfinite(values) & measured
    counted |= measured & ~counted.any(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(counted, values, 0.0).sum(axis=0) / counted.sum(axis=0))


def share(measured: Flags) -> float:
    """The share of some cells that is measured, 0 to 1; 1 where there are none."""
    return float(measured.mean()) if measured.size else 1.0
