"""How sentences are shown: safe for any terminal, never as markup, their slots and made-up words in a style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from eiftui.domains.origin import ByModel, ByOperator, Copied, FromDomain, FromFile, How, Reworded
from eiftui.domains.schema import SEPARATOR, SLOT, Role, Text
from eiftui.session.safetext import visible

SLOT_STYLE = "$text-accent"
ROLE_NAMES: dict[Role, str] = {
    "both": "trained on and probed",
    "row": "trained on, not probed",
    "probe": "probed, not trained on",
}


def label(text: Text) -> str:
    """A training set or probe on one line, with its slots."""
    return visible(text.label)


def origin_in_words(how: How, rows: Sequence[Text], probes: Sequence[Text]) -> str:
    """Where a wording is from: `negation of 3: not`. What it was made of has its number in the lists now."""
    match how:
        case FromDomain(name=name) | FromFile(name=name):
            return visible(f"from {name}")
        case ByOperator():
            return f"{visible(_rule(how.operator))} of {_place(how.of, rows, probes)}: {visible(how.note)}"
        case ByModel():
            return visible(f"sampled from {how.model}, temperature {how.temperature:g}, after “{how.prompt}”")
        case Copied():
            return f"a copy of {_place(how.of, rows, probes)}"
        case Reworded():
            return f"reworded from “{visible(SEPARATOR.join(how.of))}”"


def _rule(name: str) -> str:
    """What an operator is called."""
    from eiftui.domains.operators import OPERATORS  # which the first paint can do without

    return next((one.title.lower() for one in OPERATORS if one.name == name), name)


def _place(sentences: tuple[str, ...], rows: Sequence[Text], probes: Sequence[Text]) -> str:
    """The number of a text in the list where it is, or the text itself if it is no more."""
    for texts, name in ((rows, ""), (probes, "probe ")):
        for number, text in enumerate(texts, start=1):
            if text.sentences == sentences:
                return f"{name}{number}"
    return f"“{visible(SEPARATOR.join(sentences))}”"


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
