"""The sentences: training sets and probes, two lists whose cursors are the row and the column of the matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from eiftui.domains.origin import FromFile
from eiftui.domains.schema import Domain, Role, Text
from eiftui.errors import EiftuiError, InputError
from eiftui.session.editing import Wording
from eiftui.session.records import Unsaved
from eiftui.session.safetext import visible, without_controls
from eiftui.tui.document import Document
from eiftui.tui.edits import Edits, check_lines
from eiftui.tui.form import changed
from eiftui.tui.keymap import key_of
from eiftui.tui.refusals import may_change
from eiftui.tui.sentences import ROLE_NAMES, origin_in_words
from eiftui.tui.widgets.part import Part, Words
from eiftui.tui.widgets.sentence_list import SentenceList
from eiftui.tui.worker import Worker

NEW = "New sentence"
LINE_WITHOUT_LIST = 2
"""Of the screen, to write on where no list is in sight."""


class SentencesPane(Part):
    """Training sets above probes. Edits are of the list that has the focus, and else of the training sets."""

    @dataclass
    class SentenceChosen(Message):
        """The cursor of a list was moved: to a training set (`row`) or a probe (`column`)."""

        row: int | None = None
        column: int | None = None

    @dataclass
    class SentencesEdited(Message):
        """There are other sentences; `row` or `column` is where the edited one is, if there is one."""

        row: int | None = None
        column: int | None = None

    class WritingBegan(Message):
        """The field is open in which a sentence is written."""

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="sentences")
        self._edits = Edits(document)

    def compose(self) -> ComposeResult:
        yield Words(classes="title", id="rows-title")
        yield SentenceList(id="rows")
        yield Words(classes="title", id="probes-title")
        yield SentenceList(id="probes")
        yield Words(id="about")

    def on_mount(self) -> None:
        self.show_document()
        self.call_after_refresh(self._offer_unsaved)

    def paint(self) -> None:
        rows, probes = self.document.rows, self.document.probes
        self.query_one("#rows-title", Words).show(Content(f"Training sets · {len(rows)}"))
        self.query_one("#probes-title", Words).show(Content(f"Probes · {len(probes)}"))
        self.query_one("#rows", SentenceList).show(rows)
        self.query_one("#probes", SentenceList).show(probes)
        self._show_about()

    def heads_focus(self, title: Widget) -> bool:
        """Only the title of the list that has it."""
        focused = self.screen.focused
        return focused is not None and title.id == f"{focused.id}-title"

    def show_cell(self, row: int, column: int) -> None:
        """Put the cursors on a cell of the matrix."""
        self.query_one("#rows", SentenceList).move_to(row)
        self.query_one("#probes", SentenceList).move_to(column)
        self._show_about()

    def paste(self, pasted: str) -> None:
        """Let the person look at what was pasted, a line a sentence, and add it."""
        if not (pasted := without_controls(pasted).strip()):
            return
        try:
            check_lines(pasted)
        except InputError as error:
            self.notify(str(error), severity="error")
        else:
            self._write(NEW, written=pasted)

    def on_sentence_list_line_chosen(self, message: SentenceList.LineChosen) -> None:
        message.stop()
        kind = "row" if message.sender.id == "rows" else "column"
        self.post_message(self.SentenceChosen(**{kind: message.line}))
        self._show_about()

    def on_sentence_list_edit_asked(self) -> None:
        self.action_edit()

    def action_add(self) -> None:
        self._write(NEW)

    def action_edit(self) -> None:
        if text := self._list.chosen:
            self._write(_title(self._list), text, role=text.role)

    def action_generate(self) -> None:
        from eiftui.tui.screens.generate import GenerateScreen

        self.app.push_screen(GenerateScreen(self.document, self._list.chosen, self._worker, self._choose))

    def action_import_file(self) -> None:
        from eiftui.tui.screens.importing import ImportScreen

        self.app.push_screen(ImportScreen(self._import))

    def _import(self, domain: Domain, name: str) -> None:
        self._choose(self._edits.add_domain(domain, domain.texts, FromFile(name=name))[0])

    def action_duplicate(self) -> None:
        self._change(self._edits.duplicate)

    def action_delete(self) -> None:
        text = self._list.chosen
        if text and self._do(partial(self._edits.delete, text)):
            both = " from both lists" if text.role == "both" else ""
            self.notify(f"Deleted{both}; {key_of(self.app, 'sentences.undo')} takes that back.")

    def action_change_role(self) -> None:
        self._change(self._edits.change_role)

    def action_move(self, by: int) -> None:
        """Exchange the chosen text with the one above or below it in its list."""
        texts, place = self._texts, self._list.line + by
        if (text := self._list.chosen) and 0 <= place < len(texts):
            self._do(lambda: self._edits.move(text, texts[place]), text)

    def action_undo(self) -> None:
        self._step(self.document.undo, "undo")

    def action_redo(self) -> None:
        self._step(self.document.redo, "redo")

    @property
    def _list(self) -> SentenceList:
        """The one that the person works in: that of the probes, too, where there is nothing else."""
        rows, probes = (self.query_one(id, SentenceList) for id in ("#rows", "#probes"))
        alone = probes.chosen is not None and rows.chosen is None and not rows.has_focus
        return probes if probes.has_focus or alone else rows

    @property
    def _texts(self) -> Sequence[Text]:
        return self.document.rows if self._list.id == "rows" else self.document.probes

    def _change(self, edit: Callable[[Text], Text]) -> None:
        """Do something to the chosen text that makes another of it, and choose that."""
        if text := self._list.chosen:
            self._do_and_choose(lambda: edit(text))

    def _step(self, step: Callable[[], bool], name: str) -> None:
        def do() -> None:
            before = self.document.session.settings
            if not step():
                self.notify(f"There is nothing to {name}.")
            elif what := changed(before, self.document.session.settings):
                self.notify(f"Settings: {what}")

        self._do(do)

    def _do(self, edit: Callable[[], object], text: Text | None = None) -> bool:
        """Whether an edit could be made; then `text` is chosen."""
        return self._do_and_choose(lambda: (edit(), text)[1])

    def _do_and_choose(self, edit: Callable[[], Text | None]) -> bool:
        try:
            text = edit()
        except EiftuiError as error:
            self.notify(str(error), severity="error")
            return False
        self._choose(text)
        return True

    def _choose(self, text: Text | None) -> None:
        """Say that there was an edit, and go to a text: in the list where the person works, or where else it is."""
        places = {
            kind: texts.index(text)
            for kind, texts in (("row", self.document.rows), ("column", self.document.probes))
            if text in texts
        }
        kind = "row" if self._list.id == "rows" else "column"
        self.post_message(self.SentencesEdited(**({kind: places[kind]} if kind in places else places)))

    def _offer_unsaved(self) -> None:
        """Open the field on what was being written when the session was last left, to be saved or dropped."""
        unsaved = self.document.session.unsaved
        if unsaved and not self.document.session.read_only:
            text = next((one for one in self.document.session.sheet.texts if one.id == unsaved.id), None)
            written = "\n".join(map(visible, unsaved.text.split("\n")))
            title = _title(self._go_to(text)) if text else NEW
            self._write(f"{title} · not saved yet", text, written, unsaved.role)

    def _go_to(self, text: Text) -> SentenceList:
        """Put the cursors on a text of the sheet; returns the list that has it, which is the rows' if both do."""
        kind, texts = ("row", self.document.rows) if text.role != "probe" else ("column", self.document.probes)
        one = self.query_one("#rows" if kind == "row" else "#probes", SentenceList)
        one.move_to(texts.index(text))
        self.post_message(self.SentenceChosen(**{kind: one.line}))
        return one

    def _drop_unsaved(self, _: None) -> None:
        """What was written was saved or left; if that cannot be kept, it is offered once more."""
        if self.document.session.unsaved:
            with suppress(EiftuiError):
                self.document.keep_draft(Unsaved(text=""))

    def _write(self, title: str, text: Text | None = None, written: str = "", role: Role = "both") -> None:
        """Open the field over the line of the cursor: for another wording of a text, or a new one of some role.

        `written` stands in it instead of what the text has.
        """
        from eiftui.tui.counting import cutter
        from eiftui.tui.screens.editor import Draft, EditorScreen

        if not may_change(self, self.document):
            return
        after = self._list.chosen

        def save(wordings: Sequence[Wording]) -> None:
            self._choose(self._edits.rewrite(text, wordings) if text else self._edits.add(wordings, after)[-1])

        field = EditorScreen(
            Draft(title, text.sentences, role, written, text.id) if text else Draft(title, (), role, written),
            self._line_on_screen + (text is None),
            save,
            self.document.keep_draft,
            cutter(self.document.session, self._worker.client if self._worker else None),
        )
        self.app.push_screen(field, self._drop_unsaved)
        self.post_message(self.WritingBegan())

    @property
    def _worker(self) -> Worker | None:
        worker: Worker | None = self.app.worker  # type: ignore[attr-defined]
        return worker

    @property
    def _line_on_screen(self) -> int:
        one = self._list
        return one.region.y + one.line - one.scroll_offset.y if one.region else LINE_WITHOUT_LIST

    def _show_about(self) -> None:
        """Say of the chosen text what it is for and where it is from."""
        text = self._list.chosen
        lines = [ROLE_NAMES[text.role]] if text else []
        if text and (how := self.document.session.origin(text)):
            lines.append(origin_in_words(how, self.document.rows, self.document.probes))
        self.query_one("#about", Words).show(Content("\n".join(lines)))


def _title(one: SentenceList) -> str:
    """What the chosen text of a list is called."""
    return f"{'Training set' if one.id == 'rows' else 'Probe'} {one.line + 1}"
