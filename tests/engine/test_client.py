"""Whoever asks a worker gets its answers as they come, may give up at any moment, and hears how it died.

The same holds of the worker that is none, on which the screen is tested.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from eiftui.engine.client import Client, RequestCancelled, WorkerDied
from eiftui.engine.protocol import (
    Calibrate,
    Calibrated,
    Continuation,
    Continue,
    Embed,
    Embedding,
    Load,
    Request,
    Stage,
    Task,
    Tokenize,
    Tokenized,
)
from eiftui.errors import EiftuiError, InputError
from eiftui.session.results import BaseRecord, Floor, Measured, ModelRecord, TokenTexts
from eiftui.session.written import text_id
from eiftui.settings import Method, ModelChoice, Optimizer, Settings
from tests.engine.fake import FakeClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = (("Snow is white.",), ("A dog", "barks."), ("Cats do not.",))
LONG = Optimizer(epochs=1000)
SOON = 5.0
"""Seconds, of the minutes that a long request takes: a processor may have other tests to do."""
ONE_THREAD = {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def settings(tiny_folder: Path) -> Settings:
    return Settings(model=ModelChoice(name=str(tiny_folder), device="cpu"), draws=1)


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["worker", "fake"])
async def client(
    request: pytest.FixtureRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Client]:
    """A worker with a model, or one that is none."""
    log = tmp_path_factory.mktemp("log") / "worker.log"
    made = FakeClient() if request.param == "fake" else Client(log=log, environment=ONE_THREAD)
    await made.start()
    await made.one(Load(settings=settings), ModelRecord)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def worker(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """A worker with a model, for tests that leave it as it was."""
    made = Client(log=tmp_path_factory.mktemp("log") / "worker.log", environment=ONE_THREAD)
    await made.start()
    await made.one(Load(settings=settings), ModelRecord)
    yield made
    await made.close()


def task(settings: Settings, what: Any = "trained", **fields: Any) -> Task:
    return Task(what=what, **{"rows": ROWS, "probes": ROWS[:2], "settings": settings, **fields})


def long(settings: Settings, engine: Any = "factors", what: Any = "trained") -> Task:
    return task(settings.model_copy(update={"optimizer": LONG, "method": Method(engine=engine)}), what)


async def answers(client: Client, request: Request) -> list[Any]:
    return [answer async for answer in client.ask(request)]


async def begun(client: Client, request: Request, after: int = 0) -> tuple[asyncio.Task[Any], list[Any]]:
    """Ask; when as many answers are there, what reads on, and what it has read."""
    read: list[Any] = []
    there = asyncio.Event()

    async def ask() -> None:
        if not after:
            there.set()
        async for answer in client.ask(request):
            read.append(answer)
            if len(read) >= after:
                there.set()

    reading = asyncio.create_task(ask())
    await there.wait()
    return reading, read


async def test_loading_tells_its_stages_and_what_the_model_is(client: Client, settings: Settings) -> None:
    *stages, model = await answers(client, Load(settings=settings))
    assert stages
    assert all(isinstance(stage, Stage) for stage in stages)
    assert isinstance(model, ModelRecord)
    assert model.choice == settings.model


async def test_a_task_is_answered_with_a_record_a_row(client: Client, settings: Settings) -> None:
    for what in ("trained", "predicted", "prompted"):
        records = await answers(client, task(settings, what))
        assert {record.row for record in records} == set(map(text_id, ROWS))
        assert all(isinstance(record, Measured) and record.condition == what for record in records)
    base, texts = await answers(client, task(settings, "base", rows=()))
    assert isinstance(base, BaseRecord)
    assert isinstance(texts, TokenTexts)
    assert [probe.sentences for probe in base.probes] == list(ROWS[:2])
    assert {type(record) for record in await answers(client, task(settings, "floor"))} == {Floor}
    assert await answers(client, task(settings, "check")) == []


async def test_the_parts_of_tokens_together_are_the_text(client: Client) -> None:
    texts = ("Snow is white.", "", "A dog\nbarks. ")
    found = await client.one(Tokenize(texts=texts), Tokenized)
    assert tuple("".join(text.parts) for text in found.texts) == texts
    assert all(len(text.parts) == len(text.tokens) for text in found.texts)


async def test_continuations_and_embeddings_are_as_many_as_were_asked_for(client: Client) -> None:
    for answer, kind, number in (
        (Continue(text="Snow is", number=3, max_tokens=5), Continuation, 3),
        (Embed(texts=("Snow.", "A dog barks.")), Embedding, 2),
    ):
        found = await answers(client, answer)
        assert [type(one) for one in found] == [kind] * number


async def test_a_calibration_times_each_task(client: Client, settings: Settings) -> None:
    tasks = (task(settings), task(settings, "prompted"))
    found = await client.one(Calibrate(tasks=tasks), Calibrated)
    assert len(found.seconds) == 2
    assert all(seconds > 0 for seconds in found.seconds)
    assert found.memory > found.weights > 0


async def test_a_worker_that_does_not_run_cannot_be_asked() -> None:
    for client in (Client(), FakeClient()):
        assert not client.running
        with pytest.raises(EiftuiError, match="not running"):
            await answers(client, Embed(texts=("a",)))
        assert not await client.cancel()
        await client.close()


async def test_a_second_request_waits_its_turn_and_tokens_do_not(worker: Client, settings: Settings) -> None:
    reading, read = await begun(worker, long(settings))
    behind, embeddings = await begun(worker, Embed(texts=("a",)))
    await worker.one(Tokenize(texts=("Snow.",)), Tokenized)
    assert (read, embeddings) == ([], [])
    assert await worker.cancel()
    for one in (reading, behind):
        with pytest.raises(RequestCancelled):
            await one


@pytest.mark.parametrize("engine", ["factors", "reference"])
@pytest.mark.parametrize("what", ["trained", "predicted"])
async def test_a_cancelled_request_ends_at_once_and_the_next_is_answered_as_if_it_had_not_been(
    worker: Client, settings: Settings, engine: Any, what: Any
) -> None:
    sound = task(settings.model_copy(update={"method": Method(engine=engine)}))
    before = await answers(worker, sound)
    reading, _ = await begun(worker, long(settings, engine, what))
    await worker.one(Tokenize(texts=("Snow.",)), Tokenized)  # it is under way
    began = time.perf_counter()
    assert await worker.cancel()
    assert time.perf_counter() - began < SOON
    with pytest.raises(RequestCancelled):
        await reading
    assert [record.eif.tolist() for record in await answers(worker, sound)] == [
        record.eif.tolist() for record in before
    ]


async def test_what_was_answered_before_a_cancel_is_kept(worker: Client, settings: Settings) -> None:
    many = task(settings.model_copy(update={"method": Method(engine="reference")}), rows=ROWS * 300)
    reading, read = await begun(worker, many, after=3)
    assert await worker.cancel()
    with pytest.raises(RequestCancelled):
        await reading
    assert 3 <= len(read) < 900
    assert all(isinstance(record, Measured) for record in read)


async def test_whoever_stops_reading_gives_the_request_up(worker: Client, settings: Settings) -> None:
    many = task(settings.model_copy(update={"method": Method(engine="reference")}), rows=ROWS * 300)
    async with aclosing(worker.ask(many)) as read:
        async for _ in read:
            break
    began = time.perf_counter()
    assert await answers(worker, Embed(texts=("a",)))
    assert time.perf_counter() - began < SOON


async def test_one_request_is_given_up_and_what_waits_behind_it_is_answered(client: Client, settings: Settings) -> None:
    many = task(settings.model_copy(update={"method": Method(engine="reference")}), rows=ROWS * 300)
    reading, read = await begun(client, many, after=3)
    behind = asyncio.create_task(answers(client, Embed(texts=("a",))))
    client.give_up(many)
    with pytest.raises(RequestCancelled):
        await reading
    assert 3 <= len(read) < 900
    assert len(await behind) == 1


async def test_when_nothing_is_asked_there_is_nothing_to_cancel(worker: Client) -> None:
    assert await worker.cancel()
    assert await answers(worker, Embed(texts=("a",)))


async def test_bad_input_is_told_from_a_failure_and_neither_ends_the_worker(worker: Client, settings: Settings) -> None:
    with pytest.raises(InputError, match="256"):
        await answers(worker, task(settings, rows=(("x" * 300,),)))
    with pytest.raises(InputError, match="no-such-model"):
        await answers(worker, Load(settings=Settings(model=ModelChoice(name="no-such-model"))))
    with pytest.raises(EiftuiError, match="no model is loaded"):
        await answers(worker, task(settings))
    await worker.one(Load(settings=settings), ModelRecord)


async def test_an_unexpected_error_is_told_with_its_type_and_the_log_has_the_rest(
    worker: Client, settings: Settings
) -> None:
    nothing = task(settings, "prompted", rows=(), probes=())
    with pytest.raises(EiftuiError, match=r"^ValueError: .*empty"):
        await answers(worker, nothing)
    assert await answers(worker, Embed(texts=("a",)))
    assert worker._log is not None
    assert "Traceback" in worker._log.read_text()


async def test_a_killed_worker_is_heard_of_and_a_new_one_goes_on(settings: Settings) -> None:
    deaths: list[WorkerDied] = []
    client = Client(died=deaths.append, environment=ONE_THREAD)
    await client.start()
    await client.one(Load(settings=settings), ModelRecord)
    reading, _ = await begun(client, long(settings))
    await client.one(Tokenize(texts=("Snow.",)), Tokenized)
    os.kill(client.pid or 0, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="killed by signal 9") as raised:
        await reading
    assert deaths == [raised.value]
    assert not client.running
    with pytest.raises(WorkerDied):
        await answers(client, Embed(texts=("a",)))
    await client.start()
    await client.one(Load(settings=settings), ModelRecord)
    assert await answers(client, task(settings))
    await client.close()
    assert len(deaths) == 1


async def test_a_worker_that_cannot_begin_says_why(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libcuda is missing')")
    client = Client(log=tmp_path / "logs" / "worker.log", environment={"PYTHONPATH": str(tmp_path)})
    await client.start()
    with pytest.raises(WorkerDied, match=r"exit code 1: ImportError: libcuda is missing") as raised:
        await answers(client, Embed(texts=("a",)))
    assert raised.value.log.startswith("Traceback")


async def test_what_libraries_print_is_no_answer(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "safetensors.py").write_text(
        f"import os, sys\nprint('hello')\nos.write(1, b'hello')\n"
        f"sys.path.remove({str(tmp_path)!r})\ndel sys.modules['safetensors']\nimport safetensors"
    )
    log = tmp_path / "worker.log"
    client = Client(log=log, environment={**ONE_THREAD, "PYTHONPATH": str(tmp_path)})
    await client.start()
    await client.one(Load(settings=settings), ModelRecord)
    await client.close()
    assert log.read_text().count("hello") == 2


async def test_a_worker_that_does_not_answer_is_ended(settings: Settings) -> None:
    client = Client(environment=ONE_THREAD)
    client.patience = client.last_patience = 0.1
    await client.start()
    await client.one(Load(settings=settings), ModelRecord)
    reading, _ = await begun(client, long(settings))
    os.kill(client.pid or 0, signal.SIGSTOP)
    assert not await client.cancel()
    with pytest.raises(RequestCancelled):
        await reading
    assert not client.running


async def test_a_worker_that_loads_is_ended_when_that_is_cancelled(settings: Settings) -> None:
    deaths: list[WorkerDied] = []
    client = Client(died=deaths.append, environment=ONE_THREAD)
    await client.start()
    reading, _ = await begun(client, Load(settings=settings), after=1)
    began = time.perf_counter()
    assert not await client.cancel()
    assert time.perf_counter() - began < SOON
    with pytest.raises(RequestCancelled):
        await reading
    await client.start()
    assert await client.one(Load(settings=settings), ModelRecord)
    await client.close()
    assert deaths == []
