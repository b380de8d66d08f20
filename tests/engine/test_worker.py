"""The worker as a process: it ends with whoever started it, and loses nothing to a reader that stalls."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eiftui.engine.client import Client, RequestCancelled
from eiftui.engine.process import COMMAND
from eiftui.engine.protocol import Answered, Asked, Cancel, Continue, Embed, Load, Request, Stage, Task
from eiftui.models.fetch import cached
from eiftui.models.registry import DEFAULT
from eiftui.session.results import ModelRecord
from eiftui.settings import Condition, Method, ModelChoice, Optimizer, Settings

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
STARTER = """
import asyncio, sys
from eiftui.engine.client import Client
from eiftui.engine.protocol import Asked
async def main():
    client = Client()
    await client.start()
    print(client.pid, flush=True)
    for line in sys.stdin:
        async for answer in client.ask(Asked.model_validate_json(line).request):
            print(answer.kind, flush=True)
asyncio.run(main())
"""
PROMPTLY = 3.0
"""Seconds within which a worker is gone: 1.5 where the machine has nothing else to do."""


MUCH = 1 << 15
"""Bytes that fill a pipe, or nearly so."""


def line(number: int, request: Request | Cancel) -> bytes:
    return Asked(number=number, request=request).model_dump_json().encode() + b"\n"


def load(folder: Path) -> Load:
    return Load(settings=Settings(model=ModelChoice(name=str(folder), device="cpu")))


def long(folder: Path) -> Task:
    settings = load(folder).settings.model_copy(update={"optimizer": Optimizer(epochs=1000)})
    return Task(what="trained", rows=(("Snow is white.",),), probes=(("Snow.",),), settings=settings)


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker process, and pipes to it."""
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT)
    yield process
    process.kill()
    process.communicate()


def ask(worker: subprocess.Popen[bytes], number: int, request: Request | Cancel) -> None:
    assert worker.stdin is not None
    worker.stdin.write(line(number, request))
    worker.stdin.flush()


def answer(worker: subprocess.Popen[bytes]) -> Answered:
    assert worker.stdout is not None
    return Answered.model_validate_json(worker.stdout.readline())


def answers(worker: subprocess.Popen[bytes], number: int, request: Request) -> list[str]:
    """The kinds of all answers to a request."""
    ask(worker, number, request)
    kinds = []
    while not kinds or kinds[-1] not in ("done", "failed", "cancelled"):
        kinds.append(answer(worker).answer.kind)
    return kinds


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_it_ends_when_its_input_does(worker: subprocess.Popen[bytes], tiny_folder: Path, busy: bool) -> None:
    answers(worker, 1, load(tiny_folder))
    if busy:
        ask(worker, 2, long(tiny_folder))
    assert worker.stdin is not None
    worker.stdin.close()
    worker.wait(PROMPTLY)
    worker.stdin = None


def test_it_is_gone_soon_after_whoever_started_it_was_killed_in_the_midst_of_a_request(tiny_folder: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    assert starter.stdin is not None
    assert starter.stdout is not None
    assert starter.stderr is not None
    starter.stdin.write(line(1, load(tiny_folder)) + line(2, long(tiny_folder)))
    starter.stdin.flush()
    for said in starter.stdout:
        if said == b"model\n":
            break
    starter.kill()
    began = time.perf_counter()
    # the worker has the other end of this too, which therefore ends when it does
    starter.stderr.read()
    assert time.perf_counter() - began < PROMPTLY
    starter.communicate()


def test_a_reader_that_stalls_holds_it_up_and_loses_nothing(worker: subprocess.Popen[bytes], tiny_folder: Path) -> None:
    answers(worker, 1, load(tiny_folder))
    texts = tuple(f"Snow {number}." for number in range(1000))
    ask(worker, 2, Embed(texts=texts))
    ask(worker, 3, Embed(texts=texts[:1]))
    assert worker.stdout is not None
    while _bytes_in(worker.stdout.fileno()) < MUCH:
        time.sleep(0.01)
    numbers = [answer(worker).number for _ in range(1003)]
    assert numbers == [2] * 1001 + [3] * 2


def _bytes_in(pipe: int) -> int:
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0])


def test_a_reader_that_is_gone_is_the_end_of_it(worker: subprocess.Popen[bytes], tiny_folder: Path) -> None:
    answers(worker, 1, load(tiny_folder))
    assert worker.stdout is not None
    worker.stdout.close()
    ask(worker, 2, Embed(texts=("a",)))
    worker.wait(PROMPTLY)
    worker.stdout = None


