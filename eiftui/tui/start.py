"""Opens the explorer. Textual reads its environment when it is imported, so it is imported here and no earlier."""

from __future__ import annotations

import asyncio
import os
import select
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from eiftui.tui.preferences import Colours, default_path, environment, load

if TYPE_CHECKING:
    from eiftui.tui.app import Explorer

INTERRUPTED = 130
SECONDS_BETWEEN_LOOKS = 1.0


def start(path: Path | None, colours: Colours | None = None, mouse: bool = True) -> int:
    """Open the explorer on a session or, without one, a new one, until it is left; the exit code then.

    `colours` counts instead of what the settings file and NO_COLOR say; without `mouse` it is not taken, whatever the
    file says. Raises as `begin` and `load` do.
    """
    preferences = load(default_path())
    if colours in ("256", "16"):
        os.environ.pop("NO_COLOR", None)
    os.environ.update(environment(preferences.model_copy(update={"colours": colours or preferences.colours})))
    from eiftui.engine.client import Client
    from eiftui.tui.app import Explorer
    from eiftui.tui.beginning import begin

    is_new = path is not None and not path.exists()
    explorer = Explorer(begin(path), preferences, default_path(), Client, is_new)
    try:
        code = asyncio.run(_show(explorer, mouse and preferences.mouse))
    finally:
        explorer.document.close()
    if not code:
        print(_farewell(explorer.document.session.path))
    return code


def _farewell(path: Path | None) -> str:
    """Where everything is, and how to go on."""
    return f"saved in {path}; go on with: eiftui {shlex.quote(str(path))}"


async def _show(app: Explorer, mouse: bool) -> int:
    """Run the application until it is left, or a signal or the terminal's end ends it: 130, as any interruption."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, _interrupt, app)
    watch = asyncio.create_task(_leave_with_the_terminal(app))
    await app.run_async(mouse=mouse)
    watch.cancel()
    return app.return_code or 0


async def _leave_with_the_terminal(app: Explorer) -> None:
    """Not every terminal that goes sends SIGHUP, or to us (`nohup`); Textual would read from nothing for ever."""
    terminal = select.poll()
    terminal.register(sys.stdin, 0)  # its end is told whatever is asked for
    while not terminal.poll(0):
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    _interrupt(app)


def _interrupt(app: Explorer) -> None:
    """Leave from within the application: what it does on leaving belongs to its screens."""
    app.call_later(app.exit, None, INTERRUPTED)
