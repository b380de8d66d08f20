"""The main screen: sentences, matrix and inspector of one document. It hands messages from part to part."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from eiftui.engine.plan import cells_missing
from eiftui.errors import EiftuiError
from eiftui.session.editing import contrast
from eiftui.settings import ModelChoice, Settings
from eiftui.show.numbers import compact
from eiftui.tui.actions import BY_ID
from eiftui.tui.bindings import screen_bindings
from eiftui.tui.damage import tell_damage
from eiftui.tui.document import Document
from eiftui.tui.keymap import key_of
from eiftui.tui.mishaps import survived
from eiftui.tui.painting import PaintedOnce
from eiftui.tui.refusals import AT_CURSOR, changes, filtered, hidden, may_change
from eiftui.tui.running import LOST_SETTINGS, Runner
from eiftui.tui.screens.dialogue import Ask
from eiftui.tui.sharing import WIDE, lists_beside
from eiftui.tui.widgets.findings import FindingsPane
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.inspector import Inspector
from eiftui.tui.widgets.keybar import KeyBar
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.widgets.part import Part
from eiftui.tui.widgets.sentences import SentencesPane
from eiftui.tui.widgets.status import StatusBar
from eiftui.tui.widgets.title import TitleBar
from eiftui.tui.work import Severity

SECONDS_BETWEEN_PAINTS = 0.1
SECONDS_BEFORE_WORK = 0.1
"""A worker that starts takes a processor from the first paint, which is over by then."""
SECONDS_BETWEEN_LOOKS = 1.0
LISTS = ("#rows", "#probes")


class MainScreen(PaintedOnce):
    """A document on the screen. Changes of it are painted at most ten times a second; without any, nothing is."""

    PARTS = ("screen", "matrix", "findings", "run", "sentences", "inspector")
    CSS_PATH = ["parts.tcss", "main.tcss"]  # noqa: RUF012
    BINDINGS = screen_bindings(PARTS)
    AUTO_FOCUS = "HeatMap"

    class WriterEnded(Message):
        """Nobody writes the session any more that is open read-only."""

    def __init__(self, document: Document, runner: Runner) -> None:
        super().__init__()
        self.document, self.runner = document, runner
        self._due: Timer | None = None
        self._free = False
        """Whether nobody writes a session that is followed."""

    def compose(self) -> ComposeResult:
        yield TitleBar(self.document)
        with Horizontal():
            yield SentencesPane(self.document)
            with Vertical(id="stage"):
                yield MatrixPane(self.document)
                yield Inspector(self.document)
                yield FindingsPane(self.document)
        yield StatusBar(self.document, self.runner)
        yield KeyBar(self._refuses)

    def on_mount(self) -> None:
        self.document.changed = self._note_change
        self.runner.work.said = self._say
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._show_document())
        if self.document.session.read_only:
            self.set_interval(SECONDS_BETWEEN_LOOKS, self._follow)
        if self.document.obstacle:
            self._say(self.document.obstacle, "warning")
        self.call_after_refresh(self._show_cursor)
        self.set_timer(SECONDS_BEFORE_WORK, self.runner.begin)
        self._tell_losses()

    def _tell_losses(self) -> None:
        """Say what of the session is damaged."""
        session = self.document.session
        tell_damage(self, session.damage, f"{key_of(self.app, 'app.log')} keeps what was said")
        if session.lost_settings and not session.read_only:
            self._say(LOST_SETTINGS, "warning")

    def on_resize(self) -> None:
        self._share_width()

    def _share_width(self) -> None:
        """Give the matrix what its numbers need, and the lists what it leaves; whoever writes goes on writing."""
        lists = lists_beside(self.size.width, self.query_one(HeatMap).whole_width)
        pane = self.query_one(SentencesPane)
        if not lists and not self.has_class("-narrow"):
            self.set_class(self.focused is not None and self.focused.parent is pane, "-writing")
        self.set_class(not lists, "-narrow")
        self.set_class(self.size.width >= WIDE, "-wide")
        pane.styles.width = lists or "1fr"

    async def on_unmount(self) -> None:
        await self.close_work()

    async def close_work(self) -> None:
        """Give up what is being measured, to be gone on with later."""
        await self.runner.close()

    def action_do(self, id: str) -> None:
        """Have the part do it that an action belongs to."""
        if self._refuses(id):
            may_change(self, self.document)
            return
        if id in AT_CURSOR and (why := self._hidden(id)):
            self._say(why, "warning")
            return
        action = BY_ID[id]
        part = self if action.part == "screen" else self.query_one(f"#{action.part}")
        self.call_next(self._do, part, action.method)

    def _refuses(self, id: str) -> bool:
        """Whether an action is for a session that can be written."""
        return self.document.session.read_only and changes(id)

    def _hidden(self, id: str) -> str:
        """Why there is nothing under the cursor; the lists show every sentence, and have cursors of their own."""
        in_list = self.focused is not None and self.focused.parent is self.query_one(SentencesPane)
        if in_list and BY_ID[id].part == "sentences":
            return ""
        return hidden(self.app, self.query_one(MatrixPane).view, self.document)

    async def _do(self, part: Widget, method: str) -> None:
        with survived(self):
            await part.run_action(method)

    def action_next_pane(self) -> None:
        self._go_on(1)

    def action_previous_pane(self) -> None:
        self._go_on(-1)

    def action_measure_row(self) -> None:
        if cell := self._cell():
            self.runner.run(self.document.row_scope(cell[0]))

    def action_measure_cell(self) -> None:
        if cell := self._cell():
            self.runner.run(self.document.cell_scope(*cell))

    def action_settings(self) -> None:
        """Change what is measured, and how."""
        from eiftui.tui.screens.settings import SettingsScreen

        session = self.document.session

        def cells(settings: Settings) -> int:
            return cells_missing(session.under(settings))

        self.runner.load()  # it tells what measuring will take
        self.app.push_screen(SettingsScreen(session.settings, cells, self.runner.cost), self._configure)

    def _configure(self, settings: Settings | None) -> None:
        if settings is not None:
            try:
                self.document.configure(settings)
            except EiftuiError as error:
                self._say(str(error), "error")
            self.runner.load_for_the_rest()

    def action_model(self) -> None:
        """Choose another model; with settings that are lost, in their form, where all can be seen."""
        if self.document.session.lost_settings:
            self.action_settings()
            return
        from eiftui.tui.screens.model import ModelScreen

        self.app.push_screen(ModelScreen(self.document.session.settings.model), self._use_model)

    def _use_model(self, choice: ModelChoice | None) -> None:
        if choice is not None:
            self._configure(self.document.session.settings.model_copy(update={"model": choice}))

    def on_heat_map_cursor_moved(self, message: HeatMap.CursorMoved) -> None:
        self._show_cell(message.row, message.column)

    def on_matrix_pane_view_changed(self, message: MatrixPane.ViewChanged) -> None:
        self.query_one(Inspector).show_view(message.view)
        self._share_width()

    def on_sentences_pane_sentence_chosen(self, message: SentencesPane.SentenceChosen) -> None:
        self._move_to(message.row, message.column)

    def _move_to(self, row: int | None, column: int | None) -> bool:
        """Put the matrix's cursor on a row, a column or both; False if a filter hides it."""
        heatmap = self.query_one(HeatMap)
        if heatmap.cursor is None:
            return True
        own = heatmap.cursor
        return heatmap.move_to(own[0] if row is None else row, own[1] if column is None else column)

    def on_sentences_pane_writing_began(self) -> None:
        self.runner.load()  # its tokens are counted, and there will be something to measure

    def on_sentences_pane_sentences_edited(self, message: SentencesPane.SentencesEdited) -> None:
        """Paint at once, and put the cursors where the person is at work."""
        self._show_document()
        self.runner.load_for_the_rest()  # undo may have brought another model back
        if not self._move_to(message.row, message.column):
            picture = self.query_one(HeatMap).picture
            column_hides = picture is None or message.row is None or message.row in picture.rows
            self._say(filtered(self.app, "column" if column_hides else "row"), "warning")
        self._show_cell(*(self.query_one(HeatMap).cursor or (message.row or 0, message.column or 0)))

    def on_findings_pane_study_asked(self, message: FindingsPane.StudyAsked) -> None:
        self.runner.run(message.errand)

    def on_findings_pane_embedding_asked(self) -> None:
        self.runner.embed()

    def on_findings_pane_rate_adopted(self, message: FindingsPane.RateAdopted) -> None:
        if self.document.session.lost_settings:
            self._say(LOST_SETTINGS, "warning")
            return
        settings = self.document.session.settings
        before, rate = compact(settings.optimizer.lr), compact(message.rate)
        optimizer = settings.optimizer.model_copy(update={"lr": message.rate})
        self._configure(settings.model_copy(update={"optimizer": optimizer}))
        self._say(
            f"The learning rate is {rate} from now on, in place of {before}, whose numbers are kept; where others are "
            f"pale, {key_of(self.app, 'matrix.own_scale')} gives them a scale of their own",
            "information",
        )

    def on_matrix_pane_contrast_chosen(self, message: MatrixPane.ContrastChosen) -> None:
        """Two cells were marked: name what ought to hold between them, and show whether it does."""
        sheet, cells = self.document.session.sheet, (message.lower, message.higher)

        def take(name: str) -> None:
            self.document.edit(sheet.texts, contrasts=[contrast(sheet, *cells, name)])
            self.query_one(FindingsPane).show_newest("desiderata")

        what = contrast(sheet, *cells).name
        self.app.push_screen(Ask("Ought to hold, by the name of", what, take, what))

    def on_paste(self, event: events.Paste) -> None:
        self.query_one(SentencesPane).paste(event.text)

    def _go_on(self, by: int) -> None:
        """Give another pane the focus. Where they do not stand side by side, it shows the sentences or the stage."""
        findings = self.query_one(FindingsPane)
        lists = [self.query_one(selector) for selector in LISTS]
        if findings.view == "matrix":
            panes = [self.query_one(MatrixPane).chart, *lists, self.query_one("#cell")]
        else:
            panes = [findings.page, *lists]
        now = panes.index(self.focused) if self.focused in panes else 0
        pane = panes[(now + by) % len(panes)]
        self.set_class(pane.parent is self.query_one(SentencesPane), "-writing")
        self.call_after_refresh(pane.focus)

    def _cell(self) -> tuple[int, int] | None:
        """The cell of the cursor, where there are any cells."""
        return self.query_one(HeatMap).cursor if self.document.rows and self.document.probes else None

    def _say(self, text: str, severity: Severity) -> None:
        self.notify(text, severity=severity)

    def _show_cell(self, row: int, column: int) -> None:
        self.query_one(Inspector).show_cell(row, column)
        self.query_one(SentencesPane).show_cell(row, column)

    def _show_cursor(self) -> None:
        self._show_cell(*(self.query_one(HeatMap).cursor or (0, 0)))

    def _note_change(self) -> None:
        self.runner.note_change()
        if self._due is None:
            self._due = self.set_timer(SECONDS_BETWEEN_PAINTS, self._show_document)

    def _show_document(self) -> None:
        self._due = None
        for part in self.query(Part):
            part.show_document()
        self._share_width()

    def _follow(self) -> None:
        try:
            self.document.follow()
        except EiftuiError as error:
            self._note_lost(str(error))
            return
        self._note_lost("")
        if self.document.writer is None and not self._free and not self.document.obstacle:
            self.post_message(self.WriterEnded())
        self._free = self.document.writer is None

    def _note_lost(self, why: str) -> None:
        """Say once why there is nothing to follow; empty where there is."""
        if why != self.document.lost:
            self.document.lost = why
            self.document.changed()
            if why:
                self._say(why, "error")
