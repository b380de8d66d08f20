"""What views have measured: a sweep that is made and adopted from the screen, steps, and a contrast of two cells."""

from __future__ import annotations

import pytest

from eiftui.engine.likeness import lacking
from eiftui.engine.protocol import Embed
from eiftui.errors import InputError
from eiftui.session.records import Swept, Trajectory
from eiftui.tui.app import Explorer
from eiftui.tui.document import Document
from eiftui.tui.picture import Status
from eiftui.tui.preferences import Preferences
from eiftui.tui.studies import RateSweep, Tracing
from eiftui.tui.widgets.findings import FindingsPane
from eiftui.tui.work import Phase
from tests.engine.fake import FakeClient
from tests.tui.conftest import screen_of, until
from tests.tui.test_running import Stage

RATES = (1e-4, 1e-3, 1e-2)
SWEEP = RateSweep(Swept(rates=RATES, draws=2))


@pytest.fixture
def paced(session) -> Stage:
    return Stage(session, paced=True)


@pytest.fixture
def stage(session) -> Stage:
    return Stage(session, paced=False)


async def test_a_sweep_measures_every_rate_and_marks_nothing_on_the_matrix(paced, session):
    paced.runner.run(SWEEP)
    await paced.fake.let(3 + 3 + 1)  # the model, the predictions, a row at the first rate
    assert paced.runner.work.text == "rate 1e-4 · draw 1/3"
    assert set(paced.document.statuses("trained", None).flat) == {Status.PENDING}
    await paced.fake.let_all()
    assert await paced.done() == Phase.IDLE
    assert session.swept == SWEEP.swept
    assert {task.settings.optimizer.lr for task in paced.tasks if task.what == "trained"} == set(RATES)
    assert session.measured("trained")[:2].all()  # one of the rates is the session's own
    assert not session.measured("trained")[2].any()
    assert "3 learning rates are measured" in paced.said[-1]
    assert not session.going_on


async def test_a_paused_sweep_goes_on_where_it_was(paced, session):
    paced.runner.run(SWEEP)
    await paced.fake.let(3 + 3 + 2)
    paced.runner.toggle()
    assert await paced.done() == Phase.PAUSED
    paced.fake.allowed = float("inf")
    paced.runner.toggle()
    assert await paced.done() == Phase.IDLE
    assert not list(SWEEP.tasks(session))
    asked = [row for task in paced.tasks if task.what == "predicted" for row in task.rows]
    assert len(asked) == len(set(asked))


async def test_a_sweep_follows_a_change_of_sentences(paced, session):
    paced.runner.run(SWEEP)
    await paced.fake.let(3 + 3 + 1)
    paced.document.edit(session.sheet.texts[1:])
    await paced.fake.let_all()
    assert await paced.done() == Phase.IDLE
    assert not list(SWEEP.tasks(session))


async def test_a_trajectory_is_measured_step_by_step(stage, session):
    await stage.document.keep()
    errand = Tracing.read("1 x2 then 2", session)
    stage.runner.run(errand)
    assert await stage.done() == Phase.IDLE
    assert session.trajectories == (errand.trajectory,)
    assert not session.measured("trained")[:, 1:].any()
    assert "4 steps" in stage.said[-1]


async def test_texts_are_embedded_once_and_semantics_has_its_answer(session, with_worker):
    async with with_worker(Document(session)).run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, "everything is measured")
        pilot.app.screen.query_one(FindingsPane).action_show("semantics")
        await until(pilot, "R embeds them")
        await pilot.press("R")
        await until(pilot, "embedding cosine")
        runner = pilot.app.screen.runner
        assert not list(lacking(session))
        asked = sum(isinstance(request, Embed) for request in runner.worker.client.requests)
        assert asked == session.draws
        runner.embed()
        while runner.work.busy:
            await pilot.pause()
        assert sum(isinstance(request, Embed) for request in runner.worker.client.requests) == asked


async def test_embedding_can_be_stopped_and_keeps_the_draws_before(paced, session):
    paced.runner.embed()
    await paced.fake.let(3 + 5)  # the model, and the texts of a draw
    paced.runner.cancel()
    assert await paced.done() == Phase.IDLE
    assert [one.draw for one in lacking(session)] == [1, 2]


def test_what_is_asked_for_is_read_or_refused(session):
    assert RateSweep.read(" 1e-4:1e-2 ", session) == RateSweep(Swept(rates=RATES, draws=3))
    assert Tracing.read("1 x2 then 2, 1", session).trajectory == Trajectory(
        sentences=("{A} is a {B}.", "{A} is a {B}.", "{A} is a {B}.", "Every {B} is a {C}.", "{A} is a {B}."),
        learned=2,
        draws=3,
    )
    for answer in ("", "x2", "1 then", "9", "1 x0", "1 x501"):
        with pytest.raises(InputError):
            Tracing.read(answer, session)
    for answer in ("", "1e-3", "1e-2:1e-4", "a:b"):
        with pytest.raises(InputError):
            RateSweep.read(answer, session)


@pytest.fixture
def with_worker() -> Explorer:
    return lambda document: Explorer(document, Preferences(), hire=FakeClient)


async def test_a_sweep_is_made_and_its_suggestion_adopted_by_keys(measured, with_worker):
    async with with_worker(measured).run_test(size=(100, 30)) as pilot:
        pilot.app.screen.query_one(FindingsPane).action_show("rate")
        await until(pilot, "no sweep was made")
        assert "R Measure it" in screen_of(pilot)[-1]
        assert "Adopt" not in screen_of(pilot)[-1]
        await pilot.press("R", *"1e-5:1e-2", "enter")
        await until(pilot, "Suggested learning rate")
        suggestion = pilot.app.screen.query_one(FindingsPane)._suggestion
        await until(pilot, "Adopt")
        await pilot.press("enter")
        await until(pilot, "sgd η 3.2e-4")
        assert measured.session.settings.optimizer.lr == suggestion != 1e-3
        assert "Adopt" not in screen_of(pilot)[-1]


async def test_two_marked_cells_are_a_contrast_that_is_shown_at_once_and_can_be_undone(measured, explorer):
    async with explorer(measured).run_test(size=(100, 30)) as pilot:
        await pilot.press("c")
        await until(pilot, "1 → 1 ought to be lower than")
        await pilot.press("right", "c")
        lines = await until(pilot, "Ought to hold, by the name of")
        assert any("“{A} is a {B}.” teaches “{A} is a {B}.” more than" in line for line in lines)
        await pilot.press("enter")
        await until(pilot, "own: “{A} is a {B}.” teaches “{A} is a {B}.” more than “{A} is a {C}.”")
        (kept,) = measured.session.sheet.live_contrasts
        assert (kept.lower.row, kept.lower.probe, kept.higher.row, kept.higher.probe) == ("ab", "ab", "ab", "ac")
        await pilot.press("u")
        await until(pilot, "The session has no contrasts.")


async def test_the_marked_cell_again_takes_the_mark_back(measured, explorer):
    async with explorer(measured).run_test(size=(100, 30)) as pilot:
        await pilot.press("c")
        await until(pilot, "ought to be lower than")
        await pilot.press("c")
        await until(pilot, "Trained ·")
        assert not measured.session.sheet.contrasts
