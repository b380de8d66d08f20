"""A session shows every number that its sentences and settings have, however they came to be what they are."""

import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from eiftui.domains.schema import Domain, Text
from eiftui.domains.words import made_up_words
from eiftui.errors import InputError
from eiftui.session.lock import SessionLocked
from eiftui.session.records import DrawWords, Notice, Sheet
from eiftui.session.results import Floor, Measured
from eiftui.session.session import Session
from eiftui.session.written import text_id
from eiftui.settings import Optimizer

APPEND_NOTICES = """
import sys
import threading
from pathlib import Path
from eiftui.session.records import Notice
from eiftui.session.session import Session
with Session.open(Path(sys.argv[1])) as session:
    for number in range(50):
        session.append(Notice(text=f"{number} " + "x" * 3000))
"""


def with_texts(session, *texts):
    return session.sheet.model_copy(update={"texts": texts, "contrasts": ()})


def faster(settings):
    return settings.model_copy(update={"optimizer": Optimizer(lr=0.5)})


def numbers(session):
    """Everything that can be asked of a session, as arrays that compare equal."""
    cells = np.ndindex(*session.matrix("trained").shape)
    tokens = [change.tobytes() for cell in cells if (change := session.changes("trained", *cell)) is not None]
    quantities = ("trained", "predicted", "prompted", "gap")
    return [session.matrix(q).tobytes() for q in quantities] + [session.baseline().tobytes(), *tokens]


def test_a_new_session_has_its_domain_and_settings_and_no_numbers(path, domain, settings):
    with Session.create(path.parent / "new" / "folder" / "a.eif", domain, settings) as session:
        assert session.sheet == Sheet.of(domain)
        assert session.settings == settings
        assert session.model is None
        assert not session.read_only
        assert [text.id for text in session.rows] == ["ab", "chain", "ac"]
        assert [text.id for text in session.probes] == ["ab", "ac", "frog"]
        assert session.matrix("trained").shape == (3, 3, 3)
        assert np.isnan(session.matrix("gap")).all()
        assert not session.measured("trained").any()
        assert np.isnan(session.baseline()).all()
        assert session.floor("trained") is None


def test_everything_is_missing_until_the_model_is_known_and_nothing_once_it_is_measured(domain, settings, engine):
    session = Session.in_memory(domain, settings)
    assert session.missing("trained", 0) == [(row, (0, 1, 2)) for row in range(3)]
    assert session.base_missing(2) == (0, 1, 2)
    engine.measure(session)
    assert [session.missing(condition, draw) for condition in settings.conditions for draw in range(3)] == [[]] * 9
    assert session.base_missing(2) == ()
    assert all(session.measured(condition).all() for condition in (*settings.conditions, "gap"))


def test_numbers_stand_in_the_cell_they_were_measured_for(measured):
    key = measured.settings.key("trained", measured.model.fingerprint)
    for draw, row, column in np.ndindex(3, 3, 3):
        changes = measured.changes("trained", draw, row, column)
        assert measured.matrix("trained")[draw, row, column] == pytest.approx(changes.mean(), rel=1e-6)
    row, probe = measured.filled(measured.rows[1], 2), measured.filled(measured.probes[2], 2)
    [record] = [
        record
        for line in measured.path.read_bytes().splitlines()
        if (record := json.loads(line))["kind"] == "measured" and record["key"] == key and record["row"] == text_id(row)
    ]
    place = record["probes"].index(text_id(probe))
    assert measured.matrix("trained")[2, 1, 2] == np.float32(record["eif"][place])


def test_the_gap_is_trained_minus_prompted(measured):
    gap = measured.matrix("trained") - measured.matrix("prompted")
    np.testing.assert_array_equal(measured.matrix("gap"), gap)
    expected = measured.changes("trained", 0, 0, 0) - measured.changes("prompted", 0, 0, 0)
    np.testing.assert_array_equal(measured.changes("gap", 0, 0, 0), expected)


def test_a_prediction_has_no_changes_of_single_tokens(measured):
    assert measured.measured("predicted").all()
    assert measured.changes("predicted", 0, 0, 0) is None


def test_the_baseline_is_the_mean_loss_of_the_tokens(measured):
    for draw, column in np.ndindex(3, 3):
        assert measured.baseline()[draw, column] == measured.base_losses(draw, column).mean()
    assert measured.base_tokens(0, 2) == (1, 4, 2, 2, 5)


