"""A digit of one's own, drawn with keys or the mouse or read from a file, and what the network makes of it, live."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from eiftui.domains.digits import CLASSES, Digits, Labels
from eiftui.domains.files import typed_path
from eiftui.domains.image_file import read_image
from eiftui.engine.image_requests import LookedAt
from eiftui.errors import InputError
from eiftui.show import numbers
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.screens.dialogue import Dialogue
from eiftui.tui.screens.prompt import PromptScreen
from eiftui.tui.widgets.canvas import Canvas
from eiftui.tui.widgets.keybar import KeyBar
from eiftui.tui.widgets.part import Words

Take = Callable[[LookedAt], None]
Look = Callable[[Digits, Take], None]
"""Has a digit learned and probed, along with those of a draw, which come first."""
WAYS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}


class DrawingScreen(Dialogue[Digits]):
    """Answers with the digit that is to be used."""

    CSS_PATH = ["dialogue.tcss", "drawing.tcss"]  # noqa: RUF012
    BINDINGS = dialogue_bindings("drawing")
    part: ClassVar[str] = "drawing"

    def __init__(self, own: Digits | None, labels: Labels, look: Look, waiting: Callable[[], str]) -> None:
        """`labels` are those of the draw's digits, (images,); `waiting` says what a look is waited for."""
        super().__init__()
        self._pixels = None if own is None else own.pixels[0]
        self._label = 0 if own is None else int(own.labels[0])
        self._labels, self._look, self._waiting = labels, look, waiting
        self._looked: LookedAt | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "A digit of your own"
            box.border_subtitle = "there while the explorer is open: not kept in the session"
            with Horizontal():
                yield Canvas(self._pixels)
                yield Words(id="seen")
            yield Words(id="pen")
            yield Static(classes="problem")
        yield KeyBar()

    def on_mount(self) -> None:
        self._ask()

    @property
    def digit(self) -> Digits | None:
        """What is drawn; None while nothing is."""
        pixels = self.query_one(Canvas).pixels
        if not pixels.any():
            return None
        return Digits(pixels[None], np.array([self._label]), np.array([0]))

    def on_canvas_drawn(self) -> None:
        self._ask()

    def action_move(self, by: str) -> None:
        self.query_one(Canvas).move(*WAYS[by])

    def action_pen(self) -> None:
        canvas = self.query_one(Canvas)
        canvas.put_down(not canvas.down)
        self._show()

    def action_erase(self) -> None:
        canvas = self.query_one(Canvas)
        canvas.erases = not canvas.erases
        self._show()

    def action_clear(self) -> None:
        self.query_one(Canvas).clear()

    def action_label(self, label: int) -> None:
        self._label = label
        self._ask()

    def action_open(self) -> None:
        self.app.push_screen(PromptScreen("Image file:", "", self._read))

    def action_use(self) -> None:
        if self.digit is None:
            self.refuse(InputError("draw something first: the pen is down after space"))
        else:
            self.dismiss(self.digit)

    def _read(self, name: str) -> None:
        if name.strip():
            self.query_one(Canvas).take(read_image(typed_path(name)))

    def _ask(self) -> None:
        """Have it looked at as it is now."""
        self._looked = None if self.digit is None else self._looked
        self._show()
        if self.digit is not None:
            self._look(self.digit, self._take)

    def _take(self, looked: LookedAt) -> None:
        if self.is_attached:
            self._looked = looked
            self._show()

    def _show(self) -> None:
        canvas = self.query_one(Canvas)
        pen = "eraser" if canvas.erases else "pen"
        words = f"a {self._label} · {pen} {'down: arrows draw' if canvas.down else 'up: space puts it down'}"
        self.query_one("#pen", Words).show(Content(words))
        self.query_one("#seen", Words).show(Content("\n").join(self._lines()))

    def _lines(self) -> list[Content]:
        """What it is taken for, and what learning it does to the digits of each class."""
        if self._looked is None:
            words = "draw a digit, or open an image of one" if self.digit is None else self._waiting()
            return [Content.styled(words, "$text-muted")]
        seen, eif = np.asarray(self._looked.before[-1], np.float64), np.asarray(self._looked.eif[0][:-1], np.float64)
        own = float(self._looked.eif[0][-1])
        lines = [
            Content.styled(f"taken for {int(seen.argmax())}; learned as a {self._label}", "bold"),
            Content.styled(f"{'class':<7}{'seen as':>8}{'Δ loss of its digits':>23}", "$text-muted"),
        ]
        for label in range(CLASSES):
            change = numbers.estimate(float(eif[self._labels == label].mean()))
            mark = "◂" if label == self._label else " "
            lines.append(Content(f"{label:>3}{mark}   {numbers.probability(float(seen[label])):>8}{change:>23}"))
        return [*lines, Content.styled(f"{'itself':<7}{numbers.estimate(own):>31}", "$text-muted")]
