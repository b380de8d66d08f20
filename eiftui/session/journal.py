"""The session file itself: whole lines appended to it by one writer, and read from it by anybody at any time."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from eiftui.domains.files import open_regular
from eiftui.errors import NO_ROOM, EiftuiError, InputError
from eiftui.session.atomic import move, replacing
from eiftui.session.lock import WriterLock, not_writable
from eiftui.session.records import FORMAT, Entry, parse, write
from eiftui.session.scored import ScoredTokens

ANOTHER_NAME = "give the session another name (in the explorer: Sessions, then Rename)"
_AT_ONCE = 1 << 24
"""Bytes of a file that are copied at once."""


class Displaced(InputError):
    """Somebody else has changed the file of a session, or put another in its place: what is new cannot go there."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}: {ANOTHER_NAME}")
        self.reason = reason


@dataclass(frozen=True)
class Reading:
    """What came with one look at the file."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    """A line about each damaged record, which was left out."""
    restarted: bool
    """The file is another one than at the last look: these are all its entries, and forget the earlier ones."""


class JournalReader:
    """Reads what was added since the last look. A line without its end is left for the next look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = 0
        """Bytes read: where the last whole line ends."""
        self._lines = 0
        self._scored = ScoredTokens()
        self._file: tuple[int, int] | None = None

    def read(self) -> Reading:
        """The entries after the last look.

        Raises InputError if the file cannot be read, is no session, or has another format than this eiftui's.
        """
        content, restarted = self._new_lines()
        if self.end == 0:
            check_header(self.path, content.partition(b"\n")[0])
        entries: list[Entry] = []
        problems: list[str] = []
        for line in content.split(b"\n")[:-1]:
            self._lines += 1
            if line.strip():
                try:
                    entries.append(self._parsed(line))
                except ValueError:
                    problems.append(f"line {self._lines} of {self.path.name} is damaged and was left out")
        self.end += len(content)
        return Reading(tuple(entries), tuple(problems), restarted)

    def _parsed(self, line: bytes) -> Entry:
        """The entry of a line. Raises ValueError if it is damaged, or contradicts those before it."""
        try:
            entry = parse(line)
        except ValueError:
            self._scored.lost(line)
            raise
        self._scored.check(entry)
        return entry

    def _new_lines(self) -> tuple[bytes, bool]:
        """The whole lines after `end`, and whether the file was exchanged and is read from its start again."""
        _check_there(self.path)
        try:
            with open_regular(self.path) as file:
                status = os.fstat(file.fileno())
                identity = (status.st_dev, status.st_ino)
                exchanged = self._file not in (None, identity) or status.st_size < self.end
                if exchanged:
                    self.end = self._lines = 0
                    self._scored = ScoredTokens()
                self._file = identity
                file.seek(self.end)
                content = file.read()
        except OSError as error:
            raise InputError(f"cannot read {self.path} ({error.strerror})") from error
        return content[: content.rfind(b"\n") + 1], exchanged


