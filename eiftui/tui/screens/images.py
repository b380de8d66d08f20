"""The main screen of a session of images: its matrix, and the digits under the cursor as the network saw them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer

from eiftui.domains.digits import Digits
from eiftui.engine.image_requests import ImageSet, LookAtImages, LookedAt
from eiftui.session.image_plan import Block, planned
from eiftui.session.safetext import visible
from eiftui.show.numbers import compact
from eiftui.tui.actions import BY_ID
from eiftui.tui.bindings import foreign_bindings, screen_bindings
from eiftui.tui.damage import tell_damage
from eiftui.tui.images.document import ImageDocument, Own
from eiftui.tui.images.view import ImageView
from eiftui.tui.images.work import ImageWork
from eiftui.tui.keymap import key_of
from eiftui.tui.painting import PaintedOnce
from eiftui.tui.refusals import not_of_images
from eiftui.tui.screens.drawing import DrawingScreen, Take
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.image_inspector import ImageInspector
from eiftui.tui.widgets.image_matrix import ImageMatrix
from eiftui.tui.widgets.keybar import KeyBar
from eiftui.tui.widgets.part import Words
from eiftui.tui.worker import Worker

SECONDS_BETWEEN_PAINTS = 0.1
FEW_RATES = 3
"""So many of a session's learning rates are named beside its name."""
Matter = tuple[Block, int, bytes | None]
"""What a look is about: a block, the row that is learned, and the content of the person's own digit."""


