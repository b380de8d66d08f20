"""The matrix of a session of images, with the images beside it or as plain cells, under a title of what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from eiftui.domains.digits import CLASSES
from eiftui.tui.images.document import ImageDocument
from eiftui.tui.images.view import IMAGE_SHOWN, SCALINGS, ImageView, picture, title
from eiftui.tui.jumping import QUESTION, cell_named
from eiftui.tui.mishaps import Surviving
from eiftui.tui.picture import Picture
from eiftui.tui.screens.prompt import PromptScreen
from eiftui.tui.widgets.digit_map import DigitMap
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.legend import STEPS, Legend
from eiftui.tui.widgets.part import Words


class ImageMatrix(Surviving, Widget):
    """Owns the view: what is shown of which network and draw."""

    view: reactive[ImageView] = reactive(ImageView, init=False)

    @dataclass
    class ViewChanged(Message):
        """Something else is shown."""

        view: ImageView

    def __init__(self, document: ImageDocument) -> None:
        super().__init__(id="images")
        self.document = document
        self.picture: Picture | None = None

    def compose(self) -> ComposeResult:
        yield Words(classes="title")
        yield DigitMap(id="digits")
        yield HeatMap(id="heatmap")
        yield Legend()

    def on_mount(self) -> None:
        self.show_document()

    @property
    def chart(self) -> HeatMap:
        """What can have the focus."""
        return self.query_one("#heatmap" if self.has_class("-cells") else "#digits", HeatMap)

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Row and column under the cursor."""
        return self.chart.cursor

    def show_document(self) -> None:
        view, document = self.view, self.document
        drawn = self.picture = picture(view, document)
        labels = document.labels(view)
        rows, columns = (document.images(view, noise) for noise in (view.train, view.probe))
        self.query_one(DigitMap).show_images(drawn, labels, rows, columns)
        cells, by_class = self.query_one("#heatmap", HeatMap), view.level == "classes"
        cells.first = 0 if by_class else 1
        cells.show(drawn, [""] * len(labels) if by_class else [f"a {label.split()[0]}" for label in labels])
        self._explain()

    def _explain(self) -> None:
        """In a title and a legend."""
        if self.picture is not None:
            self._show_title(title(self.view, self.picture, self.document.session.settings))
            self.query_one(Legend).show(self.picture, steps=self.chart.steps)

    def _show_title(self, text: str) -> None:
        """On two lines where one is too short."""
        words = self.query_one(Words)
        text = f"{STEPS}: {text}" if self.chart.steps else text
        words.styles.height = 1 if len(text) <= self.size.width - 2 else 2
        words.show(Content(text))

    def on_resize(self) -> None:
        self._explain()

    def on_heat_map_zoomed(self) -> None:
        self._explain()

    def watch_view(self) -> None:
        self.show_document()
        self.post_message(self.ViewChanged(self.view))

    def move_to(self, row: int, column: int) -> None:
        """Put the cursor on a cell."""
        for chart in self.query(HeatMap):
            chart.move_to(row, column)

    def action_zoom_in(self) -> None:
        """From a cell of two classes to their images, and back."""
        row, column = self.cursor or (0, 0)
        each = self.document.session.settings.per_class
        if self.view.level == "classes":
            self.view = self.view.of_images()
            self.call_after_refresh(self.move_to, row * each, column * each + (row == column and each > 1))
        else:
            self.view = replace(self.view, level="classes")
            self.call_after_refresh(self.move_to, *(min(place // each, CLASSES - 1) for place in (row, column)))

    def action_jump(self) -> None:
        self.app.push_screen(PromptScreen(QUESTION, "", self._jump))

    def _jump(self, answer: str) -> None:
        """Classes are called by their digit, images by their numbers, from 1."""
        if self.picture is not None:
            first = self.query_one("#heatmap", HeatMap).first
            self.move_to(*cell_named(answer, self.cursor or (0, 0), self.picture.values.shape, first))

    def action_cells(self) -> None:
        """Plain cells, more of which have room, or digits again."""
        cursor = self.cursor
        self.toggle_class("-cells")
        if cursor:
            self.move_to(*cursor)
        self._explain()
        self.call_after_refresh(self.chart.focus)

    def action_toggle_predicted(self) -> None:
        self.view = replace(self.view, shown="predicted" if self.view.shown == "trained" else "trained")

    def action_next_shown(self) -> None:
        place = IMAGE_SHOWN.index(self.view.shown) + 1
        self.view = replace(self.view, shown=IMAGE_SHOWN[place % len(IMAGE_SHOWN)])

    def action_scale(self) -> None:
        place = SCALINGS.index(self.view.scaling) + 1
        self.view = replace(self.view, scaling=SCALINGS[place % len(SCALINGS)])

    def action_draw(self, by: int) -> None:
        self.view = self.view.next_draw(self.document.session.settings, by)

    def action_network(self, by: int) -> None:
        self.view = self.view.next_network(self.document.session.settings, by)

    def action_train_noise(self, by: int) -> None:
        self.view = self.view.next_train_noise(self.document.session.settings, by)

    def action_probe_noise(self, by: int) -> None:
        self.view = self.view.next_probe_noise(self.document.session.settings, by)

    def action_rate(self, by: int) -> None:
        self.view = self.view.next_rate(self.document.session.settings, by)

    def action_other_labels(self) -> None:
        self.view = self.view.other_labels()
