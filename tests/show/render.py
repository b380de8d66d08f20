"""A console of a known width, encoding and colours that keeps what is printed on it."""

import io

from rich.console import Console, RenderableType


def rendered(shown: RenderableType, width: int, colours: str | None = None, encoding: str = "utf-8") -> str:
    """The text `shown` writes to a pipe, or to a terminal with `colours` (a rich colour system)."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    console = Console(
        file=file, width=width, force_terminal=colours is not None, color_system=colours, no_color=False, _environ={}
    )
    console.print(shown)
    file.flush()
    return raw.getvalue().decode(encoding)
