"""How long work on models says how far it is."""

from collections.abc import Callable

Progress = Callable[[str, float | None], None]
"""Told what is being done, and how much of it (0 to 1) where that is known."""
