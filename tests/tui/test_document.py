"""The owner of the session: what is measured, marked and edited, without a screen."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.domains.schema import Text
from eiftui.engine.plan import tasks
from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import Note
from eiftui.session.results import BaseRecord, Floor, Measured
from eiftui.session.session import Session
from eiftui.tui.document import Document
from eiftui.tui.picture import Status


def trained_task(session: Session):
    return next(task for task in tasks(session) if task.what == "trained")


def rows_of(engine, session: Session, condition: str = "trained"):
    """A record for every row of the first draw."""
    return [engine.row(session, condition, 0, row, columns) for row, columns in session.missing(condition, 0)]


def test_a_measured_row_is_in_the_table_at_once_and_said_to_be_a_change(document, session, engine):
    changes = []
    document.changed = lambda: changes.append(1)
    assert not document.table("trained").measured.any()
    document.append(rows_of(engine, session)[1])
    assert document.table("trained").measured[0].tolist() == [[False] * 3, [True] * 3, [False] * 3]
    np.testing.assert_array_equal(document.table("trained").values, session.matrix("trained"))
    assert len(changes) == 1


def test_the_gap_is_between_what_is_measured_of_both(document, session, engine):
    document.append(*rows_of(engine, session), rows_of(engine, session, "prompted")[0])
    gap = document.table("gap")
    assert gap.measured[0].tolist() == [[True] * 3, [False] * 3, [False] * 3]
    np.testing.assert_array_equal(gap.values, session.matrix("gap"))


def test_what_is_known_of_the_whole_is_brought_up_to_date_by_every_record(document, session, engine):
    assert np.isnan(document.baseline()).all()
    assert not document.table("gap").measured.any()
    assert document.floor("trained") == 0.0
    other = session.copy()
    engine.measure(other)
    document.append(*(record for record in other._state.compact() if isinstance(record, BaseRecord | Measured)))
    document.append(Floor(key=session.settings.key("trained", session.model.fingerprint), value=0.5, note=""))
    np.testing.assert_array_equal(document.baseline(), session.baseline())
    np.testing.assert_array_equal(document.table("gap").values, session.matrix("gap"))
    assert document.floor("trained") == 0.5


def test_the_findings_are_kept_until_a_number_a_sentence_or_a_setting_changes(document, session, engine):
    def renewed(change):
        before = document.findings()
        change()
        return document.findings() is not before

    assert not renewed(document.clear_marks)
    assert not renewed(lambda: document.mark(trained_task(session), Status.RUNNING))
    assert renewed(lambda: document.append(rows_of(engine, session)[0]))
    assert renewed(lambda: document.edit(document.session.sheet.texts[:2]))
    assert renewed(document.undo)
    assert renewed(document.redo)
    assert renewed(lambda: document.configure(session.settings.model_copy(update={"draws": 2})))


def test_an_edit_keeps_the_numbers_of_the_other_sentences(measured, session):
    before = measured.table("trained").values.copy()
    texts = list(session.sheet.texts)
    texts[0] = texts[0].model_copy(update={"sentences": ("{A} is no {B}.",)})
    measured.edit(texts)
    table = measured.table("trained")
    np.testing.assert_array_equal(table.values[:, 1:, 1:], before[:, 1:, 1:])
    assert not table.measured[:, 0].any()
    assert measured.undo()
    np.testing.assert_array_equal(measured.table("trained").values, before)
    assert measured.redo()
    assert not measured.undo() or not measured.undo()


def test_marks_are_of_the_cells_of_a_task_in_its_condition(document, session):
    task = trained_task(session)
    document.mark(task.model_copy(update={"rows": task.rows[:1]}), Status.RUNNING)
    assert (document.statuses("trained", 0)[0] == Status.RUNNING).all()
    assert (document.statuses("trained", 0)[1:] == Status.PENDING).all()
    assert (document.statuses("trained", 1) == Status.PENDING).all()
    assert (document.statuses("trained", None)[0] == Status.RUNNING).all()
    assert (document.statuses("prompted", 0) == Status.PENDING).all()


def test_a_mark_is_of_the_probes_of_its_task_alone(document, session):
    task = trained_task(session)
    document.mark(task.model_copy(update={"probes": task.probes[1:2]}), Status.FAILED, "out of memory")
    assert document.statuses("trained", 0)[0].tolist() == [Status.PENDING, Status.FAILED, Status.PENDING]
    assert document.mark_of("trained", 0, 0, 1).cause == "out of memory"
    assert document.mark_of("trained", 0, 0, 0) is None


def test_the_column_of_the_same_text_is_found_for_each_row(document):
    assert list(document.own_columns) == [0, None, 1]


def test_a_session_that_somebody_writes_is_opened_read_only_and_followed(session, engine):
    writer = Document(session)
    follower = Document.open(session.path)
    follower.follow()
    changes = []
    follower.changed = lambda: changes.append(1)
    follower.follow()
    assert not changes
    assert not follower.table("trained").measured.any()
    writer.append(*rows_of(engine, session))
    follower.follow()
    assert follower.table("trained").measured[0].all()
    assert len(changes) == 1
    with pytest.raises(InputError):
        follower.edit([Text(id="x", sentences=("x",))])


def test_opening_a_locked_session_is_no_error(session):
    assert Document.open(session.path).session.read_only


def test_a_newer_mark_hides_an_older_one_and_the_rest_of_that_stays(document, session):
    task = trained_task(session)
    document.mark(task, Status.FAILED, "too long")
    document.mark(task.model_copy(update={"probes": task.probes[1:]}), Status.RUNNING)
    assert document.statuses("trained", 0)[0].tolist() == [Status.FAILED, Status.RUNNING, Status.RUNNING]
    assert document.mark_of("trained", 0, 0, 0).cause == "too long"
    document.mark(task, Status.PENDING)
    assert (document.statuses("trained", 0) == Status.PENDING).all()


def test_a_row_that_is_measured_runs_no_more_and_others_do(document, session, engine):
    task = trained_task(session)
    document.mark(task, Status.RUNNING)
    document.append(rows_of(engine, session)[0])
    assert (document.statuses("trained", 0) == Status.RUNNING).any(axis=1).tolist() == [False, True, True]
    document.clear_marks()
    assert not (document.statuses("trained", 0) == Status.RUNNING).any()


def test_a_session_that_cannot_be_written_is_opened_to_be_read(session, monkeypatch):
    path = session.path
    session.close()

    def refused(self):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("eiftui.session.lock.WriterLock._acquire", refused)
    opened = Document.open(path)
    assert opened.session.read_only
    assert opened.writer is None


async def test_what_could_not_be_written_is_written_once_when_it_is_left_and_nothing_is_painted(document, monkeypatch):
    def full(*_):
        raise EiftuiError("the disk is full")

    def paint():
        raise AssertionError("there is no screen any more")

    with monkeypatch.context() as context:
        context.setattr(document.session, "keep", full)
        with pytest.raises(EiftuiError):
            await document.keep(Note(text="held"))
    document.changed = paint
    document.settle()
    document.settle()
    assert document.session.path.read_text().count('"held"') == 1
