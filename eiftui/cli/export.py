"""`eiftui export`: a session's numbers for other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

from eiftui.cli.console import make_console, say, warn
from eiftui.errors import InputError
from eiftui.session.export import Drawn, Exported, export
from eiftui.session.session import Session

NAME = "export"
HELP = "write a session's numbers as CSV, npz or JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="ends in .csv, .npz or .json")
    parser.add_argument(
        "--condition",
        choices=("trained", "prompted", "predicted", "gap"),
        help="default: trained in a matrix, else every one that is measured",
    )
    parser.add_argument(
        "--layout",
        choices=("matrix", "long"),
        help="of CSV (default matrix): long has a line a cell; of the gap, loss_before is the loss when prompted",
    )
    parser.add_argument(
        "--draw",
        metavar="mean|all|K",
        help="draws are counted from 1 (default: mean in a matrix, which alone has it, else all)",
    )


def main(options: argparse.Namespace) -> None:
    """Write the file, and say what it holds."""
    asked = _draw(options)
    with Session.open(options.session, read_only=True) as session:
        for problem in session.damage:
            warn(problem)
        if isinstance(asked, int) and not 1 <= asked <= session.draws:
            raise InputError(f"--draw {asked}: the session has draws 1 to {session.draws}")
        draw = asked - 1 if isinstance(asked, int) else asked
        written = export(session, options.output, options.condition, options.layout or "matrix", draw)
        say(make_console(), f"{options.output}: {_described(session, written, draw)}")
        if written.missing:
            warn(f"{written.missing:,} of {written.cells:,} cells are not measured")
        if written.not_finite:
            left_out = ": a mean is of the other draws, where there are any" if draw == "mean" else ""
            warn(f"{written.not_finite:,} of {written.cells:,} cells are not finite numbers{left_out}")


def _draw(options: argparse.Namespace) -> Drawn:
    """As it is typed, counted from 1. Raises InputError if it is none, or an option is not of the form asked for."""
    csv = options.output.suffix.lower() == ".csv"
    matrix = csv and options.layout != "long"
    if options.layout and not csv:
        raise InputError(f"--layout {options.layout}: only a .csv has a layout")
    if options.draw == "mean" and not matrix:
        raise InputError("--draw mean: only a matrix as .csv holds it; give all, or the number of a draw")
    if options.draw in ("mean", "all", None):
        return options.draw or ("mean" if matrix else "all")
    try:
        return int(options.draw)
    except ValueError:
        raise InputError(f"--draw {options.draw}: mean, all, or the number of a draw, counted from 1") from None


def _described(session: Session, written: Exported, draw: Drawn) -> str:
    """What is in the file, as in `10 × 11, trained, mean of 5 draws`."""
    from eiftui.show.session_heatmap import mean_of

    parts = [f"{len(session.rows)} × {len(session.probes)}", *written.conditions]
    if isinstance(draw, int):
        parts.append(f"draw {draw + 1}")
    elif session.draws > 1:
        mean = draw == "mean"
        parts.append(mean_of(session.matrix(written.conditions[0])) if mean else f"{session.draws} draws")
    return ", ".join(parts)
