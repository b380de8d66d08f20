"""Running from the screen, on a worker that is none: what is asked, what is kept, and what a person is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from eiftui.domains.schema import Text
from eiftui.engine.protocol import Continuation, Continue, Load, Task
from eiftui.errors import EiftuiError
from eiftui.session.session import Session
from eiftui.settings import Settings
from eiftui.tui.document import Document
from eiftui.tui.outcome import NOTHING_THERE
from eiftui.tui.picture import Status
from eiftui.tui.running import Runner
from eiftui.tui.widgets.title import TitleBar
from eiftui.tui.work import Phase
from eiftui.tui.worker import Worker
from tests.engine.fake import FakeClient
from tests.tui.conftest import KINDS

ALL = 3 * (3 * 9)
"""Conditions, draws and cells; the probe without slots differs by row alone where the row has slots, as all have."""


class Stage:
    """A runner on a new session, and what it said."""

    def __init__(self, session: Session, paced: bool) -> None:
        self.document = Document(session)
        self.worker = Worker(lambda **options: FakeClient(paced=paced, **options))
        self.fake: FakeClient = self.worker.client  # type: ignore[assignment]
        self.runner = Runner(self.document, self.worker)
        self.said: list[str] = []
        self.runner.work.said = lambda text, severity: self.said.append(text)
        self.document.changed = self.runner.note_change

    async def done(self) -> Phase:
        """What the runner comes to when it is left alone."""
        async with asyncio.timeout(10):
            while self.runner.work.busy or self.stopping:
                await asyncio.sleep(0.001)
        return self.runner.work.phase

    async def until(self, phase: Phase) -> None:
        async with asyncio.timeout(10):
            while self.runner.work.phase != phase:
                await asyncio.sleep(0)

    @property
    def stopping(self) -> bool:
        return self.runner._stopper is not None and not self.runner._stopper.done()

    @property
    def tasks(self) -> list[Task]:
        return [request for request in self.fake.requests if isinstance(request, Task) and request.what != "check"]


@pytest.fixture
def new(tmp_path) -> Iterator[Session]:
    with Session.create(tmp_path / "new.eif", KINDS, Settings(draws=3, seed=5)) as session:
        yield session


@pytest.fixture
def stage(new) -> Stage:
    return Stage(new, paced=False)


@pytest.fixture
def paced(new) -> Stage:
    return Stage(new, paced=True)


async def test_a_run_measures_everything_the_prediction_first_and_says_so_in_words(stage):
    stage.runner.run()
    assert await stage.done() == Phase.IDLE
    assert stage.document.lacking() == 0
    assert [task.what for task in stage.tasks[:5]] == ["base", "predicted", "trained", "prompted", "floor"]
    assert f"Measured {ALL} cells" in stage.said[-1]
    assert "after learning" in stage.said[-1]


async def test_of_training_sets_whose_step_overshoots_it_is_said_so(stage, monkeypatch):
    monkeypatch.setattr("tests.engine.fake.STRENGTH", {"trained": -0.5, "predicted": 0.7, "prompted": 0.9})
    stage.runner.run()
    assert await stage.done() == Phase.IDLE
    assert "own loss: the step overshoots; try a sweep, in the view Rate" in stage.said[-2] + stage.said[-1]


async def test_a_run_that_is_under_way_when_the_session_is_left_goes_on_when_it_is_opened(paced, new):
    paced.runner.run()
    await paced.fake.let(10)
    await paced.runner.close()
    await paced.worker.close()
    new.close()
    with Session.open(new.path) as again:
        assert 0 < Document(again).lacking() < ALL
        stage = Stage(again, paced=False)
        stage.runner.begin()
        await stage.done()
        assert stage.document.lacking() == 0
        assert not again.going_on


async def test_a_session_that_was_left_alone_is_only_loaded_for(stage):
    stage.runner.begin()
    assert await stage.done() == Phase.IDLE
    assert [type(request) for request in stage.fake.requests] == [Load]


async def test_a_run_that_is_asked_for_while_the_model_is_loaded_begins_then(paced):
    paced.runner.load()
    await paced.fake.let(1)
    paced.runner.run(paced.document.row_scope(0))
    paced.runner.run()
    await paced.fake.let(2)
    await paced.until(Phase.MEASURING)
    await paced.fake.let_all()
    assert await paced.done() == Phase.IDLE
    assert paced.document.lacking() == 0
    assert paced.said[-1].startswith("Measured")


async def test_a_run_that_is_asked_for_while_the_model_is_loaded_is_not_begun_after_a_cancel(paced):
    paced.runner.load()
    await paced.fake.let(1)
    paced.runner.run()
    paced.runner.cancel()
    paced.fake.allowed = float("inf")
    assert await paced.done() == Phase.IDLE
    assert not paced.tasks


async def test_a_stop_is_said_where_there_was_something_to_stop(paced):
    paced.runner.run()
    await paced.fake.let(5)
    paced.runner.cancel()
    assert "stopped" in paced.said[-1]
    await paced.done()
    said = len(paced.said)
    paced.runner.cancel()
    assert len(paced.said) == said


async def test_cancelling_keeps_what_is_measured_and_marks_what_was_running(paced, new):
    paced.runner.run()
    await paced.fake.let(3 + 2 + 3 + 1)  # a model, the base, all predicted, a trained row
    paced.runner.cancel()
    assert await paced.done() == Phase.IDLE
    assert new.measured("trained").sum() == 3
    statuses = paced.document.statuses("trained", 0)
    assert (statuses[1:] == Status.CANCELLED).all()
    assert not new.going_on
    paced.fake.allowed = float("inf")
    paced.runner.run()
    await paced.done()
    assert paced.document.lacking() == 0
    assert paced.fake.starts == 1


async def test_a_worker_that_does_not_mind_a_cancel_is_ended_and_another_started(paced):
    paced.runner.run()
    await paced.fake.let(8)
    paced.fake.stall()
    paced.runner.cancel()
    await paced.until(Phase.LOADING)
    await paced.fake.let(3)
    assert await paced.done() == Phase.IDLE
    assert paced.fake.starts == 2


async def test_a_process_that_was_started_for_something_else_has_the_model_still_to_load(stage, new):
    stage.runner.load()
    await stage.done()
    await stage.worker.close()
    await stage.worker.start()
    assert not stage.worker.has(new.settings)
    stage.runner.run()
    assert await stage.done() == Phase.IDLE
    assert sum(isinstance(request, Load) for request in stage.fake.requests) == 2


async def test_a_pause_takes_marks_back_and_the_same_key_goes_on(paced):
    paced.runner.run()
    await paced.fake.let(9)
    paced.runner.toggle()
    assert await paced.done() == Phase.PAUSED
    assert set(paced.document.statuses("trained", 0).flat) == {Status.PENDING}
    paced.fake.allowed = float("inf")
    paced.runner.toggle()
    assert await paced.done() == Phase.IDLE
    assert paced.document.lacking() == 0


async def test_a_change_during_a_run_gives_up_what_nobody_wants_and_measures_what_is_new(paced, new):
    paced.runner.run()
    await paced.fake.let(9)
    paced.document.edit([Text(id="new", sentences=("{A} is new.",))])
    await paced.fake.let_all()
    assert await paced.done() == Phase.IDLE
    assert paced.document.lacking() == 0
    paced.document.undo()
    measured_before = int(new.measured("trained").sum())
    assert 0 < measured_before < 27
    paced.runner.run()
    await paced.done()
    assert new.measured("trained").all()


async def test_a_run_gives_way_to_what_a_person_waits_for_and_then_measures_all(paced, new):
    paced.runner.run()
    await paced.fake.let(9)
    asked = Continue(text="Once", temperature=1.0, max_tokens=9, number=2, seed=0)
    async with paced.worker.first():
        sampled = asyncio.create_task(paced.worker.client.one(asked, Continuation))
        await paced.fake.let(2)
        assert (await sampled).text
        assert paced.fake.requests[-1] == asked
        assert "waits until the model" in paced.runner.work.text
        assert Status.RUNNING not in paced.document.statuses("trained", 0)
        measured_before = int(new.measured("trained").sum())
        assert 0 < measured_before < 27
    await paced.fake.let_all()
    assert await paced.done() == Phase.IDLE
    assert paced.document.lacking() == 0


async def test_a_run_that_gives_way_can_be_stopped(paced, new):
    paced.runner.run()
    await paced.fake.let(9)
    async with paced.worker.first():
        paced.runner.cancel()
        async with asyncio.timeout(10):
            while paced.runner.work.phase == Phase.MEASURING:
                await asyncio.sleep(0)
    assert await paced.done() == Phase.IDLE
    assert not new.going_on


async def test_one_row_or_one_cell_can_be_measured(stage, new):
    stage.runner.run(stage.document.row_scope(1))
    await stage.done()
    assert new.measured("trained").sum(axis=(0, 2)).tolist() == [0, 9, 0]
    stage.runner.run(stage.document.cell_scope(2, 0))
    await stage.done()
    assert new.measured("prompted")[:, 2].sum(axis=0).tolist() == [3, 0, 0]
    assert not new.going_on


async def test_a_failure_is_shown_on_its_cells_and_can_be_retried(paced, new):
    paced.runner.run()
    await paced.fake.let(9)
    paced.fake.fail("out of memory; try a smaller model")
    assert await paced.done() == Phase.FAILED
    assert paced.document.mark_of("trained", 0, 2, 0).cause == "out of memory; try a smaller model"
    assert paced.said[-1] == "out of memory; try a smaller model"
    paced.fake.allowed = float("inf")
    paced.runner.retry()
    assert await paced.done() == Phase.IDLE
    assert new.measured("trained").sum() == 9


async def test_texts_that_cannot_be_measured_are_found_and_all_others_are_measured(new):
    class Picky(FakeClient):
        async def ask(self, request):
            texts = (*request.rows, *request.probes) if isinstance(request, Task) else ()
            if any("frog" in sentence for text in texts for sentence in text):
                self.fail("too long: 9999 tokens", 2)
            async for answer in super().ask(request):
                yield answer

    stage = Stage(new, paced=False)
    stage.worker.client = stage.fake = Picky()
    stage.runner.run()
    assert await stage.done() == Phase.IDLE
    assert new.measured("trained").sum(axis=(0, 1)).tolist() == [9, 9, 0]
    assert stage.document.mark_of("prompted", 2, 0, 2).cause == "too long: 9999 tokens"
    assert "1 text cannot be measured: their cells say why" in stage.said
    assert stage.document.failed()
    kept = [text for text in new.sheet.texts if "frog" not in text.label]
    stage.document.edit([*kept, Text(id="new", sentences=("A newt swims.",), role="probe")])
    assert stage.document.failed() is None


async def test_a_worker_that_dies_is_a_message_and_another_goes_on(paced):
    paced.runner.run()
    await paced.fake.let(9)
    await paced.fake.die(9)
    assert await paced.done() == Phase.FAILED
    assert "killed by signal 9" in paced.said[-1]
    paced.fake.allowed = float("inf")
    paced.runner.run()
    assert await paced.done() == Phase.IDLE
    assert paced.document.lacking() == 0
    assert paced.fake.starts == 2


async def test_a_worker_that_dies_with_nothing_to_do_is_a_message(stage):
    stage.runner.begin()
    await stage.done()
    await stage.fake.die(code=1, log="Traceback")
    assert stage.runner.work.phase == Phase.FAILED
    assert "Traceback" in stage.said[-1]


async def test_a_full_disk_is_a_message_and_loses_nothing_that_was_measured(stage, new, monkeypatch):
    keep, calls = new.keep, []

    def full(*records):
        calls.append(records)
        if len(calls) == 9:
            raise EiftuiError("cannot write (No space left on device)")
        return keep(*records)

    monkeypatch.setattr(new, "keep", full)
    stage.runner.run()
    assert await stage.done() == Phase.FAILED
    assert "No space left" in stage.said[-1]
    assert stage.document.unsaved
    assert TitleBar(stage.document)._state().plain == "not saved"
    held = calls[-1]
    stage.runner.run()
    assert await stage.done() == Phase.IDLE
    assert not stage.document.unsaved
    assert held == calls[9]
    assert stage.document.lacking() == 0


async def test_of_a_row_alone_the_strongest_of_all_is_not_told(stage):
    stage.runner.run(stage.document.row_scope(0))
    await stage.done()
    assert stage.said[-1].startswith("Measured ")
    assert "Strongest" not in stage.said[-1]
    stage.runner.run()
    await stage.done()
    assert any("Strongest on another text: after learning" in said for said in stage.said)


async def test_without_sentences_there_is_nothing_to_measure(stage):
    stage.document.edit([])
    assert await stage.runner.cost(stage.document.session.settings) == NOTHING_THERE
    stage.runner.run()
    assert await stage.done() == Phase.FAILED
    assert "nothing to measure" in stage.said[-1]


async def test_another_model_is_loaded_when_the_settings_ask_for_it(stage, new):
    stage.runner.run(stage.document.row_scope(0))
    await stage.done()
    other = new.settings.model.model_copy(update={"name": "gpt2"})
    stage.document.configure(new.settings.model_copy(update={"model": other}))
    stage.runner.run()
    await stage.done()
    assert [load.settings.model.name for load in stage.fake.requests if isinstance(load, Load)] == [
        "smollm2-135m",
        "gpt2",
    ]
    assert stage.document.lacking() == 0


async def test_what_it_takes_is_told_before_it_is_done(stage):
    stage.runner.begin()
    await stage.done()
    assert f"for {ALL} cells" in await stage.runner.cost(stage.document.session.settings)


async def test_what_is_measured_is_looked_at_without_a_model_until_there_is_something_to_measure(stage):
    stage.runner.run()
    await stage.done()
    stage.document.session.close()
    with Session.open(stage.document.session.path) as again:
        second = Stage(again, paced=False)
        second.runner.begin()
        assert await second.done() == Phase.IDLE
        assert second.fake.starts == 0
        assert "nothing to measure" in await second.runner.cost(again.settings)
        second.document.edit([*again.sheet.texts, Text(id="new", sentences=("A toad is no frog.",))])
        second.runner.load_for_the_rest()
        await second.done()
        assert [type(request) for request in second.fake.requests] == [Load]
