"""A list of offers, of which a person takes some: space chooses, and what is not to be had says why."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from eiftui.domains.schema import Text
from eiftui.session.safetext import visible
from eiftui.tui.bindings import part_bindings
from eiftui.tui.mishaps import Surviving
from eiftui.tui.offers import Offer
from eiftui.tui.sentences import with_slots

TITLE = 14
"""Cells for what makes an offer."""


class OfferList(Surviving, OptionList):
    """Offers, each with a mark where it is chosen."""

    BINDINGS = part_bindings("offers")

    class ChoiceChanged(Message):
        """Other offers are chosen."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._offers: list[Offer] = []
        self._chosen: set[int] = set()

    @property
    def chosen(self) -> list[Offer]:
        """Those that are marked, in their order; without any, the one under the cursor."""
        places = sorted(self._chosen) or ([] if self.highlighted is None else [self.highlighted])
        return [self._offers[place] for place in places if self._offers[place].wording]

    @property
    def marked(self) -> int:
        """How many are marked."""
        return len(self._chosen)

    def show(self, offers: Sequence[Offer]) -> None:
        """Offer these in place of others."""
        self.clear_options()
        self._offers, self._chosen = [], set()
        for offer in offers:
            self.offer(offer)

    def offer(self, offer: Offer) -> None:
        """Offer one more."""
        self._offers.append(offer)
        self.add_option(Option(self._line(len(self._offers) - 1), disabled=offer.wording is None))
        if self.highlighted is None and offer.wording:
            self.highlighted = len(self._offers) - 1

    def action_choose(self) -> None:
        if self.highlighted is not None:
            self._toggle([self.highlighted])

    def action_choose_all(self) -> None:
        free = [place for place, offer in enumerate(self._offers) if offer.wording and place not in self._chosen]
        self._toggle(free or sorted(self._chosen))

    def unmark(self) -> None:
        """Take all marks away."""
        if self._chosen:
            self._toggle(sorted(self._chosen))

    def _toggle(self, places: Sequence[int]) -> None:
        self._chosen ^= set(places)
        for place in places:
            self.replace_option_prompt_at_index(place, self._line(place))
        self.post_message(self.ChoiceChanged())

    def _line(self, place: int) -> Content:
        offer = self._offers[place]
        title = f"{offer.title:<{TITLE}}" if offer.title else ""
        if offer.wording is None:
            return Content.assemble(("  – ", "$text-muted"), title, (visible(offer.note), "$text-muted"))
        mark = ("[x] ", "$text-success") if place in self._chosen else ("[ ] ", "$text-muted")
        sentence = with_slots(Text(id="offer", sentences=offer.wording.sentences))
        note = (f"  {visible(offer.note)}", "$text-muted") if offer.note else ""
        return Content.assemble(mark, (title, "$text-muted"), sentence, note)
