"""How long sentences are: in tokens of the loaded model where there is one, else in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from eiftui.domains.schema import SLOT
from eiftui.domains.words import made_up_words
from eiftui.engine.client import Client
from eiftui.engine.protocol import Tokenize, Tokenized
from eiftui.session.session import Session

Sentences = tuple[str, ...]
Counter = Callable[[Sequence[Sentences]], Awaitable[int | None]]
"""How many tokens some texts have together, start tokens left out; None where nobody can say."""


def counter(session: Session, client: Client | None) -> Counter:
    """Counts with the words of the first draw in the slots. Raises as `Client.one` does."""

    async def count(texts: Sequence[Sentences]) -> int | None:
        if client is None or not client.running:
            return None
        sentences = [sentence for text in texts for sentence in text]
        answer = await client.one(Tokenize(texts=filled(session, sentences)), Tokenized)
        return sum(len(text.tokens) for text in answer.texts)

    return count


def filled(session: Session, sentences: Sequence[str]) -> Sentences:
    """Sentences, which need not be in the session, with the words of its first draw."""
    slots = [name for sentence in sentences for name in SLOT.findall(sentence)]
    recorded = session.words(0)
    words = made_up_words(tuple(dict.fromkeys((*recorded, *slots))), 0, session.settings.seed) | recorded
    return tuple(SLOT.sub(lambda slot: words[slot[1]], sentence) for sentence in sentences)


def words_in(texts: Sequence[Sentences]) -> int:
    """Words, as blanks separate them."""
    return sum(len(sentence.split()) for text in texts for sentence in text)
