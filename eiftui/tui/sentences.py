"""How sentences are shown: safe for any terminal, never as markup, their slots and made-up words in a style."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from eiftui.domains.schema import SEPARATOR, SLOT, Text
from eiftui.session.safetext import visible

SLOT_STYLE = "$text-accent"


def label(text: Text) -> str:
    """A training set or probe on one line, with its slots."""
    return visible(text.label)


def with_slots(text: Text, slot_style: str = SLOT_STYLE) -> Content:
    """The same with slots in a style."""
    return Content(label(text)).highlight_regex(SLOT, style=slot_style)


def with_words(text: Text, words: Mapping[str, str], word_style: str = SLOT_STYLE) -> Content:
    """A training set or probe on one line, with the words of a draw in a style."""
    return Content(SEPARATOR).join([_filled(sentence, words, word_style) for sentence in text.sentences])


def _filled(sentence: str, words: Mapping[str, str], word_style: str) -> Content:
    pieces: list[Content] = []
    end = 0
    for slot in SLOT.finditer(sentence):
        pieces += [Content(visible(sentence[end : slot.start()])), Content.styled(visible(words[slot[1]]), word_style)]
        end = slot.end()
    return Content("").join([*pieces, Content(visible(sentence[end:]))])
