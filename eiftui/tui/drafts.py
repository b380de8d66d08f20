"""What somebody is writing when the program ends, by a signal or a lost connection: it is kept, and not yet done."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from textual.app import App

from eiftui.session.records import Unsaved

SECONDS_BETWEEN_KEEPS = 1.0
"""Of what is being written: no more is lost when the program is killed."""


@runtime_checkable
class Writing(Protocol):
    """A screen on which a person writes."""

    def finish(self) -> Unsaved | None:
        """Keep what needs no more than to be written; returns what the person would have to save."""


def finished(app: App[Any]) -> list[Unsaved]:
    """Have every screen finish; what is to be offered when the session is opened again."""
    screens = app.screen_stack if app.is_running else []
    return [draft for screen in screens if isinstance(screen, Writing) and (draft := screen.finish())]
