"""What influence between images says: symmetry, blocks by class, look-alikes, noise, learning rates (METHODS §7).

An estimate has a number for each pair of a base network and a draw of digits, and its interval is for other networks
and other draws (`crossed`). EIF is in nats, and negative where an
image became more likely to be seen as its class; `teaching` is its negative.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eiftui.analysis.asymmetry import even_rows
from eiftui.analysis.crossed import crossed
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.first_order import Agreement, compare
from eiftui.analysis.ranks import ranks, spearman
from eiftui.analysis.symmetry import centred, correlation, symmetric_share
from eiftui.domains.digits import CLASSES
from eiftui.domains.noise import Noise
from eiftui.session.image_records import ImageCondition, Treatment
from eiftui.session.images import ImageSession

Labels = NDArray[np.int64]
UNMOVED = 2e-5
"""What the number format leaves uncertain, as a share of a matrix's largest number."""


@dataclass(frozen=True)
class ImageSymmetry:
    """Of clean images; each is 1 for a symmetric matrix, and chance is ½ for S."""

    share: Estimate
    """S of the trained condition, and of its first-order prediction."""
    foretold: Estimate
    evened: Estimate
    """S of the prediction with its rows scaled: what it lacks is the optimiser's change of direction."""
    transpose: Estimate
    """Pearson's correlation of the trained matrix with its transpose."""


@dataclass(frozen=True)
class Blocks:
    """How often an image of the same class is influenced more than one of another: chance is ½."""

    raw: Estimate
    cosine: Estimate
    """Each cell over the root of what both images do to themselves."""
    double_centred: Estimate
    pixels: Estimate
    """The same of images being close in pixels: what no network is needed for."""
    assigned: Estimate | None
    """By the shuffled labels that images were learned with; None where that was not measured. Likewise by digit."""
    digit: Estimate | None


@dataclass(frozen=True)
class LookAlikes:
    """Influence between digits of two classes, double-centred, so that above 0 is more than these two have with all."""

    pairs: tuple[tuple[int, int, Estimate], ...]
    """Two classes and the teaching between them, the most first."""
    with_pixels: Estimate
    """Rank correlation over the pairs with their closeness in pixels."""


@dataclass(frozen=True)
class NoiseFinding:
    """Influence on other images, mean of abs(EIF) in nats, and how it compares with that between clean images."""

    noise: Noise
    clean_clean: Estimate
    clean_noisy: Estimate
    noisy_clean: Estimate
    noisy_noisy: Estimate
    train_ratio: Estimate
    """Of noisy training images on clean probes over clean on clean: M Eq. 5 wants it below 1."""
    probe_ratio: Estimate
    """Of clean training images on noisy probes over clean on clean: M Eq. 6 wants it below 1."""
    train_share: Estimate
    """Share of pairs of images of which Eq. 5 holds: noise on the training image lowers influence."""
    probe_share: Estimate
    """Likewise Eq. 6, and noise on the probe."""

    @property
    def quadrants(self) -> tuple[Estimate, Estimate, Estimate, Estimate]:
        """Clean training images on clean and on noisy probes, then noisy ones on both."""
        return self.clean_clean, self.clean_noisy, self.noisy_clean, self.noisy_noisy

    def verdict(self, ratio: Estimate) -> str:
        """Of Eq. 5 or 6, whose `ratio` it is: it *holds* where noise lowers influence, by the interval."""
        if ratio.high < 1:
            return "holds"
        return "violated" if ratio.low > 1 else "undecided"


@dataclass(frozen=True)
class AtRate:
    """One learning rate of the optimiser, clean images."""

    lr: float
    own: Estimate
    """Mean EIF of images on themselves, nats."""
    others: Estimate
    """Mean abs(EIF) on others, nats."""
    share: Estimate
    """S."""
    agreement: Agreement
    """With the first-order prediction."""


@dataclass(frozen=True)
class Diverged:
    """A learning rate at which losses became no finite numbers."""

    lr: float
    cells: int
    """That are not finite, of how many that were measured, whatever the noise and the labels."""
    measured: int


def image_symmetry(session: ImageSession) -> ImageSymmetry:
    """The symmetry of the trained condition beside what explains it."""
    trained, predicted = _each(session, "trained"), _each(session, "predicted")
    return ImageSymmetry(
        share=_over(session, trained, symmetric_share),
        foretold=_over(session, predicted, symmetric_share),
        evened=_over(session, predicted, lambda matrix: symmetric_share(even_rows(matrix))),
        transpose=_over(session, trained, correlation),
    )


