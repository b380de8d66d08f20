"""`eiftui vision export`: every number of a session of images, for other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

from eiftui.session.image_export import export_images
from eiftui.session.image_records import IMAGE_CONDITIONS
from eiftui.session.images import ImageSession

NAME = "export"
HELP = "every number as CSV, NumPy's npz or JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.{csv,npz,json}")
    parser.add_argument(
        "--layout", choices=("long", "matrix"), default="long", help="of CSV: a line a cell (default), or matrices"
    )
    parser.add_argument("--condition", choices=IMAGE_CONDITIONS, default="trained", help="of the matrix layout")


def main(options: argparse.Namespace) -> None:
    """Write the file."""
    session = ImageSession.open(options.session, read_only=True)
    export_images(session, options.output, options.layout, options.condition)
