"""What is asked of whoever computes, and what they answer: typed messages, a line of JSON each between processes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from eiftui.session.records import BaseRecord, Floor, Measured, ModelRecord, Notice
from eiftui.settings import Condition, Frozen, Settings

Sentences = tuple[str, ...]
What = Condition | Literal["base", "floor", "check"]


class Task(Frozen):
    """Measure some training sets on some probes in one condition, or (`base`, `floor`) what goes with them.

    `check` measures nothing: it fails where a text cannot be measured.
    """

    kind: Literal["task"] = "task"
    what: What
    rows: tuple[Sentences, ...] = ()
    probes: tuple[Sentences, ...]
    settings: Settings

    @property
    def cells(self) -> int:
        """How much of the work it is: cells, or probes where there are no rows."""
        return len(self.probes) * max(1, len(self.rows))


class Load(Frozen):
    """Load the model of the settings, to be measured within a memory budget in GiB."""

    kind: Literal["load"] = "load"
    settings: Settings
    memory_budget: float | None = None
    worker: int = 0
    """Which of several workers it is: where there are several GPUs, each takes another."""


class Stage(Frozen):
    """What is being done now, and how much of it (0 to 1) where that is known."""

    kind: Literal["stage"] = "stage"
    text: str
    fraction: float | None = None


class Done(Frozen):
    """The last request is finished."""

    kind: Literal["done"] = "done"


class Failed(Frozen):
    """The last request could not be finished, and why, in one line."""

    kind: Literal["failed"] = "failed"
    error: str
    exit_code: int = 1


Result = ModelRecord | BaseRecord | Measured | Floor | Notice
"""A record for the session's journal."""
Request = Load | Task
Answer = Result | Stage | Done | Failed

REQUESTS: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="kind")])
ANSWERS: TypeAdapter[Answer] = TypeAdapter(Annotated[Answer, Field(discriminator="kind")])
