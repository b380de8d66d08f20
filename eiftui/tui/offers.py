"""What can be generated: offers of sentences, to be looked at before some are taken, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eiftui.domains.draw import Draw, draw
from eiftui.domains.operators import OPERATORS
from eiftui.domains.origin import ByModel, ByOperator, FromDomain
from eiftui.domains.schema import SEPARATOR, SLOT, Domain, Text
from eiftui.domains.sentences import split_sentences
from eiftui.errors import InputError
from eiftui.session.editing import Wording

SEEDS = 12
"""Sets of fresh words that are offered."""


@dataclass(frozen=True)
class Offer:
    """Something that may be added. One without a wording says why there is none."""

    title: str
    """What makes it."""
    note: str
    """Which one it is, or why there is none."""
    wording: Wording | None = None
    text: Text | None = None
    """Of a domain: the text that it is there."""


def by_rule(text: Text, slots: Sequence[str]) -> list[Offer]:
    """What every operator makes of a text; `slots` are those that are in use."""
    return [offer for operator in OPERATORS for offer in _by(operator.name, text, slots)]


def _by(name: str, text: Text, slots: Sequence[str]) -> Iterator[Offer]:
    operator = next(one for one in OPERATORS if one.name == name)
    try:
        for variant in operator.variants(text.sentences, slots):
            how = ByOperator(operator=name, note=variant.note, of=text.sentences)
            yield Offer(operator.title, variant.note, Wording(variant.sentences, how))
    except InputError as error:
        yield Offer(operator.title, str(error))


def of_domain(domain: Domain) -> list[Offer]:
    """Every text of a domain, with its own role."""
    how = FromDomain(name=domain.name)
    role = {"both": "", "row": "trained on, not probed", "probe": "probed, not trained on"}
    return [Offer("", role[text.role], Wording(text.sentences, how, text.role), text) for text in domain.texts]


def fresh_words(slots: Sequence[str], seed: int) -> list[Draw]:
    """The first draw of each of the next seeds."""
    return [draw(slots, 0, seed + step) for step in range(1, SEEDS + 1)]


def continued(prompt: str, continuation: str, words: Mapping[str, str], how: ByModel) -> Offer:
    """A prompt with slots and what a model said after it; the words of the draw in that become slots again."""
    title = f"{how.index + 1}"
    try:
        sentences = split_sentences(f"{prompt}{with_slots_again(continuation, words)}")
    except InputError as error:
        return Offer(title, f"{continuation.strip()}: {error}")
    return Offer(title, "", Wording(sentences, how))


def with_slots_again(text: str, words: Mapping[str, str]) -> str:
    """The text with slots in place of the words that fill them."""
    slots = {word.lower(): f"{{{slot}}}" for slot, word in words.items()}
    if not slots:
        return text
    return re.sub(rf"\b({'|'.join(map(re.escape, slots))})\b", lambda word: slots[word[1].lower()], text, flags=re.I)


def beginning(text: Text) -> str:
    """The sentences of a text without the last word, for a model to go on with."""
    return re.sub(r"\s+\S+$", "", SEPARATOR.join(text.sentences).rpartition(SEPARATOR)[2])


def example(text: Text, words: Mapping[str, str]) -> str:
    """The text with words in its slots."""
    return SLOT.sub(lambda slot: words.get(slot[1], slot[0]), text.label)
