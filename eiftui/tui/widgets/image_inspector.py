"""The inspector of images: what was learned and probed as the network saw it, and what it made of the probe."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from eiftui.analysis.crossed import crossed
from eiftui.domains.digits import CLASSES
from eiftui.domains.noise import CLEAN, Noise
from eiftui.engine.image_requests import LookedAt
from eiftui.session.image_records import IMAGE_CONDITIONS
from eiftui.show import digits, numbers
from eiftui.tui.images.document import ImageDocument
from eiftui.tui.images.view import ImageView, pairs, picture
from eiftui.tui.mishaps import Surviving
from eiftui.tui.picture import Array
from eiftui.tui.widgets.digit_map import way
from eiftui.tui.widgets.page import Page

LARGE, SMALL = (14, 7), (10, 5)
"""Columns and lines of an image, where there is room for it, and where not."""
HIGH = 23
"""Lines in which everything has room with large images."""
GAP = 3
NAME = 13
BAR = 6
"""Characters of a probability of 1."""


class ImageInspector(Surviving, Widget):
    """Shows the cell under the cursor: two classes, or two images."""

    def __init__(self, document: ImageDocument) -> None:
        super().__init__(id="image_inspector")
        self.document = document
        self._view = ImageView()
        self._cell: tuple[int, int] | None = None
        self._looked: LookedAt | None = None
        self._waiting = ""

    def compose(self) -> ComposeResult:
        yield Page(id="cell")

    def show_cell(
        self, view: ImageView, cell: tuple[int, int] | None, looked: LookedAt | None, waiting: str = ""
    ) -> None:
        """`looked` is the answer of the worker on the row of the cell, if it is there yet."""
        self._view, self._cell, self._looked, self._waiting = view, cell, looked, waiting
        self.query_one(Page).show(self._lines())

    def on_page_resized(self) -> None:
        self.query_one(Page).show(self._lines())

    def _lines(self) -> list[Content]:
        if self._cell is None:
            return []
        of_cell = self._of_classes if self._view.level == "classes" else self._of_images
        return [*self._images(*self._cell), *of_cell(*self._cell)]

    def _images(self, row: int, column: int) -> Iterator[Content]:
        """Both images, under what they are and over what was done to them."""
        view, labels = self._view, self.document.labels(self._view)
        names = [f"{what} {labels[place]}" for what, place in (("learned", row), ("probe", column))]
        yield _beside([Content.styled(name, "bold") for name in names])
        images = [
            self.document.images(view, noise)[place] for noise, place in ((view.train, row), (view.probe, column))
        ]
        for left, right in zip(
            *(digits.picture(image, way(self.app), *self._size_of_image) for image in images), strict=True
        ):
            yield _beside([Content.from_rich_text(left), Content.from_rich_text(right)])
        if not view.train == view.probe == CLEAN:
            yield _beside([Content.styled(_short(noise), "$text-muted") for noise in (view.train, view.probe)])

    @property
    def _size_of_image(self) -> tuple[int, int]:
        return LARGE if self.query_one(Page).size.height >= HIGH else SMALL

    def _of_classes(self, row: int, column: int) -> Iterator[Content]:
        """Means over images of two classes, with intervals over networks and draws, and what probes are taken for."""
        view = self._view
        how = view.treatment(self.document.session.settings)
        for condition in IMAGE_CONDITIONS:
            found = crossed(_chosen(view, self.document.by_class(condition, how, view.scaling)[..., row, column]))
            yield _named(condition, numbers.estimate(found.mean, found.half))
        back = crossed(_chosen(view, self.document.by_class("trained", how, view.scaling)[..., column, row]))
        yield _named("the other way", numbers.estimate(back.mean, back.half))
        before = self._base(column)
        if before is not None:
            yield Content.styled(f"what {column}s are taken for", "$text-muted")
            yield from _table(before, None, column)

    def _of_images(self, row: int, column: int) -> Iterator[Content]:
        """One number, and all class probabilities before and after."""
        shown = picture(self._view, self.document)
        yield _named(self._view.shown, numbers.estimate(float(shown.values[row, column])))
        yield _named("the other way", numbers.estimate(float(shown.values[column, row])))
        label = int(self.document.labels(self._view)[column].split()[0])
        if self._looked is None or column >= len(self._looked.before):
            before = self._base(column)
            yield Content.styled(self._waiting, "$text-muted")
            if before is not None:
                yield from _table(before, None, label)
            return
        was, became = (np.asarray(part[column], np.float64) for part in (self._looked.before, self._looked.after))
        yield Content.styled(_told(was, became), "bold")
        yield from _table(was, became, label)

    def _base(self, column: int) -> Array | None:
        """Class probabilities of a probe on the base network: (classes,).

        Of a class they are the mean over its images, and over the networks and draws that the view is of.
        """
        view, session = self._view, self.document.session
        found = [session.base(network, draw, view.probe) for network, draw in pairs(view, session.settings)]
        bases = [np.array(base.probabilities, np.float64) for base in found if base is not None]
        if not bases:
            return None
        if view.level == "images":
            return bases[0][column] if column < len(bases[0]) else None
        return np.asarray(np.mean([base.reshape(CLASSES, -1, CLASSES)[column].mean(0) for base in bases], axis=0))


def _chosen(view: ImageView, values: Array) -> Array:
    """Of (networks, draws), those that a view shows."""
    networks, draws = (slice(None) if one is None else slice(one, one + 1) for one in (view.network, view.draw))
    return values[networks, draws]


def _beside(parts: Sequence[Content]) -> Content:
    left, right = parts
    return left + Content(" " * max(1, LARGE[0] + GAP - left.cell_length)) + right


def _short(noise: Noise) -> str:
    return noise.name.replace("clipped", "clip").replace("pure noise", "noise alone")


def _named(name: str, text: str) -> Content:
    return Content.assemble((f"{name.replace('beyond first order', 'beyond 1st'):<{NAME}} ", "$text-muted"), text)


def _told(was: Array, became: Array) -> str:
    if not np.isfinite(became).all():
        return "not finite: the rate is too large"
    guess, now = int(was.argmax()), int(became.argmax())
    return f"still taken for {now}" if guess == now else f"taken for {guess}, now for {now}"


def _table(was: Array, became: Array | None, label: int) -> Iterator[Content]:
    """A line for each class: its probability before and after, how far its logarithm moved, and a bar of the latter."""
    moved = became is not None
    yield Content.styled(f"{'class':<5}{'before':>7}" + (f"{'after':>7}{'Δ log':>7}" if moved else ""), "$text-muted")
    for number, before in enumerate(was.tolist()):
        line = Content.styled(f"{number:>3}{'◂' if number == label else ' '} ", "bold" if number == label else "")
        after = before if became is None else float(became[number])
        line += Content(f"{numbers.probability(before):>7}")
        if moved:
            change = math.log(after / before) if before > 0 < after else math.nan
            line += Content(f"{numbers.probability(after):>7}")
            line += Content.styled(
                f" {numbers.eif(None if math.isnan(change) else change):>6} ",
                "$text-success" if change > 0 else "$text-error",
            )
        yield line + Content.styled(" " + numbers.bar(after, BAR, "█"), "$primary")
