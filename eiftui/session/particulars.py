"""What a session says beside its numbers: sentences and their words in each draw, settings, model, notes."""

from __future__ import annotations

from eiftui.domains.origin import How
from eiftui.domains.schema import Text
from eiftui.session.filling import Filling
from eiftui.session.records import DrawWords, Entry, Notice, SettingsRecord, Sheet, Swept, Trajectory, Unsaved
from eiftui.session.results import ModelRecord
from eiftui.session.state import State
from eiftui.session.written import text_id
from eiftui.settings import Optimizer, Settings

Reshaping = Sheet | SettingsRecord | DrawWords | ModelRecord
"""Records that change which rows, probes and draws there are, or what numbers they have."""


class Particulars:
    """What the records of a session add up to, as long as no number is asked for."""

    _state: State
    _fillings: list[Filling] | None
    """What was derived from the state, until a record changes it."""

    def __init__(self) -> None:
        self._start_over()

    @property
    def sheet(self) -> Sheet:
        """The sentences."""
        return self._state.sheet

    @property
    def settings(self) -> Settings:
        """What it measures with."""
        return self._state.settings

    def origin(self, text: Text) -> How | None:
        """How a text came to be worded as it is; None if it was typed, or is one that the session began with."""
        origin = self._state.origins.get((text.id, text.sentences))
        return origin.how if origin else None

    @property
    def ids(self) -> frozenset[str]:
        """Of every text that there is or was, as far as the file knows."""
        return frozenset(self._state.ids)

    @property
    def rows(self) -> tuple[Text, ...]:
        """The training sets, with slots."""
        return self.sheet.rows

    @property
    def probes(self) -> tuple[Text, ...]:
        """The probes, with slots: the columns."""
        return self.sheet.probes

    @property
    def draws(self) -> int:
        """How many draws are measured: as the settings say, but one where no sentence has a slot."""
        return self.settings.draws if self.sheet.slots else 1

    @property
    def going_on(self) -> bool:
        """Whether measuring was begun at a screen and neither stopped there nor finished: whoever opens it goes on."""
        return self._state.going_on

    @property
    def model(self) -> ModelRecord | None:
        """The chosen model as it was when it was last loaded; None before that."""
        return self._state.models.get(self.settings.model)

    @property
    def swept(self) -> Swept | None:
        """The learning rates that were last swept; None before that."""
        return self._state.swept

    @property
    def trajectories(self) -> tuple[Trajectory, ...]:
        """What was asked to be learned sentence by sentence, oldest first."""
        return tuple(self._state.trajectories.values())

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """Every optimiser that the session was set to, in order of appearance."""
        return tuple(self._state.optimizers)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person should know, oldest first."""
        return tuple(self._state.notices)

    @property
    def note(self) -> str:
        """What a person noted on the session."""
        return self._state.note.text

    @property
    def unsaved(self) -> Unsaved | None:
        """What a person was writing when the screen ended; None if there is nothing."""
        return self._state.unsaved if self._state.unsaved.text else None

    def words(self, draw: int) -> dict[str, str]:
        """The word of each slot in a draw."""
        return dict(self._filled[draw].words)

    def filled(self, text: Text, draw: int) -> tuple[str, ...]:
        """The sentences of a text with the words of a draw."""
        return text.fill(self._filled[draw].words)

    @property
    def _filled(self) -> list[Filling]:
        fillings = self._fillings  # which another thread may forget meanwhile
        if fillings is None:
            fillings = self._fillings = [self._fill(self._state.words(draw)) for draw in range(self.draws)]
        return fillings

    def _fill(self, words: dict[str, str]) -> Filling:
        rows, probes = (tuple(text_id(text.fill(words)) for text in texts) for texts in (self.rows, self.probes))
        return Filling(words, rows, probes)

    def _start_over(self) -> None:
        self._state = State()
        self._forget_derived()

    def _apply(self, entry: Entry) -> None:
        self._state.apply(entry)
        if isinstance(entry, Reshaping):
            self._forget_derived()

    def _forget_derived(self) -> None:
        self._fillings = None
