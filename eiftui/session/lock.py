"""One writer at a time: a lock beside the session file that dies with the process that holds it."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from eiftui.errors import InputError
from eiftui.session.real import real


class NotWritable(InputError):
    """A session cannot be written here, and perhaps it can be read."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}: {remedy}" if remedy else reason)
        self.reason = reason


class SessionLocked(NotWritable):
    """Another process, or another part of this one, is writing the session."""


def writer_of(path: Path) -> str | None:
    """Who writes a session now, as `process 4711 on a-host`; None if nobody does, or it cannot be told.

    To be called by the thread that opens sessions: a lock is lost when its process closes any descriptor of its file,
    so that this must not look at a lock that is being taken.
    """
    session = real(path)
    if session in WriterLock._held:
        return "this process"
    try:
        descriptor = os.open(_lock_file(session), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return _named(descriptor) if error.errno in (errno.EACCES, errno.EAGAIN) else None
    finally:
        os.close(descriptor)
    return None


def not_writable(path: Path, error: OSError) -> NotWritable:
    """What to say of a session that cannot be written, and what can be done all the same."""
    remedy = f"to read it, {_readers(path)}" if path.is_file() else "choose another place"
    return NotWritable(f"cannot write {path} ({error.strerror})", remedy)


def _readers(path: Path) -> str:
    """The commands that only read a session."""
    return f"use `eiftui report`, `eiftui export` or `eiftui {path}`"


def _lock_file(session: Path) -> Path:
    return session.with_name(f".{session.name}.lock")


def _named(descriptor: int) -> str:
    return os.read(descriptor, 200).decode(errors="replace") or "another process"


class WriterLock:
    """Held from its making to `release` or the end of its block, on the hidden file `.NAME.lock` beside the session.

    A POSIX record lock, because network file systems honour it. It stands on a file of its own because such a lock is
    lost as soon as its process closes any descriptor of the file.

    Raises SessionLocked, naming the process that writes, and NotWritable where no lock can be had.
    """

    # POSIX locks are the process's: it would be granted its own lock again, so what it holds is remembered here.
    _held: ClassVar[set[Path]] = set()

    def __init__(self, path: Path) -> None:
        self._session = real(path)
        self._file = _lock_file(self._session)
        if self._session in self._held:
            raise SessionLocked(f"{path} is already open for writing in this process")
        try:
            self._descriptor = self._acquire()
        except OSError as error:
            raise not_writable(path, error) from error
        self._held.add(self._session)

    def release(self) -> None:
        """Let the next writer in."""
        self._file.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._held.discard(self._session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def _acquire(self) -> int:
        while True:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                self._lock(descriptor)
                if self._is_current(descriptor):
                    with suppress(OSError):  # on a full disk it is held without a name
                        os.ftruncate(descriptor, 0)
                        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            raise SessionLocked(
                f"{self._session} is open in {_named(descriptor)}: close it there; to read it, "
                f"{_readers(self._session)}"
            ) from error

    def _is_current(self, descriptor: int) -> bool:
        """Whether the file is still there: its last holder may have removed it while we were waiting to lock it."""
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self._file))
        except FileNotFoundError:
            return False
