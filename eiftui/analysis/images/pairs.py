"""Matrices of each pair of a base network and a draw of digits, and estimates from a number for each pair."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eiftui.analysis.crossed import crossed
from eiftui.analysis.estimates import Estimate, Floats
from eiftui.session.image_records import ImageCondition, Treatment
from eiftui.session.images import ImageSession


def each(session: ImageSession, condition: ImageCondition, treatment: Treatment | None = None) -> Floats:
    """The matrices of all pairs of network and draw: (pairs, images, images). nan where one is not all finite."""
    matrix = session.matrix(condition, treatment)
    whole = np.isfinite(matrix).all(axis=(2, 3), keepdims=True)
    return np.where(whole, matrix, math.nan).reshape(-1, *matrix.shape[2:])


def by_draw(session: ImageSession, things: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """What each draw has, for each pair of network and draw."""
    return things * len(session.settings.networks)


def off_diagonals(matrices: Floats) -> Floats:
    """(pairs, cells)"""
    return matrices[:, ~np.eye(matrices.shape[1], dtype=bool)]


def over_pairs(session: ImageSession, values: ArrayLike) -> Estimate:
    """From a number for each pair of network and draw."""
    return crossed(np.reshape(values, (len(session.settings.networks), -1)))


def of_each(session: ImageSession, matrices: Floats, statistic: Callable[[Floats], float]) -> Estimate:
    """Of a statistic of each matrix that is all finite."""
    return over_pairs(session, [statistic(one) if np.isfinite(one).all() else math.nan for one in matrices])
