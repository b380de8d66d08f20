"""Every analysis of a session at once, for a report or a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import numpy as np

from eiftui.analysis.asymmetry import Asymmetry, asymmetry
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.contrasts import COMPARED, MARGIN, Desideratum, desiderata
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


@dataclass(frozen=True)
class Findings:
    """What a session's numbers say. An analysis that does not apply is the reason why."""

    desiderata: list[Desideratum]
    symmetry: dict[Quantity, Symmetry | NoAnswer]
    asymmetry: Asymmetry | NoAnswer
    sparsity: dict[Quantity, Sparsity | NoAnswer]
    histogram: Histogram
    agreement: Agreement | NoAnswer
    met: list[Met]
    """The agreement of every optimiser and rate that was measured."""
    semantics: dict[Quantity, Semantics | NoAnswer]
    sweep: Sweep | NoAnswer
    overshot: list[int]


def analyse(session: Readings, margin: float = MARGIN) -> Findings:
    """All of it, from what is measured so far: 2 s at most for 100 rows, 100 probes and 20 draws."""
    session = Still.of(session)
    both = alike(session)
    measured: list[Quantity] = [which for which in CONDITIONS if session.measured(which).any()]
    return Findings(
        desiderata=desiderata(session, margin),
        symmetry={which: attempt(symmetry, session, which) for which in measured},
        asymmetry=attempt(asymmetry, session),
        sparsity={which: attempt(sparsity, session, which) for which in measured},
        histogram=histogram({which: session.matrix(which) for which in COMPARED if which in measured}),
        agreement=attempt(agreement, session),
        met=by_optimizer(session),
        semantics={which: attempt(semantics, session, which, both) for which in measured},
        sweep=attempt(sweep, session),
        overshot=overshot(session),
    )


def pooled(sessions: Sequence[Readings]) -> Histogram:
    """The distribution of EIF over all cells of several sessions, trained against prompted (M Fig. 6)."""
    return histogram({which: np.concatenate([one.matrix(which).ravel() for one in sessions]) for which in COMPARED})


def attempt(analysis: Callable[Asked, Found], *asked: Asked.args, **named: Asked.kwargs) -> Found | NoAnswer:
    """What an analysis finds, or why it finds nothing."""
    try:
        return analysis(*asked, **named)
    except NoAnswer as refusal:
        return refusal
