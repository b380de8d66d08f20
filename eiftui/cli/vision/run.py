"""`eiftui vision run`: fine-tune a base network on one image at a time, and measure what that does to every other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eiftui.cli import options as opts
from eiftui.cli.console import make_console, say
from eiftui.cli.run import make_report
from eiftui.cli.vision.report import print_session
from eiftui.domains.noise import noises
from eiftui.errors import EiftuiError, InputError
from eiftui.session.image_plan import missing, planned
from eiftui.session.image_records import ImageSettings
from eiftui.session.images import ImageSession
from eiftui.settings import Optimizer

NAME = "run"
HELP = "measure the influence of every digit on every other; resumes whatever is missing"
OPTIMIZERS = {"sgd": "sgd", "adam": "adamw"}
"""AdamW without weight decay is Adam."""
RATES = {"sgd": 1e-3, "adam": 1e-5}
SESSION = Path("sessions/vision.eif")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", nargs="?", type=Path, default=SESSION, metavar="SESSION", help=f"default {SESSION}")
    what = parser.add_argument_group("what (a session keeps what is not given)")
    what.add_argument("--per-class", type=int, metavar="N", help="digits of each class in a draw (default 10)")
    what.add_argument("--draws", type=int, metavar="N", help="draws of digits, none of which share one (default 1)")
    what.add_argument("--seed", type=int, metavar="N", help="of the draws and the noise (default 0)")
    what.add_argument("--digits", choices=("builtin", "mnist"), help="500 that come with eiftui, or MNIST's own 60,000")
    what.add_argument("--data-dir", type=Path, metavar="DIR", help="where MNIST lies, as torchvision keeps it")
    what.add_argument("--noise", metavar="LIST", help="standard deviations and pure, such as 0.5,1,pure (default none)")
    what.add_argument("--clip", choices=("no", "yes", "both"), default="both", help="noisy pixels to 0 to 1")
    how = parser.add_argument_group("how")
    how.add_argument("--networks", metavar="N|LIST", help="base networks: how many of the built-in, or names and files")
    how.add_argument("--optimizer", choices=tuple(OPTIMIZERS), help="default sgd")
    how.add_argument("--lr", metavar="FLOAT", help="learning rate (default 1e-3, of adam 1e-5)")
    how.add_argument("--steps", type=int, metavar="N", help="on each image (default 1)")
    how.add_argument("--rates", metavar="LIST", help="further learning rates, for clean digits alone")
    how.add_argument("--dtype", choices=("float32", "float64"), help="default float32")
    opts.add_progress(parser.add_argument_group("output"))


def main(options: argparse.Namespace) -> None:
    """Open or make the session, measure what it lacks, and say what to do with it."""
    from eiftui.engine import images as engine  # takes seconds to load; a wrong option should not

    new = not options.session.exists()
    path, create = options.session, ImageSession.create
    session = create(path, settings(options, ImageSettings())) if new else ImageSession.open(path)
    with session, _kept_if_measured(session, new):
        asked = settings(options, session.settings)
        report = make_report(options, make_console())
        try:
            networks = engine.prepare(session, asked, options.data_dir, lambda text, _: report.stage(text))
            total, left = len(planned(session)), len(missing(session))
            report.start(total, total - left)
            engine.measure(session, networks, lambda block: report.advance(1, str(block)))
        finally:
            report.finish()
        if not options.quiet:
            print_session(session, make_console())
            say(make_console(), f"saved in {session.path}")


def settings(options: argparse.Namespace, base: ImageSettings) -> ImageSettings:
    """The settings asked for: `base`, changed by the options given.

    Raises:
        InputError: a value cannot be.
    """
    fields: dict[str, Any] = base.model_dump()
    for name in ("per_class", "draws", "seed", "dtype"):
        if getattr(options, name) is not None:
            fields[name] = getattr(options, name)
    if options.digits or options.data_dir:
        fields["pool"] = options.digits or "mnist"
    if options.noise is not None:
        if not options.noise.strip(" ,"):
            raise InputError(f"--noise {options.noise!r}: give standard deviations, pure or clean, such as 0.5,1,pure")
        fields["noises"] = noises(options.noise, options.clip)
    if options.networks is not None:
        fields["networks"] = _networks(options.networks)
    if options.rates is not None:
        fields["rates"] = tuple(opts.learning_rate(word, "--rates") for word in options.rates.split(","))
    fields["optimizer"] = _optimizer(options, base.optimizer)
    try:
        return ImageSettings.model_validate(fields)
    except ValidationError as error:
        raise opts.refusal(error) from error


def _optimizer(options: argparse.Namespace, base: Optimizer) -> dict[str, Any]:
    fields: dict[str, Any] = base.model_dump()
    if options.optimizer and OPTIMIZERS[options.optimizer] != base.name:
        fields |= {"name": OPTIMIZERS[options.optimizer], "lr": RATES[options.optimizer]}
    if options.lr is not None:
        fields["lr"] = opts.learning_rate(options.lr, "--lr")
    if options.steps is not None:
        if not 1 <= options.steps <= 1000:
            raise InputError(f"--steps {options.steps}: give 1 to 1000")
        fields["epochs"] = options.steps
    return fields


def _networks(text: str) -> tuple[str, ...]:
    from eiftui.models.classifier import BUILTIN

    if text.isdecimal():
        if not 1 <= int(text) <= len(BUILTIN):
            raise InputError(f"--networks {text}: {len(BUILTIN)} come with eiftui; `eiftui vision train` makes more")
        return BUILTIN[: int(text)]
    return tuple(dict.fromkeys(filter(None, (name.strip() for name in text.split(",")))))


@contextmanager
def _kept_if_measured(session: ImageSession, new: bool) -> Iterator[None]:
    """Delete a new session in which nothing was measured, so that the command works once its input is mended."""
    try:
        yield
    except EiftuiError:
        if new and session.floor(0, 0) is None:
            session.discard()
        raise
