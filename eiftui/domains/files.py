"""Reads a file that a person wrote, or says in one line why it cannot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from eiftui.errors import InputError

LARGEST = 1 << 26
"""Bytes; more are no sentences that a person wrote."""


def typed_path(text: str) -> Path:
    """The path that a person typed: `~` is their home, and stays as it is where nobody has one."""
    return Path(os.path.expanduser(text.strip()))


def open_regular(path: Path) -> BinaryIO:
    """The file, to be read. Raises OSError where there is none: a pipe or a device might be waited for for ever."""
    if path.exists() and not path.is_file():
        raise OSError(0, "it is a folder" if path.is_dir() else "it is not a regular file", str(path))
    return path.open("rb")


def read_text(path: Path) -> str:
    """The file's text, decoded as UTF-8 with or without a byte order mark.

    Raises InputError if the file is missing, unreadable, too long, not a regular file, or not UTF-8 (naming the line).
    """
    try:
        with open_regular(path) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise InputError(f"{path}: more than {LARGEST >> 20} MiB of text")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path} line {line}: not UTF-8; save the file in that encoding") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
