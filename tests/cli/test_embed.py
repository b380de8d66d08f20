"""`eiftui embed`: cosines of the model's own embeddings, kept in the session."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eiftui.engine.embedding import embeddings
from eiftui.engine.here import Here
from eiftui.engine.protocol import Embed, Load
from eiftui.session.session import Session
from tests.cli.conftest import Command


def test_cosines_are_those_of_the_embeddings_and_the_report_tells(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    assert "`eiftui embed SESSION` embeds them" in eiftui("report", "s.eif").out
    assert eiftui("embed", "s.eif", "--quiet").code == 0
    with Session.open(Path("s.eif"), read_only=True) as session:
        found = session.likeness(1)
        here = Here(lambda text, fraction: None)
        here.load(Load(settings=session.settings))
        texts = tuple("\n".join(session.filled(text, 1)) for text in (session.rows[1], session.probes[0]))
        row, probe = (one.vector.astype(float) for one in embeddings(here.measurer.model, Embed(texts=texts)))
        assert found[1, 0] == pytest.approx(row @ probe / np.linalg.norm(row) / np.linalg.norm(probe), abs=1e-6)
        assert np.diag(found) == pytest.approx(np.ones(3), abs=1e-6)
    assert "embedding cosine" in eiftui("report", "s.eif").out


def test_what_is_embedded_is_not_embedded_again_and_outlives_a_copy(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    assert eiftui("embed", "s.eif", "--quiet").code == 0
    size = Path("s.eif").stat().st_size
    assert eiftui("embed", "s.eif", "--quiet").code == 0
    assert Path("s.eif").stat().st_size == size
    with Session.open(Path("s.eif"), read_only=True) as session:
        session.save_as(Path("copy.eif"))
        with Session.open(Path("copy.eif"), read_only=True) as copy:
            np.testing.assert_array_equal(copy.likeness(0), session.likeness(0))