def test_a_line_that_is_no_request_is_the_end_of_it(worker: subprocess.Popen[bytes], tiny_folder: Path) -> None:
    answers(worker, 1, load(tiny_folder))
    assert worker.stdin is not None
    worker.stdin.write(b'{"number": 2, "request": {"kind": "dance"}}\n')
    worker.stdin.flush()
    worker.wait(PROMPTLY)


def test_a_request_that_was_cancelled_before_its_turn_is_not_begun(
    worker: subprocess.Popen[bytes], tiny_folder: Path
) -> None:
    answers(worker, 1, load(tiny_folder))
    for number in (2, 3):
        ask(worker, number, long(tiny_folder))
    for number in (3, 2):
        ask(worker, 4, Cancel(number=number))
    ask(worker, 5, Embed(texts=("a",)))
    assert [(one.number, one.answer.kind) for one in (answer(worker) for _ in range(4))] == [
        (2, "cancelled"),
        (3, "cancelled"),
        (5, "embedding"),
        (5, "done"),
    ]


async def test_a_download_that_is_cancelled_ends_with_what_does_it_and_leaves_nothing_behind(tmp_path: Path) -> None:
    index = socket.create_server(("127.0.0.1", 0))  # takes connections, and never answers
    index.settimeout(60)
    cache = tmp_path / "cache"
    client = Client(
        environment={
            "EIFTUI_CACHE": str(cache),
            "PIP_INDEX_URL": f"http://127.0.0.1:{index.getsockname()[1]}/simple",
            "PIP_CONFIG_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }
    )
    await client.start()
    stages: list[Stage] = []

    async def read() -> None:
        async for one in client.ask(Load(settings=Settings())):
            assert isinstance(one, Stage)
            stages.append(one)

    reading = asyncio.create_task(read())
    pip, _ = await asyncio.get_running_loop().run_in_executor(None, index.accept)
    began = time.perf_counter()
    assert not await client.cancel()
    assert time.perf_counter() - began < 1
    with pytest.raises(RequestCancelled):
        await reading
    assert stages[0].fraction is not None
    pip.settimeout(PROMPTLY)
    while pip.recv(1 << 16):
        pass  # until it hangs up
    assert list(cache.iterdir()) == []
    index.close()
    pip.close()


BUSY: tuple[tuple[Condition, Method, Optimizer], ...] = (
    ("trained", Method(), Optimizer()),
    ("trained", Method(), Optimizer(name="adamw", lr=1e-6)),
    ("predicted", Method(), Optimizer(name="adamw", lr=1e-6)),
    ("prompted", Method(), Optimizer()),
    ("trained", Method(engine="reference"), Optimizer()),
)


@pytest.mark.skipif(not cached(DEFAULT), reason="the default model is not cached")
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time of another process is not known here")
async def test_with_the_default_model_busy_a_cancel_is_answered_within_a_second() -> None:
    client = Client()
    await client.start()
    await client.one(Load(settings=Settings()), ModelRecord)
    rows = tuple((f"Klarbu {number} belongs to the set of greevan, and greevan to trell.",) for number in range(20))
    requests: list[Request] = [Continue(text="Frogs", number=100, one_sentence=False)]
    for condition, method, optimizer in BUSY:
        settings = Settings(method=method, optimizer=optimizer)
        requests.append(Task(what=condition, rows=rows, probes=rows, settings=settings))
    for request in requests:

        async def read(request: Request = request) -> None:
            async for _ in client.ask(request):
                pass

        reading = asyncio.create_task(read())
        await _worked(client.pid or 0, 1.0)
        began = time.perf_counter()
        assert await client.cancel()
        assert time.perf_counter() - began < 1
        with pytest.raises(RequestCancelled):
            await reading
    await client.close()


async def _worked(pid: int, seconds: float) -> None:
    """Return when the process has used so much more of the processor."""
    aim = _processor_time(pid) + seconds
    while _processor_time(pid) < aim:
        await asyncio.sleep(0.01)


def _processor_time(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_its_near_end_needs_neither_torch_nor_the_screens_library() -> None:
    code = (
        "import sys, eiftui.engine.client, eiftui.engine.plan\n"
        "heavy = {'torch', 'transformers', 'textual', 'scipy', 'huggingface_hub'}\n"
        "print(heavy & {name.partition('.')[0] for name in sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
