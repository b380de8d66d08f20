"""Meaning and shared words told apart where the one or the other was built in."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.analysis import words
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.findings import attempt
from eiftui.analysis.semantics import overlaps, semantics
from eiftui.domains.schema import Text
from eiftui.session.results import Likeness
from eiftui.session.session import Session
from eiftui.session.written import text_id
from tests.analysis.conftest import MakeSession, record

WORDS = ("red", "red cat", "red cat sat", "blue dog", "blue dog sat", "green dog ran", "old green owl", "blue owl")
TEXTS = tuple(Text(id=f"t{i}", sentences=(f"{{A}} {words}.",)) for i, words in enumerate(WORDS))


def embedded(session: Session, seed: int = 0) -> Session:
    """With made-up cosines in every draw."""
    generator = np.random.default_rng(seed)
    for draw in range(session.draws):
        probes = tuple(text_id(session.filled(probe, draw)) for probe in session.probes)
        for row in session.rows:
            cosine = generator.uniform(0, 1, len(probes)).astype(np.float32)
            session.append(
                Likeness(fingerprint="f00d", row=text_id(session.filled(row, draw)), probes=probes, cosine=cosine)
            )
    return session


def test_overlap_is_the_share_of_common_words_whatever_their_case(session_of: MakeSession) -> None:
    texts = [
        Text(id=str(index), sentences=sentences)
        for index, sentences in enumerate([("The {A} sat.",), ("the {A} RAN.",), ("Sat, the", "{A}!"), ("…",)])
    ]
    found = overlaps(session_of(texts, trained=np.zeros((1, 4, 4))), 0)
    np.testing.assert_allclose(found, [[1, 0.5, 1, 0], [0.5, 1, 0.5, 0], [1, 0.5, 1, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("cause", ["cosine", "overlap"])
def test_what_drives_influence_is_found_and_the_other_is_not(session_of: MakeSession, cause: str) -> None:
    session = embedded(session_of(TEXTS, trained=np.zeros((6, 8, 8))))
    likeness = [session.likeness(draw) if cause == "cosine" else overlaps(session, draw) for draw in range(6)]
    record(session, "trained", -np.array(likeness))
    found = semantics(session, "trained")
    driving, other = (found.cosine, found.overlap) if cause == "cosine" else (found.overlap, found.cosine)
    assert driving.plain.mean == pytest.approx(-1.0)
    assert driving.plain.p < 0.05
    assert abs(other.plain.mean) < 0.3


def test_holding_words_fixed_removes_what_cosines_owe_to_them(session_of: MakeSession) -> None:
    session = session_of(TEXTS, trained=np.zeros((6, 8, 8)))
    generator, eif = np.random.default_rng(3), []
    for draw in range(6):
        shared = overlaps(session, draw)
        probes = tuple(text_id(session.filled(probe, draw)) for probe in session.probes)
        for row, cosine in zip(session.rows, shared + generator.normal(0, 0.1, (8, 8)), strict=True):
            session.append(
                Likeness(fingerprint="f00d", row=text_id(session.filled(row, draw)), probes=probes, cosine=cosine)
            )
        eif.append(-shared + generator.normal(0, 0.1, (8, 8)))
    record(session, "trained", eif)
    found = semantics(session, "trained")
    assert found.cosine.plain.mean < -0.5
    assert abs(found.cosine.held.mean) < 0.25
    assert found.overlap.held.mean < -0.3


def test_embedding_is_advised_only_where_it_helps(session_of: MakeSession) -> None:
    session = session_of(TEXTS[:2], trained=np.zeros((2, 2, 2)))

    def told() -> list[str]:
        return [*words.semantics({"trained": attempt(semantics, session, "trained")}, "R")][2:]

    assert told() == ["no answer for trained: no draw has its texts embedded;", "R embeds them."]
    embedded(session)
    assert told() == [
        "no answer for trained: no draw has 4 cells of other texts that are measured, with finite numbers"
    ]


def test_without_embeddings_there_is_no_answer(session_of: MakeSession) -> None:
    with pytest.raises(NoAnswer, match="embedded"):
        semantics(session_of(TEXTS, trained=np.zeros((2, 8, 8))), "trained")
