"""The main screen of a session of images: its matrix, and the digits under the cursor as the network saw them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from eiftui.engine.image_requests import ImageSet, LookAtImages, LookedAt
from eiftui.session.image_plan import planned
from eiftui.session.safetext import visible
from eiftui.show.numbers import compact
from eiftui.tui.actions import BY_ID, screen_bindings
from eiftui.tui.images.document import ImageDocument
from eiftui.tui.images.view import ImageView
from eiftui.tui.images.work import ImageWork
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.image_inspector import ImageInspector
from eiftui.tui.widgets.image_matrix import ImageMatrix
from eiftui.tui.widgets.keybar import KeyBar
from eiftui.tui.widgets.part import Words
from eiftui.tui.worker import Worker

SECONDS_BETWEEN_PAINTS = 0.1


class ImagesScreen(Screen[None]):
    """Changes of the document are painted at most ten times a second."""

    CSS_PATH = "images.tcss"
    PARTS = ("imaging", "images")
    BINDINGS = screen_bindings(PARTS)
    AUTO_FOCUS = "#digits"

    def __init__(self, document: ImageDocument, worker: Worker | None) -> None:
        super().__init__()
        self.document = document
        self.work = ImageWork(document, worker)
        self._due: Timer | None = None
        self._looked: dict[tuple[ImageView, int], LookedAt] = {}

    part = "images"

    def compose(self) -> ComposeResult:
        yield Words(id="about", classes="bar")
        yield ImageMatrix(self.document)
        yield ImageInspector(self.document)
        yield Words(id="state", classes="bar")
        yield KeyBar()

    def on_mount(self) -> None:
        self.document.changed = self.work.changed = self._note_change
        self.call_after_refresh(self._show)

    async def on_unmount(self) -> None:
        await self.close_work()

    async def close_work(self) -> None:
        """Give up what is being computed."""
        await self.work.close()

    def action_do(self, id: str) -> None:
        """Have the part do it that an action belongs to."""
        action = BY_ID[id]
        self.call_next((self if action.part == "imaging" else self.query_one(ImageMatrix)).run_action, action.method)

    def action_run(self) -> None:
        self.work.run()

    def action_cancel(self) -> None:
        self.work.cancel()

    def on_heat_map_cursor_moved(self, message: HeatMap.CursorMoved) -> None:
        self._show_cell()

    def on_image_matrix_view_changed(self) -> None:
        self._show_cell()

    def _note_change(self) -> None:
        if self._due is None and self.is_attached:
            self._due = self.set_timer(SECONDS_BETWEEN_PAINTS, self._show)

    def _show(self) -> None:
        self._due = None
        self.query_one(ImageMatrix).show_document()
        self.query_one("#about", Words).show(self._about())
        self.query_one("#state", Words).show(self._state())
        self._show_cell()

    def _show_cell(self) -> None:
        matrix = self.query_one(ImageMatrix)
        view, cell = matrix.view, matrix.cursor
        looked = self._looked.get((view, cell[0])) if cell else None
        if cell and looked is None and view.level == "images":
            self._look(view, cell[0])
        self.query_one(ImageInspector).show_cell(view, cell, looked)

    def _look(self, view: ImageView, row: int) -> None:
        """Ask what the network makes of every probe after it learned the image of a row."""
        settings, draw = self.document.session.settings, view.draw or 0
        digits = self.document.digits(draw, view.treatment(settings))
        if digits is None or row >= len(digits):
            return
        request = LookAtImages(
            network=settings.networks[view.network or 0],
            optimizer=view.treatment(settings).optimizer,
            dtype=settings.dtype,
            train=ImageSet.of(self.document.session.images(draw, view.train)[[row]], digits.labels[[row]]),
            probes=ImageSet.of(self.document.session.images(draw, view.probe), digits.labels),
        )

        def take(found: LookedAt) -> None:
            self._looked[view, row] = found
            self._show_cell()

        self.work.wish("cell", request, take)

    def _about(self) -> Content:
        """The session, and what it measures with."""
        settings, session = self.document.session.settings, self.document.session
        state = ("read-only", "$text-warning") if session.read_only else ("saved", "$text-success")
        name = Content.assemble(
            ("eiftui", "$text-primary bold"), "  ", (visible(self.document.name), "bold"), "  ", state
        )
        optimizer = settings.optimizer
        rule = "adam" if optimizer.name == "adamw" else optimizer.name
        how = f"{len(settings.networks)} networks · {settings.draws} draws of {settings.per_class} digits a class · "
        how += f"{rule} η {compact(optimizer.lr)}"
        room = self.size.width - 2 - name.cell_length - len(how)
        return name if room < 2 else name + Content(" " * room + how)

    def _state(self) -> Content:
        if self.work.problem:
            return Content.styled(visible(self.work.problem), "$text-error")
        lacking, total = len(self.document.lacking()), len(planned(self.document.session))
        if self.work.running:
            return Content(f"{total - lacking}/{total} blocks · {self.work.text} · esc stops")
        if not lacking:
            return Content.styled("everything is measured", "$text-success")
        return Content(
            f"{lacking} of {total} blocks not measured" + (" · r measures them" if self.work.can_run else "")
        )
