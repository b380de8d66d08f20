"""Writing a sentence: a field over the line of the list, in which a line is a text and pasted lines are many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text as RichText
from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TextArea

from eiftui.domains.schema import SEPARATOR, SLOT, Role
from eiftui.errors import EiftuiError, InputError
from eiftui.session.editing import Wording, next_role
from eiftui.session.records import Unsaved
from eiftui.session.safetext import hidden_again, visible, without_controls
from eiftui.show.numbers import counted
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.counting import Cutter, words_in
from eiftui.tui.drafts import SECONDS_BETWEEN_KEEPS
from eiftui.tui.edits import Sentences, check_lines, read_lines
from eiftui.tui.keymap import hints
from eiftui.tui.mishaps import Surviving
from eiftui.tui.screens.dialogue import OwnKeys
from eiftui.tui.sentences import ROLE_NAMES
from eiftui.tui.widgets.keybar import KeyBar

SECONDS_AFTER_A_KEY = 0.2
"""Before tokens are counted: a fast typist's next key comes earlier."""
SECONDS_BETWEEN_TRIES = 1.0
"""While the model is not there."""
ROOM_BELOW = 8
"""Lines that the field needs where it is lowest, and the footer."""
WIDEST = 120
"""Columns of the field and its frame."""
ROOM_FOR_TOKENS, LONGEST_TOKEN = 3, 16
"""Lines; and what of each is the frame's, or left free where the next word would not fit."""


@dataclass(frozen=True)
class Draft:
    """What the field starts with."""

    title: str
    sentences: Sentences = ()
    role: Role = "both"
    written: str = ""
    """What stands in the field instead of the sentences: what was pasted, or once not saved."""
    id: str = ""
    """Of the text; empty for a new one."""


