"""Where models that eiftui made into safetensors are kept, and how they get there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from eiftui.errors import EiftuiError

_WORKPLACE = ".fetching-"
_DAY = 86_400.0


def cache_folder() -> Path:
    """Where fetched models are kept: `EIFTUI_CACHE`, else the user's cache folder."""
    return Path(os.environ.get("EIFTUI_CACHE") or platformdirs.user_cache_dir("eiftui")).expanduser()


def folder_of(file_hash: str) -> Path:
    """Where the safetensors made from the file with this SHA-256 are kept."""
    return cache_folder() / "models" / file_hash[:16]


@contextmanager
def workplace() -> Iterator[Path]:
    """A temporary folder in the cache, so that what is finished there is moved to its place in one step.

    Raises:
        EiftuiError: the cache cannot be written.
    """
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        _sweep(cache_folder())
        with tempfile.TemporaryDirectory(prefix=_WORKPLACE, dir=cache_folder(), ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        raise EiftuiError(
            f"cannot keep the model in {cache_folder()}: {error.strerror or error} (EIFTUI_CACHE moves it)"
        ) from error


def move_in(finished: Path, folder: Path) -> None:
    """Rename a finished folder to its place; another process may have put the same there meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(finished, folder)
    except OSError:
        if not folder.is_dir():
            raise


def move_files_in(finished: Path, names: Iterable[str], folder: Path) -> None:
    """Rename finished files to their place, where others may stand already, also of the same names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        os.replace(finished / name, folder / name)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sweep(cache: Path) -> None:
    """Remove what a process that was killed a day or more ago left behind."""
    for left in cache.glob(f"{_WORKPLACE}*"):
        try:
            old = time.time() - left.stat().st_mtime > _DAY
        except FileNotFoundError:  # its owner has just finished
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)
