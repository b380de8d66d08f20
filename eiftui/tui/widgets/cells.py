"""How one cell of the heat map looks: its text at any width, and its style in any depth of colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rich.color import Color
from rich.style import Style
from textual.app import App

from eiftui.show import colour, numbers
from eiftui.show.heatmap import NOT_FINITE, ramp
from eiftui.tui.picture import Picture, Status

DENSE, DIGIT, NUMBER, INTERVAL = 1, 3, 6, 12
"""Widths: one character; sign and digit; the number; the number with its interval."""
WIDTHS = (DENSE, 2, DIGIT, NUMBER)
PREVIEW = "~"
MARKS = {
    Status.UNDEFINED: " ",
    Status.PENDING: numbers.MISSING,
    Status.RUNNING: "…",
    Status.FAILED: "x",
    Status.CANCELLED: "/",
}
NAMES = {
    Status.PENDING: "to measure",
    Status.RUNNING: "running",
    Status.FAILED: "failed",
    Status.CANCELLED: "stopped",
    Status.UNDEFINED: "undefined",
}
_WORDS = {Status.RUNNING: "…", Status.FAILED: "fail", Status.CANCELLED: "stop"}
_DIM = {
    "256": Style.parse("rgb(118,118,118)"),
    "light": Style.parse("rgb(118,118,118)"),
    "16": Style.parse("bright_black"),
    "none": Style.null(),
}
_RUNNING = {
    "256": Style.parse("rgb(255,215,95)"),
    "light": Style.parse("rgb(135,95,0)"),
    "16": Style.parse("bright_yellow"),
    "none": Style.null(),
}
_FAILED = {
    "256": Style.parse("bold rgb(255,95,95)"),
    "light": Style.parse("bold rgb(215,0,0)"),
    "16": Style.parse("bold bright_red"),
    "none": Style(bold=True),
}
_PLAIN = {
    Status.UNDEFINED: _DIM,
    Status.PENDING: _DIM,
    Status.RUNNING: _RUNNING,
    Status.FAILED: _FAILED,
    Status.CANCELLED: _RUNNING,
}
_CURSOR = {
    "256": Style.parse("bold rgb(0,0,0) on rgb(255,255,95)"),
    "light": Style.parse("bold rgb(0,0,0) on rgb(255,215,0)"),
    "16": Style.parse("black on bright_green"),
    "none": Style.parse("reverse bold"),
}
"""Of no colour that a scale has: the cell's own is not seen, and its sign is in its text."""


def depth(app: App[Any]) -> colour.Depth:
    """How many colours the terminal of `app` has, and whether its theme is a light one."""
    if app.no_color:
        return "none"
    colours = colour.depth(app.console)
    return "light" if colours == "256" and not app.current_theme.dark else colours


@dataclass(frozen=True)
class Painter:
    """Paints the cells of one picture at one width."""

    picture: Picture
    width: int
    colours: colour.Depth

    def text(self, row: int, column: int) -> str:
        """Exactly `width` characters."""
        status, value = Status(self.picture.status[row, column]), float(self.picture.values[row, column])
        if status < Status.PREVIEW:
            word = _WORDS.get(status, MARKS[status]) if self.width >= NUMBER else MARKS[status]
            return word.rjust(self.width)
        text = self._value(value, row, column)
        if status == Status.PREVIEW and self.colours == "none" and self.width > 1:
            text = PREVIEW + text.strip()
        return text.rjust(self.width)[-self.width :]

    def style(self, row: int, column: int) -> Style:
        status, value = Status(self.picture.status[row, column]), float(self.picture.values[row, column])
        if status < Status.PREVIEW:
            return _PLAIN[status][self.colours]
        if not math.isfinite(value):
            return Style(bold=True)
        if numbers.below_floor(value, self.picture.floor):
            return _DIM[self.colours]
        if not self.picture.limit:
            return Style.null()
        if not self.picture.signed:
            return colour.shade(value, self.picture.limit, self.colours)
        return _styled(self.level(value), self.colours, status == Status.PREVIEW)

    @staticmethod
    def cursor(colours: colour.Depth) -> Style:
        return _CURSOR[colours]

    def level(self, value: float, steps: int = colour.STEPS) -> int:
        """The step of a finite value on the picture's scale, from -`steps` to `steps`, in the sense of a loss."""
        limit = self.picture.limit
        if not limit:
            return 0
        size = limit * (min(abs(value) / limit, 1.0)) ** self.picture.power
        return colour.level(math.copysign(size, value * self.picture.warm), limit, steps)

    def _value(self, value: float, row: int, column: int) -> str:
        picture = self.picture
        if self.width >= NUMBER:
            return self._number(value, row, column)
        if not math.isfinite(value):
            return NOT_FINITE
        if numbers.below_floor(value, picture.floor):
            return numbers.BELOW_FLOOR[: self.width]
        limit = picture.limit or numbers.largest_magnitude(picture.values)
        step = ramp(value, limit)
        if self.width == 1:
            return " " if self.colours in ("256", "light") and picture.limit else step
        if step == "0" or not picture.signed:
            return step
        return (numbers.MINUS if value < 0 else "+") + ramp(abs(value), limit)

    def _number(self, value: float, row: int, column: int) -> str:
        picture = self.picture
        text = numbers.eif(value, picture.exponent, picture.floor)
        text = text if picture.signed else text.replace("+", " ")
        half = math.nan if picture.halves is None else float(picture.halves[row, column])
        if self.width < INTERVAL or math.isnan(half) or numbers.below_floor(value, picture.floor):
            return text
        return f"{text}±{numbers.magnitude(numbers.scaled(half, picture.exponent))}"


@lru_cache(maxsize=64)
def _styled(step: int, colours: colour.Depth, preview: bool) -> Style:
    """A step of the scale as background; of a preview, as the colour of the text alone."""
    if colours == "none":
        return Style(dim=True) if preview else Style(bold=abs(step) >= colour.STEPS - 1)
    style = colour.style(step, colour.STEPS, colours)
    if not preview:
        return style
    text = style.bgcolor if colours == "16" else Color.from_rgb(*_stronger(step, colours))
    return Style(color=text)


def _stronger(step: int, colours: colour.Depth) -> colour.Rgb:
    """A step's colour, or the nearest stronger one that can be read as text beside the matrix."""
    if step == 0:
        return (138, 138, 138)
    return colour.background(int(math.copysign(max(4, abs(step)), step)), colours)
