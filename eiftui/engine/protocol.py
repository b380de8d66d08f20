"""What is asked of whoever computes, and what they answer: typed messages, a line of JSON each between processes.

Every request has a number, which its answers bear too: any number of results and stages, and then one that ends it. A
worker does one request at a time, in the order in which they come; only `Tokenize` and `Cancel` it minds at once.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from eiftui.engine.image_requests import LookAtImages, LookedAt, RunImages
from eiftui.session.floats import Numbers
from eiftui.session.image_records import ImageRecord
from eiftui.session.records import Notice
from eiftui.session.results import BaseRecord, Floor, Measured, ModelRecord, Tokens, TokenTexts
from eiftui.session.written import Written
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


class Tokenize(Frozen):
    """How the loaded model's tokenizer cuts texts, each on its own, as `Tokenized`. Whatever their length."""

    kind: Literal["tokenize"] = "tokenize"
    texts: tuple[str, ...]


class Calibrate(Frozen):
    """How long some small tasks take, and how much memory there is to be taken, as `Calibrated`."""

    kind: Literal["calibrate"] = "calibrate"
    tasks: tuple[Task, ...]


class Continue(Frozen):
    """Ways in which the loaded model goes on with a text, each as a `Continuation`.

    The same request gets the same answers, and the first of them are those of a request for fewer.
    """

    kind: Literal["continue"] = "continue"
    text: str
    number: Annotated[int, Field(ge=1)] = 5
    temperature: Annotated[float, Field(ge=0)] = 1.0
    """0 always takes the likeliest token, so that all continuations are one."""
    max_tokens: Annotated[int, Field(ge=1)] = 40
    seed: int = 0
    whole_word: bool = False
    """Whether the text ends with a word that is not to be made longer."""
    one_sentence: bool = True
    """Whether to stop where the sentence ends."""


class Embed(Frozen):
    """The mean-pooled last hidden states of texts, each as an `Embedding`, in their order."""

    kind: Literal["embed"] = "embed"
    texts: tuple[str, ...]


class Cancel(Frozen):
    """Give up the request of this number, if it is not finished yet: it is `Cancelled`."""

    kind: Literal["cancel"] = "cancel"
    number: int


class Stage(Frozen):
    """What is being done now, and how much of it (0 to 1) where that is known."""

    kind: Literal["stage"] = "stage"
    text: str
    fraction: float | None = None


class TokenizedText(Frozen):
    """The tokens of a text, without start token, and the part of the text that each stands for.

    The parts together are the text. Of several tokens that stand for one character, the first has it.
    """

    tokens: Tokens
    parts: tuple[str, ...]


class Tokenized(Frozen):
    """The answer to `Tokenize`, text by text."""

    kind: Literal["tokenized"] = "tokenized"
    texts: tuple[TokenizedText, ...]


class Calibrated(Frozen):
    """The answer to `Calibrate`."""

    kind: Literal["calibrated"] = "calibrated"
    seconds: tuple[float, ...]
    """Of each task."""
    weights: int
    """Bytes of the base weights."""
    memory: int
    """Bytes at most, with the weights and the libraries."""


class Continuation(Frozen):
    """One way to go on with a text: what comes after it, the space between them included."""

    kind: Literal["continuation"] = "continuation"
    text: str
    tokens: Tokens
    """As the model chose them; the text may end earlier, with its sentence."""


class Embedding(Frozen):
    """Where one text lies: the mean over its tokens of the base model's last hidden states, (hidden,)."""

    kind: Literal["embedding"] = "embedding"
    vector: Numbers


class Done(Frozen):
    """The request is finished."""

    kind: Literal["done"] = "done"


class Failed(Frozen):
    """The request could not be finished, and why, in one line."""

    kind: Literal["failed"] = "failed"
    error: str
    exit_code: int = 1


class Cancelled(Frozen):
    """The request was given up, as `Cancel` asked. What was answered before holds."""

    kind: Literal["cancelled"] = "cancelled"


Result = ModelRecord | BaseRecord | TokenTexts | Measured | Floor | Notice
"""A record for the session's journal."""
Finding = Result | Tokenized | Calibrated | Continuation | Embedding | LookedAt | ImageRecord
End = Done | Failed | Cancelled
"""The last answer to every request."""
Request = Load | Task | Tokenize | Calibrate | Continue | Embed | LookAtImages | RunImages
Answer = Finding | Stage | End


class Asked(Frozen):
    """A line to a worker."""

    number: int
    request: Annotated[Request | Cancel, Field(discriminator="kind")]


class Answered(Written):
    """A line from a worker."""

    number: int
    """Of the request that it answers."""
    answer: Annotated[Answer, Field(discriminator="kind")]
