"""Opens the explorer. Textual reads its environment when it is imported, so it is imported here and no earlier."""

from __future__ import annotations

import os
from pathlib import Path

from eiftui.tui.preferences import default_path, environment, load


def start(path: Path | None) -> None:
    """Open the explorer on a session or, without one, a new one, until it is left. Raises as `begin` and `load` do."""
    preferences = load(default_path())
    os.environ.update(environment(preferences))
    from eiftui.tui.app import Explorer
    from eiftui.tui.beginning import begin

    explorer = Explorer(begin(path), preferences, default_path())
    try:
        explorer.run()
    finally:
        explorer.document.close()
