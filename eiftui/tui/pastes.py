"""What a terminal sends, read as Textual does but for two things that would be taken for keys, or end the program.

Escape characters in pasted text, as coloured output of a program has, are no keys; nor are codes of no character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.keys import Keys
from textual.message import Message

START, END = "\x1b[200~", "\x1b[201~"
"""Around what a terminal pastes."""
ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~])?")
"""An escape character, and the rest of the sequence that a colour is."""
BEGUN = re.compile(r"\x1b(\[[0-?]*[ -/]*)?\Z")
"""One that may go on in what is read next."""


class Pastes(XTermParser):
    """Textual's reader of what a terminal sends, which takes an escape character for a key even where it is pasted."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._inside = False
        self._kept = ""
        """Outside of a paste the end of what was read, which may begin its mark; inside, what is not passed on yet."""

    def feed(self, data: str) -> Iterable[Message]:
        passed = "".join(self._passed(data))
        return super().feed(passed) if passed or not data else ()  # nothing at all is the end for the reader

    def _parse_extended_key(self, sequence: str) -> list[Key] | None:  # type: ignore[override]  # Textual caches it
        try:
            return super()._parse_extended_key(sequence)
        except (ValueError, OverflowError):
            return [Key(Keys.Ignore, sequence)]

    def _passed(self, data: str) -> Iterable[str]:
        """What was read, without the escape characters of pastes."""
        while data:
            known = len(self._kept)
            seen, self._kept = self._kept + data, ""
            if self._inside:
                text, mark, data = seen.partition(END)
                if not mark and (begun := BEGUN.search(text)):
                    text, self._kept = text[: begun.start()], begun.group()
                yield ESCAPE.sub("", text) + mark
            else:
                before, mark, data = seen.partition(START)
                yield (before + mark)[known:]
                self._kept = "" if mark else seen[1 - len(START) :]
            self._inside ^= bool(mark)
