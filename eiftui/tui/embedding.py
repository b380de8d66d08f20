"""Has the worker embed the texts of a document, draw by draw, for the view Semantics."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from eiftui.engine.likeness import lacking
from eiftui.engine.protocol import Embed, Embedding
from eiftui.tui.document import Document
from eiftui.tui.worker import Worker


async def embed(document: Document, worker: Worker, began: Callable[[int], None]) -> None:
    """Keep how near training sets and probes are to each other; `began` is told each draw. The model must be loaded.

    Raises:
        EiftuiError: something failed, or was cancelled; the draws before are kept.
    """
    for one in lacking(document.session):
        began(one.draw)
        async with aclosing(worker.client.ask(Embed(texts=one.texts))) as answers:
            vectors = [answer.vector async for answer in answers if isinstance(answer, Embedding)]
        await document.keep(*one.records(vectors))
