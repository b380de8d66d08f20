"""Desiderata as contrasts of two cells: does the one that ought to be lower come out lower? (METHODS §6)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eiftui.analysis.cells import own_scale
from eiftui.analysis.estimates import LEVEL, Estimate, estimate, holm, least_draws
from eiftui.domains.schema import OWN, Contrast
from eiftui.session.readings import Array, Flags, Readings
from eiftui.settings import Condition

NOT_MEASURED = "not measured"
Verdict = Literal["holds", "violated", "no effect", "undecided"]
MARGIN = 0.05
"""Differences below this share of what a training set does to its own text are as good as none."""
COMPARED: tuple[Condition, ...] = ("trained", "prompted")
"""What is set side by side."""


@dataclass(frozen=True)
class Test:
    """A contrast in one condition: lower minus higher cell, nats per token a draw. It holds where that is negative."""

    __test__ = False  # it is none of pytest's

    estimate: Estimate
    corrected: float
    """p after Holm's correction over the contrasts of the same domain and condition."""
    margin: float
    """δ, nats per token: no effect is an interval within ±δ."""
    needed: int
    """The fewest draws with which a verdict can be reached, or 1 where no text of it varies from draw to draw."""

    @property
    def verdict(self) -> Verdict:
        found = self.estimate
        if self.corrected < LEVEL and found.high < 0:
            return "holds"
        if self.corrected < LEVEL and found.low > 0:
            return "violated"
        return "no effect" if -self.margin < found.low and found.high < self.margin else "undecided"

    @property
    def caution(self) -> str:
        """Why no verdict could be reached whatever the numbers; empty where one could."""
        draws = len(self.estimate.points)
        if self.verdict != "undecided":
            return ""
        if not draws:
            return "no finite number" if self.estimate.dropped else NOT_MEASURED
        if self.needed == 1:
            return "no slots: one draw, no interval"
        return f"{draws} of {self.needed} draws that a verdict needs" if draws < self.needed else ""


@dataclass(frozen=True)
class Desideratum:
    """A contrast when trained, when prompted, and the difference of the two, draw by draw."""

    contrast: Contrast
    trained: Test
    prompted: Test
    difference: Test
    """Trained minus prompted: below zero, training meets the desideratum better than prompting does."""


def desiderata(session: Readings, margin: float = MARGIN) -> list[Desideratum]:
    """Every contrast of the session, in order, tested with the draws that are measured.

    `margin` is the share of `cells.own_scale` that is as good as nothing.
    """
    own = {condition: margin * own_scale(session, condition) for condition in COMPARED}
    margins = (own["trained"], own["prompted"], min(own.values()))
    contrasts = session.sheet.live_contrasts
    families: dict[str, list[Contrast]] = {}
    for contrast in contrasts:
        families.setdefault(_domain(session, contrast), []).append(contrast)
    numbers = [session.numbers(condition) for condition in COMPARED]
    tested = [one for family in families.values() for one in _family(session, family, numbers, margins)]
    places = {contrast: place for place, contrast in enumerate(contrasts)}
    return sorted(tested, key=lambda one: places[one.contrast])


def draws_needed(session: Readings) -> int:
    """The fewest draws with which each contrast can come to a verdict; 0 where draws bring none to one."""
    if not set(COMPARED).intersection(session.settings.conditions):
        return 0
    varying = [one for one in session.sheet.live_contrasts if _varies(session, one)]
    families = Counter(_domain(session, one) for one in varying)
    return max(map(least_draws, families.values()), default=0)


def _varies(session: Readings, contrast: Contrast) -> bool:
    """Whether any text of it has a slot, so that draws differ."""
    rows, probes = ({text.id: text for text in texts} for texts in (session.rows, session.probes))
    cells = (contrast.lower, contrast.higher)
    return any(rows[cell.row].slots or probes[cell.probe].slots for cell in cells)


def _domain(session: Readings, contrast: Contrast) -> str:
    """Within which its p is corrected: a name, empty for the session's only one, or `OWN`.

    What a person wrote, perhaps after a look, changes no p of the others.
    """
    if contrast.desideratum == OWN:
        return OWN
    return contrast.lower.row.partition("/")[0] if len(session.sheet.domains) > 1 else ""


def _family(
    session: Readings,
    contrasts: Sequence[Contrast],
    numbers: Sequence[tuple[Array, Flags]],
    margins: Sequence[float],
) -> Iterator[Desideratum]:
    trained, prompted = ([_draws(session, contrast, *of_it) for contrast in contrasts] for of_it in numbers)
    difference = [
        _Draws(a.values - b.values, a.measured & b.measured, a.varies) for a, b in zip(trained, prompted, strict=True)
    ]
    tests = [_tests(draws, margin) for draws, margin in zip((trained, prompted, difference), margins, strict=True)]
    for contrast, *of_it in zip(contrasts, *tests, strict=True):
        yield Desideratum(contrast, *of_it)


@dataclass(frozen=True)
class _Draws:
    """EIF of the lower minus that of the higher cell, or of their magnitudes, and where measured: (draws,) each."""

    values: Array
    measured: Flags
    varies: bool
    """Whether draws differ."""


def _draws(session: Readings, contrast: Contrast, eif: Array, measured: Flags) -> _Draws:
    """Out of (draws, rows, columns) each. Of a contrast without slots, which all draws share, the only draw."""
    rows, columns = ([text.id for text in texts] for texts in (session.rows, session.probes))
    lower, higher = ((rows.index(cell.row), columns.index(cell.probe)) for cell in (contrast.lower, contrast.higher))
    varies = _varies(session, contrast)
    draws = session.draws if varies else 1
    low, high = (eif[:draws, row, column] for row, column in (lower, higher))
    if contrast.compare == "magnitude":
        low, high = np.abs(low), np.abs(high)
    with np.errstate(invalid="ignore"):
        both = np.logical_and(*(measured[:draws, row, column] for row, column in (lower, higher)))
        return _Draws(low - high, both, varies)


def _tests(contrasts: Sequence[_Draws], margin: float) -> list[Test]:
    """One condition of a domain's contrasts. Those that have a p value share its correction."""
    found = [estimate(draws.values, draws.measured) for draws in contrasts]
    tried = [index for index, one in enumerate(found) if len(one.points) > 1]
    corrected = dict(zip(tried, holm([found[index].p for index in tried]), strict=True))
    return [
        Test(
            estimate=one,
            corrected=corrected.get(index, 1.0),
            margin=margin,
            needed=least_draws(sum(one.varies for one in contrasts)) if contrasts[index].varies else 1,
        )
        for index, one in enumerate(found)
    ]
