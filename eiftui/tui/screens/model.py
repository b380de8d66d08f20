"""The models: those with names, those that are on this machine, and a line for any other id or path."""

from __future__ import annotations

import math
import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from eiftui.models.available import Available, available, choice_of, look_up, memory
from eiftui.models.place import place_of
from eiftui.session.safetext import visible
from eiftui.settings import DTYPES, ModelChoice
from eiftui.show.encoding import padded
from eiftui.show.numbers import size
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.keymap import hints
from eiftui.tui.screens.dialogue import OwnKeys
from eiftui.tui.widgets.keybar import KeyBar

NAME = 18


class ModelScreen(OwnKeys[ModelChoice | None]):
    """Ends with the model that a person wants, or with None."""

    CSS_PATH = "model.tcss"
    BINDINGS = dialogue_bindings("model")
    part: ClassVar[str] = "model"
    AUTO_FOCUS = "Input"

    def __init__(self, now: ModelChoice) -> None:
        """`now` is the model in use."""
        super().__init__()
        self._now, self._dtype = now, now.dtype
        self._models = available()
        self._shown: list[Available] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="model") as box:
            box.border_title = "Model"
            box.border_subtitle = hints(
                self.app, {"model.choose": "chooses", "model.dtype": "number format", "model.leave": "leaves"}
            )
            yield Input(placeholder="part of a name; or an id of the hub, a folder, a .gguf file", compact=True)
            models = OptionList(id="models", compact=True, markup=False)
            models.can_focus = False
            yield models
            yield Static(id="memory", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_models()

    def action_choose(self) -> None:
        if model := self._chosen():
            choice = choice_of(model.name, self._now)
            if (place := place_of(choice.name)) and not os.path.exists(place):
                self._say(f"there is no model at {place}: name the path that it has now", "$text-error")
                return
            self.dismiss(choice.model_copy(update={"dtype": self._dtype}))

    def action_dtype(self) -> None:
        self._dtype = DTYPES[(DTYPES.index(self._dtype) + 1) % len(DTYPES)]
        self._tell()

    def action_step(self, by: int) -> None:
        models = self.query_one(OptionList)
        if self._shown:
            models.highlighted = ((models.highlighted or 0) + by) % len(self._shown)

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_input_changed(self) -> None:
        self._show_models()

    def on_option_list_option_highlighted(self) -> None:
        self._tell()

    def on_option_list_option_selected(self) -> None:
        self.action_choose()

    def _show_models(self) -> None:
        """The models whose names hold what is typed; or else that itself, taken for an id or a path."""
        typed = self.query_one(Input).value.strip()
        found = [model for model in self._models if typed.lower() in model.name.lower()]
        self._shown = found or [look_up(typed)]
        models = self.query_one(OptionList)
        models.clear_options()
        models.add_options([Option(self._line(model)) for model in self._shown])
        names = [model.name for model in self._shown]
        models.highlighted = names.index(self._now.name) if self._now.name in names else 0
        self._tell()

    def _line(self, model: Available) -> Content:
        where = ("here", "$text-success") if model.here else ("to be fetched", "$text-muted")
        return Content.assemble(
            (f"{padded(visible(model.name), NAME)} ", "bold"),
            f"{_count(model.parameters):>7}  ",
            where,
            (f"  {model.note}" if model.note else "", "$text-muted"),
        )

    def _chosen(self) -> Available | None:
        place = self.query_one(OptionList).highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    def _tell(self) -> None:
        """Say what the model will take."""
        if model := self._chosen():
            takes = "not known before it is loaded"
            if not math.isnan(model.parameters):
                takes = f"about {size(memory(model.parameters, self._dtype))}"
            self._say(f"memory as {self._dtype}: {takes}")

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#memory", Static).update(Content.styled(visible(text), style))


def _count(parameters: float) -> str:
    """A number of weights: `135 M`."""
    if math.isnan(parameters):
        return "?"
    return f"{parameters / 1e9:.1f} B" if parameters >= 1e9 else f"{parameters / 1e6:.0f} M"
