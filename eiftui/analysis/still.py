"""A session as it is now, whose numbers are looked up once however many analyses ask for them."""

from __future__ import annotations

from typing import Self

from eiftui.session.readings import Array, Flags, Readings
from eiftui.settings import Condition


class Still(Readings):
    """The read side of a session that is not written meanwhile. Its arrays are read-only."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[Condition, tuple[Array, Flags]] = {}

    @classmethod
    def of(cls, session: Readings) -> Self:
        still, seen = cls(), session.under()
        still._state, still._fillings = seen._state, seen._fillings
        return still

    def numbers(self, condition: Condition) -> tuple[Array, Flags]:
        if condition not in self._numbers:
            found = super().numbers(condition)
            for array in found:
                array.setflags(write=False)
            self._numbers[condition] = found
        return self._numbers[condition]
