"""The worker process, `python -m eiftui.engine.worker`: requests on standard input, answers on standard output."""

from __future__ import annotations

import faulthandler
import os
import sys


def main() -> None:
    """Serve standard input. What libraries print goes to standard error, so that answers stay whole."""
    faulthandler.enable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from eiftui.engine.server import Server  # now, because libraries print while they are loaded too

    Server(sys.stdin.buffer, answers).serve()


if __name__ == "__main__":
    main()
