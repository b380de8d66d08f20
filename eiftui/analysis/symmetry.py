"""Does A teach about B what B teaches about A? Symmetry of influence between texts, off the diagonal (METHODS §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eiftui.analysis.cells import NoAnswer, finite_draws, shared_texts
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.ranks import ranks
from eiftui.session.readings import Quantity, Readings
from eiftui.settings import RELATIVE_ERROR

LEAST_TEXTS = 3
SHUFFLES = 499
SEED = 0


@dataclass(frozen=True)
class Symmetry:
    """Of one condition. Each estimate has a number a draw; each is 1 for a symmetric matrix but `directed`."""

    texts: tuple[int, ...]
    """The rows that are compared, those that are probes too."""
    share: Estimate
    """S, the symmetric part's share of the squared norm: chance is ½, an antisymmetric matrix has 0."""
    pearson: Estimate
    """Of the matrix with its transpose, off the diagonal; likewise Spearman."""
    spearman: Estimate
    centred: Estimate
    """Pearson after `centred`: what all rows, or all columns, have in common is no symmetry."""
    directed: Estimate
    """See `directedness`; chance is 2 / texts. Of the draws whose asymmetry can be told from zero."""
    p: float
    """Of the mean matrix correlating with its transpose as it does by chance; likewise of the centred one."""
    p_centred: float
    leaning: Floats | None
    """How much more each text teaches about the others than they about it, nats per token, mean of draws: (texts,).

    None where the mean matrix cannot be told from a symmetric one.
    """


def symmetry(session: Readings, condition: Quantity) -> Symmetry:
    """The symmetry of a condition, from the draws that are measured whole.

    Raises NoAnswer if too few training sets are probes too, or no draw is measured whole.
    """
    rows, (matrices,) = square(session, condition)
    mean, floor = matrices.mean(axis=0), _floor(session, condition, matrices)
    return Symmetry(
        texts=tuple(rows),
        share=_over_draws(matrices, symmetric_share),
        pearson=_over_draws(matrices, correlation),
        spearman=_over_draws(matrices, lambda matrix: correlation(_ranked(matrix))),
        centred=_over_draws(matrices, lambda matrix: correlation(centred(matrix))),
        directed=_over_draws(matrices, lambda matrix: directedness(matrix, floor)),
        p=shuffled_p(mean),
        p_centred=shuffled_p(centred(mean)),
        leaning=-_leaning(mean) if _one_way(mean, floor).any() else None,
    )


def square(session: Readings, *conditions: Quantity, single: bool = False) -> tuple[list[int], list[Floats]]:
    """The rows whose texts are probes too, and what they do to each other in the draws that all conditions have whole.

    (draws, texts, texts) a condition, nats per token. With `single`, only texts of one sentence. Raises as `symmetry`
    does.
    """
    rows, columns = shared_texts(session)
    if single:
        one = [index for index, row in enumerate(rows) if len(session.rows[row].sentences) == 1]
        rows, columns = ([places[index] for index in one] for places in (rows, columns))
    if len(rows) < LEAST_TEXTS:
        raise NoAnswer(
            f"rows and probes differ: {len(rows)} of {len(session.rows)} training sets are probes too, "
            f"and symmetry needs {LEAST_TEXTS}"
        )
    return rows, [whole[:, rows][:, :, columns] for whole in finite_draws(session, *conditions)]


def symmetric_share(matrix: Floats) -> float:
    """S = ‖(M + Mᵀ)/2‖² / ‖M‖² off the diagonal of `matrix` (texts, texts); nan for zeros."""
    off = without_diagonal(matrix)
    norm = float((off**2).sum())
    return float((((off + off.T) / 2) ** 2).sum()) / norm if norm else float("nan")


def correlation(matrix: Floats) -> float:
    """Pearson's, of M with Mᵀ off the diagonal; nan where all cells are equal."""
    apart = ~np.eye(len(matrix), dtype=bool)
    deviation = np.where(apart, matrix - matrix[apart].mean(), 0.0)
    norm = float((deviation**2).sum())
    return float((deviation * deviation.T).sum()) / norm if norm else float("nan")


