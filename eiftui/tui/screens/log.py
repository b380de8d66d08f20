"""The log: what was said here, what the session has to tell of its numbers, and what the worker's libraries printed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from eiftui.session.safetext import visible
from eiftui.settings import CONDITIONS
from eiftui.show.encoding import fitted
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.document import Document
from eiftui.tui.keymap import hints
from eiftui.tui.picture import Status
from eiftui.tui.screens.dialogue import Dialogue
from eiftui.tui.widgets.keybar import KeyBar

TAIL = 16_384
"""Bytes of the worker's log that are shown."""
NAME = 60
"""Columns of a training set's beginning, beside its number in the list."""
NONE = "nothing"
WORKERS_LOG, MISHAPS = "The worker's log", "Mistakes of eiftui itself"


class LogScreen(Dialogue[None]):
    """Shows it as it was when it was called."""

    BINDINGS = dialogue_bindings("log")
    part: ClassVar[str] = "log"

    def __init__(self, document: Document, said: Iterable[str], logs: Mapping[str, Path]) -> None:
        """`said` are messages of this explorer, the oldest first; `logs` are files, by what they hold."""
        super().__init__()
        self._document, self._said, self._logs = document, tuple(said), logs

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall") as box:
            box.border_title, box.border_subtitle = "Log", hints(self.app, {"dialogue.close": "closes"})
            with VerticalScroll():
                yield Static(Content("\n").join(self._lines()))
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def _lines(self) -> Iterable[Content]:
        notices = [f"{notice.time[:16].replace('T', ' ')}  {notice.text}" for notice in self._document.session.notices]
        yield from _section("Cells that failed, and why", causes(self._document))
        yield from _section("Said here", self._said)
        yield from _section("Notices kept in the session (UTC)", notices)
        for what, log in self._logs.items():
            yield from _section(f"{what}, {log}", tail(log))


def causes(document: Document) -> list[str]:
    """Why cells failed: each cause once, with the training set that it was met at first."""
    found: dict[str, str] = {}
    for condition in CONDITIONS:
        for draw in range(document.session.draws):
            for row, column in np.argwhere(document.statuses(condition, draw) == Status.FAILED).tolist():
                mark = document.mark_of(condition, draw, row, column)
                if mark:
                    found.setdefault(mark.cause, f"{condition}, {_name(document, row)}: {mark.cause}")
    return list(found.values())


def _name(document: Document, row: int) -> str:
    return f"{row + 1} {fitted(document.row_labels[row], NAME, 'utf-8').rstrip()}"


def tail(log: Path) -> list[str]:
    """The last lines of a file; none where there is no such file."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return lines[1:] if size > TAIL else lines


def _section(title: str, lines: Iterable[str]) -> Iterable[Content]:
    yield Content.styled(visible(title), "bold $text-primary")
    yield from [Content(visible(line)) for line in lines] or [Content.styled(NONE, "$text-muted")]
    yield Content("")
