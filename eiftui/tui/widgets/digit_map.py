"""A heat map of images: cells several lines high, with the images themselves before its rows and above its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from eiftui.domains.noise import Images
from eiftui.show import digits
from eiftui.tui.picture import Picture
from eiftui.tui.widgets.cells import Painter, depth
from eiftui.tui.widgets.heatmap import HeatMap

SIZES = ((6, 3), (8, 4), (14, 7))
"""Columns and lines of an image, and of a cell."""
GAP = 1
MARGIN = 4
"""Columns of a row's label."""


def way(app: App[Any]) -> digits.Way:
    """How the terminal of `app` can show an image."""
    how = digits.way(app.console)
    return "braille" if how == "half blocks" and depth(app) not in ("256", "light") else how


class DigitMap(HeatMap):
    """Labels may have a second line."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self._rows: Images | None = None
        self._columns: Images | None = None
        self._drawn: dict[tuple[str, int], list[Strip]] = {}

    def show_images(self, picture: Picture, labels: Sequence[str], rows: Images, columns: Images) -> None:
        """Show a picture with the images of its rows and columns, (images, 28, 28) each, in the session's order."""
        before = self._rows, self._columns
        if not all(
            old is not None and np.array_equal(old, new) for old, new in zip(before, (rows, columns), strict=True)
        ):
            self._drawn.clear()
            self.refresh()
        self._rows, self._columns = rows, columns
        self.show(picture, labels)

    def action_zoom(self, by: int) -> None:
        self._zoom = max(0, min(len(SIZES) - 1, self._chosen_size + by))
        self._fit()
        self._into_view()
        self.post_message(self.Zoomed())

    @property
    def _chosen_size(self) -> int:
        """Place among `SIZES`: as chosen, else the largest that shows every column, or else the smallest."""
        if self._zoom is not None:
            return self._zoom
        fitting = [
            place
            for place, (columns, _) in enumerate(SIZES[:2])
            if MARGIN + columns + self._shape[1] * (columns + GAP) <= self._room.width
        ]
        return max(fitting, default=0)

    @property
    def _cell(self) -> int:
        return SIZES[self._chosen_size][0] + GAP

    def _fit(self) -> None:
        columns, lines = SIZES[self._chosen_size]
        self._tall, self._top, self._head = lines, 1 + lines, MARGIN + columns
        self._make_painter()
        self._drawn.clear()
        self._strips.clear()
        self.virtual_size = self._whole_size
        self.refresh()

    def _make_painter(self) -> None:
        if self.picture is not None:
            self._painter = Painter(self.picture, SIZES[self._chosen_size][0], depth(self.app))

    def _header(self, y: int) -> Strip:
        assert self.picture is not None
        segments: list[Segment] = []
        for place in self._in_sight:
            column = int(self.picture.columns[place])
            segments.append(Segment(" " * GAP, self.rich_style))
            if y == 0:
                name = self._labels[column].center(self._cell - GAP)
                segments.append(Segment(name, self._head_style(place == self._place)))
            else:
                segments += self._image("column", column, y - 1)
        return Strip(segments)

    def _label(self, line: int, part: int) -> list[Segment]:
        assert self.picture is not None
        row = int(self.picture.rows[line])
        words = self._labels[row].split()
        word = part - (self._tall - len(words) + 1) // 2
        name = words[word] if 0 <= word < len(words) else ""
        return [Segment(f"{name:<{MARGIN}}", self._head_style(line == self._line)), *self._image("row", row, part)]

    def _painted(self, line: int, place: int, part: int, style: Style) -> list[Segment]:
        assert self._painter is not None
        width = self._painter.width
        text = self._painter.text(line, place).strip().center(width) if part == self._tall // 2 else " " * width
        return [Segment(" " * GAP, self.rich_style), Segment(text, style)]

    def _way(self, image: Images) -> digits.Way:
        """Braille has more dots for a small image than half blocks have, and shows a digit without noise crisper."""
        how, is_clean = way(self.app), float(image.min()) == 0 and float(np.median(image)) == 0
        return "braille" if how == "half blocks" and is_clean and self._chosen_size == 0 else how

    def _image(self, axis: str, index: int, part: int) -> list[Segment]:
        """A line of the image of a row or a column."""
        if (axis, index) not in self._drawn:
            images = self._rows if axis == "row" else self._columns
            assert images is not None
            lines = digits.picture(images[index], self._way(images[index]), *SIZES[self._chosen_size])
            self._drawn[axis, index] = [Strip(line.render(self.app.console, end="")) for line in lines]
        return list(self._drawn[axis, index][part].apply_style(self.rich_style))
