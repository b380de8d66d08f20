"""What somebody is writing when the program ends, by a signal or a lost connection: it is kept."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from textual.app import App


@runtime_checkable
class Writing(Protocol):
    """A screen on which a person writes."""

    def finish(self) -> str:
        """Keep what is written, as if the person were done; returns what cannot be kept as it is."""


def finished(app: App[Any]) -> list[str]:
    """Have every screen finish; what could not be kept."""
    screens = app.screen_stack if app.is_running else []
    return [draft for screen in screens if isinstance(screen, Writing) and (draft := screen.finish())]
