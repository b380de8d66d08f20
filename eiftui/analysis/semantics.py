"""Is influence a matter of meaning or of shared words? EIF against distance and overlap (METHODS §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eiftui.analysis.cells import NoAnswer, own_cells
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.ranks import partial_spearman, spearman
from eiftui.session.readings import Quantity, Readings

LEAST_CELLS = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Relation:
    """Rank correlations of EIF with one measure of likeness over the cells of other texts: a number a draw each.

    Negative: the more alike, the more is learned.
    """

    plain: Estimate
    held: Estimate
    """With the other measure held fixed."""


@dataclass(frozen=True)
class Semantics:
    """Of one condition."""

    cosine: Relation
    """Of the embeddings of both texts: mean-pooled hidden states of the base model."""
    overlap: Relation
    """Of the words of both texts."""


def semantics(session: Readings, condition: Quantity) -> Semantics:
    """The relations, from the draws in which enough cells are measured and embedded.

    Raises NoAnswer if there is none.
    """
    known = _cells(session, condition)
    draws = [cells for cells in known if len(cells[0]) >= LEAST_CELLS]
    if not draws:
        raise NoAnswer(f"no draw is measured for {condition} with embeddings of its texts")
    return Semantics(
        cosine=Relation(
            estimate([spearman(eif, cosine) for eif, cosine, _ in draws]),
            estimate([partial_spearman(eif, cosine, overlap) for eif, cosine, overlap in draws]),
        ),
        overlap=Relation(
            estimate([spearman(eif, overlap) for eif, _, overlap in draws]),
            estimate([partial_spearman(eif, overlap, cosine) for eif, cosine, overlap in draws]),
        ),
    )


def overlaps(session: Readings, draw: int) -> Floats:
    """`overlap` of each training set with each probe, with a draw's words: (rows, columns)."""
    rows, probes = ([_words(session.filled(text, draw)) for text in texts] for texts in (session.rows, session.probes))
    return np.array([[_jaccard(row, probe) for probe in probes] for row in rows]).reshape(len(rows), len(probes))


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """The words that two texts share over those that either has (Jaccard's index), whatever their case."""
    return _jaccard(_words(one), _words(other))


def _words(sentences: Sequence[str]) -> frozenset[str]:
    return frozenset(word.lower() for sentence in sentences for word in _WORD.findall(sentence))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _cells(session: Readings, condition: Quantity) -> Iterator[tuple[Floats, Floats, Floats]]:
    """For each draw EIF, cosine and overlap of the cells of other texts that have all three: (cells,) each."""
    others = ~own_cells(session)
    for draw, eif in enumerate(session.matrix(condition)):
        cosine = session.likeness(draw)
        known = np.isfinite(eif) & np.isfinite(cosine) & others
        if known.any():
            yield eif[known], cosine[known], overlaps(session, draw)[known]
