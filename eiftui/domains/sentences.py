"""Reads what a person wrote as a training set or probe: its sentences, and whether their slots are well formed."""

from __future__ import annotations

import re

from eiftui.domains.schema import SEPARATOR, SLOT
from eiftui.errors import InputError

_BETWEEN = re.compile(rf"(?:^|(?<=\s)){re.escape(SEPARATOR.strip())}(?=\s|$)")
_STRAY_BRACES = re.compile(r"\{[^{}]*\}?|\}")


def split_sentences(text: str, place: str = "") -> tuple[str, ...]:
    """The sentences of `text`, which ` || ` separates, without the blanks around them.

    Raises InputError, beginning with `place` if there is one, where a sentence is empty or a slot is malformed.
    """
    sentences = tuple(sentence.strip() for sentence in _BETWEEN.split(text))
    problem = next(filter(None, map(_problem, sentences)), None)
    if problem:
        raise InputError(f"{place}: {problem}" if place else problem)
    return sentences


def _problem(sentence: str) -> str | None:
    if not sentence:
        return f"an empty sentence; write something on each side of '{SEPARATOR.strip()}'"
    if "\n" in sentence or "\r" in sentence:
        return f"a line break inside a sentence; put '{SEPARATOR.strip()}' between two sentences"
    if "\0" in sentence:
        return "a NUL character inside a sentence; is the file text in UTF-8?"
    stray = _STRAY_BRACES.search(SLOT.sub(" ", sentence))
    if stray:
        return (
            f"{stray[0]!r} is not a slot; a slot is a letter, then letters, digits or _, in braces, as in {{A}}, "
            "and a sentence has no other use for braces"
        )
    return None
