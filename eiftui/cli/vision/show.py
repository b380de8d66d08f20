"""`eiftui vision show`: one training image and one probe, as the network saw them and what it made of the probe."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from eiftui.cli.console import make_console, say
from eiftui.domains.digits import image_names
from eiftui.domains.noise import CLEAN, Images, Noise, noises
from eiftui.engine.image_requests import ImageSet, LookAtImages
from eiftui.errors import InputError
from eiftui.session.images import ImageSession
from eiftui.show.digits import beside, picture, way
from eiftui.show.numbers import bar, estimate, probability

NAME = "show"
HELP = "two images by their numbers, from 1: what learning the one does to all class probabilities of the other"
BAR = 30
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class _Image:
    """As a network sees it, (28, 28)."""

    pixels: Images
    label: int
    name: str
    noise: Noise

    @property
    def alone(self) -> ImageSet:
        return ImageSet.of(self.pixels[None], np.array([self.label]))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument("train", type=int, metavar="TRAIN", help="number of the training image in its draw")
    parser.add_argument("probe", type=int, metavar="PROBE", help="number of the probe")
    parser.add_argument("--network", type=int, default=1, metavar="K", help="place among the session's networks")
    parser.add_argument("--draw", type=int, default=1, metavar="K", help="number of the draw")
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
        if not 1 <= number <= most:
            raise InputError(f"{name} {number}: the session has 1 to {most}")
    draw = options.draw - 1
    learned = _image(session, draw, options.train - 1, _noise(options, "train_noise"))
    probe = _image(session, draw, options.probe - 1, _noise(options, "probe_noise"))
    from eiftui.engine.images import looked

    found = looked(
        LookAtImages(
            network=settings.networks[options.network - 1],
            optimizer=settings.optimizer,
            dtype=settings.dtype,
            train=learned.alone,
            probes=probe.alone,
        )
    )
    console = make_console()
    _print_images(console, learned, probe)
    for line in _bars(np.asarray(found.before[0]), np.asarray(found.after[0]), probe.label):
        say(console, line)
    say(console, f"EIF, the change of its loss: {estimate(float(found.eif[0][0]))} nats")


def _noise(options: argparse.Namespace, name: str) -> Noise:
    text, option = getattr(options, name), f"--{name.replace('_', '-')}"
    kinds = noises(text, options.clip, option)
    if len(kinds) > 1:
        raise InputError(f"{option} {text}: give one kind of noise")
    return kinds[0] if kinds else CLEAN


def _image(session: ImageSession, draw: int, place: int, noise: Noise) -> _Image:
    labels = session.digits(draw).labels
    return _Image(session.images(draw, noise)[place], int(labels[place]), image_names(labels)[place], noise)


def _print_images(console: Console, learned: _Image, probe: _Image) -> None:
    drawn = [picture(image.pixels, way(console)) for image in (learned, probe)]
    width, gap = drawn[0][0].cell_len, 6
    titles = (f"learned {learned.name}", f"probe {probe.name}")
    console.print(Text(titles[0].ljust(width + gap) + titles[1], style="bold"))
    for line in beside(drawn, gap):
        console.print(line, no_wrap=True)
    console.print(Text(f"{learned.noise.name:<{width + gap}}{probe.noise.name}", style="dim"))


def _bars(before: Floats, after: Floats, label: int) -> Iterator[str]:
    """All class probabilities before and after, with a bar of the latter."""
    yield f"{'class':<7} {'before':>9} {'after':>9}"
    for number, (was, became) in enumerate(zip(before, after, strict=True)):
        mark = "*" if number == label else " "
        both = f"{probability(was):>9} {probability(became):>9}"
        yield f"{number:>4} {mark}  {both}  {bar(float(became), BAR, '#')}".rstrip()
    guess, now = int(np.argmax(before)), int(np.argmax(after))
    told = f"still takes it for {now}" if guess == now else f"took it for {guess}, and now for {now}"
    if not np.isfinite(after).all():
        told = f"took it for {guess}, and gives no finite numbers now: the learning rate is too large"
    yield f"* its own class; the network {told}"
