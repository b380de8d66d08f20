"""Where a model lies: the name that a person gives, as settings keep it whatever folder they are used from later."""

from __future__ import annotations

import os
from pathlib import Path

from eiftui.models.registry import entry


def located(name: str) -> str:
    """A model's name as settings keep it: a folder or file by its absolute path, all else as it is.

    To be asked where a name is given and never again: what is relative to this folder is not so from another one.
    """
    if entry(name) is not None:
        return name
    path = os.path.expanduser(name)
    is_path = name.startswith((".", "~", os.sep)) or path.endswith(".gguf") or os.path.exists(path)
    return os.path.abspath(path) if is_path else name


def place_of(name: str) -> Path | None:
    """The path that a located name is, whether or not anything is there; None for any other name."""
    return Path(name) if os.path.isabs(name) else None
