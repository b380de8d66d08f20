"""A worker that is none: it answers a `Client` with made-up numbers, at a pace that the test sets.

    fake = FakeClient()                     # a `Client`: start, ask, one, cancel, close; it answers at once
    fake = FakeClient(paced=True)           # ... it answers only what the test lets through:
    await fake.let(3)                       # three more answers, and whoever asked has dealt with them
    await fake.let_all()                    # no pace any more, and all that is asked has been dealt with
    fake.fail("out of memory; try ...")     # the request that is being done, or the next one, fails as it goes on
    await fake.die(9)                       # killed by a signal; `died` is called, and `fake.start()` makes a new one
    await fake.die(code=1, log="Traceback ...")
    fake.stall()                            # does not mind `Cancel` any more: `cancel()` must end it, and says False
    fake.requests                           # all that it was asked, in order; `fake.starts` counts its lives

Answers are those that a worker gives, and as many: two stages and a model for `Load`, a record a row for `Task`, two
for one of `base`. An answer that ends a request comes with the last one before it. Numbers depend on the texts alone: a
training set lowers the loss of a probe by the share of the probe's words that it holds; the prediction exaggerates, the
prompt more so.
"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from eiftui.domains.digits import CLASSES, builtin_digits, draw_digits
from eiftui.domains.noise import CLEAN
from eiftui.engine.client import Client
from eiftui.engine.image_requests import LookAtImages, LookedAt, RunImages
from eiftui.engine.process import Ending, WorkerProcess
from eiftui.engine.protocol import (
    Answer,
    Answered,
    Asked,
    Calibrate,
    Calibrated,
    Cancel,
    Cancelled,
    Continuation,
    Continue,
    Done,
    Embed,
    Embedding,
    Failed,
    Finding,
    Load,
    Request,
    Sentences,
    Stage,
    Task,
    Tokenize,
    Tokenized,
    TokenizedText,
)
from eiftui.session.image_records import (
    IMAGE_CONDITIONS,
    ImageBase,
    ImageBlock,
    ImageDraw,
    ImageFloor,
    ImageNetwork,
    ImageRecord,
)
from eiftui.session.images import ImageSession
from eiftui.session.results import BaseProbe, BaseRecord, Floor, Measured, ModelRecord, Tokens, TokenTexts
from eiftui.session.written import text_id
from eiftui.settings import Condition, ModelChoice, Settings, digest

STRENGTH: dict[Condition, float] = {"trained": 0.5, "predicted": 0.7, "prompted": 0.9}
LONG = 10.0
"""Seconds after which a test that waits for an answer has waited in vain."""


class FakeProcess:
    """What `WorkerProcess` is to a client. Does its requests in a task of the client's event loop."""

    pid = 4242

    def __init__(self, fake: FakeClient) -> None:
        self._fake = fake
        self._asked: asyncio.Queue[Asked] = asyncio.Queue()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._cancelled: set[int] = set()
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._serving = asyncio.create_task(self._serve())

    def send(self, asked: Asked) -> None:
        request = Asked.model_validate_json(asked.model_dump_json()).request
        if isinstance(request, Cancel):
            self._cancelled.add(request.number)
            self._fake.changed.set()
            return
        self._fake.requests.append(request)
        if isinstance(request, Tokenize):
            for answer in (*made_up(request), Done()):
                self._tell(asked.number, answer)
        else:
            self._asked.put_nowait(asked)

    async def sent(self) -> None:
        """There is always room for more."""

    async def answers(self) -> AsyncIterator[Answered]:
        while (line := await self._lines.get()) is not None:
            yield Answered.model_validate_json(line)

    async def ending(self) -> Ending:
        return await self._ending

    def end(self) -> None:
        if not self._fake.stalled:
            self.die(Ending("exit code 143", ""))

    def signal(self, number: signal.Signals) -> None:
        self.die(Ending(f"killed by signal {int(number)}", ""))

    def die(self, ending: Ending) -> None:
        if not self._ending.done():
            self._serving.cancel()
            self._ending.set_result(ending)
            self._lines.put_nowait(None)

    async def _serve(self) -> None:
        while True:
            asked = await self._asked.get()
            self._tell(asked.number, await self._do(asked.number, cast(Request, asked.request)))

    async def _do(self, number: int, request: Request) -> Answer:
        for answer in made_up(request):
            if end := await self._turn(number):
                return end
            self._tell(number, answer)
        return self._reason_to_end(number) or Done()

    async def _turn(self, number: int) -> Answer | None:
        """Wait until the next answer is let through; or how the request ends instead."""
        while self._fake.allowed == 0 or self._fake.stalled:
            if end := self._reason_to_end(number):
                return end
            self._fake.changed.clear()
            await self._fake.changed.wait()
        await asyncio.sleep(0)  # as between a worker's answers, a cancel can come
        if end := self._reason_to_end(number):
            return end
        self._fake.allowed -= 1
        return None

    def _reason_to_end(self, number: int) -> Answer | None:
        if self._fake.stalled:
            return None
        failure, self._fake.failure = self._fake.failure, None
        return failure or (Cancelled() if number in self._cancelled else None)

    def _tell(self, number: int, answer: Answer) -> None:
        self._lines.put_nowait(Answered(number=number, answer=answer).model_dump_json())


