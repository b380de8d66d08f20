"""What is measured next: in an order that shows something early, and nothing twice."""

from __future__ import annotations

from itertools import product

from eiftui.domains.schema import Text
from eiftui.engine.here import Here
from eiftui.engine.plan import cells_in_all, cells_missing, tasks
from eiftui.engine.protocol import Task
from eiftui.engine.run import load, run
from eiftui.session.records import DrawWords, Sheet
from eiftui.session.results import BaseRecord, Measured, ModelRecord
from eiftui.session.session import Session
from tests.engine.conftest import ROWS, MakeSession


def measured(session: Session, here: Here) -> list[Task]:
    """Measure all that is missing; the tasks that were done, each once."""
    load(session, here)
    done: list[Task] = []
    run(session, here, lambda task, result: done.append(task) if task not in done[-1:] else None)
    return done


def test_each_draw_begins_with_the_base_and_its_quick_conditions_and_only_the_first_has_floors(
    make_session: MakeSession,
) -> None:
    session = make_session(conditions=("trained", "predicted", "prompted"))
    draw = ["base", "predicted", "trained", "prompted"]
    # rows that lack the same probes are one task, and here all do
    assert [task.what for task in tasks(session)] == [*draw, "floor", *draw]


def test_a_condition_that_is_not_asked_for_is_not_measured(make_session: MakeSession, here: Here) -> None:
    assert {task.what for task in measured(make_session(conditions=("predicted",)), here)} == {"base", "predicted"}


def test_no_cell_is_asked_for_twice_where_texts_have_no_slots_or_are_equal(
    make_session: MakeSession, here: Here
) -> None:
    session = make_session()
    double = Text(id="again", sentences=session.rows[0].sentences)
    session.edit(session.sheet.model_copy(update={"texts": (*session.sheet.texts, double)}))
    cells = [
        cell
        for task in measured(session, here)
        if task.what not in ("base", "floor")
        for cell in product([task.what], task.rows, task.probes)
    ]
    assert len(cells) == len(set(cells))
    assert session.measured("trained").all()


def test_when_all_is_measured_nothing_is_left_to_do(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    # the one cell without slots is the same in both draws
    assert cells_missing(session) == cells_in_all(session) == 3 * (9 + 8)
    done = measured(session, here)
    assert [task.what for task in done].count("floor") == 1
    assert list(tasks(session)) == []
    assert cells_missing(session) == 0


def test_a_new_probe_is_all_that_is_measured_on_the_rows_that_were_there(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    measured(session, here)
    probe = Text(id="new", sentences=("{C} is {A}.",), role="probe")
    session.edit(session.sheet.model_copy(update={"texts": (*session.sheet.texts, probe)}))
    again = measured(session, here)
    assert {task.probes for task in again} == {(session.filled(probe, 0),), (session.filled(probe, 1),)}
    assert {task.what for task in again} == {"base", "predicted", "trained", "prompted"}


def test_a_floor_is_still_to_be_measured_when_every_cell_is(make_session: MakeSession, here: Here) -> None:
    whole = make_session()
    measured(whole, here)
    without = make_session()
    for record in whole.copy()._state.compact():
        if isinstance(record, DrawWords | ModelRecord | BaseRecord | Measured):
            without.append(record)
    assert [task.what for task in tasks(without)] == ["floor"]


def test_going_back_to_settings_measured_before_leaves_nothing_to_do(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    measured(session, here)
    before = session.settings
    session.configure(before.model_copy(update={"optimizer": before.optimizer.model_copy(update={"lr": 2e-3})}))
    assert {task.what for task in tasks(session)} == {"predicted", "trained", "floor"}
    session.configure(before)
    assert list(tasks(session)) == []


def test_a_sheet_of_probes_alone_asks_for_their_base_losses_only(make_session: MakeSession) -> None:
    session = make_session(conditions=("predicted",))
    probes = tuple(text.model_copy(update={"role": "probe"}) for text in session.sheet.texts)
    session.edit(Sheet(texts=probes))
    assert {task.what for task in tasks(session)} == {"base"}


def test_the_records_of_a_run_are_one_a_row_of_each_task(make_session: MakeSession, here: Here) -> None:
    session, rows = make_session(draws=1), []
    load(session, here)
    outcome = run(session, here, lambda task, result: rows.append(result) if isinstance(result, Measured) else None)
    assert len(rows) == 3 * len(ROWS)
    assert outcome.cells == cells_in_all(session)
    assert outcome.not_finite == 0
