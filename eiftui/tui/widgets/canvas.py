"""A canvas of 28×28 pixels, drawn on with keys or the mouse. A line of the screen shows two of its lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from eiftui.domains.digits import SIDE, Pixels
from eiftui.show import digits
from eiftui.tui.mishaps import Surviving
from eiftui.tui.widgets.digit_map import way

RADIUS = 1.7
"""Pixels from the centre of the pen at which it leaves no ink; strokes are then about as thick as MNIST's."""
HERE = Style.parse("bold rgb(0,0,0) on rgb(255,255,95)")


class Canvas(Surviving, Widget, can_focus=True):
    """Ink is 0 to 1. While the pen is down, wherever the cursor goes is drawn on, or erased."""

    DEFAULT_CSS = "Canvas { width: 28; height: 14; }"
    ALLOW_SELECT = False  # a stroke that leaves it would choose the words beside it

    class Drawn(Message):
        """There is other ink."""

    def __init__(self, pixels: Pixels | None = None) -> None:
        super().__init__()
        self._ink = np.zeros((SIDE, SIDE)) if pixels is None else pixels / 255
        self._x = self._y = SIDE // 2
        self.down = False
        self.erases = False

    @property
    def pixels(self) -> Pixels:
        """(28, 28), 0 to 255."""
        return np.asarray(np.round(255 * self._ink), np.uint8)

    def take(self, pixels: Pixels) -> None:
        """Draw on another image."""
        self._change(pixels / 255)

    def clear(self) -> None:
        self._change(np.zeros((SIDE, SIDE)))

    def put_down(self, down: bool) -> None:
        """Put the pen down on the cursor, or lift it."""
        self.down = down
        if down:
            self._stroke(self._x + 0.5, self._y + 0.5)
        self.refresh()

    def move(self, x: int, y: int) -> None:
        """Move the cursor by some pixels."""
        self._x, self._y = int(np.clip(self._x + x, 0, SIDE - 1)), int(np.clip(self._y + y, 0, SIDE - 1))
        if self.down:
            self._stroke(self._x + 0.5, self._y + 0.5)
        self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._go(event)
        self._stroke(self._x + 0.5, self._y + 1)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw from where the mouse was: a quick hand skips cells."""
        if not event.button:
            return
        x, y = self._x, self._y
        self._go(event)
        steps = max(abs(self._x - x), abs(self._y - y), 1)
        along = np.arange(1, steps + 1) / steps
        self._stroke(x + (self._x - x) * along + 0.5, y + (self._y - y) * along + 1)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def render_line(self, y: int) -> Strip:
        how = way(self.app)
        (line,) = digits.picture(self._ink[2 * y : 2 * y + 2], how, SIDE, 1)
        strip = Strip(line.render(self.app.console, end=""))
        if y != self._y // 2:
            return strip
        style = HERE if how == "half blocks" else Style(reverse=True)
        cursor = Strip([Segment("+" if how == "ascii" else "▄▀"[self._y % 2], style)], 1)
        return Strip.join([strip.crop(0, self._x), cursor, strip.crop(self._x + 1)])

    def _go(self, event: events.MouseEvent) -> None:
        self._x = int(np.clip(event.x, 0, SIDE - 1))
        self._y = int(np.clip(2 * event.y, 0, SIDE - 2))

    def _stroke(self, x: ArrayLike, y: ArrayLike) -> None:
        """Ink, or none, around a point or several, (points,)."""
        places = np.arange(SIDE) + 0.5
        across, down = places[None, :] - np.reshape(x, (-1, 1, 1)), places[:, None] - np.reshape(y, (-1, 1, 1))
        ink = np.clip(RADIUS - np.hypot(across, down), 0, 1).max(axis=0)
        self._change(np.minimum(self._ink, 1 - ink) if self.erases else np.maximum(self._ink, ink))

    def _change(self, ink: NDArray[np.float64]) -> None:
        if not np.array_equal(ink, self._ink):
            self._ink = ink
            self.post_message(self.Drawn())
        self.refresh()