class EditorScreen(OwnKeys[None]):
    """Ends when it is saved or left. What cannot be read or saved is refused beside the field, and stays in it."""

    CSS_PATH = "editor.tcss"
    BINDINGS = dialogue_bindings("editor")
    part: ClassVar[str] = "editor"
    AUTO_FOCUS = "SentenceField"

    def __init__(
        self,
        draft: Draft,
        y: int,
        save: Callable[[list[Wording]], None],
        keep: Callable[[Unsaved], None],
        cut: Cutter,
    ) -> None:
        """`y` is the line of the screen to write on; `save` takes the wording of each line, or raises EiftuiError.

        `keep` takes what is written and not yet saved, every second, or raises EiftuiError.
        """
        super().__init__()
        self._draft, self._y, self._save, self._keep, self._cut = draft, y, save, keep, cut
        self._role = draft.role
        self._due: Timer | None = None
        self._not_kept = ""
        """Why what is written would be lost now: nothing else is remarked meanwhile."""

    def compose(self) -> ComposeResult:
        with Vertical(id="editor") as editor:
            editor.border_title = self._draft.title
            yield SentenceField(self._draft)
            yield Static(id="remark", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#editor").styles.offset = (0, max(0, min(self._y - 1, self.app.size.height - ROOM_BELOW)))
        self._show_role()
        self._look()
        self.set_interval(SECONDS_BETWEEN_KEEPS, self._keep_written)

    def _keep_written(self) -> None:
        if not self.is_current:  # left, or behind another screen, where nothing is written
            return
        before, self._not_kept = self._not_kept, ""
        try:
            if written := self.finish():
                self._keep(written)
        except EiftuiError as error:
            self._not_kept = visible(f"not kept meanwhile: {error}")
        if self._not_kept != before:
            self._look()

    def action_save(self) -> None:
        self._forget_tokens()
        try:
            self._accept()
        except EiftuiError as error:
            self._remark(visible(str(error)), "$text-error")
        else:
            self.dismiss()

    def finish(self) -> Unsaved | None:
        """See `Writing`."""
        field = self.query_one(SentenceField)
        return Unsaved(text=field.written, id=self._draft.id, role=self._role) if field.changed else None

    def _accept(self) -> None:
        lines = read_lines(self.query_one(SentenceField).written)
        self._save([Wording(sentences, role=self._role) for sentences in lines])

    def action_change_role(self) -> None:
        self._role = next_role(self._role)
        self._show_role()

    def action_leave(self) -> None:
        self.dismiss()

    def on_text_area_changed(self) -> None:
        self._look()

    def _show_role(self) -> None:
        role = f"role: {ROLE_NAMES[self._role]}"
        what = {"editor.save": "saves", "editor.change_role": role, "editor.leave": "leaves"}
        self.query_one("#editor").border_subtitle = hints(self.app, what)

    def _look(self) -> None:
        """Say how long it is, or what is wrong with it; the tokens when the person pauses."""
        self._forget_tokens()
        written = self.query_one(SentenceField).written
        if not written.strip():
            self._remark(f"a slot such as {{A}} holds a made-up word;{SEPARATOR}separates sentences of one set")
            return
        try:
            lines = read_lines(written)
        except InputError as error:
            self._remark(visible(str(error)), "$text-warning")
            return
        self._remark(_length(lines, words_in(lines), "word"))
        self._ask_for_tokens(lines, SECONDS_AFTER_A_KEY)

    def _ask_for_tokens(self, lines: list[Sentences], after: float) -> None:
        self._due = self.set_timer(after, partial(self._show_tokens, lines))

    def _forget_tokens(self) -> None:
        """What was asked for is of another text, or something else is to be said."""
        self.workers.cancel_node(self)
        if self._due:
            self._due.stop()

    @work(exclusive=True)
    async def _show_tokens(self, lines: list[Sentences]) -> None:
        tokens = await self._tokens(lines)
        if tokens is None:
            if self.is_attached:
                self._ask_for_tokens(lines, SECONDS_BETWEEN_TRIES)
            return
        number = _length(lines, sum(map(len, tokens)), "token")
        width = min(self.app.size.width, WIDEST) - LONGEST_TOKEN
        room = ROOM_FOR_TOKENS * width - len(number)
        self._remark(number, cut=_apart(tokens).truncate(max(0, room), ellipsis=True))

    async def _tokens(self, lines: list[Sentences]) -> list[Sentences] | None:
        """None while the worker has no model yet, or is gone: words are what can be counted."""
        try:
            return await self._cut(lines)
        except EiftuiError:
            return None

    def _remark(self, text: str, style: str = "$text-muted", cut: Content | None = None) -> None:
        what = Content.styled(text, style) + (cut or "")
        if self._not_kept and style != "$text-error":
            what = Content.styled(self._not_kept, "$text-error")
        for remark in self.query("#remark").results(Static):  # none is there once it is left, while tokens come
            remark.update(what)


class SentenceField(Surviving, TextArea):
    """Shows control characters as signs, and takes any that are pasted away."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"sentence-field--slot"}

    def __init__(self, draft: Draft) -> None:
        self._original = SEPARATOR.join(draft.sentences)
        super().__init__(
            draft.written or visible(self._original),
            tab_behavior="focus",
            highlight_cursor_line=False,
            compact=True,
        )
        self.cursor_blink = False

    @property
    def written(self) -> str:
        return hidden_again(self.text, self._original)

    @property
    def changed(self) -> bool:
        """Whether there is anything in it that was not there before."""
        return bool(self.written.strip()) and self.written != self._original

    def on_mount(self) -> None:
        self.move_cursor(self.document.end)

    def get_line(self, line_index: int) -> RichText:
        line = super().get_line(line_index)
        style = self.get_component_rich_style("sentence-field--slot", partial=True)
        for slot in SLOT.finditer(line.plain):
            line.stylize(style, *slot.span())
        return line

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()  # else Textual calls the base class's handler too
        event.text = without_controls(event.text).strip("\n")
        try:
            check_lines(f"{self.text}{event.text}")
        except InputError as error:
            self.notify(str(error), severity="error")
        else:
            await super()._on_paste(event)


def _length(lines: list[Sentences], number: int, unit: str) -> str:
    texts = f"{len(lines)} sentences, a line each · " if len(lines) > 1 else ""
    return texts + counted(number, unit)


def _apart(sentences: list[Sentences]) -> Content:
    """The tokens of sentences on a line, every second one underlined, which any terminal shows."""
    styles = ("", "underline")
    cut = [
        Content("").join(Content.styled(visible(token), styles[place % 2]) for place, token in enumerate(tokens))
        for tokens in sentences
    ]
    return Content("  ") + Content(SEPARATOR).join(cut)
