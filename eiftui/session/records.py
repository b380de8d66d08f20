"""The records of a session file, one JSON object a line, told apart by their `kind`.

Adding a kind keeps the format number, because readers keep kinds that they do not know; changing the fields of a kind
raises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from eiftui.domains.draw import Draw
from eiftui.domains.origin import How
from eiftui.domains.schema import Contrast, Domain, Role, Text, WithTexts
from eiftui.session.results import BaseRecord, Floor, Likeness, Measured, ModelRecord, TokenTexts
from eiftui.session.written import Written, eiftui_version, now
from eiftui.settings import Optimizer, Settings

FORMAT = 2
Change = Literal["edit", "undo", "redo"]


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


class Unsaved(Written):
    """What a person was writing at the screen when that ended, and had not saved; the last one counts."""

    kind: Literal["unsaved"] = "unsaved"
    text: str
    """As it stands in the field; empty where there is nothing any more."""
    id: str = ""
    """Of the text that it is another wording of; empty for a new one."""
    role: Role = "both"


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
    | Unsaved
)
_ANY_RECORD: TypeAdapter[Record] = TypeAdapter(
    Annotated[Record, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


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
