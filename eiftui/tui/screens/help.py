"""Help: how to read the numbers, and every action with its keys as they are now."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from eiftui.tui.actions import ACTIONS, SECTIONS, Action, part_bindings

READING = """\
A row is a training set, a column a probe. A cell says how the loss of the probe moved, in nats per token, when the
model learned the training set (trained), or only read it before the probe (prompted). Negative: the probe became more
likely. The gap is trained minus prompted. Predicted is what gradients alone foretell; a preview, marked ~, stands for
what is not measured yet. ≈0 cannot be told from zero, by the null floor or the number format. Made-up words stand in
the slots, others in each draw: intervals are over draws."""
KEYS = 22


class HelpScreen(ModalScreen[None]):
    """Escape leaves it."""

    CSS_PATH = "help.tcss"
    BINDINGS = part_bindings("help")

    def __init__(self, keys_of: Callable[[str], list[str]], first: str) -> None:
        """`keys_of` says which keys an action has; `first` is the part that help was asked for in."""
        super().__init__()
        self._keys_of, self._first = keys_of, first

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "Help"
            scroll.border_subtitle = "esc closes"
            yield Static(Content(" ".join(READING.split("\n"))))
            yield Static(Content("\n").join(self._sections()))

    def action_close(self) -> None:
        self.dismiss()

    def _sections(self) -> list[Content]:
        lines: list[Content] = []
        for part in sorted(SECTIONS, key=lambda part: part != self._first):
            if actions := [action for action in ACTIONS if action.part == part]:
                lines += [Content(""), Content.styled(SECTIONS[part], "bold $text-primary")]
                lines += [self._line(action) for action in actions]
        return lines

    def _line(self, action: Action) -> Content:
        shown = " ".join(self._keys_of(action.id)) or "in the palette"
        return Content.assemble((f"{shown:<{KEYS}}", "$text-accent"), action.tooltip)
