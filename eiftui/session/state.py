"""What the records of a session add up to: the newest of each, and every number that was measured."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import singledispatchmethod

import numpy as np

from eiftui.domains.words import made_up_words
from eiftui.session.records import (
    Change,
    DrawWords,
    Entry,
    Header,
    Note,
    Notice,
    Origin,
    RunRecord,
    SettingsRecord,
    Sheet,
    Step,
    Swept,
    Trajectory,
    Tried,
    Unknown,
    Unsaved,
)
from eiftui.session.results import BaseProbe, BaseRecord, Floor, Likeness, Measured, ModelRecord, TokenTexts
from eiftui.settings import ModelChoice, Optimizer, Settings


class State:
    """Starts empty; every entry of the file, in order, is applied to it."""

    def __init__(self) -> None:
        self.header = Header()
        self.sheet = Sheet()
        self.origins: dict[tuple[str, tuple[str, ...]], Origin] = {}
        """By the text's id and its wording."""
        self.settings = Settings()
        self.optimizers: dict[Optimizer, None] = {}
        """Every one that the session was set to, in order of appearance."""
        self.models: dict[ModelChoice, ModelRecord] = {}
        self.base: dict[str, dict[str, BaseProbe]] = {}
        """By key, then the probe's id."""
        self.token_texts: dict[str, dict[str, tuple[str, ...]]] = {}
        """By the model's fingerprint, then the probe's id."""
        self.measured: dict[str, dict[str, list[Measured]]] = {}
        """By key, then the row's id, the newest last: of several numbers for a probe it has the one that counts."""
        self.floors: dict[str, Floor] = {}
        self.swept: Swept | None = None
        self.trajectories: dict[tuple[str, ...], Trajectory] = {}
        """By their sentences."""
        self.likeness: dict[tuple[str, str], dict[str, float]] = {}
        """By the model's fingerprint and the row's id, then the probe's."""
        self.notices: list[Notice] = []
        self.note = Note(text="")
        self.unsaved = Unsaved(text="")
        self.undone: list[Sheet | Settings] = []
        self.earlier: list[Sheet | Settings] = []
        """Sheets and settings that undo goes back to, the next one last; likewise `undone` for redo."""
        self.has_sheet = False
        """Whether any record of it was readable."""
        self.has_settings = False
        self._step: Change = "edit"
        """How the next settings come about."""
        self.ids: set[str] = set()
        """Of every text that there ever was."""
        self.going_on = False
        """Whether measuring was begun and neither stopped nor finished."""
        self._words: dict[tuple[int, int], dict[str, str]] = {}
        self.unknown: list[Unknown] = []

    def words(self, index: int) -> dict[str, str]:
        """The word of each slot in draw `index`: as recorded, and made up for the slots that have none yet."""
        recorded = self._words.get((self.settings.seed, index), {})
        if all(slot in recorded for slot in self.sheet.slots):
            return recorded
        return made_up_words((*recorded, *self.sheet.slots), index, self.settings.seed) | recorded

    def unrecorded_words(self, index: int) -> dict[str, str]:
        """Those of the words of draw `index` that no record holds."""
        recorded = self._words.get((self.settings.seed, index), {})
        return {slot: word for slot, word in self.words(index).items() if slot not in recorded}

    def seen_with(self, settings: Settings, sheet: Sheet) -> State:
        """This state with other settings and sentences. It shares the records, also those that come later."""
        other = copy(self)
        other.settings, other.sheet = settings, sheet
        return other

    def compact(self) -> Iterator[Entry]:
        """The fewest entries that add up to this state. The history of the sheet is left out."""
        yield self.header
        yield self.sheet
        yield from self.origins.values()
        yield SettingsRecord(settings=self.settings)
        yield from (Tried(optimizer=one) for one in self.optimizers if one != self.settings.optimizer)
        for (seed, index), words in self._words.items():
            yield DrawWords(index=index, seed=seed, words=words)
        yield from self.models.values()
        for key, probes in self.base.items():
            yield BaseRecord(key=key, probes=tuple(probes.values()))
        for fingerprint, texts in self.token_texts.items():
            yield TokenTexts(fingerprint=fingerprint, texts=texts)
        for rows in self.measured.values():
            for records in rows.values():
                yield from records
        yield from self.floors.values()
        yield from [self.swept] if self.swept else []
        yield from self.trajectories.values()
        for (fingerprint, row), cosines in self.likeness.items():
            yield Likeness(
                fingerprint=fingerprint,
                row=row,
                probes=tuple(cosines),
                cosine=np.array([*cosines.values()], np.float32),
            )
        yield from self.notices
        if self.note.text:
            yield self.note
        if self.unsaved.text:
            yield self.unsaved
        yield from self.unknown

    @singledispatchmethod
    def apply(self, entry: Entry) -> None:
        """Take in the next entry of the file."""
        raise TypeError(f"not an entry of a session: {entry!r}")

    @apply.register
    def _(self, header: Header) -> None:
        self.header = header

    @apply.register
    def _(self, sheet: Sheet) -> None:
        if self.has_sheet:
            self._remember(self.sheet, sheet.change)
        self.ids.update(text.id for text in sheet.texts)
        self.sheet, self.has_sheet = sheet.model_copy(update={"change": "edit"}), True

    @apply.register
    def _(self, origin: Origin) -> None:
        self.origins[origin.id, origin.sentences] = origin
        self.ids.add(origin.id)

    @apply.register
    def _(self, step: Step) -> None:
        self._step = step.change

    @apply.register
    def _(self, record: SettingsRecord) -> None:
        if self.has_settings:
            self._remember(self.settings, self._step)
        self.settings, self.has_settings, self._step = record.settings, True, "edit"
        self.optimizers[record.settings.optimizer] = None

    @apply.register
    def _(self, tried: Tried) -> None:
        self.optimizers[tried.optimizer] = None

    @apply.register
    def _(self, draw: DrawWords) -> None:
        key = (draw.seed, draw.index)
        self._words[key] = self._words.get(key, {}) | draw.words

    @apply.register
    def _(self, model: ModelRecord) -> None:
        self.models[model.choice] = model

    @apply.register
    def _(self, base: BaseRecord) -> None:
        self.base.setdefault(base.key, {}).update((probe.id, probe) for probe in base.probes)

    @apply.register
    def _(self, record: TokenTexts) -> None:
        self.token_texts.setdefault(record.fingerprint, {}).update(record.texts)

    @apply.register
    def _(self, record: Measured) -> None:
        records = self.measured.setdefault(record.key, {}).setdefault(record.row, [])
        probes = set(record.probes)
        records[:] = [*(earlier for earlier in records if not probes.issuperset(earlier.probes)), record]

    @apply.register
    def _(self, floor: Floor) -> None:
        self.floors[floor.key] = floor

    @apply.register
    def _(self, swept: Swept) -> None:
        self.swept = swept

    @apply.register
    def _(self, trajectory: Trajectory) -> None:
        self.trajectories[trajectory.sentences] = trajectory

    @apply.register
    def _(self, record: Likeness) -> None:
        cosines = self.likeness.setdefault((record.fingerprint, record.row), {})
        cosines.update(zip(record.probes, record.cosine.tolist(), strict=True))

    @apply.register
    def _(self, notice: Notice) -> None:
        self.notices.append(notice)

    @apply.register
    def _(self, run: RunRecord) -> None:
        self.going_on = run.going_on

    @apply.register
    def _(self, note: Note) -> None:
        self.note = note

    @apply.register
    def _(self, unsaved: Unsaved) -> None:
        self.unsaved = unsaved

    @apply.register
    def _(self, unknown: Unknown) -> None:
        self.unknown.append(unknown)

    def _remember(self, before: Sheet | Settings, change: Change) -> None:
        """Note what was there before a change, for undo or redo to go back to."""
        if change == "undo" and self.earlier:
            self.earlier.pop()
            self.undone.append(before)
            return
        self.earlier.append(before)
        if change == "redo" and self.undone:
            self.undone.pop()
        else:
            self.undone.clear()
