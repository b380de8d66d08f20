"""Where a path leads."""

from __future__ import annotations

import os
from pathlib import Path

from eiftui.errors import InputError


def real(path: Path) -> Path:
    """The path without links. One that leads round in a circle stays, for whoever opens it to tell.

    `Path.resolve` raises RuntimeError for that one, in Python 3.11 and 3.12.

    Raises:
        InputError: it begins in the working folder, which is gone.
    """
    try:
        return Path(os.path.realpath(path))
    except FileNotFoundError as error:
        raise InputError(f"cannot use {path}: the folder that this runs in is gone; change to another one") from error
