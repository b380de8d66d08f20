"""A question of one line over the foot of the screen: where to jump, what to filter by."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from eiftui.errors import InputError
from eiftui.session.safetext import visible
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.keymap import key_of
from eiftui.tui.mishaps import Surviving


class PromptScreen(Surviving, ModalScreen[None]):
    """Ends when an answer is taken; one that is not is refused with the reason."""

    CSS_PATH = "prompt.tcss"
    BINDINGS = dialogue_bindings("prompt")

    def __init__(self, question: str, answer: str, take: Callable[[str], None], live: bool = False) -> None:
        """`take` raises InputError for what is no answer. A `live` answer is taken with every key, too."""
        super().__init__()
        self._question, self._answer, self._take, self._live = question, answer, take, live

    def compose(self) -> ComposeResult:
        with Horizontal(id="prompt"):
            yield Static(self._question, id="question", markup=False)
            yield Input(self._answer, compact=True, select_on_focus=False)
            yield Static(f"enter takes it · {key_of(self.app, 'prompt.leave')} leaves", id="hint", markup=False)

    def on_mount(self) -> None:
        """All is chosen, and the beginning in sight."""
        self.query_one(Input).selection = Selection(len(self._answer), 0)

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._live:
            self._take(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self._take(event.value)
        except InputError as error:
            self.query_one("#question", Static).update(visible(str(error)))
            self.query_one("#hint").display = False  # the reason needs the room
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Back; a live answer is as it was before."""
        if self._live:
            self._take(self._answer)
        self.dismiss()
