"""What a person does to the sentences of a document. Each edit is a record in the session at once."""

from __future__ import annotations

from collections.abc import Sequence

from eiftui.domains.origin import Copied, How, Reworded
from eiftui.domains.schema import Domain, Text
from eiftui.domains.sentences import split_sentences
from eiftui.errors import InputError
from eiftui.session import editing
from eiftui.session.editing import Wording
from eiftui.session.records import Origin
from eiftui.show.numbers import counted
from eiftui.tui.document import Document

Sentences = tuple[str, ...]
MOST_LINES = 1000
"""That can be written at once: the field breaks all of them into lines of the screen again at every key."""


def check_lines(written: str) -> None:
    """Raises InputError if that is more than can be written at once."""
    if (number := written.count("\n") + 1) > MOST_LINES:
        raise InputError(f"{counted(number, 'line')} are too many to write at once ({MOST_LINES}): import a file")


def read_lines(written: str) -> list[Sentences]:
    """The sentences of each line that is not blank. Raises InputError that names the line where there are several."""
    lines = {number: line for number, line in enumerate(written.split("\n"), start=1) if line.strip()}
    if not lines:
        raise InputError("nothing is written yet")
    return [split_sentences(line, f"line {number}" if len(lines) > 1 else "") for number, line in lines.items()]


class Edits:
    """Edits of one document. All raise as `Session.append` does, and change nothing then."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def _texts(self) -> Sequence[Text]:
        return self._document.session.sheet.texts

    def add(self, wordings: Sequence[Wording], after: Text | None = None) -> Sequence[Text]:
        """New texts after one, or at the end; returns them."""
        texts, origins = editing.named(wordings, self._document.session.ids)
        self._document.edit(editing.inserted(self._texts, texts, after), origins)
        return texts

    def add_domain(self, domain: Domain, chosen: Sequence[Text], how: How) -> Sequence[Text]:
        """Texts of a domain at the end, with the contrasts between them; returns the new texts."""
        texts, origins, contrasts = editing.of_domain(domain, chosen, how, self._document.session.ids)
        self._document.edit(editing.inserted(self._texts, texts), origins, contrasts)
        return texts

    def rewrite(self, text: Text, wordings: Sequence[Wording]) -> Text:
        """Another wording or role for a text, and after it new texts of the further wordings; returns the text."""
        first, *others = wordings
        instead = text.model_copy(update={"sentences": first.sentences, "role": first.role})
        texts, origins = editing.named(others, self._document.session.ids)
        session = self._document.session
        if instead.sentences != text.sentences and session.origin(instead) is None:
            how = Reworded(of=text.sentences)
            origins = (Origin(id=text.id, sentences=instead.sentences, how=how), *origins)
        edited = editing.replaced(self._texts, text, instead)
        self._document.edit(editing.inserted(edited, texts, instead), origins)
        return instead

    def delete(self, text: Text) -> None:
        self._document.edit(editing.deleted(self._texts, text))

    def duplicate(self, text: Text) -> Text:
        """A copy, to be changed, after the text."""
        return self.add([Wording(text.sentences, Copied(of=text.sentences), text.role)], text)[0]

    def move(self, text: Text, beside: Text) -> None:
        """To the place of another."""
        self._document.edit(editing.moved(self._texts, text, beside))

    def change_role(self, text: Text) -> Text:
        """To the next of: trained on and probed, trained on alone, probed alone."""
        instead = text.model_copy(update={"role": editing.next_role(text.role)})
        self._document.edit(editing.replaced(self._texts, text, instead))
        return instead
