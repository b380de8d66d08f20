"""A session as it is now, whose numbers are looked up once however many analyses ask for them."""

from __future__ import annotations

from typing import Self

from eiftui.session.readings import Array, Flags, Readings
from eiftui.session.records import Sheet
from eiftui.settings import Condition, Settings


class Still(Readings):
    """The read side of a session that is not written meanwhile. Its arrays are read-only."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[Condition, tuple[Array, Flags]] = {}
        self._views: dict[Settings, Still] = {}
        """Under settings that some analysis asked for."""

    @classmethod
    def of(cls, session: Readings) -> Self:
        """A session as it is now; itself, where it already is one."""
        if isinstance(session, cls):
            return session
        still, seen = cls(), session.under()
        still._state, still._fillings = seen._state, seen._fillings
        return still

    def under(self, settings: Settings | None = None, sheet: Sheet | None = None) -> Readings:
        if sheet is not None or settings is None:
            return super().under(settings, sheet)
        if settings == self.settings:
            return self
        if settings not in self._views:
            self._views[settings] = Still.of(super().under(settings))
        return self._views[settings]

    def numbers(self, condition: Condition) -> tuple[Array, Flags]:
        if condition not in self._numbers:
            found = super().numbers(condition)
            for array in found:
                array.setflags(write=False)
            self._numbers[condition] = found
        return self._numbers[condition]
