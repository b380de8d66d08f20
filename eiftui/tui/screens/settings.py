"""The settings in a form: every field says what is wrong with it, and the last line what a run would measure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from eiftui.models.registry import PRESETS
from eiftui.session.safetext import visible
from eiftui.settings import Settings
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.form import FIELDS, Field, Invalid, read, written
from eiftui.tui.keymap import hints
from eiftui.tui.outcome import NOTHING_LEFT
from eiftui.tui.screens.dialogue import OwnKeys
from eiftui.tui.widgets.choice import Choice
from eiftui.tui.widgets.keybar import KeyBar

SECONDS_AFTER_A_KEY = 0.3
OWN = "as they are"
"""The preset that is none."""
PRESET = Field("preset", "Preset", "settings by name", (OWN, *PRESETS))
Cost = Callable[[Settings], Awaitable[str]]
"""Says what measuring with some settings would take. Raises EiftuiError."""


class SettingsScreen(OwnKeys[Settings | None]):
    """Ends with the settings that a person wants, or with None."""

    CSS_PATH = "settings.tcss"
    BINDINGS = dialogue_bindings("settings")
    part: ClassVar[str] = "settings"

    def __init__(self, settings: Settings, cells: Callable[[Settings], int], cost: Cost) -> None:
        """`cells` says how many cells are to be measured with some settings, `cost` what that takes."""
        super().__init__()
        self._settings, self._cells, self._cost = settings, cells, cost
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        texts = {"preset": OWN, **written(self._settings)}
        with VerticalScroll(id="settings") as form:
            form.can_focus = False
            form.border_title = "Settings"
            form.border_subtitle = hints(
                self.app, {"settings.apply": "applies", "settings.time": "time and memory", "settings.leave": "leaves"}
            )
            for field in (PRESET, *FIELDS):
                with Horizontal(classes="field"):
                    yield Label(field.title)
                    yield _widget(field, texts[field.path])
                    yield Static(field.hint, id=f"{_id(field.path)}-hint", classes="hint", markup=False)
            yield Static(id="cost", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._look()

    def action_apply(self) -> None:
        try:
            self.dismiss(read(self._texts, self._settings))
        except Invalid as invalid:
            first = next(field for field in FIELDS if field.path in invalid.reasons)
            self.query_one(f"#{_id(first.path)}").focus()

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_previous(self) -> None:
        self.focus_previous()

    def action_next(self) -> None:
        self.focus_next()

    def action_time(self) -> None:
        self.run_worker(self._show_cost(), exclusive=True)

    def on_input_changed(self) -> None:
        self._look_soon()

    def on_choice_changed(self, message: Choice.Changed) -> None:
        if message.choice.id == "preset" and message.choice.value in PRESETS:
            self._fill(PRESETS[message.choice.value])
        elif message.choice.id == "preset":
            self._fill(self._settings)
        self._look_soon()

    @property
    def _texts(self) -> dict[str, str]:
        return {field.path: _value(self.query_one(f"#{_id(field.path)}")) for field in FIELDS}

    def _fill(self, settings: Settings) -> None:
        for path, text in written(settings).items():
            widget = self.query_one(f"#{_id(path)}")
            assert isinstance(widget, Input | Choice)
            widget.value = text

    def _look_soon(self) -> None:
        if self._due:
            self._due.stop()
        self._due = self.set_timer(SECONDS_AFTER_A_KEY, self._look)

    def _look(self) -> None:
        """Say of each field what is wrong with it, and how much there is to be measured."""
        reasons: dict[str, str] = {}
        try:
            cells = self._cells(read(self._texts, self._settings))
            self._say_cost(f"{cells} cells to measure" if cells else NOTHING_LEFT)
        except Invalid as invalid:
            reasons = invalid.reasons
            self._say_cost(
                "; ".join(f"{field.title}: {reasons[field.path]}" for field in FIELDS if field.path in reasons)
            )
        for field in FIELDS:
            reason = reasons.get(field.path)
            hint = (
                Content.styled(visible(reason), "$text-error") if reason else Content.styled(field.hint, "$text-muted")
            )
            self.query_one(f"#{_id(field.path)}-hint", Static).update(hint)

    async def _show_cost(self) -> None:
        try:
            settings = read(self._texts, self._settings)
        except Invalid:
            return
        if self._due:
            self._due.stop()  # what it would say is less than what is said here
        self._say_cost("measuring a sample…")
        self._say_cost(await self._cost(settings))

    def _say_cost(self, text: str) -> None:
        self.query_one("#cost", Static).update(Content(visible(text)))


def _id(path: str) -> str:
    return path.replace(".", "-")


def _widget(field: Field, text: str) -> Widget:
    if field.choices:
        return Choice(text, field.choices, id=_id(field.path))
    return Input(text, id=_id(field.path), compact=True, select_on_focus=False)


def _value(widget: Widget) -> str:
    assert isinstance(widget, Input | Choice)
    return widget.value
