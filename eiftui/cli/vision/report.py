"""`eiftui vision report`: what a session of images says, as text or as one HTML file."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from rich.console import Console

from eiftui.cli import report_file
from eiftui.session.images import ImageSession

NAME = "report"
HELP = "symmetry, blocks, look-alikes, noise and learning rates, with the paper's claims and figures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    report_file.add_output(parser)


def main(options: argparse.Namespace) -> None:
    """Analyse what is measured so far, and print or write it."""
    report_file.check(options.output)
    session = ImageSession.open(options.session, read_only=True)
    report_file.deliver(options.output, partial(print_session, session), partial(_html, session))


def print_session(session: ImageSession, console: Console) -> None:
    """The report as text. Raises InputError if nothing is measured with the session's settings."""
    from eiftui.analysis.images.findings import analyse_images
    from eiftui.cli.vision.report_text import print_report

    print_report(console, session, analyse_images(session))


def _html(session: ImageSession) -> str:
    from eiftui.analysis.images.findings import analyse_images
    from eiftui.cli.vision.report_html import report_page

    return report_page(session, analyse_images(session))
