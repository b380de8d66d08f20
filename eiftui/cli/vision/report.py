"""`eiftui vision report`: what a session of images says."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

from eiftui.analysis import images as analysis
from eiftui.analysis.estimates import Estimate
from eiftui.analysis.images import NoiseFinding
from eiftui.cli.console import file_console, make_console, say
from eiftui.domains.digits import CLASSES
from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.images import ImageSession
from eiftui.show.encoding import printable
from eiftui.show.numbers import compact, estimate, magnitude, ratio
from eiftui.show.picture_map import picture_map

NAME = "report"
HELP = "symmetry, blocks, look-alikes, noise and learning rates, with the paper's claims"
LOOK_ALIKES = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.txt", help="default: printed here")


def main(options: argparse.Namespace) -> None:
    """Analyse what is measured, and print or write it."""
    output: Path | None = options.output
    if output is not None and output.suffix.lower() != ".txt":
        raise InputError(f"cannot write a report to {output.name!r}: end its name in .txt")
    session = ImageSession.open(options.session, read_only=True)
    if output is None:
        print_report(make_console(), session)
        return
    file = io.StringIO()
    print_report(file_console(file), session)
    with replacing(output) as written:
        written.write(file.getvalue().encode())


def print_report(console: Console, session: ImageSession) -> None:
    """Everything that the session's numbers say. Raises InputError if nothing is measured with its settings."""
    if not np.isfinite(session.matrix("trained")).any():
        raise InputError(f"nothing to report: {session.path} has no influence between clean digits; run it first")
    say(console, settings_line(session))
    if others := _others(len(session.settings.networks), session.settings.draws):
        say(console, others)
    for notice in session.notices:
        say(console, f"note: {notice}")
    _print_classes(console, session)
    sections: dict[str, Callable[[ImageSession], Iterator[str]]] = {
        "Symmetry": _symmetry,
        "Blocks by class": _blocks,
        "Look-alikes": _look_alikes,
        "Noise": _noise,
        "Learning rates": _rates,
    }
    for title, lines in sections.items():
        console.print(Text(f"\n{title}", style="bold"))
        for line in lines(session):
            console.print(Text(printable(line, console.encoding)))


def settings_line(session: ImageSession) -> str:
    """What the numbers were measured with, on one line."""
    settings, optimizer = session.settings, session.settings.optimizer
    name = "adam" if optimizer.name == "adamw" else optimizer.name
    floors = [
        floor
        for network in range(len(settings.networks))
        for draw in range(settings.draws)
        if (floor := session.floor(network, draw)) is not None
    ]
    parts = [
        f"{', '.join(settings.networks)}",
        f"{name}, learning rate {compact(optimizer.lr)}, steps {optimizer.epochs}",
        f"draws {settings.draws} of {settings.per_class} digits a class, seed {settings.seed}",
        f"null floor {compact(max(floors, default=0.0))} nats",
    ]
    return " · ".join(parts)


def _print_classes(console: Console, session: ImageSession) -> None:
    """Classes by classes, with the first digit of each."""
    digits = session.digits(0)
    images = [digits.pixels[np.flatnonzero(digits.labels == label)[0]] / 255 for label in range(CLASSES)]
    found = analysis.classes(session)
    mean, half = (np.array([[getattr(cell, what) for cell in row] for row in found]) for what in ("mean", "half"))
    say(console, "trained: how learning a digit changes the loss of other digits, mean by class")
    for line in picture_map(console, mean, images, [str(label) for label in range(CLASSES)]):
        console.print(line, no_wrap=True)
    say(console, "negative: a digit became more likely to be seen as its class; positive: less")
    if np.isfinite(half).any():
        say(
            console,
            f"95 % intervals: ±{magnitude(float(np.median(half)))} in the middle, ±{magnitude(half.max())} at most",
        )


def _others(networks: int, draws: int) -> str:
    """What intervals are for."""
    if networks > 1 < draws:
        return f"± is a 95 % interval for other networks and draws, from {networks} networks crossed with {draws} draws"
    if networks * draws == 1:
        return ""
    what, few = ("draws", "network") if draws > 1 else ("networks", "draw")
    return f"± is a 95 % interval for other {what}, and says nothing of another {few}"


