"""Sessions as files: listed, renamed, duplicated, and deleted to a trash folder from which they come back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from eiftui.errors import InputError
from eiftui.session.atomic import move, replacing
from eiftui.session.images import holds_images
from eiftui.session.lock import WriterLock
from eiftui.session.numbered import free
from eiftui.session.real import real
from eiftui.session.session import Session

SUFFIX = ".eif"
TRASH = ".trash"
"""The folder beside a deleted session in which it is kept."""


def sessions_in(folders: Iterable[Path]) -> list[Path]:
    """The session files in folders, each once, the one that was written last first."""
    found = {real(path): path for folder in folders for path in folder.glob(f"*{SUFFIX}") if path.is_file()}
    return sorted(found.values(), key=_changed, reverse=True)


def named(folder: Path, name: str) -> Path:
    """The file of a session with a name, which no file has yet. Raises InputError if it cannot have it."""
    name = name.strip().removesuffix(SUFFIX)
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise InputError("a name is needed, without / and without a dot before it")
    path = folder / f"{name}{SUFFIX}"
    if os.path.lexists(path):
        raise InputError(f"{path.name} exists: choose another name")
    return path


def rename(path: Path, target: Path) -> None:
    """Move a session file. Raises SessionLocked if somebody writes it, and InputError if it cannot be moved."""
    with WriterLock(path), WriterLock(target):
        move(path, target)


def duplicate(path: Path, target: Path) -> None:
    """Write a compact copy of a session: without the history of its sentences. Raises as `Session.open` does."""
    if holds_images(path):
        with replacing(target) as file:
            file.write(path.read_bytes())
        return
    with Session.open(path, read_only=True) as session:
        session.save_as(target)


def delete(path: Path) -> Path:
    """Move a session to the trash beside it; where it is there. Raises as `rename` does."""
    folder = path.parent / TRASH
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make {folder} ({error.strerror})") from error
    target = free(folder / f"{path.stem}{SUFFIX}")
    rename(path, target)
    return target


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
