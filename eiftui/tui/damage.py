"""What of a session's file cannot be read any more, told when it is opened."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

SECONDS = 30.0
"""How long it is to be seen: nobody expects it."""


def tell_damage(part: Widget, damage: Sequence[str], more: str) -> None:
    """Say what was left out of a file, if anything was, and where there is `more` about it."""
    if damage:
        others = f", and {len(damage) - 1} more" if len(damage) > 1 else ""
        part.notify(f"{damage[0]}{others}: {more}", severity="warning", timeout=SECONDS)
