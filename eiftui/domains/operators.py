"""What can be made of a training set by rule: its denial, converse, a hedge, controls with other words or word order.

Each operator makes variants, to be looked at before one is taken, or refuses with a reason (InputError): better none
than nonsense. The same input has the same variants.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, count

from eiftui.domains.english import Form, article, denials, hedges
from eiftui.domains.schema import SLOT
from eiftui.errors import InputError

Sentences = tuple[str, ...]
ORDERS = 3
"""Shuffled orders of words that are offered."""
MOST_SWAPPED = 4
"""Slots of which any two are offered to be swapped; a chain of more has too many pairs."""


@dataclass(frozen=True)
class Variant:
    """What an operator makes of a training set."""

    sentences: Sentences
    note: str
    """Which of its variants this is, in a few words."""


@dataclass(frozen=True)
class Operator:
    """A rule that makes variants. `variants` takes sentences and the names of slots that are in use."""

    name: str
    title: str
    explanation: str
    make: Callable[[Sentences, Collection[str]], Sequence[Variant]]

    def variants(self, sentences: Sentences, slots: Collection[str] = ()) -> tuple[Variant, ...]:
        """What it makes of sentences, each once and none as they were.

        Args:
            sentences: of a training set or probe, with slots.
            slots: names of slots that mean something already, so that a fresh one is called otherwise.

        Raises:
            InputError: no rule fits, and why.
        """
        made = {variant.sentences: variant for variant in self.make(sentences, slots)}
        made.pop(sentences, None)
        if not made:
            raise InputError("it stays the same")
        return tuple(made.values())


def negate(sentences: Sentences, slots: Collection[str]) -> Sequence[Variant]:
    """Each sentence denied, and all of them."""
    return _each(sentences, denials)


def hedge(sentences: Sentences, slots: Collection[str]) -> Sequence[Variant]:
    """Each sentence with less confidence, and all of them."""
    return _each(sentences, hedges)


def converse(sentences: Sentences, slots: Collection[str]) -> Sequence[Variant]:
    """Each sentence with two of its slots swapped, or two kinds, and all of them."""
    return _each(sentences, _converses)


def other_entity(sentences: Sentences, slots: Collection[str]) -> Sequence[Variant]:
    """A slot replaced by a fresh one, wherever it stands: what sentences of this form do, whatever they are about."""
    own = _slots(sentences)
    if not own:
        raise InputError("it has no slot: write {A} where the word to be replaced stands")
    fresh = _fresh_slot({*own, *slots})
    return [Variant(_renamed(sentences, {slot: fresh}), f"{{{slot}}} → {{{fresh}}}") for slot in own]


def shuffle(sentences: Sentences, slots: Collection[str]) -> Sequence[Variant]:
    """The words of each sentence in another order: what the words alone do."""
    if all(len(set(sentence.split())) < 2 for sentence in sentences):
        raise InputError("there are no two words to be put in another order")
    return [Variant(tuple(_shuffled(one, seed) for one in sentences), f"order {seed}") for seed in range(1, ORDERS + 1)]


OPERATORS = (
    Operator("negate", "Negation", "the statement denied", negate),
    Operator("converse", "Converse", "two slots swapped", converse),
    Operator("hedge", "Hedge", "said with less confidence", hedge),
    Operator("other_entity", "Random entity", "a slot that is another word: a control for the form", other_entity),
    Operator("shuffle", "Word order", "the words shuffled: a control for the words", shuffle),
)


def _each(sentences: Sentences, rewrite: Callable[[str], Sequence[Form]]) -> Sequence[Variant]:
    """Every form of a sentence that stands alone. Of several sentences, each in its plainest form, and all of them.

    Raises InputError where none has one.
    """
    if len(sentences) == 1:
        return [Variant((form.sentence,), form.note) for form in rewrite(sentences[0])]
    plainest: list[str | None] = []
    problem = InputError("")
    for sentence in sentences:
        try:
            plainest.append(rewrite(sentence)[0].sentence)
        except InputError as error:
            plainest.append(None)
            problem = error
    return list(_variants_of_set(sentences, plainest, problem))


def _variants_of_set(sentences: Sentences, rewritten: Sequence[str | None], problem: InputError) -> Iterator[Variant]:
    changed = [(place, new) for place, new in enumerate(rewritten) if new is not None]
    if not changed:
        raise problem
    for place, new in changed:
        yield Variant((*sentences[:place], new, *sentences[place + 1 :]), f"sentence {place + 1}")
    if len(changed) == len(sentences):
        yield Variant(tuple(new for _, new in changed), "every sentence")


_KINDS = re.compile(r"(Every|Each|An?) ([^\s,]+) is an? ([^\s,.]+)(\W*)")
_PLURAL_KINDS = re.compile(r"All ([^\s,]+s) are ([^\s,.]+s)(\W*)")


def _converses(sentence: str) -> Sequence[Form]:
    if kinds := _KINDS.fullmatch(sentence):
        first = kinds[1] if kinds[1] in ("Every", "Each") else article(kinds[3]).capitalize()
        return [Form(f"{first} {kinds[3]} is {article(kinds[2])} {kinds[2]}{kinds[4]}", "the other way round")]
    if kinds := _PLURAL_KINDS.fullmatch(sentence):
        return [Form(f"All {kinds[2]} are {kinds[1]}{kinds[3]}", "the other way round")]
    pairs = list(combinations(_slots((sentence,))[:MOST_SWAPPED], 2))
    if not pairs:
        raise InputError("it has no two slots to be swapped")
    return [
        Form(_renamed((sentence,), {one: other, other: one})[0], f"{{{one}}} and {{{other}}} swapped")
        for one, other in pairs
    ]


def _shuffled(sentence: str, seed: int) -> str:
    """In an order that seed and sentence determine; what ends the sentence stays at its end."""
    stop = re.search(r"[.!?…]*$", sentence)
    end = stop[0] if stop else ""
    words = sentence.removesuffix(end).split()
    for attempt in count():
        keys = [hashlib.sha256(f"{seed}/{attempt}/{place}/{sentence}".encode()).digest() for place in range(len(words))]
        shuffled = [word for _, word in sorted(zip(keys, words, strict=True))]
        if shuffled != words or len(set(words)) < 2:
            return " ".join(shuffled) + end
    raise AssertionError("there is always another attempt")


def _slots(sentences: Sentences) -> list[str]:
    """Names of the slots, each once, in order of appearance."""
    return list(dict.fromkeys(name for sentence in sentences for name in SLOT.findall(sentence)))


def _renamed(sentences: Sentences, names: Mapping[str, str]) -> Sentences:
    return tuple(SLOT.sub(lambda slot: f"{{{names.get(slot[1], slot[1])}}}", sentence) for sentence in sentences)


def _fresh_slot(taken: Collection[str]) -> str:
    """A name that no slot has."""
    names = (f"{letter}{number or ''}" for number in count() for letter in "XYZW")
    return next(name for name in names if name not in taken)
