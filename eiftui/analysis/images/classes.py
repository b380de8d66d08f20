"""How far influence between images follows their classes, and which classes influence each other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eiftui.analysis.crossed import crossed
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.images.likeness import closeness, cosine
from eiftui.analysis.images.pairs import by_draw, each, over_pairs
from eiftui.analysis.ranks import ranks, spearman
from eiftui.analysis.symmetry import centred
from eiftui.domains.digits import CLASSES
from eiftui.session.image_records import ImageCondition, Treatment
from eiftui.session.images import ImageSession

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """How often an image of the same class is influenced more than one of another: chance is ½."""

    raw: Estimate
    cosine: Estimate
    """Each cell over the root of what both images do to themselves."""
    double_centred: Estimate
    pixels: Estimate
    """The same of images being close in pixels: what no network is needed for."""
    pixels_centred: Estimate
    """Of double-centred closeness, which `double_centred` is to be compared with."""
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


def blocks(session: ImageSession) -> Blocks:
    """How far influence follows classes."""
    labels: list[NDArray[Any]] = [session.digits(draw).labels for draw in range(session.settings.draws)]
    trained = each(session, "trained")
    shuffled = Treatment(optimizer=session.settings.optimizer, shuffled=True)
    control = each(session, "trained", shuffled)
    own, given = by_draw(session, labels), by_draw(session, _shuffled(session))
    near = [closeness(session, draw) for draw in range(session.settings.draws)]
    known = np.isfinite(control).all(axis=(1, 2)).any()
    return Blocks(
        raw=_auc_over(session, [-matrix for matrix in trained], own),
        cosine=_auc_over(session, [cosine(matrix) for matrix in trained], own),
        double_centred=_auc_over(session, [-centred(matrix) for matrix in trained], own),
        pixels=estimate([auc(close, digits) for close, digits in zip(near, labels, strict=True)]),
        pixels_centred=estimate([auc(centred(close), digits) for close, digits in zip(near, labels, strict=True)]),
        assigned=_auc_over(session, [cosine(matrix) for matrix in control], given) if known else None,
        digit=_auc_over(session, [cosine(matrix) for matrix in control], own) if known else None,
    )


def look_alikes(session: ImageSession) -> LookAlikes:
    """Which classes influence each other, and whether they are those that look alike."""
    labels = by_draw(session, [session.digits(draw).labels for draw in range(session.settings.draws)])
    near = by_draw(session, [closeness(session, draw) for draw in range(session.settings.draws)])
    pairs = list(combinations(range(CLASSES), 2))
    teaching, close = (
        np.array([[_between(one, of, *pair) for pair in pairs] for one, of in zip(matrices, labels, strict=True)])
        for matrices in ([-centred(matrix) for matrix in each(session, "trained")], [centred(one) for one in near])
    )
    found = [(*pair, over_pairs(session, column)) for pair, column in zip(pairs, teaching.T, strict=True)]
    return LookAlikes(
        pairs=tuple(sorted(found, key=lambda pair: -pair[2].mean)),
        with_pixels=over_pairs(session, [spearman(*both) for both in zip(teaching, close, strict=True)]),
    )


def classes(session: ImageSession, condition: ImageCondition) -> list[list[Estimate]]:
    """EIF between classes of clean images, without images on themselves: classes by classes."""
    found = by_class(session.matrix(condition), session.settings.per_class)
    return [[crossed(found[..., row, column]) for column in range(CLASSES)] for row in range(CLASSES)]


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


def by_class(matrices: Floats, each: int) -> Floats:
    """Means between classes of `each` images, without images on themselves: (..., classes, classes).

    `matrices` is (..., images, images), ordered by class; nan where nothing is measured.
    """
    others = np.where(np.eye(matrices.shape[-1], dtype=bool), math.nan, matrices)
    parts = others.reshape(*matrices.shape[:-2], CLASSES, each, CLASSES, each)
    counted = np.isfinite(parts)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counted, parts, 0).sum((-3, -1)) / counted.sum((-3, -1)))


def _shuffled(session: ImageSession) -> list[NDArray[Any]]:
    seed = session.settings.seed
    return [session.digits(draw).shuffled(draw, seed).labels for draw in range(session.settings.draws)]


def _auc_over(session: ImageSession, similar: list[Floats], labels: list[Labels]) -> Estimate:
    return over_pairs(session, [auc(one, of) for one, of in zip(similar, labels, strict=True)])


def _between(similar: Floats, labels: Labels, first: int, second: int) -> float:
    one, other = labels == first, labels == second
    return float((similar[one][:, other].mean() + similar[other][:, one].mean()) / 2)
