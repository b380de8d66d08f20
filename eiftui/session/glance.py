"""What a session is, at a glance: its file is read without the numbers, so that a folder of them is listed at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eiftui.domains.digits import CLASSES
from eiftui.errors import InputError
from eiftui.session.image_plan import missing, planned
from eiftui.session.images import ImageSession, holds_images
from eiftui.session.journal import check_header
from eiftui.session.readings import Array, Flags, Readings, share
from eiftui.session.records import parse
from eiftui.settings import Condition

_KIND = re.compile(rb'\{"kind":"(\w+)"')
_MEASURED = re.compile(rb'\{"kind":"measured","key":"(\w+)","condition":"\w+","row":"(\w+)"')
_PROBES = re.compile(rb'"probes":\[([^]]*)]')
_NUMBERS = (b"base", b"token_texts", b"floor", b"likeness")


@dataclass(frozen=True)
class Glance:
    """What there is to say of a session without its numbers."""

    path: Path
    changed: float
    """When it was written last, in seconds since 1970."""
    title: str = ""
    domains: str = ""
    model: str = ""
    rows: int = 0
    columns: int = 0
    draws: int = 0
    measured: float = 0.0
    """The share of the cells of all draws and chosen conditions that is measured, 0 to 1."""
    note: str = ""
    going_on: bool = False
    """Whether a run of the explorer is under way, or was when it ended."""
    problem: str = ""
    """Why it cannot be opened; the rest is then unknown."""


class _Outline(Readings):
    """A session without its numbers."""

    def __init__(self, path: Path) -> None:
        """Raises InputError if the file is no session, and OSError if it cannot be read."""
        super().__init__()
        self._known: dict[tuple[str | None, str], list[tuple[str, ...]]] = {}
        """By key and row's id, the ids of the probes of each record of numbers."""
        with path.open("rb") as file:
            check_header(path, file.readline())
            for line in file:
                self._take(line)
        if not self._state.has_sheet:
            raise InputError("it has lost its sentences")

    @property
    def share(self) -> float:
        """`Glance.measured`."""
        conditions = self.settings.conditions
        return sum(share(self.measured(condition)) for condition in conditions) / max(1, len(conditions))

    def row(self, condition: Condition, draw: int, row: int) -> tuple[Array, Flags]:
        """Which columns are measured, and no numbers."""
        filling = self._filled[draw]
        measured = np.zeros(len(filling.probes), np.bool_)
        for probes in self._known.get((self._key(condition), filling.rows[row]), ()):
            measured[filling.find(probes)[0]] = True
        return np.full(len(filling.probes), np.nan), measured

    def _take(self, line: bytes) -> None:
        if measured := _MEASURED.match(line):
            if probes := _PROBES.search(line, measured.end()):
                row = self._known.setdefault((measured[1].decode(), measured[2].decode()), [])
                row.append(tuple(probes[1].decode().replace('"', "").split(",")))
        elif (kind := _KIND.match(line)) and kind[1] not in _NUMBERS and line.endswith(b"\n"):
            try:
                self._apply(parse(line))
            except ValueError:
                return  # damaged: whoever opens the session is told


def _of_images(path: Path, changed: float) -> Glance:
    """Likewise of a session of images, which is not too large to be read whole. Raises as `ImageSession.open` does."""
    session = ImageSession.open(path, read_only=True)
    settings, side = session.settings, CLASSES * session.settings.per_class
    return Glance(
        path=path,
        changed=changed,
        title="Influence between digits of a fine-tuned classifier",
        domains="images",
        model=", ".join(settings.networks),
        rows=side,
        columns=side,
        draws=settings.draws,
        measured=1 - len(missing(session)) / len(planned(session)),
    )


def glance(path: Path) -> Glance:
    """Look at a session file. What is wrong with it is told in the answer."""
    try:
        changed = path.stat().st_mtime
    except OSError as error:
        return Glance(path, 0.0, problem=error.strerror or "it cannot be read")
    try:
        if holds_images(path):
            return _of_images(path, changed)
        outline = _Outline(path)
    except (InputError, OSError) as error:
        return Glance(path, changed, problem=str(error).removeprefix(f"{path}: ").removeprefix(f"{path} "))
    return Glance(
        path=path,
        changed=changed,
        title=outline.sheet.title,
        domains=" + ".join(outline.sheet.domains),
        model=outline.settings.model.name,
        rows=len(outline.rows),
        columns=len(outline.probes),
        draws=outline.draws,
        measured=outline.share,
        note=outline.note,
        going_on=outline.going_on,
    )
