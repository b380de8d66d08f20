"""What a session cannot be asked for as it is, in words that name the keys of the way out."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.widget import Widget

from eiftui.session.safetext import visible
from eiftui.tui.document import Document
from eiftui.tui.keymap import hints, key_of
from eiftui.tui.view import Axis, View, hidden_axis

CHANGING_PARTS = ("run", "sentences")
CHANGING = (
    "screen.measure_row",
    "screen.measure_cell",
    "screen.settings",
    "screen.model",
    "matrix.contrast",
    "findings.measure",
    "findings.adopt",
    "findings.sweep",
    "findings.embed",
    "findings.trace",
)
HARMLESS = ("run.cancel",)
AT_CURSOR = (
    "screen.measure_row",
    "screen.measure_cell",
    "matrix.contrast",
    "matrix.copy_cell",
    "matrix.copy_row",
    "matrix.copy_matrix",
    "sentences.edit",
    "sentences.duplicate",
    "sentences.change_role",
    "sentences.delete",
    "sentences.earlier",
    "sentences.later",
)
"""Actions on what is shown under the cursor, or on all that is shown."""
WAYS_TO_ADD = {"add": "writes one", "generate": "offers some", "import_file": "takes a file"}
ELSEWHERE = {"Findings": "; `eiftui vision report` tells what is found"}


def changes(id: str) -> bool:
    """Whether an action is for a session that can be written alone."""
    return id in CHANGING or (id.partition(".")[0] in CHANGING_PARTS and id not in HARMLESS)


def may_change(part: Widget, document: Document) -> bool:
    """Whether the session can be changed; if not, that is said."""
    if document.session.read_only:
        part.notify(_why_not(part, document), severity="warning")
    return not document.session.read_only


def lacking(app: App[Any], document: Document) -> str:
    """What a matrix cannot be without, and how it is added; empty where nothing is lacking."""
    gone = [name for name, texts in (("training set", document.rows), ("probe", document.probes)) if not texts]
    if not gone:
        return ""
    said = "No sentences" if len(gone) > 1 else f"No {gone[0]}"
    ways = hints(app, {f"sentences.{id}": does for id, does in WAYS_TO_ADD.items()})
    return said if document.session.read_only else f"{said}: {ways}"


def hidden(app: App[Any], view: View, document: Document) -> str:
    """That a filter hides everything, and how all is shown again; empty where something is shown."""
    axis = hidden_axis(view, document)
    if axis is None:
        return ""
    return f"No {axis} passes the filter: {_without_filter(app, axis)}"


def filtered(app: App[Any], axis: Axis) -> str:
    """That the filter of an axis hides what was just written, and how all is shown again."""
    return f"The filter hides what you wrote: {_without_filter(app, axis)}"


def _without_filter(app: App[Any], axis: Axis) -> str:
    key = key_of(app, "matrix.filter_rows" if axis == "row" else "matrix.filter_columns")
    return f"{key} and an empty line shows all"


def _why_not(part: Widget, document: Document) -> str:
    if document.obstacle:
        return visible(document.obstacle)
    if document.writer is None:
        return nobody_writes(part.app)
    sessions, duplicate = (key_of(part.app, id) for id in ("app.sessions", "sessions.duplicate"))
    return f"{visible(document.writer)} writes this session: {sessions}, then {duplicate}, makes a copy to change"


def not_of_images(title: str) -> str:
    """That an action is none of a session of images, and where else what it tells is to be had."""
    return f"{title}: not in a session of images{ELSEWHERE.get(title, '')}"


def nobody_writes(app: App[Any]) -> str:
    """How a session is gone on with that another process has left."""
    return f"Nobody writes this session any more: {key_of(app, 'app.take_over')} goes on with it"
