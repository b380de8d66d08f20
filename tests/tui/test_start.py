"""Garbage is not collected while the explorer opens, and is afterwards."""

from __future__ import annotations

import subprocess
import sys

SHOWN = """
import asyncio, gc
from eiftui.tui import start
start.SECONDS_WITHOUT_COLLECTING = 0.05
gc.disable()
class App:
    return_code = 3
    async def run_async(self, mouse):
        before = gc.isenabled()
        await asyncio.sleep(0.2)
        print(before, gc.isenabled(), gc.get_freeze_count() > 0)
print(asyncio.run(start._show(App(), True)))
"""


def test_garbage_is_collected_once_the_screen_stands():
    done = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["False True True", "3"]
