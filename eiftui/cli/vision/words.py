"""What a session of images says, in lines of text."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from eiftui.analysis.estimates import Estimate
from eiftui.analysis.images.classes import Blocks, LookAlikes
from eiftui.analysis.images.noise import NoiseFinding
from eiftui.analysis.images.rates import AtRate, Diverged
from eiftui.analysis.images.symmetry import ImageSymmetry
from eiftui.session.images import ImageSession
from eiftui.show.numbers import compact, estimate, magnitude, percent, ratio

SIGN = "negative: a digit became more likely to be seen as its class; positive: less"
NOT_FINITE = "no answer: there are no finite numbers"
ALONE = "no answer: with one digit a class, none has another of its class; `--per-class 2` adds one"
SHOWN_PAIRS = 5
QUADRANTS = ("clean → clean", "clean → noisy", "noisy → clean", "noisy → noisy")
"""Training image → probe, in the order of `NoiseFinding.quadrants`."""


def settings_line(session: ImageSession) -> str:
    """What the numbers were measured with, on one line."""
    settings, optimizer = session.settings, session.settings.optimizer
    name = "adam" if optimizer.name == "adamw" else optimizer.name
    parts = [
        f"{', '.join(settings.networks)}",
        f"{name}, learning rate {compact(optimizer.lr)}, steps {optimizer.epochs}",
        f"draws {settings.draws} of {settings.per_class} digits a class, seed {settings.seed}",
        f"null floor {compact(largest_floor(session))} nats",
    ]
    return " · ".join(parts)


def largest_floor(session: ImageSession) -> float:
    """Of all networks and draws, nats."""
    pairs = np.ndindex(len(session.settings.networks), session.settings.draws)
    floors = (session.floor(network, draw) for network, draw in pairs)
    return max((floor for floor in floors if floor is not None), default=0.0)


def intervals(session: ImageSession) -> str:
    """What intervals are for; nothing where there are none."""
    networks, draws = len(session.settings.networks), session.settings.draws
    if networks > 1 < draws:
        return f"± is a 95 % interval for other networks and draws, from {networks} networks crossed with {draws} draws"
    if networks * draws == 1:
        return ""
    what, few = ("draws", "network") if draws > 1 else ("networks", "draw")
    return f"± is a 95 % interval for other {what}, and says nothing of another {few}"


def diverged(found: list[Diverged]) -> Iterator[str]:
    """What is not to be believed; nothing where all losses are finite."""
    for at in found:
        cells = f"{at.cells:,} of {at.measured:,} cells are not finite"
        yield f"learning rate {compact(at.lr)}: {cells}: the rate is too large"


def class_intervals(found: list[list[Estimate]]) -> Iterator[str]:
    """How wide those of a matrix between classes are; with one image a class, it has nothing of a class on itself."""
    half = np.array([cell.half for row in found for cell in row if np.isfinite(cell.half)])
    if half.size:
        yield f"95 % intervals: ±{magnitude(float(np.median(half)))} in the middle, ±{magnitude(half.max())} at most"


def symmetry(found: ImageSymmetry) -> Iterator[str]:
    """S, and what the prediction says of it."""
    if math.isnan(found.share.mean):
        yield NOT_FINITE
        return
    yield (
        f"S {_ratio(found.share)} (chance 0.50, symmetric 1), correlation with its transpose {_ratio(found.transpose)}"
    )
    yield f"to first order: S {_ratio(found.foretold)}, and {_ratio(found.evened)} with rows scaled alike"
    yield "plain SGD is symmetric to first order: what its S lacks is the step being too large to be linear;"
    yield "what another optimiser lacks there is its change of direction"


def blocks(found: Blocks) -> Iterator[str]:
    """How far influence follows classes."""
    if math.isnan(found.pixels.mean):
        yield ALONE
        return
    yield "chance that a digit influences another of its class more than one of another class (0.50: blind to class)"
    if math.isnan(found.raw.mean):
        yield NOT_FINITE
    else:
        yield f"raw {_ratio(found.raw)}, cosine {_ratio(found.cosine)}, double-centred {_ratio(found.double_centred)}"
    yield f"pixels alone, no network: {_ratio(found.pixels)}, double-centred {_ratio(found.pixels_centred)}"
    if found.assigned and found.digit:
        yield (
            f"control, learned with each other's labels (cosine): by the label given {_ratio(found.assigned)}, "
            f"by the digit seen {_ratio(found.digit)}"
        )


def look_alikes(found: LookAlikes) -> Iterator[str]:
    """The pairs of classes that teach each other most, and least."""
    if math.isnan(found.pairs[0][2].mean):
        yield NOT_FINITE
        return
    yield "classes that teach each other most, beyond what each has with all (double-centred, nats, + is teaching)"
    for first, second, teaching in found.pairs[:SHOWN_PAIRS]:
        yield f"  {first} and {second}: {estimate(teaching.mean, teaching.half)}"
    first, second, teaching = found.pairs[-1]
    yield f"least: {first} and {second}: {estimate(teaching.mean, teaching.half)}"
    yield f"rank correlation of all 45 pairs with closeness in pixels {_ratio(found.with_pixels)}"


def noise(findings: list[NoiseFinding]) -> Iterator[str]:
    """What Eq. 5 and Eq. 6 say, the verdicts on both, and the four quadrants."""
    if not findings:
        yield "not measured: add it with `--noise 0.5,1,pure`"
        return
    yield from noise_claims()
    yield f"{'':<20}{'Eq. 5: training noisy':<29}Eq. 6: probe noisy"
    yield f"{'':<20}{'times':<12} {'pairs':>5} {'verdict':<10}{'times':<12} {'pairs':>5} verdict"
    for found in findings:
        training = _side(found, found.train_ratio, found.train_share)
        probe = _side(found, found.probe_ratio, found.probe_share)
        yield f"{found.noise.name:<20}{training}{probe}".rstrip()
    yield "mean abs(EIF) on other images, nats: training image → probe"
    yield f"{'':<20}{''.join(f'{name:<17}' for name in QUADRANTS)}".rstrip()
    for found in findings:
        yield f"{found.noise.name:<20}{''.join(f'{in_nats(cell):<17}' for cell in found.quadrants)}".rstrip()


def noise_claims() -> Iterator[str]:
    """How to read the verdicts."""
    yield "Eq. 5: noise on a training image lowers its influence on other images."
    yield "Eq. 6: noise on a probe lowers the influence of other images on it."
    yield "One would wish that both hold, and the paper finds that neither does."
    yield "times: mean abs(EIF) with noise over that between clean images; pairs: share of pairs of which it holds"
    yield "verdict, of each kind of noise by itself: holds if the interval of times lies below 1, violated if above 1"


def _side(found: NoiseFinding, times: Estimate, share: Estimate) -> str:
    return f"{_ratio(times):<12} {percent(share.mean):>5} {found.verdict(times):<10}"


def rates(findings: list[AtRate]) -> Iterator[str]:
    """How far the prediction goes."""
    yield f"{'rate':<7}{'on itself, nats':<18}{'others, abs':<17}{'S':<13}{'r, 1st order':<14}its error"
    for at in findings:
        r, error = _ratio(at.agreement.pearson), _ratio(at.agreement.error)
        own, others = in_nats(at.own), in_nats(at.others)
        yield f"{compact(at.lr):<7}{own:<18}{others:<17}{_ratio(at.share):<13}{r:<14}{error}"


def how_measured(session: ImageSession) -> Iterator[str]:
    """Networks, images, versions and notices, one a line."""
    settings = session.settings
    for name in settings.networks:
        if network := session.network(name):
            facts = ", ".join(f"{fact} {value}" for fact, value in network.facts.items())
            versions = ", ".join(f"{library} {version}" for library, version in network.versions.items())
            yield f"network {name}, fingerprint {network.fingerprint}: {facts}, {versions}, {settings.dtype}"
    pool = "MNIST's training images" if settings.pool == "mnist" else "the 500 of MNIST that come with eiftui"
    yield f"digits from {pool}; eif = loss after minus loss before, nats"
    yield f"up to {compact(largest_floor(session))} cannot be told from zero (null floor and number format)"
    yield from (f"note: {notice}" for notice in session.notices)


def in_nats(found: Estimate) -> str:
    """A mean and its interval, without a sign where it is above zero."""
    return estimate(found.mean, found.half, plus="")


def _ratio(found: Estimate) -> str:
    return ratio(found.mean, found.half)
