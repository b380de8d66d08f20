"""The command `eiftui`, and `python -m eiftui`."""

import signal
import sys
from typing import NoReturn


def entry_point() -> NoReturn:
    """What the installed command calls. Until `main` listens, an interruption ends it without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from eiftui.cli.main import main

    sys.exit(main())


if __name__ == "__main__":
    entry_point()
