"""`eiftui vision export`: every number of a session of images, for other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

from eiftui.session.image_export import export_images
from eiftui.session.images import ImageSession

NAME = "export"
HELP = "every number as CSV, a line a cell, or as NumPy's npz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.{csv,npz}")


def main(options: argparse.Namespace) -> None:
    """Write the file."""
    export_images(ImageSession.open(options.session, read_only=True), options.output)
