"""Writes a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from eiftui.errors import InputError
from eiftui.session.real import real


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` when the block ends well and vanishes when it does not.

    Raises InputError if it cannot be written.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        target = real(path)
        if target.exists() and not target.is_file():
            raise OSError(0, "it is not a regular file")
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            with open(temporary, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
            sync_folder(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror}): choose another place") from error


def move(path: Path, target: Path) -> None:
    """Give a file another name. Raises InputError if there is one of that name, or it cannot be moved."""
    if os.path.lexists(target):
        raise InputError(f"{target} exists: choose another name")
    try:
        os.rename(path, target)
        sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"cannot move {path} ({error.strerror})") from error


def sync_folder(folder: Path) -> None:
    """Make sure that a new name in `folder` outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
