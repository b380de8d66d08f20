"""What the records of one file must agree on: how many tokens of a probe are scored."""

from __future__ import annotations

from eiftui.session.records import Entry
from eiftui.session.results import BaseRecord, Measured

_OF_BASE = b'{"kind":"base"'


class ScoredTokens:
    """How many tokens of each probe have a loss, as the base records say that come before what was measured.

    There are several numbers where models cut a text in different ways.
    """

    def __init__(self) -> None:
        self._counts: dict[str, set[int]] = {}
        self._all_known = True

    def check(self, entry: Entry) -> None:
        """Note what a base record says. Raises ValueError if a measured one contradicts all that was said before."""
        if isinstance(entry, BaseRecord):
            for base in entry.probes:
                self._counts.setdefault(base.id, set()).add(len(base.losses))
        elif isinstance(entry, Measured) and entry.changes is not None and self._all_known:
            for probe, changes in zip(entry.probes, entry.changes, strict=True):
                counts = self._counts.get(probe)
                if counts and len(changes) not in counts:
                    raise ValueError("the record has not one change for each scored token")

    def lost(self, line: bytes) -> None:
        """A line could not be read: if it was a base record, what others say of a probe may not be all there is."""
        self._all_known &= not line.startswith(_OF_BASE)
