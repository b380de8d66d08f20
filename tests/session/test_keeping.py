"""What a session keeps, and refuses, when it is large, contradicts itself or is being written elsewhere."""

import numpy as np
import pytest

from eiftui.domains.schema import Domain, Text
from eiftui.errors import InputError
from eiftui.session.lock import SessionLocked
from eiftui.session.records import Notice
from eiftui.session.results import Measured, TokenTexts
from eiftui.session.session import Session
from eiftui.session.written import text_id
from eiftui.settings import Settings


def test_a_large_session_opens_whole(path, engine):
    """20 draws of 100 × 100 cells of 10 tokens: two million numbers."""
    texts = tuple(Text(id=str(index), sentences=(f"{{A}} is number {index}.",)) for index in range(100))
    domain = Domain(name="d", title="", source="", texts=texts)
    changes = np.random.default_rng(0).normal(size=(100, 100, 10))
    with Session.create(path, domain, Settings(draws=20)) as session:
        session.ensure_draws()
        engine.load(session)
        for draw in range(20):
            session.append(*large_rows(session, draw, changes + draw))
    with Session.open(path, read_only=True) as again:
        assert again.measured("trained").shape == (20, 100, 100)
        assert again.measured("trained").all()
        np.testing.assert_allclose(again.matrix("trained")[19], changes.mean(axis=2) + 19, rtol=1e-6)
        np.testing.assert_allclose(again.changes("trained", 19, 7, 8), changes[7, 8] + 19, rtol=1e-6)
        assert again.missing("trained", 19) == []


def large_rows(session, draw, changes):
    filled = [session.filled(text, draw) for text in session.rows]
    ids = tuple(map(text_id, filled))
    key = session.settings.key("trained", session.model.fingerprint)
    return [
        Measured(
            key=key,
            condition="trained",
            row=ids[row],
            sentences=filled[row],
            tokens=((1, 2),),
            probes=ids,
            eif=changes[row].mean(axis=1),
            changes=tuple(changes[row]),
            seconds=1,
            mechanism="a stand-in",
        )
        for row in range(len(filled))
    ]


def test_a_later_number_of_a_cell_replaces_the_earlier_and_no_other(measured, engine):
    before = measured.matrix("trained")
    later = engine.row(measured, "trained", 0, 0, (1,))
    size = len(later.changes[0])
    measured.append(later.model_copy(update={"eif": [0.5], "changes": [[0.5] * size]}))
    before[0, 0, 1] = 0.5
    np.testing.assert_array_equal(measured.matrix("trained"), before)


def test_the_texts_of_tokens_are_kept_in_the_file_and_in_copies(measured, tmp_path):
    assert measured.token_texts(0, 0) is None
    probe = measured.filled(measured.probes[0], 0)
    measured.append(TokenTexts(fingerprint=measured.model.fingerprint, texts={text_id(probe): ("is", " a", " b")}))
    measured.save_as(tmp_path / "copy.eif")
    for path in (measured.path, tmp_path / "copy.eif"):
        with Session.open(path, read_only=True) as again:
            assert again.token_texts(0, 0) == ("is", " a", " b")
            assert again.token_texts(1, 0) is None


def test_the_mean_is_over_the_draws_measured_so_far(domain, settings, engine):
    session = Session.in_memory(domain, settings)
    engine.load(session)
    for draw in (0, 2):
        session.append(engine.row(session, "trained", draw, 0, (0,)))
    assert session.mean("trained")[0, 0] == pytest.approx(session.matrix("trained")[[0, 2], 0, 0].mean())
    assert np.isnan(session.mean("trained")).sum() == session.mean("trained").size - 1


def test_a_sheet_that_contradicts_itself_is_refused_and_not_recorded(measured, path):
    before, sheet = path.read_bytes(), measured.sheet
    with pytest.raises(InputError, match="two texts share the id 'ab'"):
        measured.edit(sheet.model_copy(update={"texts": sheet.texts[:1] * 2}))
    assert path.read_bytes() == before
    assert measured.sheet == sheet


def test_an_edit_that_changes_nothing_is_not_recorded(measured, path):
    before = path.read_bytes()
    measured.edit(measured.sheet)
    measured.configure(measured.settings)
    measured.ensure_draws()
    assert path.read_bytes() == before


def test_a_copy_never_replaces_a_file_that_is_being_written(measured, path, domain):
    before = path.read_bytes()
    for session in (measured, Session.in_memory(domain)):
        with pytest.raises(SessionLocked):
            session.save_as(path)
    assert path.read_bytes() == before


def test_a_closed_session_can_be_looked_at_but_not_changed(measured):
    before = measured.matrix("trained")
    measured.close()
    np.testing.assert_array_equal(measured.matrix("trained"), before)
    with pytest.raises(InputError, match="read-only"):
        measured.append(Notice(text="late"))
