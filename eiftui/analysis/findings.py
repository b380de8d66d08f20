"""Every analysis of a session, for a report or a screen: those that are asked for, once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import ParamSpec, TypeVar

import numpy as np

from eiftui.analysis.asymmetry import Asymmetry, asymmetry
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.contrasts import COMPARED, Desideratum, desiderata
from eiftui.analysis.distributions import Histogram, Sparsity, histogram, sparsity
from eiftui.analysis.first_order import Agreement, Met, agreement, by_optimizer
from eiftui.analysis.overshot import overshot
from eiftui.analysis.rates import Sweep, sweep
from eiftui.analysis.semantics import Semantics, alike, semantics
from eiftui.analysis.still import Still
from eiftui.analysis.symmetry import Symmetry, symmetry
from eiftui.session.readings import Quantity, Readings
from eiftui.settings import CONDITIONS

Asked = ParamSpec("Asked")
Found = TypeVar("Found")


class Findings:
    """What a session's numbers say: each analysis once it is asked for. One that does not apply is the reason why.

    The session is not to change meanwhile. All of it takes 2 s at most for 100 rows, 100 probes and 20 draws.
    """

    def __init__(self, session: Readings) -> None:
        self.session = Still.of(session)
        """As the analyses read it: what one of them looks up, the others have."""

    @cached_property
    def desiderata(self) -> list[Desideratum]:
        return desiderata(self.session)

    @cached_property
    def symmetry(self) -> dict[Quantity, Symmetry | NoAnswer]:
        return self._each(symmetry)

    @cached_property
    def asymmetry(self) -> Asymmetry | NoAnswer:
        return attempt(asymmetry, self.session)

    @cached_property
    def sparsity(self) -> dict[Quantity, Sparsity | NoAnswer]:
        return self._each(sparsity)

    @cached_property
    def histogram(self) -> Histogram:
        shown = [which for which in (*COMPARED, "predicted") if which in self._measured]
        return histogram({which: self.session.matrix(which) for which in shown})

    @cached_property
    def agreement(self) -> Agreement | NoAnswer:
        return attempt(agreement, self.session)

    @cached_property
    def met(self) -> list[Met]:
        """The agreement of every optimiser and rate that was measured."""
        return by_optimizer(self.session)

    @cached_property
    def semantics(self) -> dict[Quantity, Semantics | NoAnswer]:
        return self._each(partial(semantics, both=alike(self.session)))

    @cached_property
    def sweep(self) -> Sweep | NoAnswer:
        return attempt(sweep, self.session)

    @cached_property
    def overshot(self) -> list[int]:
        return overshot(self.session)

    @cached_property
    def _measured(self) -> list[Quantity]:
        return [which for which in CONDITIONS if self.session.measured(which).any()]

    def _each(self, analysis: Callable[[Readings, Quantity], Found]) -> dict[Quantity, Found | NoAnswer]:
        """Of every condition that has a number."""
        return {which: attempt(analysis, self.session, which) for which in self._measured}


def pooled(sessions: Sequence[Readings]) -> Histogram:
    """The distribution of EIF over all cells of several sessions, trained against prompted (M Fig. 6)."""
    return histogram({which: np.concatenate([one.matrix(which).ravel() for one in sessions]) for which in COMPARED})


def attempt(analysis: Callable[Asked, Found], *asked: Asked.args, **named: Asked.kwargs) -> Found | NoAnswer:
    """What an analysis finds, or why it finds nothing."""
    try:
        return analysis(*asked, **named)
    except NoAnswer as refusal:
        return refusal
