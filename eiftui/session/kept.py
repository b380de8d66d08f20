"""What every session does with its file, be it of sentences or of images."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from eiftui.errors import InputError
from eiftui.session.journal import JournalReader, JournalWriter


class Kept:
    """A session in a file. In a `with`, it is closed at the end."""

    def __init__(self, path: Path | None, writer: JournalWriter | None) -> None:
        self.path = path
        """None for a session in memory."""
        self._writer = writer

    @property
    def read_only(self) -> bool:
        """Whether it can only be looked at: it was opened so, or closed."""
        return self.path is not None and self._writer is None

    @property
    def is_kept(self) -> bool:
        """Whether the file of its name is still the one that is written, and has been changed by nobody else."""
        return self._writer is None or self._writer.is_there

    def move(self, path: Path) -> None:
        """Give the file another name, and go on with it. Raises InputError if that cannot be.

        Where its own file is gone, or is another one now, it is written anew.
        """
        if self._writer is None:
            raise InputError(f"{self.path} is open read-only: who writes it may rename it")
        if self._writer.is_there:
            self._writer.move(path)
        else:
            self.save_as(path)
            self._writer.close()
            self._writer, _ = JournalWriter.resume(JournalReader(path))
        self.path = path

    def save_as(self, path: Path) -> None:
        """Write a copy. Raises InputError if that cannot be."""
        raise InputError(f"{self.path} is another file now, and a session of images is read from its own")

    def confirm(self) -> None:
        """Have the file hold all of the session: one that was deleted is there again. Raises as `append` does."""
        if self._writer:
            self._writer.append(())

    def discard(self) -> None:
        """Close the session and delete its file: for one that was made in error and holds nothing measured."""
        self.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let others write the file. What was read can still be looked at."""
        if self._writer:
            self._writer.close()
        self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