def centred(matrix: Floats) -> Floats:
    """`matrix` (texts, texts) without the least-squares effects of rows and columns off its diagonal, which becomes 0.

    The estimators of round-robin designs, whose diagonal is empty (Warner, Kenny and Stoto 1979).
    """
    off = without_diagonal(matrix)
    others = len(matrix) - 1
    level = off.sum() / (len(matrix) * others)
    rows, columns = off.sum(axis=1) - others * level, off.sum(axis=0) - others * level
    scale = others**2 - 1
    row_effects, column_effects = (others * rows + columns) / scale, (others * columns + rows) / scale
    return without_diagonal(off - level - row_effects[:, None] - column_effects[None, :])


def directedness(matrix: Floats, floor: float = 0.0) -> float:
    """Share of the antisymmetric part that one ranking of the texts explains, from those that teach to those taught.

    The gradient part of a flow on a complete graph (HodgeRank; Jiang and others 2011). nan for a symmetric matrix,
    which one is that has no difference above `floor`, nats per token.
    """
    one_way = _one_way(matrix, floor)
    norm = float((one_way**2).sum())
    leaning = _leaning(matrix)
    return float(((leaning[:, None] - leaning[None, :]) ** 2).sum()) / norm if norm else float("nan")


def shuffled_p(matrix: Floats, shuffles: int = SHUFFLES) -> float:
    """One-sided p of `correlation` being as large as it is, when the labels of the columns are shuffled.

    Own texts, which shuffling would move off the diagonal, are left out wherever they come to lie, so that it is the
    mean of MᵢⱼMⱼᵢ over the other pairs that is compared. Shuffling rows and columns alike (the quadratic assignment
    test) would not do: here both matrices are the same numbers, and it calls noise symmetric 11 times in 100.
    """
    apart = ~np.eye(len(matrix), dtype=bool)
    columns = np.ascontiguousarray(np.where(apart, matrix - matrix[apart].mean(), 0.0).T)
    generator = np.random.default_rng(SEED)
    observed = _reciprocity(columns, np.arange(len(matrix)))
    orders = (generator.permutation(len(matrix)) for _ in range(shuffles))
    at_least = sum(_reciprocity(columns, order) >= observed for order in orders)
    return (at_least + 1) / (shuffles + 1)


def _reciprocity(columns: Floats, order: NDArray[np.intp]) -> float:
    """The mean of MᵢⱼMⱼᵢ over the pairs of two cells of other texts, off the diagonal of M, once it is put in `order`.

    `columns` are those of M one after another, so that to order them is to copy whole ones; own texts are 0. By
    einsum, not BLAS, whose threads wait for each other many times as long while a model is at work.
    """
    ordered, pairs = columns[order], _pairs(order)
    products = np.einsum("ij,ji->", ordered, ordered) - (ordered.diagonal() ** 2).sum()
    return float(products) / pairs if pairs else -np.inf


def _pairs(order: NDArray[np.intp]) -> int:
    """How many those pairs are: a text in another's place takes two away, and one where two have each other's."""
    places = np.arange(len(order))
    moved = order != places
    swapped = moved & (order[order] == places)
    return len(order) * (len(order) - 1) - 2 * int(moved.sum()) + int(swapped.sum())


def _over_draws(matrices: Floats, statistic: Callable[[Floats], float]) -> Estimate:
    return estimate([statistic(matrix) for matrix in matrices])


def without_diagonal(matrix: Floats) -> Floats:
    """`matrix` (texts, texts) with zeros for own texts."""
    return np.where(np.eye(len(matrix), dtype=bool), 0.0, matrix)


def _floor(session: Readings, condition: Quantity, matrices: Floats) -> float:
    """The difference that cannot be told from zero in `matrices` (draws, texts, texts), nats per token.

    Where the session keeps none, it is what float32 leaves uncertain.
    """
    known = None if condition == "gap" else session.floor(condition)
    return RELATIVE_ERROR["float32"] * float(np.abs(matrices).max()) if known is None else known


def _one_way(matrix: Floats, floor: float) -> Floats:
    """What each text does to another more than that to it: (texts, texts). Zeros where none is above `floor`."""
    found = without_diagonal(matrix - matrix.T)
    return found if np.abs(found).max() > floor else np.zeros_like(found)


def _leaning(matrix: Floats) -> Floats:
    """The mean over the other texts of EIF on them minus EIF from them, so that differences fit best: (texts,)."""
    return without_diagonal(matrix - matrix.T).sum(axis=1) / len(matrix)


def _ranked(matrix: Floats) -> Floats:
    """Ranks of the cells off the diagonal, in their places."""
    apart = ~np.eye(len(matrix), dtype=bool)
    ranked = np.zeros_like(matrix)
    ranked[apart] = ranks(matrix[apart])
    return ranked
