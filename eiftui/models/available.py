"""Which models there are to choose from, and how much memory each will take, found out without loading any."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eiftui.models.cache import folder_of
from eiftui.models.place import located
from eiftui.models.registry import ENTRIES, Entry, Wheel, entry
from eiftui.settings import ModelChoice

LIBRARIES = 0.85e9
"""Bytes that Python and the libraries take before anything is loaded."""
WORKING = 0.25
"""Bytes that are worked on at once, as a share of the weights."""
UNITS = {"M": 1e6, "B": 1e9}
BYTES = {"float32": 4, "bfloat16": 2, "float64": 8}


@dataclass(frozen=True)
class Available:
    """A model that can be chosen."""

    name: str
    parameters: float
    """nan where not known."""
    here: bool
    """Whether its files are on this machine."""
    note: str = ""


def available() -> list[Available]:
    """The models with names, and those of the hub's cache."""
    known = {one.source for one in ENTRIES}
    others = [Available(name, parameters_in(folder), True) for name, folder in sorted(_cached()) if name not in known]
    return [*(_of_entry(one) for one in ENTRIES), *others]


def look_up(name: str) -> Available:
    """What is known of a name, an id of the hub or a path."""
    if known := entry(name):
        return _of_entry(known)
    path = Path(os.path.expanduser(name))
    folder = path if path.is_dir() else dict(_cached()).get(name)
    if folder is not None:
        return Available(name, parameters_in(folder), True)
    return Available(name, math.nan, path.is_file())


def memory(parameters: float, dtype: str) -> float:
    """About how many bytes measuring takes at most, with the weights and the libraries."""
    return LIBRARIES + (1 + WORKING) * BYTES[dtype] * parameters


def choice_of(name: str, before: ModelChoice) -> ModelChoice:
    """The choice of a model by its name; how it is held stays as it was, its start token goes."""
    if name == before.name:
        return before
    return before.model_copy(update={"name": located(name), "start_token": "auto"})


def parameters_in(folder: Path) -> float:
    """How many weights the safetensors files of a folder hold; nan where there are none, or none that can be read."""
    try:
        total = sum(_parameters(file) for file in folder.glob("*.safetensors"))
    except (OSError, ValueError, KeyError, TypeError):
        return math.nan
    return total or math.nan


def _of_entry(one: Entry) -> Available:
    number, unit = one.parameters.split()
    if isinstance(one.source, Wheel):
        here = folder_of(one.source.member_sha256).is_dir()
    else:
        here = one.source in dict(_cached())
    return Available(one.name, float(number) * UNITS[unit], here, one.note)


def _cached() -> Iterator[tuple[str, Path]]:
    """Ids of the models whose weights are in the hub's cache, each with its newest folder there."""
    home = Path(os.environ.get("HF_HOME") or "~/.cache/huggingface").expanduser()
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub").expanduser()
    for folder in hub.glob("models--*"):
        found = [one for one in folder.glob("snapshots/*") if any(one.glob("*.safetensors"))]
        if found:
            yield (
                folder.name.removeprefix("models--").replace("--", "/"),
                max(found, key=lambda one: one.stat().st_mtime),
            )


def _parameters(file: Path) -> int:
    """How many weights a safetensors file holds: its header says so."""
    with file.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
