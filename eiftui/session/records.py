"""The records of a session file, one JSON object a line, told apart by their `kind`.

Adding a kind keeps the format number, because readers keep kinds that they do not know; changing the fields of a kind
raises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from eiftui.domains.draw import Draw
from eiftui.domains.origin import How
from eiftui.domains.schema import Contrast, Domain, Text, WithTexts
from eiftui.session.floats import Number, NumberLists, Numbers
from eiftui.settings import Condition, Frozen, ModelChoice, Optimizer, Settings, digest

FORMAT = 2
Tokens = tuple[int, ...]
Change = Literal["edit", "undo", "redo"]


def text_id(sentences: Sequence[str]) -> str:
    """What identifies a training set or probe whose slots are filled: a digest of its sentences."""
    return digest(list(sentences))


def now() -> str:
    """The time in UTC, as ISO 8601 writes it, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def eiftui_version() -> str:
    """The installed version, or `unknown` where eiftui runs without being installed."""
    try:
        return metadata.version("eiftui")
    except metadata.PackageNotFoundError:
        return "unknown"


class Written(Frozen):
    """Something that a session file holds. Two of them are equal if they are written the same."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Written) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    @property
    def _json(self) -> str:
        return self.model_dump_json()


class Header(Written):
    """The first line of every session file."""

    kind: Literal["header"] = "header"
    format: int = FORMAT
    version: str = Field(default_factory=eiftui_version)
    """Of the eiftui that made the file."""
    created: str = Field(default_factory=now)


class Sheet(WithTexts, Written):
    """All the sentences, whole at every edit, so that the records of this kind are the history that undo needs."""

    kind: Literal["sheet"] = "sheet"
    title: str = ""
    source: str = ""
    texts: tuple[Text, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    """Some may name texts that were deleted since: see `live_contrasts`."""
    domains: tuple[str, ...] = ()
    """Names of the domains that the texts came from."""
    change: Change = "edit"
    """How the sheet before it became this one."""

    @classmethod
    def of(cls, domain: Domain) -> Self:
        """The sheet that a session on `domain` starts with."""
        return cls(
            title=domain.title,
            source=domain.source,
            texts=domain.texts,
            contrasts=domain.contrasts,
            domains=tuple(domain.name.split("+")),
        )

    @property
    def live_contrasts(self) -> tuple[Contrast, ...]:
        """The contrasts whose four texts are all still there."""
        rows, probes = ({text.id for text in texts} for texts in (self.rows, self.probes))
        return tuple(
            contrast
            for contrast in self.contrasts
            if {contrast.lower.row, contrast.higher.row} <= rows
            and {contrast.lower.probe, contrast.higher.probe} <= probes
        )

    @model_validator(mode="after")
    def _unique_ids(self) -> Self:
        self.check_ids()
        return self


class Origin(Written):
    """How a wording of a text came about, where nobody typed it as it is."""

    kind: Literal["origin"] = "origin"
    id: str
    """Of the text."""
    sentences: tuple[str, ...]
    """The wording, with slots."""
    how: How


class SettingsRecord(Written):
    """The settings from here on."""

    kind: Literal["settings"] = "settings"
    settings: Settings


class Step(Written):
    """The settings record after this one is a step in the history, and no change of its own."""

    kind: Literal["step"] = "step"
    change: Literal["undo", "redo"]


class Tried(Written):
    """An optimiser that the session was once set to, for a file that has not the history of its settings."""

    kind: Literal["tried"] = "tried"
    optimizer: Optimizer


class DrawWords(Written, Draw):
    """Words of a draw. A later record of the same seed and index adds words, or replaces them."""

    kind: Literal["draw"] = "draw"


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


class Swept(Written):
    """Which learning rates were asked for, all else as in the settings. What they do is `Measured` as ever."""

    kind: Literal["swept"] = "swept"
    rates: tuple[float, ...]
    """Rising."""
    draws: int
    """The first so many."""


class Trajectory(Written):
    """Sentences that are learned one by one, the probes being read after each. Every beginning is `Measured`."""

    kind: Literal["trajectory"] = "trajectory"
    sentences: Annotated[tuple[str, ...], Field(min_length=1)]
    """In order, with slots."""
    learned: Annotated[int, Field(ge=1)]
    """How many of them are what is to be learned; those after them are filler, to see what is retained."""
    draws: Annotated[int, Field(ge=1)]
    """The first so many."""


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


class Notice(Written):
    """Something a person should know about how the numbers came about."""

    kind: Literal["notice"] = "notice"
    text: str
    time: str = Field(default_factory=now)


class RunRecord(Written):
    """Somebody at the screen has begun to measure what is missing, or has stopped that or seen it done."""

    kind: Literal["run"] = "run"
    going_on: bool
    """Whether whoever opens the session next is to go on."""


class Note(Written):
    """What a person notes on the session; the last one counts."""

    kind: Literal["note"] = "note"
    text: str
    time: str = Field(default_factory=now)


Record = (
    Header
    | Sheet
    | Origin
    | SettingsRecord
    | Step
    | Tried
    | DrawWords
    | ModelRecord
    | BaseRecord
    | TokenTexts
    | Measured
    | Floor
    | Swept
    | Trajectory
    | Likeness
    | Notice
    | RunRecord
    | Note
)
_ANY_RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


@dataclass(frozen=True)
class Unknown:
    """A record of a kind that this eiftui does not know, as it stands in the file, without its line end."""

    line: bytes


Entry = Record | Unknown


def write(entry: Entry) -> bytes:
    """The entry's line, with its line end."""
    line = entry.line if isinstance(entry, Unknown) else entry.model_dump_json().encode()
    return line + b"\n"


def parse(line: bytes) -> Entry:
    """The entry that a line holds. Raises ValueError if it is damaged."""
    try:
        return _ANY_RECORD.validate_json(line)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "union_tag_invalid":
            return Unknown(line.removesuffix(b"\n"))
        raise
