"""`eiftui vision show`: one training image and one probe, as the network saw them and what it made of the probe."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from eiftui.cli.console import make_console, say
from eiftui.domains.noise import CLEAN, Noise, noises
from eiftui.errors import InputError
from eiftui.session.image_records import Treatment
from eiftui.session.images import ImageSession
from eiftui.show.digits import beside, picture, way
from eiftui.show.numbers import estimate, percent

NAME = "show"
HELP = "one training image and one probe: the images, and all class probabilities before and after"
BAR = 30
Floats = NDArray[np.float64]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument("train", type=int, metavar="TRAIN", help="number of the training image in its draw, from 0")
    parser.add_argument("probe", type=int, metavar="PROBE", help="number of the probe")
    parser.add_argument("--network", type=int, default=0, metavar="K", help="place among the session's networks")
    parser.add_argument("--draw", type=int, default=0, metavar="K", help="from 0")
    parser.add_argument("--train-noise", metavar="SIGMA|pure", default="", help="on the training image (default none)")
    parser.add_argument("--probe-noise", metavar="SIGMA|pure", default="", help="on the probe (default none)")
    parser.add_argument("--clip", choices=("no", "yes"), default="no", help="noisy pixels to 0 to 1")


def main(options: argparse.Namespace) -> None:
    """Fine-tune once more on the one image, and show both sides."""
    session = ImageSession.open(options.session, read_only=True)
    settings = session.settings
    images = 10 * settings.per_class
    for name, number, most in (
        ("TRAIN", options.train, images),
        ("PROBE", options.probe, images),
        ("--network", options.network, len(settings.networks)),
        ("--draw", options.draw, settings.draws),
    ):
        if not 0 <= number < most:
            raise InputError(f"{name} {number}: the session has 0 to {most - 1}")
    how = Treatment(
        optimizer=settings.optimizer,
        train=_noise(options.train_noise, options.clip),
        probe=_noise(options.probe_noise, options.clip),
    )
    from eiftui.engine.images import look

    before, after = look(session, options.network, options.draw, how, options.train, options.probe)
    console = make_console()
    _print_images(console, session, options, how)
    label = int(session.digits(options.draw).labels[options.probe])
    for line in _bars(before, after, label):
        say(console, line)
    change = float(np.log(before[label]) - np.log(after[label]))
    say(console, f"EIF, the change of its loss: {estimate(change)} nats")


def _noise(text: str, clip: str) -> Noise:
    kinds = noises(text, clip)
    if len(kinds) > 1:
        raise InputError(f"{text}: give one kind of noise")
    return kinds[0] if kinds else CLEAN


def _print_images(console: Console, session: ImageSession, options: argparse.Namespace, how: Treatment) -> None:
    labels = session.digits(options.draw).labels
    learned = session.images(options.draw, how.train)[options.train]
    probed = session.images(options.draw, how.probe)[options.probe]
    drawn = [picture(image, way(console)) for image in (learned, probed)]
    width, gap = drawn[0][0].cell_len, 6
    titles = (f"learned: {labels[options.train]}", f"probe: {labels[options.probe]}")
    console.print(Text(titles[0].ljust(width + gap) + titles[1], style="bold"))
    for line in beside(drawn, gap):
        console.print(line, no_wrap=True)
    console.print(Text(f"{how.train.name:<{width + gap}}{how.probe.name}", style="dim"))


def _bars(before: Floats, after: Floats, label: int) -> Iterator[str]:
    """All class probabilities before and after, with a bar of the latter."""
    yield f"{'class':<7} {'before':>9} {'after':>9}"
    for number, (was, became) in enumerate(zip(before, after, strict=True)):
        mark = "*" if number == label else " "
        yield f"{number:>4} {mark}  {percent(was):>9} {percent(became):>9}  {'#' * round(BAR * float(became))}"
    guess, now = int(np.argmax(before)), int(np.argmax(after))
    told = f"still takes it for {now}" if guess == now else f"took it for {guess}, and now for {now}"
    yield f"* its own class; the network {told}"
