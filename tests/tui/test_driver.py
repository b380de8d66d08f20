"""A terminal that goes: whoever paints does not wait for it."""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Thread

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from eiftui.tui.driver import Losable, LosableDriver


def test_what_is_painted_on_a_terminal_that_has_gone_holds_nobody_up():
    near, far = os.openpty()
    file = os.fdopen(far, "w")
    os.close(near)
    writer = WriterThread(Losable(file))  # type: ignore[arg-type]
    writer.start()

    def paint() -> None:
        for _ in range(3 * MAX_QUEUED_WRITES):
            writer.write("█" * 10_000)
        writer.stop()

    painter = Thread(target=paint, daemon=True)
    painter.start()
    painter.join(10)
    assert not painter.is_alive()
    with suppress(OSError):
        file.close()


def test_the_explorer_paints_so(document, explorer):
    assert explorer(document).driver_class is LosableDriver