def test_a_number_that_is_measured_need_not_be_finite(measured):
    session = measured
    sentences = session.filled(session.rows[0], 1)
    record = Measured(
        key=session.settings.key("trained", session.model.fingerprint),
        condition="trained",
        row=text_id(sentences),
        sentences=sentences,
        tokens=((1,),),
        probes=tuple(text_id(session.filled(probe, 1)) for probe in session.probes),
        eif=[np.nan, np.inf, -np.inf],
        changes=None,
        seconds=0,
        mechanism="by hand",
    )
    session.append(record)
    np.testing.assert_array_equal(session.matrix("trained")[1, 0], [np.nan, np.inf, -np.inf])
    assert session.measured("trained").all()
    assert session.missing("trained", 1) == []


def test_opening_a_session_again_shows_the_same(measured):
    with Session.open(measured.path, read_only=True) as again:
        assert again.read_only
        assert (again.sheet, again.settings, again.model) == (measured.sheet, measured.settings, measured.model)
        assert [again.words(draw) for draw in range(3)] == [measured.words(draw) for draw in range(3)]
        assert numbers(again) == numbers(measured)


def test_an_edit_costs_only_the_sentences_that_changed_and_undo_brings_theirs_back(measured, engine):
    before, sheet = numbers(measured), measured.sheet
    new = Text(id="ab", sentences=("{B} is a {A}.",))
    measured.edit(with_texts(measured, new, *sheet.texts[1:]))
    assert measured.missing("trained", 0) == [(0, (0, 1, 2)), (1, (0,)), (2, (0,))]
    assert measured.base_missing(0) == (0,)
    assert measured.undo()
    assert measured.sheet == sheet
    assert numbers(measured) == before
    assert measured.redo()
    assert measured.sheet.texts[0] == new
    engine.measure(measured)
    again = numbers(measured)
    assert measured.undo()
    assert measured.redo()
    assert numbers(measured) == again


def test_settings_are_taken_back_in_their_turn_even_after_opening_again(path, domain, settings):
    with Session.create(path, domain, settings) as session:
        session.configure(settings.model_copy(update={"seed": 6}))
        session.edit(session.sheet.model_copy(update={"title": "second"}))
        session.configure(settings.model_copy(update={"seed": 7}))
        assert session.undo()
    with Session.open(path) as session:
        assert (session.settings.seed, session.sheet.title) == (6, "second")
        assert session.undo()
        assert (session.settings.seed, session.sheet.title) == (6, domain.title)
        assert session.undo()
        assert session.settings == settings
        assert not session.undo()
        for _ in range(3):
            assert session.redo()
        assert (session.settings.seed, session.sheet.title) == (7, "second")
        assert not session.redo()


def test_undo_and_redo_go_through_the_whole_history_even_after_opening_again(path, domain, settings):
    sheets = [Sheet.of(domain)]
    with Session.create(path, domain, settings) as session:
        for title in ("second", "third"):
            sheets.append(session.sheet.model_copy(update={"title": title}))
            session.edit(sheets[-1])
        assert session.undo()
    with Session.open(path) as session:
        assert session.sheet == sheets[1]
        assert session.redo()
        assert session.sheet == sheets[2]
        assert not session.redo()
        assert session.undo()
        assert session.undo()
        assert session.sheet == sheets[0]
        assert not session.undo()
        session.edit(sheets[2])
        assert not session.redo()
        assert session.undo()
        assert session.sheet == sheets[0]


def test_reordered_texts_take_their_numbers_with_them(measured):
    matrix, baseline = measured.matrix("trained"), measured.baseline()
    measured.edit(with_texts(measured, *reversed(measured.sheet.texts)))
    np.testing.assert_array_equal(measured.matrix("trained"), matrix[:, ::-1, ::-1])
    np.testing.assert_array_equal(measured.baseline(), baseline[:, ::-1])
    assert measured.missing("trained", 0) == []


