"""The scale of the heat map's colours, and the marks of cells without a number."""

from __future__ import annotations

import numpy as np
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from eiftui.show import colour, numbers
from eiftui.tui.view import Picture, Status
from eiftui.tui.widgets.cells import MARKS, NAMES, PREVIEW, depth


class Legend(Widget):
    """One line."""

    DEFAULT_CSS = "Legend { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._picture: Picture | None = None
        self._segments: list[Segment] = []

    def show(self, picture: Picture) -> None:
        self._picture = picture
        before, self._segments = self._segments, self._fitted()
        if self._segments != before:
            self.refresh()

    def on_resize(self) -> None:
        self._segments = self._fitted()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        return Strip(self._segments).apply_style(self.rich_style).crop_extend(0, self.size.width, self.rich_style)

    def _fitted(self) -> list[Segment]:
        """As much as there is room for."""
        if self._picture is None:
            return []
        colours = depth(self.app)
        marks = Segment("".join(f"  {mark}" for mark in _marks(self._picture, colours)))
        segments = [*_scale(self._picture, colours, with_halves=True), marks]
        if Segment.get_line_length(segments) <= self.size.width:
            return segments
        return [*_scale(self._picture, colours, with_halves=False), marks]


def _scale(picture: Picture, colours: colour.Depth, with_halves: bool) -> list[Segment]:
    """The ends of the scale, zero and, if there is room, the magnitudes of its middle colours."""
    if not picture.limit:
        return []
    end, half = _magnitude(picture, 1.0), _magnitude(picture, 0.5 ** (1 / picture.power))
    below, above = ("more", "less") if picture.warm > 0 else ("less", "more")
    ends = f" {below} likely {numbers.MINUS}{end} ", f" +{end} {above} likely"
    if not with_halves:
        left, right = (_swatch(steps, picture.warm, colours) for steps in (range(-6, 0), range(1, 7)))
        return [Segment(ends[0]), *left, Segment(" 0 "), *right, Segment(ends[1])]
    swatches = [_swatch(range(start, start + 3), picture.warm, colours) for start in (-6, -3, 1, 4)]
    words = [ends[0], f" {numbers.MINUS}{half} ", " 0 ", f" +{half} "]
    parts = [part for word, swatch in zip(words, swatches, strict=True) for part in (Segment(word), *swatch)]
    return [*parts, Segment(ends[1])]


def _magnitude(picture: Picture, share: float) -> str:
    return numbers.magnitude(numbers.scaled(picture.limit * share, picture.exponent))


def _swatch(steps: range, warm: int, colours: colour.Depth) -> list[Segment]:
    """The colours of some steps of the scale."""
    if colours == "none":
        return [Segment("…")]
    return [Segment(" ", colour.style(step * warm, colour.STEPS, colours)) for step in steps]


def _marks(picture: Picture, colours: colour.Depth) -> list[str]:
    """What the marks that occur in a picture mean."""
    found = {Status(int(status)) for status in np.unique(picture.status)}
    words = [f"{MARKS[status].strip() or 'blank'} {NAMES[status]}" for status in NAMES if status in found]
    if Status.PREVIEW in found:
        words.insert(0, f"{PREVIEW if colours == 'none' else 'no background:'} predicted")
    return words
