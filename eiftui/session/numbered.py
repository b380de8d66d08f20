"""Names that are not taken: one as it is, or with the first number that makes it new."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path


def numbered(name: str) -> Iterator[str]:
    """`name`, `name-2`, `name-3` and so on."""
    return (name if number == 1 else f"{name}-{number}" for number in count(1))


def free(path: Path) -> Path:
    """`path`, or the first of its kind, with a number before its suffix, that nothing has yet."""
    paths = (path.with_name(name + path.suffix) for name in numbered(path.stem))
    return next(one for one in paths if not os.path.lexists(one))
