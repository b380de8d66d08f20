"""`eiftui vision`: the paper's experiment with images, in jobs of its own."""

from __future__ import annotations

import argparse

NAME = "vision"
HELP = "the experiment with images: run, report, show, export, train"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from eiftui.cli.vision import export, report, run, show, train

    jobs = parser.add_subparsers(prog="eiftui vision", metavar="JOB", required=True)
    for job in (run, report, show, export, train):
        sub = jobs.add_parser(job.NAME, help=job.HELP, description=job.HELP)
        job.add_arguments(sub)
        sub.set_defaults(vision_job=job.main)


def main(options: argparse.Namespace) -> None:
    """Do the job that was asked for."""
    options.vision_job(options)
