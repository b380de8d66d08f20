"""Whole screens as text. EIFTUI_WRITE_GOLDENS=1 writes them anew: read what changed before keeping it.

The keys of the main screen, on its last line, have a golden of their own: else each new key would change them all.
"""

from __future__ import annotations

import os
from pathlib import Path

GOLDENS = Path(__file__).parent / "goldens"


def assert_golden(name: str, lines: list[str]) -> None:
    lines = ["(keys)" if line.startswith(" r Run") and line == lines[-1] else line for line in lines]
    file = GOLDENS / f"{name}.txt"
    if os.environ.get("EIFTUI_WRITE_GOLDENS"):
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == file.read_text(encoding="utf-8").splitlines()
