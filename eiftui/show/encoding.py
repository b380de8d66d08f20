"""Text for outputs that cannot write every character: plain stand-ins instead of an encoding error."""

from __future__ import annotations

import os
import sys

from rich.cells import cell_len, set_cell_size
from rich.console import Console

_STAND_INS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "×": "x",
        "·": ".",
        "≈": "~",
        "±": "+-",
        "…": "...",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "η": "lr",
        "Δ": "change in",
        "→": "->",
        "─": "-",
        "│": "|",
        **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
    }
)


def drawable(characters: str, console: Console) -> bool:
    """Whether blocks and braille can be written to `console`, and are to be expected to be seen as such on a terminal.

    Linux's own has no braille. In the C locale Python writes UTF-8, though nobody said that it is read.
    """
    if printable(characters, console.encoding) != characters:
        return False
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG")
    undeclared = bool(sys.flags.utf8_mode) and locale in ("C", "POSIX")
    return not console.is_terminal or not (undeclared or os.environ.get("TERM") == "linux")


def printable(text: str, encoding: str) -> str:
    """`text` in characters that `encoding` can write: each of the others becomes a stand-in, or `?` if it has none."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_one(character, encoding) for character in text)
    return text


def _one(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return character.translate(_STAND_INS) if ord(character) in _STAND_INS else "?"
    return character


def padded(text: str, width: int) -> str:
    """`text` with blanks up to `width` columns; longer ones as they are."""
    return text + " " * (width - cell_len(text))


def fitted(text: str, width: int, encoding: str) -> str:
    """`text` made printable and exactly `width` columns wide: padded, or cut with an ellipsis."""
    text = printable(text, encoding)
    ellipsis = printable("…", encoding)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(0, width - cell_len(ellipsis))) + ellipsis[: max(0, width)]
