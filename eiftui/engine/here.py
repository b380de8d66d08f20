"""A team of one: the measurer in this process."""

from __future__ import annotations

from collections.abc import Iterator

from eiftui.engine.measurer import Measurer, Tell
from eiftui.engine.protocol import Load, Result, Task
from eiftui.errors import EiftuiError
from eiftui.influence.memory import out_of_memory
from eiftui.models.load import LanguageModel
from eiftui.session.results import ModelRecord


class Here:
    """Measures in this process: on the model that it is asked to load, or on `model` if that is given."""

    def __init__(self, tell: Tell, model: LanguageModel | None = None) -> None:
        self.measurer = Measurer(tell)
        self._model = model

    def load(self, request: Load) -> ModelRecord:
        if self._model is None:
            return self.measurer.load(request)
        self.measurer.take(self._model, request.settings, request.memory_budget)
        return self.measurer.record(request.settings)

    def measure(self, task: Task) -> Iterator[Result]:
        try:
            yield from self.measurer.measure(task)
        except (RuntimeError, MemoryError) as error:
            if (told := out_of_memory(error)) is None:
                raise
            raise EiftuiError(told) from error

    def close(self) -> None:
        """There is nothing to end."""