def test_going_back_to_an_earlier_setting_shows_its_numbers_at_once(measured, engine):
    before, settings = numbers(measured), measured.settings
    measured.configure(faster(settings))
    assert len(measured.missing("trained", 0)) == len(measured.missing("predicted", 0)) == 3
    assert measured.missing("prompted", 0) == []  # the prompt knows no learning rate
    assert measured.base_missing(0) == ()
    engine.measure(measured)
    assert numbers(measured) != before
    measured.configure(settings)
    assert numbers(measured) == before


def test_another_model_starts_empty_and_the_first_is_still_known_afterwards(measured, engine):
    before, settings = numbers(measured), measured.settings
    other = settings.model.model_copy(update={"name": "other"})
    measured.configure(settings.model_copy(update={"model": other}))
    assert measured.model is None
    assert not measured.measured("prompted").any()
    engine.load(measured, fingerprint="beef")
    assert not measured.measured("prompted").any()
    measured.configure(settings)
    assert measured.model.fingerprint == "f00d"
    assert numbers(measured) == before


def test_more_draws_and_another_seed_keep_the_draws_there_are(measured):
    matrix, settings = measured.matrix("trained"), measured.settings
    measured.configure(settings.model_copy(update={"draws": 5}))
    measured.ensure_draws()
    np.testing.assert_array_equal(measured.matrix("trained")[:3], matrix)
    assert np.isnan(measured.matrix("trained")[3:]).all()
    measured.configure(settings.model_copy(update={"seed": 6}))
    assert not measured.measured("trained")[..., :2].any()  # the third probe has no slots, its rows have
    measured.configure(settings)
    np.testing.assert_array_equal(measured.matrix("trained"), matrix)


def test_the_null_floor_is_that_of_the_settings(measured):
    key = measured.settings.key("trained", measured.model.fingerprint)
    measured.append(Floor(key=key, value=2e-7, note="test"))
    assert measured.floor("trained") == 2e-7
    assert measured.floor("prompted") is None
    measured.configure(faster(measured.settings))
    assert measured.floor("trained") is None


def test_draws_fill_every_slot_with_the_words_of_seed_and_draw(path, domain, settings):
    with Session.create(path, domain, settings) as session:
        session.ensure_draws()
        size = path.stat().st_size
        session.ensure_draws()
        assert path.stat().st_size == size
        assert session.words(1) == made_up_words(("A", "B", "C"), 1, 5)
        words = session.words(1)
        assert session.filled(session.rows[0], 1) == (f"{words['A']} is a {words['B']}.",)


def test_a_new_slot_adds_a_word_to_each_draw_and_changes_none(measured):
    before, words = measured.matrix("trained"), measured.words(2)
    new = Text(id="new", sentences=("A {D} swims.",))
    measured.edit(with_texts(measured, *measured.sheet.texts, new))
    measured.ensure_draws()
    assert measured.words(2).items() > words.items()
    assert set(measured.words(2)) - set(words) == {"D"}
    np.testing.assert_array_equal(measured.matrix("trained")[:, :3, :3], before)


def test_recorded_words_count_whatever_eiftui_would_make_up_today(path, domain, settings):
    with Session.create(path, domain, settings) as session:
        session.append(DrawWords(index=0, seed=5, words={"A": "zog"}))
        session.ensure_draws()
        assert session.words(0)["A"] == "zog"
        assert len(set(session.words(0).values())) == 3
    with Session.open(path) as session:
        assert session.words(0)["A"] == "zog"


def test_a_sheet_without_slots_has_one_draw(settings, engine):
    plain = Domain(name="plain", title="", source="", texts=(Text(id="a", sentences=("A cat sleeps.",)),))
    session = Session.in_memory(plain, settings)
    assert session.draws == 1
    engine.measure(session)
    assert session.matrix("trained").shape == (1, 1, 1)
    assert session.words(0) == {}
    session.edit(with_texts(session, *session.sheet.texts, Text(id="b", sentences=("A {A} sleeps.",))))
    assert session.draws == 3
    assert session.measured("trained")[:, 0, 0].all()


def test_equal_sentences_are_measured_once_and_shown_twice(settings, engine):
    twins = tuple(Text(id=id, sentences=("A cat sleeps.",)) for id in "ab")
    session = Session.in_memory(Domain(name="d", title="", source="", texts=twins), settings)
    engine.measure(session, "trained")
    assert engine.rows == 1
    assert session.measured("trained").all()