class JournalWriter:
    """Appends lines, each flushed to the disk before `append` returns, and holds the lock until `close`.

    Any thread may append: one at a time does.
    """

    def __init__(self, path: Path, lock: WriterLock, length: int) -> None:
        self._path, self._lock, self._length = path, lock, length
        self._turn = threading.Lock()
        self._closed = False
        self._descriptor = _opened(path)
        self.torn = os.fstat(self._descriptor).st_size - length
        """Bytes of a record that was never finished: the next takes their place."""

    @classmethod
    def create(cls, path: Path, entries: Sequence[Entry]) -> Self:
        """A new file that starts with `entries`, and is there with all of them or not at all.

        Raises InputError if there is one, or it cannot be made.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot make {path} ({error.strerror}): choose another place") from error
        lock = WriterLock(path)
        try:
            if os.path.lexists(path):
                raise InputError(f"{path} exists: choose another name")
            with replacing(path) as file:
                file.writelines(map(write, entries))
            return cls(path, lock, path.stat().st_size)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def resume(cls, reader: JournalReader) -> tuple[Self, Reading]:
        """The writer of a file that exists, and what `reader` found in it. An unfinished last line will be overwritten.

        Raises NotWritable if it cannot be written, as while somebody else writes it, and InputError as
        `JournalReader.read` does.
        """
        _check_there(reader.path)
        lock = WriterLock(reader.path)
        try:
            reading = reader.read()
            writer = cls(reader.path, lock, reader.end)
        except OSError as error:
            lock.release()
            raise not_writable(reader.path, error) from error
        except BaseException:
            lock.release()
            raise
        if writer.torn:
            problem = f"{reader.path.name} ended in an unfinished record, which was left out"
            reading = replace(reading, problems=(*reading.problems, problem))
        return writer, reading

    def append(self, entries: Sequence[Entry]) -> None:
        """Add entries: all of them, or none.

        A file that has been deleted or moved meanwhile is there again afterwards, with all that it had.
        Raises EiftuiError if they cannot be written, as on a full disk; the file is then as it was before.
        """
        lines = b"".join(map(write, entries))
        with self._turn:
            self._append(lines)

    def _append(self, lines: bytes) -> None:
        if self._closed:
            raise EiftuiError(f"{self._path} was closed")
        if self._length + self.torn != os.fstat(self._descriptor).st_size:
            raise Displaced(f"another program has changed {self._path}")
        try:
            if not self._is_own(if_hidden=True):
                self._bring_back()
            if self.torn:
                os.ftruncate(self._descriptor, self._length)
                self.torn = 0
            self._write(lines)
            os.fsync(self._descriptor)
        except BaseException as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._length)
            self.torn = os.fstat(self._descriptor).st_size - self._length
            if isinstance(error, OSError):
                advice = "make room there and" if error.errno in NO_ROOM else "when that is mended,"
                raise EiftuiError(
                    f"cannot write to {self._path} ({error.strerror}): everything measured before is kept; "
                    f"{advice} run again to go on"
                ) from error
            raise
        self._length += len(lines)

    def _bring_back(self) -> None:
        """Write a file anew that is gone from its place.

        Raises InputError if that cannot be done, as where another is there.
        """
        if os.path.exists(self._path):
            raise Displaced(f"another file has taken the place of {self._path}")
        self._path.parent.mkdir(parents=True, exist_ok=True)  # the folder may have been moved along
        with replacing(self._path) as file:
            for start in range(0, self._length, _AT_ONCE):
                file.write(os.pread(self._descriptor, min(_AT_ONCE, self._length - start), start))
        os.close(self._descriptor)
        self._descriptor, self.torn = _opened(self._path), 0

    @property
    def is_there(self) -> bool:
        """Whether the file of that name is the one that is written, and nobody else has changed it."""
        own = self._is_own(if_hidden=False)
        return own and os.fstat(self._descriptor).st_size == self._length + self.torn

    def _is_own(self, if_hidden: bool) -> bool:
        """Whether the file of that name is the one that is written, or `if_hidden` where nobody can look."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), os.stat(self._path))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return if_hidden

    def move(self, path: Path) -> None:
        """Give the file another name, and go on writing it. Raises as `atomic.move` does."""
        lock = WriterLock(path)
        try:
            with self._turn:
                move(self._path, path)
                self._lock.release()
                self._path, self._lock = path, lock
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let the next writer in."""
        with self._turn:
            self._closed = True
            os.close(self._descriptor)
            self._lock.release()

    def _write(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)


def _check_there(path: Path) -> None:
    """Raises InputError if no session can be read from a path, before a lock or anything else is made beside it."""
    if not path.is_file():
        why = ", it is a folder" if path.is_dir() else ", it is not a regular file" if path.exists() else ""
        raise InputError(f"{path}: no such session file{why}")


def check_header(path: Path, line: bytes) -> None:
    """Raises InputError if `line` does not start a session file of this eiftui's format."""
    try:
        header = json.loads(line)
        known = header["kind"] == "header" and type(header["format"]) is int  # which a truth value is not
    except (ValueError, TypeError, KeyError, RecursionError):
        known = False
    if not known:
        raise InputError(f"{path} is not an eiftui session file")
    if header["format"] > FORMAT:
        raise InputError(f"{path}: written by a newer eiftui (format {header['format']}): update eiftui")
    if header["format"] < FORMAT:
        raise InputError(
            f"{path}: written by an older eiftui (format {header['format']}), which kept numbers differently: "
            "measure into another file"
        )
