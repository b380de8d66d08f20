"""Whole screens as text. EIFTUI_WRITE_GOLDENS=1 writes them anew: read what changed before keeping it.

The keys of the main screen, on its last line, have a golden of their own: else each new key would change them all.
"""

from __future__ import annotations

import os
from pathlib import Path

from textual.pilot import Pilot

from tests.tui.conftest import screen_of, until

GOLDENS = Path(__file__).parent / "goldens"


async def assert_screen(pilot: Pilot[None], shown: str, name: str) -> None:
    """Once it shows a text, the screen becomes the golden one: a busy machine paints its parts one after another."""
    lines = await until(pilot, shown)
    for _ in range(100):
        if _without_keys(lines) == _golden(name, lines):
            return
        await pilot.pause(0.05)
        lines = screen_of(pilot)
    assert_golden(name, lines)


def assert_golden(name: str, lines: list[str]) -> None:
    assert _without_keys(lines) == _golden(name, lines)


def _without_keys(lines: list[str]) -> list[str]:
    return ["(keys)" if line.startswith(" r Run") and line == lines[-1] else line for line in lines]


def _golden(name: str, lines: list[str]) -> list[str]:
    file = GOLDENS / f"{name}.txt"
    if os.environ.get("EIFTUI_WRITE_GOLDENS"):
        file.write_text("\n".join(_without_keys(lines)) + "\n", encoding="utf-8")
    return file.read_text(encoding="utf-8").splitlines()
