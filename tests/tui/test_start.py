"""What the explorer leaves out to open quickly, and does afterwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from textual.css import stylesheet

EXAMPLE = Path(__file__).parents[2] / "sessions" / "examples" / "belongs_to.eif"
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
OPENED = """
import asyncio, sys
from pathlib import Path
from eiftui.tui.app import Explorer
from eiftui.tui.beginning import begin
from eiftui.tui.preferences import Preferences
from eiftui.tui.widgets import inspector
inspector.SECONDS_FOR_THE_FIRST_PAINT = 60  # on a machine that has much else to do
async def main():
    async with Explorer(begin(Path(sys.argv[1])), Preferences()).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        print(*{"numpy.ma", "pygments", "markdown_it"} & sys.modules.keys())
asyncio.run(main())
"""


def output(code: str, *arguments: str | Path) -> list[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def test_garbage_is_collected_once_the_screen_stands():
    assert output(SHOWN) == ["False True True", "3"]


def test_a_measured_session_is_shown_without_what_takes_long_to_load(tmp_path):
    assert output(OPENED, shutil.copy(EXAMPLE, tmp_path / "measured.eif")) == [""]


async def test_styles_are_read_once_for_a_theme(measured, explorer, monkeypatch):
    read, parse = Counter(), stylesheet.parse

    def counting(scope, css, read_from, *rest, **more):
        read[Path(read_from[0]).name] += 1
        return parse(scope, css, read_from, *rest, **more)

    monkeypatch.setattr(stylesheet, "parse", counting)
    async with explorer(measured).run_test() as pilot:
        await pilot.pause()
        own = [name for name in read if name.endswith(".tcss")]
        assert "main.tcss" in own
        assert {read[name] for name in own} == {1}
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert {read[name] for name in own} == {2}
