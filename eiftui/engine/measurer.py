"""One model, loaded here, that answers requests with records: the work itself, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from eiftui.engine.protocol import Load, Result, Task
from eiftui.errors import EiftuiError, UnsupportedModel
from eiftui.influence.engine import Engine, FactorEngine, RowResult, engine_for
from eiftui.influence.products import is_slower
from eiftui.models.lean import transformers
from eiftui.models.load import LanguageModel, load_model
from eiftui.models.parts import token_parts
from eiftui.models.tokens import Tokens, check_fit, encode_probe, encode_prompt, encode_sentences
from eiftui.session.results import BaseProbe, BaseRecord, Floor, Measured, ModelRecord, TokenTexts
from eiftui.session.written import text_id
from eiftui.settings import Condition, Method, Optimizer, Settings

Tell = Callable[[str, float | None], None]
FLOOR_ROWS = 2
FLOOR_PROBES = 4
TRIAL = ((2, 3, 4, 5), (2, 3, 6))
"""Tokens that every vocabulary has."""


class Measurer:
    """Loads a model and measures tasks on it."""

    def __init__(self, tell: Tell = lambda text, fraction: None) -> None:
        self._tell = tell
        self._model: LanguageModel | None = None
        self._engine: Engine | None = None
        self._method: Method | None = None
        self._memory_budget: float | None = None
        self._obstacle: str | None = None
        self._slow_products = False

    @property
    def model(self) -> LanguageModel:
        if self._model is None:
            raise EiftuiError("no model is loaded")
        return self._model

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            raise EiftuiError("no model is loaded")
        return self._engine

    def load(self, request: Load) -> ModelRecord:
        """Load the model that the settings name. Raises as `load_model` does."""
        self._model = self._engine = self._method = None
        settings = request.settings
        choice = settings.model
        if request.worker and choice.device in ("auto", "cuda") and torch.cuda.device_count() > 1:
            choice = choice.model_copy(update={"device": f"cuda:{request.worker % torch.cuda.device_count()}"})
        self.take(load_model(choice, self._tell), settings, request.memory_budget)
        return self.record(settings)

    def take(self, model: LanguageModel, settings: Settings, memory_budget: float | None = None) -> None:
        """Measure on a model that is already loaded; by the reference engine, if the factor engine cannot carry it."""
        self._model, self._memory_budget = model, memory_budget
        self._engine = self._method = self._obstacle = None
        self._slow_products = is_slower(torch.bfloat16, model.device)
        self._use(settings.method)
        if isinstance(self._engine, FactorEngine):
            self._obstacle = obstacle(self._engine)
        if self._obstacle:
            self._use(settings.by_reference().method)

    def _use(self, method: Method) -> None:
        """Have the engine that `method` asks for."""
        if method != self._method:
            self._engine = self._method = None
            self._engine = engine_for(self.model.network, self.model.start, method, self._memory_budget)
            self._method = method

    def record(self, settings: Settings) -> ModelRecord:
        """What the loaded model is, for the session."""
        model = self.model
        return ModelRecord(
            choice=settings.model,
            fingerprint=model.fingerprint,
            parameters=model.parameters,
            start=model.start,
            start_text=None if model.start is None else str(model.tokenizer.convert_ids_to_tokens(model.start)),
            context=model.context,
            device=str(model.device),
            versions={"torch": torch.__version__, "transformers": transformers.__version__},
            files=model.files,
            obstacle=self._obstacle,
            slow_products=self._slow_products,
        )

    def measure(self, task: Task) -> Iterator[Result]:
        """The records of a task, each as soon as it is measured, with the engine that can carry the model.

        Raises:
            InputError: a text cannot be tokenised, or is too long.
            UnsupportedModel: the factor engine met in a text what it had not met when it was tried.
        """
        if self._obstacle:
            task = task.model_copy(update={"settings": task.settings.by_reference()})
        self._use(task.settings.method)
        try:
            yield from self._measure(task)
        except UnsupportedModel as error:
            raise UnsupportedModel(f"{error}: try --engine reference") from error

    def _measure(self, task: Task) -> Iterator[Result]:
        if task.what == "check":
            self._check(task)
        elif task.what == "base":
            yield self._base(task)
            yield self._token_texts(task)
        elif task.what == "floor":
            yield from self._floors(task)
        else:
            yield from self._rows(task, task.what)

    def _check(self, task: Task) -> None:
        probes = [encode_probe(self.model, probe) for probe in task.probes]
        for row in task.rows:
            encode_sentences(self.model, row)
        if "prompted" in task.settings.conditions and task.rows and probes:
            self._prompts(task, probes)

    def _prompts(self, task: Task, probes: Sequence[Tokens]) -> list[Tokens]:
        """Each row as a prompt, which fits before each of the probes."""
        prompts = [encode_prompt(self.model, row) for row in task.rows]
        check_fit(self.model, prompts, probes)
        return prompts

    def _base(self, task: Task) -> BaseRecord:
        tokens = [encode_probe(self.model, probe) for probe in task.probes]
        losses = self.engine.base(tokens)
        return BaseRecord(
            key=task.settings.key("base", self.model.fingerprint),
            probes=tuple(
                BaseProbe(id=text_id(probe), sentences=probe, tokens=ids, losses=own.astype(np.float32))
                for probe, ids, own in zip(task.probes, tokens, losses, strict=True)
            ),
        )

    def _token_texts(self, task: Task) -> TokenTexts:
        return TokenTexts(
            fingerprint=self.model.fingerprint,
            texts={text_id(probe): token_parts(self.model, "\n".join(probe))[1] for probe in task.probes},
        )

    def _rows(self, task: Task, condition: Condition) -> Iterator[Measured]:
        began = time.perf_counter()
        key = task.settings.key(condition, self.model.fingerprint)
        probes = tuple(text_id(probe) for probe in task.probes)
        tokens = [encode_sentences(self.model, row) for row in task.rows]
        for result in self._results(task, condition):
            now = time.perf_counter()
            yield Measured(
                key=key,
                condition=condition,
                row=text_id(task.rows[result.row]),
                sentences=task.rows[result.row],
                tokens=tokens[result.row],
                probes=probes,
                eif=result.eif.astype(np.float32),
                changes=None if result.changes is None else tuple(one.astype(np.float32) for one in result.changes),
                seconds=now - began,
                mechanism=self._mechanism(condition),
                moved=result.meter.moved if result.meter else None,
                realised=result.meter.realised if result.meter else None,
            )
            began = time.perf_counter()

    def _results(self, task: Task, condition: Condition) -> Iterator[RowResult]:
        probes = [encode_probe(self.model, probe) for probe in task.probes]
        if condition == "prompted":
            return self.engine.prompted(self._prompts(task, probes), probes)
        rows = [encode_sentences(self.model, row) for row in task.rows]
        measure = self.engine.trained if condition == "trained" else self.engine.predicted
        return measure(rows, probes, task.settings.optimizer)

    def _mechanism(self, condition: Condition) -> str:
        if condition == "trained":
            return self.engine.mechanism
        return "first order" if condition == "predicted" else "loss after minus loss before"

    def _floors(self, task: Task) -> Iterator[Floor]:
        """What each condition reports where nothing has changed (METHODS §3), and what its number format leaves."""
        probes = [encode_probe(self.model, probe) for probe in task.probes[:FLOOR_PROBES]]
        rounding = self._rounding(probes)
        for condition in task.settings.conditions:
            key = task.settings.key(condition, self.model.fingerprint)
            if condition == "prompted":
                yield Floor(key=key, value=rounding, note="the base loss, with the probes packed together and apart")
            elif condition == "trained":
                rows = [encode_sentences(self.model, row) for row in task.rows[:FLOOR_ROWS]]
                still = task.settings.optimizer.model_copy(update={"lr": 0.0})
                found = max(float(np.abs(result.eif).max()) for result in self.engine.trained(rows, probes, still))
                if (share := self.engine.relative_error) is None:  # two rounded losses, that happen to be the same here
                    yield Floor(key=key, value=max(found, rounding), note="at learning rate 0, and rounding of losses")
                else:
                    yield Floor(key=key, value=found, relative=share, note="at learning rate 0, and the number format")

    def _rounding(self, probes: Sequence[tuple[int, ...]]) -> float:
        together = self.engine.base(probes)
        apart = [self.engine.base([probe])[0] for probe in probes]
        return max(abs(float(a.mean() - b.mean())) for a, b in zip(together, apart, strict=True))


def obstacle(engine: FactorEngine) -> str | None:
    """Why the factor engine cannot carry its model, naming the module that is why; None where it can. It is tried."""
    try:
        for _ in engine.trained([TRIAL], TRIAL, Optimizer()):
            pass
    except UnsupportedModel as error:
        return str(error)
    finally:
        engine.forget()
    return None
