"""Generating sentences: by rule from the chosen one, from a domain, by the model, and other words in the slots."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static, TabbedContent, TabPane

from eiftui.domains.schema import Text
from eiftui.errors import EiftuiError
from eiftui.session.editing import next_role
from eiftui.session.safetext import visible
from eiftui.tui.actions import BY_ID
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.document import Document
from eiftui.tui.edits import Edits
from eiftui.tui.keymap import hints, key_of
from eiftui.tui.screens.dialogue import OwnKeys
from eiftui.tui.sentences import ROLE_NAMES
from eiftui.tui.widgets.keybar import KeyBar
from eiftui.tui.widgets.ways import DomainWay, ModelWay, RuleWay, Way, WordsWay
from eiftui.tui.worker import Worker


class GenerateScreen(OwnKeys[None]):
    """Ends when something was added, or it is left. `added` is told the first text that was."""

    CSS_PATH = "generate.tcss"
    BINDINGS = dialogue_bindings("generate")
    part: ClassVar[str] = "generate"
    AUTO_FOCUS = "#rule OfferList"

    def __init__(
        self, document: Document, text: Text | None, worker: Worker | None, added: Callable[[Text | None], None]
    ) -> None:
        """`text` is the chosen one, if there is one."""
        super().__init__()
        self._document, self._text, self._worker, self._added = document, text, worker, added
        self._role = text.role if text else "both"

    def compose(self) -> ComposeResult:
        with Vertical(id="generate") as box:
            box.border_title = "Generate"
            box.border_subtitle = hints(self.app, {"offers.choose": "chooses", "generate.leave": "leaves"})
            with TabbedContent():
                ways = (
                    RuleWay(self._document, self._text),
                    DomainWay(self._document),
                    ModelWay(self._document, self._text, self._worker),
                    WordsWay(self._document),
                )
                for number, way in enumerate(ways, start=1):
                    with TabPane(f"{number} {way.title}", id=f"tab-{way.id}"):
                        yield way
            yield Static(id="remark", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_choice()

    @property
    def _way(self) -> Way:
        pane = self.query_one(TabbedContent).active_pane
        assert pane is not None
        return pane.query_one(Way)

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        if message.option_list.id == "domains":
            self._way.offers.focus()
        else:
            self._take()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what enter does there, but not in place of what is said of sampling."""
        if isinstance(self._way, DomainWay) or event.widget.id == "prompt":
            self._show_choice()

    def _has_focus(self, id: str) -> bool:
        return self.focused is not None and self.focused.id == id

    def on_offer_list_choice_changed(self) -> None:
        self._show_choice()

    def on_tabbed_content_tab_activated(self) -> None:
        self._way.begin()
        self._show_choice()

    def on_way_remarked(self, message: Way.Remarked) -> None:
        self._remark(message.text, "$text-error" if message.wrong else "$text-muted")

    def action_do(self, id: str) -> None:
        if BY_ID[id].part == "offers":
            self.call_next(self._way.offers.run_action, BY_ID[id].method)
        else:
            super().action_do(id)

    def action_change_role(self) -> None:
        self._role = next_role(self._role)
        self._show_choice()

    def action_way(self, number: int) -> None:
        # or what has the focus, being hidden, would give it to its neighbour, which shows its own tab again
        self.set_focus(None)
        tabs = self.query_one(TabbedContent)
        tabs.active = list(tabs.query(TabPane))[number - 1].id or ""

    def action_leave(self) -> None:
        self.dismiss()

    def _take(self) -> None:
        """Do what is chosen in this tab, and what is marked in others."""
        first: Text | None = None
        try:
            for way in [*self._elsewhere, self._way]:
                text = way.take(Edits(self._document), self._role)
                first = first or text
                way.forget()
        except EiftuiError as error:
            self.call_later(self._remark, str(error), "$text-error")  # after what is said of marks that are done
            if first:
                self._added(first)
        else:
            self.dismiss()
            self._added(first)

    @property
    def _elsewhere(self) -> list[Way]:
        """The other tabs where something is marked."""
        return [way for way in self.query(Way) if way is not self._way and way.marked]

    def _show_choice(self) -> None:
        """What enter would do."""
        way = self._way
        others = sum(other.marked for other in self._elsewhere)
        if isinstance(way, WordsWay):
            also = f"; and it adds the {others} marked in other tabs" if others else ""
            self._remark(
                f"enter puts these words in the slots of all sentences; those of before keep their numbers{also}"
            )
            return
        if isinstance(way, ModelWay) and not way.offers.option_count:
            elsewhere = "; shift+tab and ← → lead to the other ways" if self._has_focus("prompt") else ""
            self._remark(f"enter samples sentences that begin so{elsewhere}")
            return
        if self._has_focus("domains"):
            self._remark("enter goes to the sentences of this domain")
            return
        number = f"the {marked} marked" if (marked := way.offers.marked) else "the sentence of the cursor"
        number += f" and the {others} marked in other tabs" if others else ""
        role = (
            f", {ROLE_NAMES[self._role]} ({key_of(self.app, 'generate.change_role')}: role)"
            if way.has_role
            else ", and contrasts between them"
        )
        self._remark(f"enter adds {number}{role}")

    def _remark(self, text: str, style: str = "$text-muted") -> None:
        self.query_one("#remark", Static).update(Content.styled(visible(text), style))