def test_a_session_open_for_reading_refuses_every_change_and_stays_as_it_was(measured):
    measured.edit(measured.sheet.model_copy(update={"title": "new"}))
    with Session.open(measured.path, read_only=True) as reader:
        other = reader.sheet.model_copy(update={"title": "other"})
        changes = (
            lambda: reader.configure(faster(reader.settings)),
            lambda: reader.edit(other),
            lambda: reader.append(Notice(text="x")),
            reader.undo,
        )
        for change in changes:
            with pytest.raises(InputError, match="read-only"):
                change()
        assert (reader.sheet, reader.settings) == (measured.sheet, measured.settings)
        assert numbers(reader) == numbers(measured)


def test_a_reader_sees_what_another_process_adds_as_it_adds_it(path, domain, settings):
    Session.create(path, domain, settings).close()
    with Session.open(path, read_only=True) as reader:
        writer = subprocess.Popen([sys.executable, "-c", APPEND_NOTICES, str(path)])
        seen = [0]
        while writer.poll() is None:
            reader.refresh()
            seen.append(len(reader.notices))
        reader.refresh()
        assert writer.returncode == 0
        assert [int(notice.text.split()[0]) for notice in reader.notices] == list(range(50))
        assert seen == sorted(seen)
        assert not reader.refresh()


def test_a_compact_copy_has_every_number_and_what_this_eiftui_does_not_know(measured, tmp_path):
    unknown = b'{"kind": "hologram",  "depth": 3}'
    measured.edit(measured.sheet.model_copy(update={"title": "new"}))
    measured.close()
    with open(measured.path, "ab") as file:
        file.write(unknown + b"\n")
    copy = tmp_path / "copy.eif"
    with Session.open(measured.path) as session:
        session.append(Notice(text="after the unknown"))
        session.save_as(copy)
        with Session.open(copy) as saved:
            assert numbers(saved) == numbers(session)
            assert (saved.sheet, saved.settings, saved.model) == (session.sheet, session.settings, session.model)
            assert saved.notices == session.notices
    assert unknown in copy.read_bytes().splitlines()
    assert copy.stat().st_size < measured.path.stat().st_size
    assert {file.name for file in tmp_path.iterdir()} == {measured.path.name, "copy.eif"}


def test_a_copy_that_cannot_be_written_leaves_what_was_there(measured, tmp_path):
    with Session.create(
        tmp_path / "other.eif", Domain(name="o", title="", source="", texts=measured.sheet.texts)
    ) as other:
        content = other.path.read_bytes()
        with pytest.raises(SessionLocked):
            measured.save_as(other.path)
        assert other.path.read_bytes() == content
    with pytest.raises(InputError):
        measured.save_as(tmp_path)
    assert os.path.isdir(tmp_path)


def test_a_session_in_memory_leaves_no_file_until_it_is_saved(domain, settings, engine, tmp_path):
    session = Session.in_memory(domain, settings)
    engine.measure(session)
    assert list(tmp_path.iterdir()) == []
    session.save_as(tmp_path / "kept.eif")
    with Session.open(tmp_path / "kept.eif") as kept:
        assert numbers(kept) == numbers(session)


def test_the_floor_is_what_the_number_format_leaves_where_that_is_more(measured):
    key = measured.settings.key("trained", measured.model.fingerprint)
    largest = np.nanmax(np.abs(measured.matrix("trained")))
    measured.append(Floor(key=key, value=0.0, relative=1e-3))
    assert measured.floor("trained") == pytest.approx(1e-3 * largest)
    measured.append(Floor(key=key, value=2 * largest, relative=1e-3))
    assert measured.floor("trained") == pytest.approx(2 * largest)


def test_a_thread_may_ask_what_is_kept_while_numbers_arrive(measured, settings):
    record, _ = measured.cell("trained", 0, 0, 0)
    view = measured.under(faster(settings))
    asked = threading.Event()
    wrong = []

    def ask():
        try:
            while not asked.is_set():
                view.has("trained")
        except RuntimeError as error:
            wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    reader = threading.Thread(target=ask)
    try:
        reader.start()
        for number in range(5000):
            measured.take([record.model_copy(update={"key": "another", "row": f"{number:032x}"})])
    finally:
        asked.set()
        reader.join()
        sys.setswitchinterval(interval)
    assert wrong == []
