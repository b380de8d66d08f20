"""How the main screen's width is shared: the matrix goes first, and the lists of sentences take what it leaves."""

from __future__ import annotations

NARROW, WIDE = 100, 170
"""Columns from which on there is room for lists beside a matrix, and for long ones."""
LEAST, USUAL, LONG = 24, 38, 62
"""Columns of the lists."""
GAP = 1


def lists_beside(width: int, matrix: int) -> int:
    """The columns of the lists on a screen of `width` beside a matrix that takes `matrix` to show its numbers in full.

    0 where the lists have to stand aside: the screen is narrow, or they would leave too little of it. A matrix that is
    too wide for the whole screen scrolls anyhow, and does so beside them.
    """
    if width < NARROW:
        return 0
    usual, left = LONG if width >= WIDE else USUAL, width - GAP - matrix
    if matrix > width:
        return usual
    return min(usual, left) if left >= LEAST else 0
