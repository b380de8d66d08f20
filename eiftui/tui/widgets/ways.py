"""The ways to generate sentences, each a tab that makes offers and takes those that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from eiftui.domains.library import builtin_names, load_builtin
from eiftui.domains.origin import ByModel, FromDomain
from eiftui.domains.schema import SLOT, Domain, Role, Text
from eiftui.engine.protocol import Continuation, Continue
from eiftui.errors import EiftuiError, InputError
from eiftui.session.safetext import visible
from eiftui.tui.counting import filled
from eiftui.tui.document import Document
from eiftui.tui.edits import Edits
from eiftui.tui.mishaps import Surviving
from eiftui.tui.offers import beginning, by_rule, continued, example, fresh_words, of_domain
from eiftui.tui.sentences import with_slots
from eiftui.tui.widgets.offers import OfferList
from eiftui.tui.worker import Worker


class Way(Surviving, Vertical):
    """One way to generate sentences."""

    title: ClassVar[str]
    has_role: ClassVar[bool] = True
    """Whether a role can be given to what is added."""

    class Remarked(Message):
        """Something is to be said below the offers."""

        def __init__(self, text: str, wrong: bool = False) -> None:
            super().__init__()
            self.text, self.wrong = text, wrong

    @property
    def offers(self) -> OfferList:
        return self.query_one(OfferList)

    @property
    def marked(self) -> int:
        """How many of its offers are marked."""
        return sum(offers.marked for offers in self.query(OfferList))

    def begin(self) -> None:
        """Give the focus to what comes first."""
        self.query("OptionList, Input").first().focus()

    def take(self, edits: Edits, role: Role) -> Text | None:
        """Do what was chosen; returns the first new text, if there is one. Raises as `Session.append` does."""
        raise NotImplementedError

    def forget(self) -> None:
        """Take all marks away: what was marked is done."""
        for offers in self.query(OfferList):
            offers.unmark()


class RuleWay(Way):
    """What the operators make of the chosen text."""

    title = "By rule"

    def __init__(self, document: Document, text: Text | None) -> None:
        super().__init__(id="rule")
        self._document, self._text = document, text

    def compose(self) -> ComposeResult:
        about = with_slots(self._text) if self._text else "nothing: no sentence is chosen"
        yield Static(Content.assemble(("Made of  ", "$text-muted"), about), classes="about")
        yield OfferList()

    def on_mount(self) -> None:
        if self._text:
            self.offers.show(by_rule(self._text, self._document.session.sheet.slots))

    def take(self, edits: Edits, role: Role) -> Text | None:
        wordings = [replace(offer.wording, role=role) for offer in self.offers.chosen if offer.wording]
        return edits.add(wordings, self._text)[0] if wordings else None


class DomainWay(Way):
    """The texts of a domain, whose contrasts come with them."""

    title = "From a domain"
    has_role = False

    def __init__(self, document: Document) -> None:
        super().__init__(id="domain")
        self._document = document
        self._domain: Domain | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield OptionList(*(Option(name, id=name) for name in builtin_names()), id="domains", markup=False)
            with Vertical():
                yield Static(classes="about", markup=False)
                yield OfferList()

    def on_option_list_option_highlighted(self, message: OptionList.OptionHighlighted) -> None:
        message.stop()
        if message.option_list.id == "domains" and message.option_id:
            self._show(load_builtin(message.option_id))
        elif message.option_list is self.offers:
            self._show_example()

    def take(self, edits: Edits, role: Role) -> Text | None:
        assert self._domain is not None
        chosen = [offer.text for offer in self.offers.chosen if offer.text]
        how = FromDomain(name=self._domain.name)
        return edits.add_domain(self._domain, chosen, how)[0] if chosen else None

    def _show(self, domain: Domain) -> None:
        self._domain = domain
        self.offers.show(of_domain(domain))
        self.post_message(OfferList.ChoiceChanged())
        self._show_example()

    def _show_example(self) -> None:
        """The domain's title, and what the text under the cursor is with words in its slots."""
        chosen, domain = self.offers.highlighted, self._domain
        if domain is None or chosen is None:
            return
        words = fresh_words(domain.slots, self._document.session.settings.seed - 1)[0].words
        text = visible(example(domain.texts[chosen], words))
        self.query_one(".about", Static).update(
            Content.assemble((domain.title, "bold"), "\n", ("Such as  ", "$text-muted"), text)
        )


