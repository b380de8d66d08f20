"""`eiftui export`: a session's numbers for other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

from eiftui.errors import InputError
from eiftui.session.export import export
from eiftui.session.session import Session

NAME = "export"
HELP = "write a session's numbers as CSV, npz or JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="ends in .csv, .npz or .json")
    parser.add_argument("--condition", choices=("trained", "prompted", "predicted", "gap"), help="default: trained")
    parser.add_argument("--layout", choices=("matrix", "long"), default="matrix", help="of CSV (default matrix)")
    parser.add_argument("--draw", default="mean", metavar="mean|all|K", help="draws are counted from 0 (default mean)")


def main(options: argparse.Namespace) -> None:
    draw = options.draw if options.draw in ("mean", "all") else _number(options.draw)
    with Session.open(options.session, read_only=True) as session:
        export(session, options.output, options.condition, options.layout, draw)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--draw {text}: mean, all, or the number of a draw, counted from 0") from None
