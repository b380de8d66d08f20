"""Is influence a matter of meaning or of shared words? EIF against distance and overlap (METHODS §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eiftui.analysis.cells import NoAnswer, own_cells
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.ranks import partial, pearson, ranks
from eiftui.session.readings import Quantity, Readings

LEAST_CELLS = 4
_WORD = re.compile(r"\w+")


class NotEmbedded(NoAnswer):
    """Texts have to be embedded first."""


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


@dataclass(frozen=True)
class Alike:
    """How alike the two texts of each cell are, in the draws that are embedded: (draws, rows, columns) each."""

    draws: tuple[int, ...]
    cosine: Floats
    overlap: Floats


def alike(session: Readings) -> Alike:
    """Both measures of likeness, of all cells of the draws that have any embedding."""
    cosines = {draw: session.likeness(draw) for draw in range(session.draws)}
    draws = tuple(draw for draw, cosine in cosines.items() if np.isfinite(cosine).any())
    shape = (len(draws), len(session.rows), len(session.probes))
    return Alike(
        draws=draws,
        cosine=np.array([cosines[draw] for draw in draws]).reshape(shape),
        overlap=np.array([overlaps(session, draw) for draw in draws]).reshape(shape),
    )


def semantics(session: Readings, condition: Quantity, both: Alike | None = None) -> Semantics:
    """The relations, from the draws in which enough cells are measured and embedded.

    `both` is `alike(session)`, if that is at hand. Raises NoAnswer if there is no such draw.
    """
    both = both or alike(session)
    draws = [cells for cells in _cells(session, condition, both) if cells.shape[1] >= LEAST_CELLS]
    if not draws and not (both.draws and np.isfinite(both.cosine).all()):
        raise NotEmbedded("no draw has its texts embedded")
    if not draws:
        raise NoAnswer(f"no draw has {LEAST_CELLS} cells of other texts that are measured, with finite numbers")
    with_cosine, with_overlap, of_both = (
        [pearson(cells[one], cells[other]) for cells in draws] for one, other in ((0, 1), (0, 2), (1, 2))
    )
    return Semantics(
        cosine=Relation(estimate(with_cosine), estimate([*map(partial, with_cosine, with_overlap, of_both)])),
        overlap=Relation(estimate(with_overlap), estimate([*map(partial, with_overlap, with_cosine, of_both)])),
    )


def overlaps(session: Readings, draw: int) -> Floats:
    """The words that each training set and each probe share, over those that either has: (rows, columns).

    Jaccard's index, with a draw's words in the slots, whatever their case.
    """
    rows, probes = ([_words(session.filled(text, draw)) for text in texts] for texts in (session.rows, session.probes))
    vocabulary = {word: place for place, word in enumerate(set[str]().union(*rows, *probes))}
    mine, theirs = (_incidence(texts, vocabulary) for texts in (rows, probes))
    shared = mine @ theirs.T
    either = mine.sum(axis=1)[:, None] + theirs.sum(axis=1)[None, :] - shared
    return np.asarray(shared / np.maximum(either, 1.0))


def _words(sentences: Sequence[str]) -> frozenset[str]:
    return frozenset(word.lower() for sentence in sentences for word in _WORD.findall(sentence))


def _incidence(texts: Sequence[frozenset[str]], vocabulary: Mapping[str, int]) -> Floats:
    """Which text has which word: (texts, words), 0 or 1."""
    has = np.zeros((len(texts), len(vocabulary)))
    for line, words in zip(has, texts, strict=True):
        line[[vocabulary[word] for word in words]] = 1.0
    return has


def _cells(session: Readings, condition: Quantity, both: Alike) -> Iterator[Floats]:
    """For each draw the ranks of EIF, cosine and overlap of the other texts' cells that have all three: (3, cells)."""
    others = ~own_cells(session)
    eif = session.matrix(condition)[list(both.draws)]
    for values, cosine, overlap in zip(eif, both.cosine, both.overlap, strict=True):
        known = np.isfinite(values) & np.isfinite(cosine) & others
        yield np.array([ranks(measure[known]) for measure in (values, cosine, overlap)])
