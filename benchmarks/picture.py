"""The picture of the README: `python -m benchmarks picture SESSION FILE.svg` draws a session's trained matrix."""

import io
from pathlib import Path

from rich.console import Console

from eiftui.cli.results import print_heatmap
from eiftui.session.session import Session
from eiftui.show.session_heatmap import UNITS, session_heatmap

WIDTH = 118


def main(session, file):
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    with Session.open(Path(session), read_only=True) as found:
        for condition in ("trained", "prompted"):
            title = f"{condition}: {UNITS}"
            print_heatmap(console, session_heatmap(found, condition, title, legend=condition == "prompted"))
    console.save_svg(file, title="eiftui run --domain belongs_to")
