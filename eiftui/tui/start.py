"""Opens the explorer. Textual and numpy read their environment when they are imported: here, and no earlier."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

from eiftui.tui.arithmetic import load_numpy
from eiftui.tui.leaving import leave_at_signals, leave_with_the_terminal
from eiftui.tui.preferences import Colours, default_path, environment, load

if TYPE_CHECKING:
    from eiftui.tui.app import Explorer


SECONDS_WITHOUT_COLLECTING = 1.0
"""From the event loop's start on: the first paint is over by then."""


def start(path: Path | None, colours: Colours | None = None, mouse: bool = True) -> tuple[int, Path | None]:
    """Open the explorer on a session or, without one, a new one, until it is left; the exit code and the session then.

    `colours` counts instead of what the settings file and NO_COLOR say; without `mouse` it is not taken, whatever the
    file says. Raises as `begin` and `load` do, and EiftuiError if something that was written is not on the disk.
    """
    gc.disable()  # what is imported stays: to look through it again and again takes a tenth of the time to open
    preferences = load(default_path())
    if colours in ("256", "16"):
        os.environ.pop("NO_COLOR", None)
    os.environ.update(environment(preferences.model_copy(update={"colours": colours or preferences.colours})))
    load_numpy()
    from eiftui.engine.client import Client
    from eiftui.tui.app import Explorer
    from eiftui.tui.beginning import begin

    is_new = path is not None and not path.exists()
    explorer = Explorer(begin(path), preferences, default_path(), Client, is_new)
    try:
        code = asyncio.run(_show(explorer, mouse and preferences.mouse))
        explorer.settle()
    finally:
        explorer.document.close()
    return code, explorer.document.session.path


async def _show(app: Explorer, mouse: bool) -> int:
    """Run the application until it is left, or a signal or the terminal's end ends it: 130, as any interruption."""
    asyncio.get_running_loop().call_later(SECONDS_WITHOUT_COLLECTING, _collect)
    leave_at_signals(app)
    watch = asyncio.create_task(leave_with_the_terminal(app))
    await app.run_async(mouse=mouse)
    watch.cancel()
    return app.return_code or 0


def _collect() -> None:
    """Collect garbage from now on, in what comes from now on."""
    gc.freeze()
    gc.enable()