def _symmetry(session: ImageSession) -> Iterator[str]:
    found = analysis.image_symmetry(session)
    yield (
        f"S {_ratio(found.share)} (chance 0.50, symmetric 1), correlation with its transpose {_ratio(found.transpose)}"
    )
    yield (
        f"to first order: S {_ratio(found.foretold)}, and {_ratio(found.evened)} with rows scaled alike; "
        "plain SGD is symmetric to first order, so what its S lacks is the step being too large to be linear; "
        "what another optimiser lacks there is its change of direction"
    )


def _blocks(session: ImageSession) -> Iterator[str]:
    found = analysis.blocks(session)
    yield "chance that a digit influences another of its class more than one of another class (0.50: blind to class)"
    yield f"raw {_ratio(found.raw)}, cosine {_ratio(found.cosine)}, double-centred {_ratio(found.double_centred)}"
    yield f"pixels alone, no network: {_ratio(found.pixels)}"
    if found.assigned and found.digit:
        yield (
            f"control, learned with each other's labels (cosine): by the label given {_ratio(found.assigned)}, "
            f"by the digit seen {_ratio(found.digit)}"
        )


def _look_alikes(session: ImageSession) -> Iterator[str]:
    found = analysis.look_alikes(session)
    yield "classes that teach each other most, beyond what each has with all (double-centred, nats, + is teaching)"
    for first, second, teaching in found.pairs[:LOOK_ALIKES]:
        yield f"  {first} and {second}: {estimate(teaching.mean, teaching.half)}"
    first, second, teaching = found.pairs[-1]
    yield f"least: {first} and {second}: {estimate(teaching.mean, teaching.half)}"
    yield f"rank correlation of all 45 pairs with closeness in pixels {_ratio(found.with_pixels)}"


def _noise(session: ImageSession) -> Iterator[str]:
    findings = analysis.noise_findings(session)
    if not findings:
        yield "not measured: add it with `--noise 0.5,1,pure`"
        return
    yield "influence on other images, of noisy over clean ones: below 1 if noise lowers it, as one would wish"
    yield f"{'':<20}{'training noisy (Eq. 5)':<29}probe noisy (Eq. 6)"
    yield f"{'':<20}{'times':<12} {'pairs':>5} {'verdict':<10}{'times':<12} {'pairs':>5} verdict"
    for found in findings:
        yield f"{found.noise.name:<20}{_side(found, True)}{_side(found, False)}".rstrip()
    yield "mean abs(EIF) on other images, nats: training image → probe"
    yield f"{'':<20}{'clean → clean':<15}{'clean → noisy':<15}{'noisy → clean':<15}noisy → noisy"
    for found in findings:
        cells = (found.clean_clean, found.clean_noisy, found.noisy_clean, found.noisy_noisy)
        yield f"{found.noise.name:<20}{''.join(f'{_short(cell):<15}' for cell in cells)}".rstrip()


def _side(found: NoiseFinding, training: bool) -> str:
    times = found.train_ratio if training else found.probe_ratio
    share = found.train_share if training else found.probe_share
    return f"{_ratio(times):<12} {share.mean:>5.0%} {found.verdict(times):<10}"


def _short(found: Estimate) -> str:
    """Three digits of a mean, and two of its interval."""
    return f"{found.mean:.3g}" + ("" if np.isnan(found.half) else f" ± {found.half:.2g}")


def _rates(session: ImageSession) -> Iterator[str]:
    yield f"{'rate':<7}{'on itself, nats':<17}{'others, abs':<15}{'S':<13}{'r, 1st order':<14}its error"
    for at in analysis.by_rate(session):
        r, error = _ratio(at.agreement.pearson), _ratio(at.agreement.error)
        own, others = _short(at.own).replace("-", "−"), _short(at.others)
        yield f"{compact(at.lr):<7}{own:<17}{others:<15}{_ratio(at.share):<13}{r:<14}{error}"


def _ratio(found: Estimate) -> str:
    return ratio(found.mean, found.half)
