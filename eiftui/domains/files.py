"""Reads a text file that a person wrote, or says in one line why it cannot."""

from __future__ import annotations

from pathlib import Path

from eiftui.errors import InputError

LARGEST = 1 << 26
"""Bytes; more are no sentences that a person wrote."""


def read_text(path: Path) -> str:
    """The file's text, decoded as UTF-8 with or without a byte order mark.

    Raises InputError if the file is missing, unreadable, endless, a directory, or not UTF-8 (naming the line).
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise InputError(f"{path}: more than {LARGEST >> 20} MiB of text")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path} line {line}: not UTF-8; save the file in that encoding") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
