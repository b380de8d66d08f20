"""What screens over the main one have in common: their keys are those of a part of the registry, and escape leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual._path import CSSPathType
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from eiftui.errors import EiftuiError
from eiftui.session.safetext import visible
from eiftui.tui.actions import BY_ID
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.mishaps import Surviving
from eiftui.tui.widgets.keybar import KeyBar

Result = TypeVar("Result")


class OwnKeys(Surviving, ModalScreen[Result]):
    """A screen over another. `part` is whose actions it does; help shows them first."""

    part: ClassVar[str]

    def action_do(self, id: str) -> None:
        """Do an action of this part of the registry."""
        self.call_next(self.run_action, BY_ID[id].method)


class Dialogue(OwnKeys[Result]):
    """Escape closes it."""

    CSS_PATH: ClassVar[CSSPathType | None] = "dialogue.tcss"
    BINDINGS = dialogue_bindings("dialogue")
    part: ClassVar[str] = "dialogue"

    def action_close(self) -> None:
        self.dismiss()

    def refuse(self, error: EiftuiError | OSError) -> None:
        """Say in one line why something cannot be done."""
        self.query_one(".problem", Static).update(Content(visible(str(error))))


class Ask(Dialogue[Result]):
    """One line of text. Enter answers with what is made of it, escape does not answer."""

    def __init__(self, question: str, text: str, take: Callable[[str], Result], about: str = "") -> None:
        """`take` makes the answer of the text; if it raises EiftuiError or OSError, that is said and the text stays.

        `about` is told above it in full, on as many lines as it needs.
        """
        super().__init__()
        self._question, self._text, self._take, self._about = question, text, take, about

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title, box.border_subtitle = Content(visible(self._question)), "enter takes it"
            if self._about:
                yield Static(Content(visible(self._about)))
            yield Input(self._text)
            yield Static(classes="problem")
        yield KeyBar()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        try:
            answer = self._take(message.value)
        except (EiftuiError, OSError) as error:
            self.refuse(error)
        else:
            self.dismiss(answer)


class Choose(Dialogue[str]):
    """One of several things, each with a line that says what it is."""

    def __init__(self, question: str, choices: dict[str, str]) -> None:
        super().__init__()
        self._question, self._choices = question, choices

    def compose(self) -> ComposeResult:
        width = max(map(len, self._choices), default=0) + 2
        with Vertical(classes="box") as box:
            box.border_title = Content(visible(self._question))
            yield OptionList(
                *(
                    Option(Content.assemble((f"{name:<{width}}", "$text-accent"), visible(what)), id=name)
                    for name, what in self._choices.items()
                )
            )
        yield KeyBar()

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(message.option_id)
