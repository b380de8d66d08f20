"""Where a path leads."""

from __future__ import annotations

import os
from pathlib import Path


def real(path: Path) -> Path:
    """The path without links. One that leads round in a circle stays, for whoever opens it to tell.

    `Path.resolve` raises RuntimeError for that one, in Python 3.11 and 3.12.
    """
    return Path(os.path.realpath(path))
