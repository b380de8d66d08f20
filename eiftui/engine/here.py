"""A team of one: the measurer in this process."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from eiftui.engine.measurer import Measurer, Tell
from eiftui.engine.protocol import Load, Result, Task
from eiftui.errors import EiftuiError
from eiftui.session.records import ModelRecord


class Here:
    """Measures in this process."""

    def __init__(self, tell: Tell) -> None:
        self.measurer = Measurer(tell)

    def load(self, request: Load) -> ModelRecord:
        return self.measurer.load(request)

    def measure(self, task: Task) -> Iterator[Result]:
        try:
            yield from self.measurer.measure(task)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise EiftuiError("out of memory; try --memory-budget, --dtype bfloat16 or a smaller model") from error

    def close(self) -> None:
        """There is nothing to end."""
