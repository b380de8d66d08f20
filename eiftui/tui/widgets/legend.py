"""The scale of the heat map's colours, and the marks of cells without a number."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from eiftui.show import colour, numbers
from eiftui.tui.view import Picture, Status
from eiftui.tui.widgets.cells import MARKS, PREVIEW, depth

_NAMES = {
    Status.PENDING: "to measure",
    Status.RUNNING: "running",
    Status.FAILED: "failed",
    Status.CANCELLED: "stopped",
    Status.UNDEFINED: "undefined",
}


class Legend(Widget):
    """One line."""

    DEFAULT_CSS = "Legend { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._segments: list[Segment] = []

    def show(self, picture: Picture) -> None:
        segments = [*_scale(picture, depth(self.app)), Segment("  " + "  ".join(_marks(picture)))]
        if segments != self._segments:
            self._segments = segments
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return Strip(self._segments).apply_style(self.rich_style).crop_extend(0, self.size.width, self.rich_style)


def _scale(picture: Picture, colours: colour.Depth) -> list[Segment]:
    if not picture.limit:
        return []
    end, half = _magnitude(picture, 1.0), _magnitude(picture, 0.5 ** (1 / picture.power))
    below, above = ("more", "less") if picture.warm > 0 else ("less", "more")
    parts = [Segment(f" {below} likely {numbers.MINUS}{end} ")]
    for steps, text in (((-6, -5, -4), f" {numbers.MINUS}{half} "), ((-3, -2, -1), " 0 ")):
        parts += [*_swatch(steps, picture.warm, colours), Segment(text)]
    for steps, text in (((1, 2, 3), f" +{half} "), ((4, 5, 6), f" +{end} {above} likely")):
        parts += [*_swatch(steps, picture.warm, colours), Segment(text)]
    return parts


def _magnitude(picture: Picture, share: float) -> str:
    return numbers.magnitude(numbers.scaled(picture.limit * share, picture.exponent))


def _swatch(steps: tuple[int, ...], warm: int, colours: colour.Depth) -> list[Segment]:
    """The colours of some steps of the scale."""
    if colours == "none":
        return [Segment("…")]
    return [Segment(" ", colour.style(step * warm, colour.STEPS, colours)) for step in steps]


def _marks(picture: Picture) -> list[str]:
    """What the marks that occur in a picture mean."""
    found = {Status(int(status)) for status in set(picture.status.flat)}
    words = [f"{MARKS[status].strip() or 'blank'} {_NAMES[status]}" for status in _NAMES if status in found]
    if Status.PREVIEW in found:
        words.insert(0, f"{PREVIEW} predicted")
    return words
