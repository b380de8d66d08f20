"""A session: sentences, settings and every measured number, in one file that only ever grows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import ValidationError

from eiftui.domains.schema import Domain
from eiftui.errors import InputError, first_problem, problem
from eiftui.session.atomic import replacing
from eiftui.session.image_records import OF_IMAGES
from eiftui.session.journal import JournalReader, JournalWriter, Reading
from eiftui.session.kept import Kept
from eiftui.session.lock import WriterLock
from eiftui.session.readings import Readings
from eiftui.session.records import (
    DrawWords,
    Entry,
    Header,
    Notice,
    Origin,
    Record,
    SettingsRecord,
    Sheet,
    Step,
    parse,
    write,
)
from eiftui.settings import Settings


class Session(Kept, Readings):
    """A session that changes through records alone: each goes to the file first, and then counts.

    Make one with `create`, `open` or `in_memory`. For use by one thread, but for `keep`.
    """

    def __init__(self, path: Path | None, reader: JournalReader | None, writer: JournalWriter | None) -> None:
        Kept.__init__(self, path, writer)
        Readings.__init__(self)
        self._reader = reader
        self._damage: list[str] = []

    @classmethod
    def create(cls, path: Path, domain: Domain | None, settings: Settings | None = None) -> Self:
        """A new session file on a domain, or without sentences.

        Raises InputError if the file exists or cannot be made.
        """
        entries = _first_entries(domain, settings)
        session = cls(path, None, JournalWriter.create(path, entries))
        session._take(entries)
        return session

    @classmethod
    def open(cls, path: Path, read_only: bool = False) -> Self:
        """The session in a file, which one process at a time may write and any may read.

        Raises SessionLocked if it is to be written and somebody else does, and InputError if it cannot be opened or
        is no session.
        """
        reader = JournalReader(path)
        if read_only:
            session = cls(path, reader, None)
            session._take_reading(reader.read())
        else:
            writer, reading = JournalWriter.resume(reader)
            session = cls(path, None, writer)
            session._take_reading(reading)
        if not session._state.has_sheet:
            session.close()
            if any(other.line.startswith(OF_IMAGES) for other in session._state.unknown):
                raise InputError(
                    f"{path} is a session of images, which `eiftui vision` is for: report, run, show, export"
                )
            raise InputError(f"{path} has lost its sentences: no record of them can be read")
        return session

    @classmethod
    def in_memory(cls, domain: Domain, settings: Settings | None = None) -> Self:
        """A session without a file, which `save_as` can give one."""
        session = cls(None, None, None)
        session._take(_first_entries(domain, settings))
        return session

    def copy(self, settings: Settings | None = None) -> Self:
        """The same session in memory, to try something out: other settings, if some are given."""
        session = type(self)(None, None, None)
        session._take(self._state.compact())
        session.configure(settings or self.settings)
        return session

    @property
    def damage(self) -> tuple[str, ...]:
        """A line about each damaged record of the file, which was left out. They are among the `notices` too."""
        return tuple(self._damage)

    @property
    def lost_settings(self) -> bool:
        """Whether no record of its settings can be read, so that they are the defaults."""
        return not self._state.has_settings

    def append(self, *records: Record) -> None:
        """Add records: all of them, or none. When this returns they are on the disk.

        Raises InputError if the session is read-only or a record contradicts itself, and EiftuiError if the file
        cannot be written; everything recorded before is kept.
        """
        self.take(self.keep(*records))

    def keep(self, *records: Record) -> list[Entry]:
        """The slow half of `append`, which any thread may do: when this returns they are on the disk.

        The session's own thread has then to `take` what is returned. Raises as `append` does.
        """
        writer = self._writer
        if self.read_only:
            raise InputError(f"{self.path} is open read-only: save a copy to change it")
        try:
            # What counts is what the file says, so that numbers stay the same when it is opened again.
            entries = [parse(write(record)) for record in records]
        except ValidationError as error:
            raise InputError(problem(first_problem(error))) from error
        if writer:
            writer.append(entries)
        return entries

    def take(self, entries: Iterable[Entry]) -> None:
        """Let count what `keep` has put on the disk."""
        self._take(entries)

    def edit(self, sheet: Sheet, *origins: Origin) -> None:
        """Go on with other sentences, and note where they are from. `undo` goes back. Raises as `append` does."""
        sheet = sheet.model_copy(update={"change": "edit"})
        if sheet != self.sheet:
            self.append(*origins, sheet)

    def undo(self) -> bool:
        """Go back to the sheet or the settings before the last change of either; False if there is none."""
        return self._step("undo", self._state.earlier)

    def redo(self) -> bool:
        """Take the last `undo` back; False if there is none."""
        return self._step("redo", self._state.undone)

    def _step(self, change: Literal["undo", "redo"], history: Sequence[Sheet | Settings]) -> bool:
        if not history:
            return False
        match history[-1]:
            case Sheet() as sheet:
                self.append(sheet.model_copy(update={"change": change}))
            case settings:
                self.append(Step(change=change), SettingsRecord(settings=settings))
        return True

    def configure(self, settings: Settings) -> None:
        """Go on with other settings. `undo` goes back. Raises as `append` does."""
        if settings != self.settings or self.lost_settings:
            self.append(SettingsRecord(settings=settings))

    def ensure_draws(self) -> None:
        """Record the words of every draw and slot that has none recorded. Do so before measuring."""
        unrecorded = {draw: self._state.unrecorded_words(draw) for draw in range(self.draws)}
        records = [
            DrawWords(index=draw, seed=self.settings.seed, words=words) for draw, words in unrecorded.items() if words
        ]
        if records:
            self.append(*records)

    def refresh(self) -> bool:
        """Read what another process has added to a session that is open read-only; whether there was anything.

        Raises InputError if the file is gone or is no longer a session.
        """
        if self._reader is None:
            return False
        reading = self._reader.read()
        if reading.restarted:
            self._start_over()
            self._damage.clear()
        self._take_reading(reading)
        return bool(reading.restarted or reading.entries or reading.problems)

    def save_as(self, path: Path) -> None:
        """Write a compact copy, whole or not at all: everything but damaged records and the history of the sheet.

        This session stays with the file it has. Raises SessionLocked if somebody is writing the file at `path`, and
        InputError if it cannot be written.
        """
        with WriterLock(path), replacing(path) as file:
            file.writelines(map(write, self._state.compact()))

    def close(self) -> None:
        """Let others write the file, and follow it no more. What was read can still be looked at."""
        super().close()
        self._reader = None

    def _take_reading(self, reading: Reading) -> None:
        self._take(reading.entries)
        self._damage.extend(reading.problems)
        self._take(Notice(text=problem) for problem in reading.problems)

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._apply(entry)


def _first_entries(domain: Domain | None, settings: Settings | None) -> list[Entry]:
    return [Header(), Sheet.of(domain) if domain else Sheet(), SettingsRecord(settings=settings or Settings())]