def blocks(session: ImageSession) -> Blocks:
    """How far influence follows classes."""
    labels: list[NDArray[Any]] = [session.digits(draw).labels for draw in range(session.settings.draws)]
    trained = _each(session, "trained")
    shuffled = Treatment(optimizer=session.settings.optimizer, shuffled=True)
    control = _each(session, "trained", shuffled)
    own, given = _by_draw(session, labels), _by_draw(session, _shuffled(session))
    near = _by_draw(session, [closeness(session, draw) for draw in range(session.settings.draws)])
    known = np.isfinite(control).all(axis=(1, 2)).any()
    return Blocks(
        raw=_auc_over(session, [-matrix for matrix in trained], own),
        cosine=_auc_over(session, [cosine(matrix) for matrix in trained], own),
        double_centred=_auc_over(session, [-centred(matrix) for matrix in trained], own),
        pixels=estimate([auc(close, digits) for close, digits in zip(near[: len(labels)], labels, strict=True)]),
        assigned=_auc_over(session, [cosine(matrix) for matrix in control], given) if known else None,
        digit=_auc_over(session, [cosine(matrix) for matrix in control], own) if known else None,
    )


def look_alikes(session: ImageSession) -> LookAlikes:
    """Which classes influence each other, and whether they are those that look alike."""
    labels = _by_draw(session, [session.digits(draw).labels for draw in range(session.settings.draws)])
    near = _by_draw(session, [closeness(session, draw) for draw in range(session.settings.draws)])
    pairs = list(combinations(range(CLASSES), 2))
    teaching, close = (
        np.array([[_between(one, of, *pair) for pair in pairs] for one, of in zip(matrices, labels, strict=True)])
        for matrices in ([-centred(matrix) for matrix in _each(session, "trained")], [centred(one) for one in near])
    )
    found = [(*pair, _estimate(session, column)) for pair, column in zip(pairs, teaching.T, strict=True)]
    return LookAlikes(
        pairs=tuple(sorted(found, key=lambda pair: -pair[2].mean)),
        with_pixels=_estimate(session, [spearman(*both) for both in zip(teaching, close, strict=True)]),
    )


def noise_findings(session: ImageSession) -> list[NoiseFinding]:
    """The four quadrants of each kind of noise."""
    optimizer = session.settings.optimizer
    clean = np.abs(_off_diagonals(_each(session, "trained")))
    found = []
    for noise in session.settings.noises:
        probes, trains, both = (
            np.abs(_off_diagonals(_each(session, "trained", Treatment(optimizer=optimizer, train=train, probe=probe))))
            for train, probe in ((Noise(), noise), (noise, Noise()), (noise, noise))
        )
        found.append(
            NoiseFinding(
                noise=noise,
                clean_clean=_estimate(session, clean.mean(1)),
                clean_noisy=_estimate(session, probes.mean(1)),
                noisy_clean=_estimate(session, trains.mean(1)),
                noisy_noisy=_estimate(session, both.mean(1)),
                train_ratio=_estimate(session, trains.mean(1) / clean.mean(1)),
                probe_ratio=_estimate(session, probes.mean(1) / clean.mean(1)),
                train_share=_share(session, trains, clean),
                probe_share=_share(session, probes, clean),
            )
        )
    return found


def by_rate(session: ImageSession) -> list[AtRate]:
    """How far the first-order prediction goes, at each learning rate that was measured, in order."""
    found = []
    for optimizer in sorted(session.settings.optimizers, key=lambda one: one.lr):
        how = Treatment(optimizer=optimizer)
        trained, predicted = _each(session, "trained", how), _each(session, "predicted", how)
        if np.isfinite(trained).any():
            found.append(
                AtRate(
                    lr=optimizer.lr,
                    own=_over(session, trained, lambda matrix: float(matrix.diagonal().mean())),
                    others=_estimate(session, np.abs(_off_diagonals(trained)).mean(1)),
                    share=_over(session, trained, symmetric_share),
                    agreement=compare(trained, predicted, partial(_estimate, session)),
                )
            )
    return found


def diverged(session: ImageSession) -> list[Diverged]:
    """The learning rates at which any cell of the trained condition is no finite number."""
    finite: dict[float, list[NDArray[np.bool_]]] = {}
    for how in session.settings.treatments():
        matrix = session.matrix("trained", how)
        finite.setdefault(how.optimizer.lr, []).extend(np.isfinite(matrix[at]) for at in session.pairs("trained", how))
    counted = [
        Diverged(lr, sum(int((~one).sum()) for one in of), sum(one.size for one in of)) for lr, of in finite.items()
    ]
    return [one for one in counted if one.cells]


