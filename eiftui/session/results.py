"""The records of what was measured of a model and its texts, among the `records` of a session file."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from eiftui.session.floats import Number, NumberLists, Numbers, are_means
from eiftui.session.written import Written
from eiftui.settings import Condition, ModelChoice, Settings

Tokens = tuple[int, ...]


class ModelRecord(Written):
    """What a choice of model turned out to be when it was loaded."""

    kind: Literal["model"] = "model"
    choice: ModelChoice
    fingerprint: str
    """Identifies everything about the loaded model that a loss depends on."""
    parameters: int
    """How many there are."""
    start: int | None
    """Id of the start token; None where there is none."""
    start_text: str | None
    context: int | None
    """The most tokens the model takes; None where it sets no limit."""
    device: str
    versions: dict[str, str]
    """Of the libraries that compute, by name."""
    files: str | None = None
    """Identifies the files it was loaded from (`eiftui.models.files`); None where there are none to look at."""
    obstacle: str | None = None
    """Why the factor engine cannot carry it, with the module that is why; None where it can, or was not asked to."""
    slow_products: bool = False
    """Whether bfloat16 products take longer than float32 ones on the device."""

    def carried(self, settings: Settings) -> Settings:
        """`settings`, with the engine that can measure this model in place of one that cannot."""
        return settings if self.obstacle is None else settings.by_reference()


class BaseProbe(Written):
    """A probe and what the base model makes of it."""

    id: str
    sentences: tuple[str, ...]
    tokens: Tokens
    losses: Numbers
    """Nats of each scored token."""


class BaseRecord(Written):
    """Losses of probes on the base model."""

    kind: Literal["base"] = "base"
    key: str
    """`Settings.key` of `base` and the model's fingerprint."""
    probes: tuple[BaseProbe, ...]

    @model_validator(mode="after")
    def _a_loss_for_each_scored_token(self) -> Self:
        unscored = {len(probe.tokens) - len(probe.losses) for probe in self.probes}
        if len(unscored) > 1 or not unscored <= {0, 1}:  # the first token is not, where no start token is before it
            raise ValueError("the record has not one loss for each scored token")
        return self


class TokenTexts(Written):
    """Which part of a probe's text each of its tokens stands for, as the model's tokenizer cuts it."""

    kind: Literal["token_texts"] = "token_texts"
    fingerprint: str
    """Of the model."""
    texts: dict[str, tuple[str, ...]]
    """By `text_id` of the probe."""


class Measured(Written):
    """What one training set of one draw did to some probes, in one condition."""

    kind: Literal["measured"] = "measured"
    key: str
    """`Settings.key` of the condition and the model's fingerprint."""
    condition: Condition
    row: str
    """`text_id` of the sentences."""
    sentences: tuple[str, ...]
    tokens: tuple[Tokens, ...]
    """Of each sentence."""
    probes: tuple[str, ...]
    """`text_id` of each probe."""
    eif: Numbers
    """Loss after minus loss before of each probe, nats per token: the mean of its `changes`."""
    changes: NumberLists | None
    """The same of each scored token of each probe; None for a prediction, which has only the mean."""
    seconds: Number
    mechanism: str
    """How it was computed, such as "difference propagation, float32"."""
    moved: Number | None = None
    """Fraction of weights that moved in the weights' own number format; None where the engine does not know."""
    realised: Number | None = None
    """Norm of the realised update over that of the intended one; None likewise."""

    @model_validator(mode="after")
    def _a_number_for_each_probe(self) -> Self:
        if len(self.eif) != len(self.probes) or len(self.probes) != len(
            self.eif if self.changes is None else self.changes
        ):
            raise ValueError("the record has not one EIF, and one list of changes, for each probe")
        return self

    @model_validator(mode="after")
    def _its_numbers_agree(self) -> Self:
        if self.changes is not None and not are_means(self.eif, self.changes):
            raise ValueError("the record has an EIF that is not the mean of its changes")
        return self


class Floor(Written):
    """What of a condition cannot be told from zero: by its null floor, and by its number format."""

    kind: Literal["floor"] = "floor"
    key: str
    """`Settings.key` of the condition and the model's fingerprint."""
    value: Number
    """The largest abs(EIF) that the same code path reports where nothing has changed, nats per token."""
    relative: Number = 0.0
    """The share of the largest abs(EIF) by which the number format may be wrong."""
    note: str = ""


class Likeness(Written):
    """How near a training set's text is to some probes in the base model's own space.

    The cosine of their embeddings, which themselves would be a hundred times as long.
    """

    kind: Literal["likeness"] = "likeness"
    fingerprint: str
    """Of the model."""
    row: str
    """`text_id` of the sentences."""
    probes: tuple[str, ...]
    """`text_id` of each probe."""
    cosine: Numbers

    @model_validator(mode="after")
    def _a_number_for_each_probe(self) -> Self:
        if len(self.cosine) != len(self.probes):
            raise ValueError("the record has not one cosine for each probe")
        return self