class FakeClient(Client):
    """A `Client` of a worker that is none. See above."""

    patience = last_patience = 0.01

    def __init__(self, *arguments: Any, paced: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.allowed: float = 0 if paced else float("inf")
        """How many answers more may come."""
        self.changed = asyncio.Event()
        self.failure: Failed | None = None
        self.stalled = False
        self.requests: list[Request] = []
        self.starts = 0
        self._worker: FakeProcess | None = None
        self._dealt_with = 0
        self._asking = 0

    async def let(self, number: int = 1) -> None:
        """Let answers through, and return when whoever asked has dealt with them, or with the end of the request."""
        aim = self._dealt_with + number
        self.allowed += number
        self.changed.set()
        async with asyncio.timeout(LONG):
            while self._dealt_with < aim:
                await asyncio.sleep(0)
        await self._quiet()

    async def let_all(self) -> None:
        """Let all answers through from now on, and return when nothing is asked any more."""
        self.allowed = float("inf")
        self.changed.set()
        async with asyncio.timeout(LONG):
            while self._asking:
                await asyncio.sleep(0)

    def fail(self, error: str, exit_code: int = 1) -> None:
        """Let the request that is being done, or the next one, fail in place of its next answer."""
        self.failure = Failed(error=error, exit_code=exit_code)
        self.changed.set()

    def stall(self) -> None:
        """Answer nothing more, and do not end when asked to."""
        self.stalled = True

    async def die(self, number: int = 0, code: int = 1, log: str = "") -> None:
        """End unexpectedly: by a signal of this number or, where it is 0, with an exit code."""
        assert self._worker is not None
        how = f"killed by signal {number}" if number else ": ".join([f"exit code {code}", *log.splitlines()[-1:]])
        self._worker.die(Ending(how, log))
        while self.running:
            await asyncio.sleep(0)

    async def ask(self, request: Request) -> AsyncGenerator[Finding | Stage, None]:
        self._asking += 1
        try:
            async for answer in super().ask(request):
                yield answer
                if not isinstance(request, Tokenize):
                    self._dealt_with += 1
        finally:
            self._asking -= 1

    async def _spawn(self) -> WorkerProcess:
        self.stalled, self.starts = False, self.starts + 1
        self._worker = FakeProcess(self)
        return cast(WorkerProcess, self._worker)

    async def _quiet(self) -> None:
        """Let what has become ready run, as the end that comes with a request's last answer."""
        for _ in range(20):
            await asyncio.sleep(0)


def made_up(request: Request) -> Iterator[Finding | Stage]:
    """What the worker answers."""
    match request:
        case Load():
            yield Stage(text=f"fetching {request.settings.model.name}", fraction=0.5)
            yield Stage(text=f"loading {request.settings.model.name}")
            yield model(request.settings.model)
        case Task():
            yield from _records(request)
        case Tokenize():
            yield Tokenized(texts=tuple(_tokenized(text) for text in request.texts))
        case Calibrate():
            yield Calibrated(seconds=tuple(0.01 * task.cells for task in request.tasks), weights=4000, memory=9000)
        case Continue():
            for index in range(request.number):
                text = f" goes on in way {index + 1}."
                yield Continuation(text=text, tokens=tokens(text))
        case Embed():
            for text in request.texts:
                yield Embedding(vector=_noise(text, 8))
        case LookAtImages():
            yield _look(request)
        case RunImages():
            yield Stage(text="network 1, draw 1")
            yield from image_records(ImageSession.open(Path(request.path), read_only=True))


def image_records(session: ImageSession) -> Iterator[ImageRecord]:
    """All that a session of images lacks: an image teaches its class 1 nat, and others less the further they are."""
    settings = session.settings
    yield from (ImageNetwork(name=name, fingerprint=name, facts={}, versions={}) for name in settings.networks)
    for draw in range(settings.draws):
        digits = draw_digits(builtin_digits(), settings.per_class, draw, settings.seed)
        drawn = ImageDraw.of(digits, settings, draw)
        yield drawn
        apart = np.abs(digits.labels[:, None] - digits.labels[None, :])
        for number, name in enumerate(settings.networks):
            for how in settings.treatments():
                rows = tuple((-1 / (1 + apart) * (1 + 0.1 * number + 0.2 * draw)).astype(np.float32))
                key = settings.key(name, drawn.fingerprint, how)
                for condition in IMAGE_CONDITIONS:
                    yield ImageBlock(key=key, condition=condition, treatment=how, eif=rows, seconds=0.1)
            for noise in (CLEAN, *settings.noises):
                key = settings.key(name, drawn.fingerprint, noise)
                labels = digits.labels.tolist()
                shares = tuple(map(_shares, labels))
                losses = np.array([-np.log(of[label]) for of, label in zip(shares, labels, strict=True)], np.float32)
                yield ImageBase(key=key, losses=losses, probabilities=shares)
            yield ImageFloor(key=settings.key(name, drawn.fingerprint, CLEAN), value=1e-6)


def _shares(label: int) -> NDArray[np.float32]:
    """Of each class, more of those that are near: (classes,)."""
    shares = 0.5 ** np.abs(np.arange(CLASSES) - label)
    return (shares / shares.sum()).astype(np.float32)


def _look(request: LookAtImages) -> LookedAt:
    """A training image makes the probes a little more likely to be of its class."""
    before = [_shares(label) for label in request.probes.labels]
    after = [(0.9 * one + 0.1 * np.eye(CLASSES)[label]) for label in request.train.labels for one in before]
    eif = tuple(-1 / (1 + np.abs(np.array(request.probes.labels) - label)) for label in request.train.labels)
    return LookedAt(before=tuple(before), after=tuple(after), eif=eif)


def model(choice: ModelChoice) -> ModelRecord:
    """What a model that is chosen turns out to be."""
    return ModelRecord(
        choice=choice,
        fingerprint=digest(choice.model_dump()),
        parameters=1000,
        start=0,
        start_text="<s>",
        context=256,
        device="cpu",
        versions={"torch": "0"},
    )


def tokens(text: str) -> Tokens:
    """A token a word, with the space before it."""
    return tuple(int(digest(part), 16) % 50_000 for part in _parts(text))


def _parts(text: str) -> list[str]:
    return re.findall(r"\s*\S+(?:\s+$)?|\s+$", text)


def _tokenized(text: str) -> TokenizedText:
    return TokenizedText(tokens=tokens(text), parts=tuple(_parts(text)))


def _records(task: Task) -> Iterator[Finding]:
    fingerprint = model(task.settings.model).fingerprint
    if task.what == "base":
        probes = tuple(
            BaseProbe(id=text_id(probe), sentences=probe, tokens=tokens("\n".join(probe)), losses=_losses(probe))
            for probe in task.probes
        )
        yield BaseRecord(key=task.settings.key("base", fingerprint), probes=probes)
        texts = {text_id(probe): tuple(_parts("\n".join(probe))) for probe in task.probes}
        yield TokenTexts(fingerprint=fingerprint, texts=texts)
    elif task.what == "floor":
        for condition in task.settings.conditions:
            if condition != "predicted":
                value = 1e-6 if condition == "prompted" else 0.0
                yield Floor(key=task.settings.key(condition, fingerprint), value=value, note="made up")
    elif task.what != "check":
        for row in task.rows:
            yield measured(task.what, row, task.probes, task.settings, fingerprint)


def measured(
    condition: Condition, row: Sentences, probes: tuple[Sentences, ...], settings: Settings, fingerprint: str
) -> Measured:
    """A row that was measured."""
    changes = [_changes(condition, row, probe) for probe in probes]
    return Measured(
        key=settings.key(condition, fingerprint),
        condition=condition,
        row=text_id(row),
        sentences=row,
        tokens=tuple(map(tokens, row)),
        probes=tuple(map(text_id, probes)),
        eif=[change.mean() for change in changes],
        changes=None if condition == "predicted" else tuple(changes),
        seconds=0.1,
        mechanism="made up",
    )


def _changes(condition: Condition, row: Sentences, probe: Sentences) -> NDArray[np.float32]:
    """Of the loss of each token: lower where the row holds the token, and else next to nothing."""
    held = {token for sentence in row for token in tokens(sentence)}
    shared = np.array([token in held for token in tokens("\n".join(probe))])
    noise = _noise("".join((condition, *row, *probe)), len(shared))
    return (-STRENGTH[condition] * shared * _losses(probe) + 0.05 * (noise - 0.5)).astype(np.float32)


def _losses(probe: Sentences) -> NDArray[np.float32]:
    text = "\n".join(probe)
    return 1 + 5 * _noise(text, len(tokens(text)))


def _noise(text: str, number: int) -> NDArray[np.float32]:
    """Numbers from 0 to 1 that depend on the text alone."""
    return np.random.default_rng(int(digest(text), 16)).random(number, dtype=np.float32)