def auc(similar: Floats, labels: Labels) -> float:
    """The chance that two images of a class are more `similar` (images, images) than two of different classes.

    Off the diagonal, where `similar` is finite; nan where all pairs, or none, are of a class.
    """
    counted = np.isfinite(similar) & ~np.eye(len(labels), dtype=bool)
    same = (labels[:, None] == labels[None, :])[counted]
    within, between = int(same.sum()), int((~same).sum())
    if not within or not between:
        return math.nan
    return float((ranks(similar[counted])[same].sum() - within * (within + 1) / 2) / (within * between))


def classes(session: ImageSession, condition: ImageCondition) -> list[list[Estimate]]:
    """EIF between classes of clean images, without images on themselves: classes by classes."""
    found = by_class(session.matrix(condition), session.settings.per_class)
    return [[crossed(found[..., row, column]) for column in range(CLASSES)] for row in range(CLASSES)]


def by_class(matrices: Floats, each: int) -> Floats:
    """Means between classes of `each` images, without images on themselves: (..., classes, classes).

    `matrices` is (..., images, images), ordered by class; nan where nothing is measured.
    """
    others = np.where(np.eye(matrices.shape[-1], dtype=bool), math.nan, matrices)
    parts = others.reshape(*matrices.shape[:-2], CLASSES, each, CLASSES, each)
    counted = np.isfinite(parts)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counted, parts, 0).sum((-3, -1)) / counted.sum((-3, -1)))


def closeness(session: ImageSession, draw: int) -> Floats:
    """Minus the distance of the pixels of each two clean images of a draw: (images, images)."""
    flat = session.images(draw, Noise()).reshape(-1, 28 * 28).astype(np.float64)
    squares = (flat**2).sum(1)
    return -np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * flat @ flat.T, 0))


def _each(session: ImageSession, condition: ImageCondition, treatment: Treatment | None = None) -> Floats:
    """The matrices of all pairs of network and draw: (pairs, images, images). nan where one is not all finite."""
    matrix = session.matrix(condition, treatment)
    whole = np.isfinite(matrix).all(axis=(2, 3), keepdims=True)
    return np.where(whole, matrix, math.nan).reshape(-1, *matrix.shape[2:])


def _estimate(session: ImageSession, values: ArrayLike) -> Estimate:
    """From a number for each pair of network and draw."""
    return crossed(np.reshape(values, (len(session.settings.networks), -1)))


def _by_draw(session: ImageSession, things: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """What each draw has, for each pair of network and draw."""
    return things * len(session.settings.networks)


def _shuffled(session: ImageSession) -> list[NDArray[Any]]:
    seed = session.settings.seed
    return [session.digits(draw).shuffled(draw, seed).labels for draw in range(session.settings.draws)]


def _over(session: ImageSession, matrices: Floats, statistic: Callable[[Floats], float]) -> Estimate:
    return _estimate(session, [statistic(one) if np.isfinite(one).all() else math.nan for one in matrices])


def _auc_over(session: ImageSession, similar: list[Floats], labels: list[Labels]) -> Estimate:
    return _estimate(session, [auc(one, of) for one, of in zip(similar, labels, strict=True)])


def cosine(matrix: Floats) -> Floats:
    """Teaching over the geometric mean of what both images do to themselves: to first order, a cosine of gradients.

    `matrix` is (images, images). nan for an image that does nothing to itself, as one that the base network is sure of.
    """
    own = np.sqrt(np.abs(matrix.diagonal()))
    own = np.where(own**2 > UNMOVED * np.abs(matrix).max(), own, math.nan)
    return np.asarray(-matrix / own[:, None] / own[None, :])


def _between(similar: Floats, labels: Labels, first: int, second: int) -> float:
    one, other = labels == first, labels == second
    return float((similar[one][:, other].mean() + similar[other][:, one].mean()) / 2)


def _off_diagonals(matrices: Floats) -> Floats:
    """(pairs, cells)"""
    return matrices[:, ~np.eye(matrices.shape[1], dtype=bool)]


def _share(session: ImageSession, noisy: Floats, clean: Floats) -> Estimate:
    less = np.where(np.isfinite(noisy + clean), noisy < clean, math.nan)
    return _estimate(session, less.mean(1))
