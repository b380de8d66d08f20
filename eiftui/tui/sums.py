"""What is added up of all the numbers of a session, which any of them that arrives may change as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eiftui.session.readings import Readings
from eiftui.settings import Condition
from eiftui.tui.picture import Array
from eiftui.tui.view import Table

if TYPE_CHECKING:
    from eiftui.analysis.findings import Findings


@dataclass
class Sums:
    """Of the numbers as they are now: None where it was not asked for."""

    cells_lacking: int | None = None
    gap: Table | None = None
    baseline: Array | None = None
    floors: dict[Condition, float] = field(default_factory=dict)
    _findings: Findings | None = None

    def findings(self, session: Readings) -> Findings:
        """What the numbers say, with all that was worked out of it before."""
        from eiftui.analysis.findings import Findings

        if self._findings is None:
            self._findings = Findings(session)
        return self._findings
