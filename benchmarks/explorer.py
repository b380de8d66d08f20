"""The explorer as `benchmarks terminal` runs it: SIGUSR1 has a row arrive, and at the end it says how late it was.

`python -m benchmarks.explorer SESSION LAGS` writes the lags to the file LAGS, milliseconds, a line each.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from eiftui.tui.preferences import Preferences, environment

os.environ.update(environment(Preferences()))

# Textual reads its environment when it is imported
from benchmarks.terminal import row
from eiftui.tui.app import Explorer
from eiftui.tui.document import Document

TICK = 0.01


class Watched(Explorer):
    def __init__(self, document):
        super().__init__(document, Preferences())
        self.lags = []

    def on_mount(self):
        super().on_mount()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self._row)
        self.watching = loop.create_task(self._watch())

    def _row(self):
        """The next row that is missing."""
        session = self.document.session
        [(index, _), *_] = session.missing("trained", 0)
        self.document.append(row(session, index))

    async def _watch(self):
        await asyncio.sleep(1)
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            self.lags.append(1e3 * (time.perf_counter() - due))


if __name__ == "__main__":
    app = Watched(Document.open(Path(sys.argv[1])))
    app.run()
    Path(sys.argv[2]).write_text("\n".join(map(str, app.lags)))
