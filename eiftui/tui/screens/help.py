"""Help: how to read the numbers, and every action with its keys as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from eiftui.tui.action import Action
from eiftui.tui.actions import ACTIONS
from eiftui.tui.bindings import part_bindings
from eiftui.tui.screens.dialogue import OwnKeys
from eiftui.tui.sections import OF_IMAGES, OF_SENTENCES, SECTIONS
from eiftui.tui.widgets.keybar import KeyBar

READING = """\
A row is a training set, a column a probe. A cell says how the loss of the probe moved, in nats per token, when the
model learned the training set (trained), or only read it before the probe (prompted). Negative: the probe became more
likely. The gap is trained minus prompted. Predicted is what gradients alone foretell; a preview without a background
(without colours: ~) stands for what is not measured yet, and ▸ is being measured. ≈0 cannot be told from zero, by the
null floor or the number format. Made-up words stand in the slots, others in each draw: intervals are over draws."""
READING_IMAGES = """\
A row is a digit that the network learned, a column a probe; both are means over the digits of a class, or single ones.
A cell says how the loss of the probe moved, in nats. Negative: the network became surer of the probe's label. Predicted
is what gradients alone foretell. ≈0 cannot be told from zero, by the null floor. A digit of your own is there while the
explorer is open, and not kept in the session."""
KEYS = 14


class HelpScreen(OwnKeys[None]):
    """Escape leaves it."""

    CSS_PATH = "help.tcss"
    BINDINGS = part_bindings("help")
    part: ClassVar[str] = "help"

    def __init__(self, keys_of: Callable[[str], list[str]], first: str, of_images: bool) -> None:
        """`keys_of` says which keys an action has; `first` is the part that help was asked for in.

        Of images or of sentences is the session: of the other kind nothing is said.
        """
        super().__init__()
        self._keys_of, self._first, self._of_images = keys_of, first, of_images

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "Help"
            scroll.border_subtitle = "esc closes"
            yield Static(Content(" ".join((READING_IMAGES if self._of_images else READING).split("\n"))))
            yield from self._sections()
        yield KeyBar()

    def action_close(self) -> None:
        self.dismiss()

    def _sections(self) -> Iterator[Static]:
        elsewhere = OF_SENTENCES if self._of_images else OF_IMAGES
        here = [action for action in ACTIONS if not {action.id, action.part}.intersection(elsewhere)]
        headings = dict.fromkeys([SECTIONS.get(self._first, ""), *SECTIONS.values()])
        for heading in headings:
            if actions := [action for action in here if SECTIONS.get(action.part) == heading]:
                yield Static(Content.styled(heading, "bold $text-primary"), classes="heading")
                yield Static(self._table(actions))

    def _table(self, actions: Sequence[Action]) -> Table:
        """Keys on the left, and on the right what they do, on as many lines as that takes."""
        table = Table.grid(padding=(0, 1))
        table.add_column(width=KEYS, style="bold")
        table.add_column()
        for action in actions:
            table.add_row(Text(" ".join(self._keys_of(action.id)) or "in the palette"), Text(action.tooltip))
        return table
