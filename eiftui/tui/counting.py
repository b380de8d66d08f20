"""Sentences as the loaded model cuts them, and how long they are where there is none yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from eiftui.domains.schema import SLOT
from eiftui.domains.words import made_up_words
from eiftui.engine.client import Client
from eiftui.engine.protocol import Tokenize, Tokenized
from eiftui.session.session import Session

Sentences = tuple[str, ...]
Cutter = Callable[[Sequence[Sentences]], Awaitable[list[Sentences] | None]]
"""The tokens of each sentence of some texts, without start tokens; None where nobody can say."""


def cutter(session: Session, client: Client | None) -> Cutter:
    """Cuts with the words of the first draw in the slots. Raises as `Client.one` does."""

    async def cut(texts: Sequence[Sentences]) -> list[Sentences] | None:
        if client is None or not client.running:
            return None
        sentences = [sentence for text in texts for sentence in text]
        answer = await client.one(Tokenize(texts=filled(session, sentences)), Tokenized)
        return [text.parts for text in answer.texts]

    return cut


def filled(session: Session, sentences: Sequence[str]) -> Sentences:
    """Sentences, which need not be in the session, with the words of its first draw."""
    slots = [name for sentence in sentences for name in SLOT.findall(sentence)]
    recorded = session.words(0)
    words = made_up_words(tuple(dict.fromkeys((*recorded, *slots))), 0, session.settings.seed) | recorded
    return tuple(SLOT.sub(lambda slot: words[slot[1]], sentence) for sentence in sentences)


def words_in(texts: Sequence[Sentences]) -> int:
    """Words, as blanks separate them."""
    return sum(len(sentence.split()) for text in texts for sentence in text)
