"""The one console that jobs print to."""

from __future__ import annotations

import os
import sys

from rich.console import Console

WIDTH_OF_A_FILE = 120


def make_console() -> Console:
    """Standard output: as wide as the terminal, or 120 columns where there is none (`COLUMNS` says otherwise)."""
    wide = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if wide else WIDTH_OF_A_FILE)