class WordsWay(Way):
    """Other words in the slots of all sentences, from another seed."""

    title = "Fresh words"
    has_role = False

    def __init__(self, document: Document) -> None:
        super().__init__(id="words")
        self._document = document

    def compose(self) -> ComposeResult:
        session = self._document.session
        yield Static(_words("Now", session.settings.seed, session.words(0)), classes="about")
        yield OptionList(*self._choices(), id="seeds", markup=False)

    def take(self, edits: Edits, role: Role) -> Text | None:
        chosen = self.query_one("#seeds", OptionList).highlighted
        if chosen is None:
            raise InputError("no sentence has a slot: write {A} where a made-up word shall stand")
        settings = self._document.session.settings
        self._document.configure(settings.model_copy(update={"seed": settings.seed + 1 + chosen}))
        return None

    def _choices(self) -> Sequence[Content]:
        session = self._document.session
        draws = fresh_words(session.sheet.slots, session.settings.seed) if session.sheet.slots else ()
        return [_words("Seed", one.seed, one.words) for one in draws]


class ModelWay(Way):
    """Continuations of a prompt, sampled from the model."""

    title = "By the model"
    FIELDS: ClassVar[dict[str, tuple[str, str, type[int] | type[float]]]] = {
        "temperature": ("Temperature", "1.0", float),
        "number": ("How many", "5", int),
        "max_tokens": ("Tokens at most", "40", int),
    }

    def __init__(self, document: Document, text: Text | None, worker: Worker | None) -> None:
        super().__init__(id="model")
        self._document, self._text, self._worker = document, text, worker
        self._seed = 0

    def compose(self) -> ComposeResult:
        yield Input(
            beginning(self._text) if self._text else "",
            placeholder="how the sentence begins",
            id="prompt",
            select_on_focus=False,  # a key that was meant for the tabs is to replace nothing
        )
        with Horizontal(classes="fields"):
            for name, (title, value, kind) in self.FIELDS.items():
                yield Label(title)
                yield Input(value, id=name, type="number" if kind is float else "integer")
        yield OfferList()

    def begin(self) -> None:
        """The prompt, or what has come of it."""
        if self.offers.option_count:
            self.offers.focus()
        else:
            super().begin()

    def on_input_submitted(self) -> None:
        """Ask for continuations, others each time."""
        try:
            if self._worker is None:
                raise InputError("there is no model here: nothing can be measured or sampled")
            self.run_worker(self._sample(self._worker, self._request()), exclusive=True)
        except InputError as error:
            self.post_message(self.Remarked(str(error), wrong=True))

    def take(self, edits: Edits, role: Role) -> Text | None:
        wordings = [replace(offer.wording, role=role) for offer in self.offers.chosen if offer.wording]
        return edits.add(wordings, self._text)[0] if wordings else None

    def _request(self) -> Continue:
        """What the fields ask for. Raises InputError."""
        values = {}
        for name, (title, _, kind) in self.FIELDS.items():
            try:
                values[name] = kind(self.query_one(f"#{name}", Input).value)
            except ValueError:
                raise InputError(f"{title}: not a number") from None
            if values[name] < (0 if kind is float else 1):
                raise InputError(f"{title}: must be {'0 or more' if kind is float else '1 or more'}")
        prompt = self.query_one("#prompt", Input).value.rstrip()
        if not prompt:
            raise InputError("write how the sentence begins")
        text = filled(self._document.session, [prompt])[0]
        # of a made-up word a model knows no end, and would make other words of it
        whole_word = any(slot.end() == len(prompt) for slot in SLOT.finditer(prompt))
        return Continue.model_validate({"text": text, "seed": self._seed, "whole_word": whole_word, **values})

    async def _sample(self, worker: Worker, request: Continue) -> None:
        session = self._document.session
        prompt = self.query_one("#prompt", Input).value.rstrip()
        self.offers.show([])
        if not worker.has(session.settings):
            self.post_message(self.Remarked("loading the model …"))
        try:
            model = await worker.ready(session.settings)
            self.post_message(self.Remarked("sampling; what is being measured waits meanwhile …"))
            async with worker.first(), aclosing(worker.client.ask(request)) as answers:
                index = 0
                async for answer in answers:
                    if isinstance(answer, Continuation):
                        how = ByModel(
                            model=session.settings.model.name,
                            fingerprint=model.fingerprint,
                            prompt=request.text,
                            temperature=request.temperature,
                            max_tokens=request.max_tokens,
                            seed=request.seed,
                            index=index,
                            whole_word=request.whole_word,
                        )
                        index += 1
                        self.offers.offer(continued(prompt, answer.text, session.words(0), how))
                        if index == 1:  # there is something to choose from
                            self.offers.focus()
        except EiftuiError as error:
            self.post_message(self.Remarked(str(error), wrong=True))
        else:
            self._seed += 1
            self.post_message(OfferList.ChoiceChanged())


def _words(title: str, seed: int, words: dict[str, str]) -> Content:
    pairs = "  ".join(f"{{{slot}}} {word}" for slot, word in words.items())
    return Content.assemble((f"{title} {seed}  ", "$text-muted"), pairs or "no slots")
