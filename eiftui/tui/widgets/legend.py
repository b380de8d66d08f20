"""The scale of the heat map's colours, and the marks of cells without a number."""

from __future__ import annotations

from typing import Literal

import numpy as np
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from eiftui.show import colour, numbers
from eiftui.tui.mishaps import Surviving
from eiftui.tui.picture import Picture, Status
from eiftui.tui.widgets.cells import DENSE, MARKS, NAMES, PREVIEW, Painter, depth

BLOCK_COLOURS = {
    Status.UNDEFINED: "blank",
    Status.PENDING: "no colour",
    Status.CANCELLED: "olive",
    Status.FAILED: "pink",
    Status.RUNNING: "yellow",
    Status.PREVIEW: "dull",
}
"""As the overview has them."""
Detail = Literal["halves", "ends", "signs", "numbers"]
DETAILS: tuple[Detail, ...] = ("halves", "ends", "signs", "numbers")
"""How much the scale says, the most first."""
STEPS = "steps, not values"
"""What a title says of cells without room for numbers."""


class Legend(Surviving, Widget):
    """One line."""

    DEFAULT_CSS = "Legend { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._picture: Picture | None = None
        self._blocks = False
        self._steps = 0
        self._hint = ""
        self._segments: list[Segment] = []

    def show(self, picture: Picture, blocks: bool = False, steps: int = 0, hint: str = "") -> None:
        """Explain a picture, as the heat map shows it or as the blocks of the overview.

        `steps` is the width of cells that hold a step of the scale; 0 where they hold numbers or colours alone. `hint`
        is what can be done about it.
        """
        self._picture, self._blocks, self._steps, self._hint = picture, blocks, steps, hint
        before, self._segments = self._segments, self._fitted()
        if self._segments != before:
            self.refresh()

    def on_resize(self) -> None:
        self._segments = self._fitted()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._segments = self._fitted()

    def render_line(self, y: int) -> Strip:
        return Strip(self._segments).apply_style(self.rich_style).crop_extend(0, self.size.width, self.rich_style)

    def _fitted(self) -> list[Segment]:
        """As much as there is room for: whole words, and what steps are before all else."""
        if self._picture is None:
            return []
        colours, room = depth(self.app), self.size.width
        steps = [Segment(f" {_steps(self._picture, self._steps)} ")] if self._steps else []
        hints = [self._hint] if self._hint else []
        marks = [Segment(f"  {mark}") for mark in (*hints, *_marks(self._picture, colours, self._blocks))]
        for detail in DETAILS:
            segments = [*steps, *scale(self._picture, colours, detail), *marks]
            if Segment.get_line_length(segments) <= room:
                return segments
        while segments and Segment.get_line_length(segments) > room:
            segments.pop()
        return segments


def is_pale(picture: Picture) -> bool:
    """Whether every number has the colour of zero, or one next to it."""
    sizes = np.abs(picture.values[np.isfinite(picture.values)])
    return bool(sizes.size and picture.limit) and abs(Painter(picture, DENSE, "256").level(float(sizes.max()))) <= 1


def _steps(picture: Picture, width: int) -> str:
    """What the digits of narrow cells are, letters being those below zero in the narrowest."""
    end = _magnitude(picture, 1.0)
    if width > DENSE or not picture.signed:
        return f"steps: {'±' if picture.signed else ''}9 is {end} or more"
    return f"steps: 9 is +{end} or more, i {numbers.MINUS}{end} or less"


def scale(picture: Picture, colours: colour.Depth, detail: Detail) -> list[Segment]:
    """The ends of the scale, zero and, if there is room, the magnitudes of its middle colours."""
    if not picture.limit:
        return []
    if not picture.signed:
        shades = [Segment(" ", colour.shade(step, colour.STEPS, colours)) for step in range(1, 7)]
        return [Segment(" 0 "), *shades, Segment(f" {_magnitude(picture, 1.0)}")]
    end, half = _magnitude(picture, 1.0), _magnitude(picture, 0.5 ** (1 / picture.power))
    below, above = ("more", "less") if picture.warm > 0 else ("less", "more")
    least, most = (f"{beyond}{sign}{end}" for beyond, sign in zip(_beyond(picture), (numbers.MINUS, "+"), strict=True))
    ends = f" {below} likely {least} ", f" {most} {above} likely"
    if detail == "signs":
        ends = f" {least} {below} ", f" {above} {most}"
    if detail == "numbers":
        left, right = (_swatch(steps, picture.warm, colours) for steps in (range(-6, 0, 2), range(2, 7, 2)))
        return [Segment(f" {numbers.MINUS}{end} "), *left, Segment(" 0 "), *right, Segment(f" +{end}")]
    if detail != "halves":
        left, right = (_swatch(steps, picture.warm, colours) for steps in (range(-6, 0), range(1, 7)))
        return [Segment(ends[0]), *left, Segment(" 0 "), *right, Segment(ends[1])]
    swatches = [_swatch(range(start, start + 3), picture.warm, colours) for start in (-6, -3, 1, 4)]
    words = [ends[0], f" {numbers.MINUS}{half} ", " 0 ", f" +{half} "]
    parts = [part for word, swatch in zip(words, swatches, strict=True) for part in (Segment(word), *swatch)]
    return [*parts, Segment(ends[1])]


def _beyond(picture: Picture) -> tuple[str, str]:
    """What is said of either end of the scale: whether there are numbers beyond it."""
    values = picture.values[np.isfinite(picture.values)]
    limit = picture.limit * (1 + 1e-9)
    return "≤ " if (values < -limit).any() else "", "≥ " if (values > limit).any() else ""


def _magnitude(picture: Picture, share: float) -> str:
    return numbers.magnitude(numbers.scaled(picture.limit * share, picture.exponent))


def _swatch(steps: range, warm: int, colours: colour.Depth) -> list[Segment]:
    """The colours of some steps of the scale."""
    if colours == "none":
        return [Segment("…")]
    return [Segment(" ", colour.style(step * warm, colour.STEPS, colours)) for step in steps]


def _marks(picture: Picture, colours: colour.Depth, blocks: bool) -> list[str]:
    """What the marks that occur in a picture mean."""
    found = {status for status in Status if (picture.status == status).any()}
    if blocks and colours != "none":
        return [
            f"{BLOCK_COLOURS[status]}: {NAMES.get(status, 'predicted')}" for status in sorted(found - {Status.VALUE})
        ]
    words = [f"{MARKS[status].strip() or 'blank'} {NAMES[status]}" for status in NAMES if status in found]
    measured = picture.values[picture.status == Status.VALUE]
    if Status.PREVIEW in found:
        words.insert(0, f"{PREVIEW if colours == 'none' else 'no background:'} predicted")
    if numbers.below_floor(float(np.fmin.reduce(np.abs(measured), initial=np.inf)), picture.floor):
        words.append(f"{numbers.BELOW_FLOOR} not told from 0")
    if not np.isfinite(measured).all():
        words.append("nan, inf, !: not finite")
    return words
