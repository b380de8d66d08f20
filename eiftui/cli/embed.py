"""`eiftui embed`: how near a session's texts are in the base model's own space, for the report's semantics."""

from __future__ import annotations

import argparse
from pathlib import Path

from eiftui.cli import options as opts
from eiftui.cli.console import make_console, say
from eiftui.cli.run import make_report, stage_words
from eiftui.session.session import Session

NAME = "embed"
HELP = "how near a session's texts are in the model's own space, for the report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    opts.add_progress(parser.add_argument_group("output"))


def main(options: argparse.Namespace) -> None:
    """Embed the texts of every draw that lacks it, and keep the cosines of training sets and probes."""
    from eiftui.engine.embedding import embeddings
    from eiftui.engine.here import Here
    from eiftui.engine.likeness import likeness
    from eiftui.engine.protocol import Embed
    from eiftui.engine.run import load

    console = make_console()
    with Session.open(options.session) as session:
        report = make_report(options, console)
        try:
            report.start(session.draws * len(session.rows))
            here = Here(lambda text, fraction: report.stage(stage_words(text, fraction)))
            load(session, here)
            model = here.measurer.model
            report.start(session.draws * len(session.rows))
            records = likeness(
                session, lambda texts: [found.vector for found in embeddings(model, Embed(texts=tuple(texts)))]
            )
            for record in records:
                session.append(record)
                report.advance(text="embedding")
        finally:
            report.finish()
        if not options.quiet:
            say(console, f"embedded; see: eiftui report {options.session}")