class ImagesScreen(PaintedOnce):
    """Changes of the document are painted at most ten times a second."""

    CSS_PATH = ["parts.tcss", "images.tcss"]  # noqa: RUF012
    PARTS = ("imaging", "images")
    BINDINGS = [*screen_bindings(PARTS), *foreign_bindings(PARTS)]  # noqa: RUF012
    AUTO_FOCUS = "#digits"

    def __init__(self, document: ImageDocument, worker: Worker | None) -> None:
        super().__init__()
        self.document = document
        self.work = ImageWork(document, worker)
        self._due: Timer | None = None
        self._looked: dict[Matter, LookedAt] = {}
        self._dropped: Digits | None = None
        """The digit of the person's own that was taken away, until there is another."""

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
        tell_damage(self, self.document.session.damage, "`eiftui vision report` says so too")

    def on_resize(self) -> None:
        self._note_change()

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
        looked = None
        if cell and view.level == "images":
            looked = self._looked.get(self._matter(view, cell[0]))
            self._measure_own(view)
            if looked is None:
                self._look(view, cell[0])
        self.query_one(ImageInspector).show_cell(view, cell, looked, self.work.waiting)

    def _matter(self, view: ImageView, row: int) -> Matter:
        """What a look at a row depends on: of views, only what is learned and probed."""
        how = view.treatment(self.document.session.settings)
        return Block(view.network or 0, view.draw or 0, how), row, _content(self.document.own)

    def _look(self, view: ImageView, row: int) -> None:
        """Ask what the network makes of every probe after it learned the image of a row."""
        if self.document.session.drawn(view.draw or 0) is None:
            return

        about = self._matter(view, row)

        def requests() -> list[LookAtImages]:
            return [look_request(self.document, view, [row], slice(None))]

        def take(found: Sequence[LookedAt]) -> None:
            (self._looked[about],) = found
            self._show_cell()

        self.work.wish("cell", about, requests, take)

    def action_own(self) -> None:
        """Draw a digit, or read one, which is then the last row and column."""
        if self.document.session.drawn(self.query_one(ImageMatrix).view.draw or 0) is None:
            self.notify(
                f"the digits are not drawn yet: {key_of(self.app, 'imaging.run')} measures them", severity="warning"
            )
            return
        view = self.query_one(ImageMatrix).view.of_images()
        trial = ImageDocument(self.document.session)

        def look(digit: Digits, take: Take) -> None:
            trial.own = digit

            def requests() -> list[LookAtImages]:
                return [look_request(trial, view, [-1], slice(None))]

            self.work.wish("trial", _content(digit), requests, lambda found: take(found[0]))

        drawing = DrawingScreen(self.document.own, trial.classes(view), look, lambda: self.work.waiting)
        self.app.push_screen(drawing, self._use_own)

    def _use_own(self, digit: Digits | None) -> None:
        if digit is not None:
            self._dropped = None
            self._looked.clear()
            matrix = self.query_one(ImageMatrix)
            self.document.take_own(digit)
            matrix.view = matrix.view.of_images()
            matrix.show_document()
            # a matrix that grew is not scrolled before it is laid out
            self.call_after_refresh(matrix.move_to, len(self.document.classes(matrix.view)) - 1, 0)

    def action_drop_own(self) -> None:
        """Go on without a digit of one's own."""
        if self.document.own is None:
            self.notify("There is no digit of your own.")
            return
        self._dropped = self.document.own
        self._looked.clear()
        self.document.take_own(None)
        self.notify(f"Taken away; {key_of(self.app, 'imaging.undo')} brings it back")

    def action_undo(self) -> None:
        """Bring the digit back that was dropped last."""
        if self._dropped is None:
            self.notify("There is nothing to undo.")
            return
        self._use_own(self._dropped)

    def action_not_here(self, title: str) -> None:
        """A key was pressed that does something in a session of sentences."""
        self.notify(not_of_images(title))

    def _measure_own(self, view: ImageView) -> None:
        """Ask what the person's own digit does as a training image and, to it, every other."""
        about = self._matter(view, -1)
        block, _, own = about
        where = block.network, block.draw, block.how
        if own is None or self.document.influence_of_own(*where) is not None:
            return

        def requests() -> list[LookAtImages]:
            row = look_request(self.document, view, [-1], slice(None))
            return [row, look_request(self.document, view, slice(None, -1), [-1])]

        def take(found: Sequence[LookedAt]) -> None:
            learned, probed = found
            if _content(self.document.own) == own:
                self.document.take_influence(*where, Own(np.asarray(learned.eif[0]), np.concatenate(probed.eif)))

        self.work.wish("own", about, requests, take)

    def _about(self) -> Content:
        """The session, and what it measures with."""
        settings, session = self.document.session.settings, self.document.session
        state = ("read-only", "$text-warning") if session.read_only else ("saved", "$text-success")
        own = "" if self.document.own is None else ", but for your own digit"
        name = Content.assemble(
            ("eiftui", "$text-primary bold"),
            "  ",
            (visible(self.document.name), "bold"),
            "  ",
            state,
            (own, "$text-warning"),
        )
        optimizer = settings.optimizer
        rule = "adam" if optimizer.name == "adamw" else optimizer.name
        counts = {"network": len(settings.networks), "draw": settings.draws}
        words = [f"{count} {what}{'s' * (count > 1)}" for what, count in counts.items()]
        rates = [compact(one.lr) for one in settings.optimizers]
        tried = ", ".join(rates) if len(rates) <= FEW_RATES else f"{rates[0]} and {len(rates) - 1} more"
        how = f"{' · '.join(words)} of {settings.per_class} digits a class · {rule} η {tried}"
        room = self.size.width - 2 - name.cell_length - len(how)
        return name if room < 2 else name + Content(" " * room + how)

    def _state(self) -> Content:
        if self.work.problem:
            return Content.styled(visible(self.work.problem), "$text-error")
        lacking, total = len(self.document.lacking()), len(planned(self.document.session))
        if self.work.running:
            return Content(
                f"{total - lacking}/{total} blocks · {self.work.text} · {key_of(self.app, 'imaging.cancel')} stops"
            )
        if not lacking:
            return Content.styled("everything is measured", "$text-success")
        return Content(
            f"{lacking} of {total} blocks not measured"
            + (f" · {key_of(self.app, 'imaging.run')} measures them" if self.work.can_run else "")
        )


def _content(own: Digits | None) -> bytes | None:
    """Tells a digit from another, by its pixels and its label."""
    return None if own is None else own.pixels.tobytes() + own.labels.tobytes()


def look_request(
    document: ImageDocument, view: ImageView, rows: list[int] | slice, probes: list[int] | slice
) -> LookAtImages:
    """To have images of a view learned and probed, by their rows and columns."""
    settings, classes = document.session.settings, document.classes(view)
    return LookAtImages(
        network=settings.networks[view.network or 0],
        optimizer=view.treatment(settings).optimizer,
        dtype=settings.dtype,
        train=ImageSet.of(document.images(view, view.train)[rows], classes[rows]),
        probes=ImageSet.of(document.images(view, view.probe)[probes], classes[probes]),
    )
