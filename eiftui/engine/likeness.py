"""How near the texts of a session are to each other in the base model's own space, as records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eiftui.engine.protocol import Sentences
from eiftui.session.readings import Readings
from eiftui.session.results import Likeness
from eiftui.session.written import text_id

Vectors = NDArray[np.float32]
EmbedTexts = Callable[[Sequence[str]], Sequence[Vectors]]
"""Gives each text's embedding, (hidden,)."""


@dataclass(frozen=True)
class Lacking:
    """Texts of a draw whose likeness is not known, filled in."""

    draw: int
    fingerprint: str
    rows: tuple[Sentences, ...]
    probes: tuple[Sentences, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What is to be embedded, each once."""
        return tuple(dict.fromkeys("\n".join(sentences) for sentences in (*self.rows, *self.probes)))

    def records(self, vectors: Iterable[Vectors]) -> Iterator[Likeness]:
        """The cosines, from the embedding of each of `texts`, (hidden,)."""
        units = {text: _unit(vector) for text, vector in zip(self.texts, vectors, strict=True)}
        columns = np.stack([units["\n".join(probe)] for probe in self.probes])
        for row in self.rows:
            yield Likeness(
                fingerprint=self.fingerprint,
                row=text_id(row),
                probes=tuple(map(text_id, self.probes)),
                cosine=(columns @ units["\n".join(row)]).astype(np.float32),
            )


def lacking(session: Readings) -> Iterator[Lacking]:
    """What is not known yet, draw by draw, of the session's model."""
    if session.model is None:
        return
    for draw in range(session.draws):
        unknown = np.flatnonzero(np.isnan(session.likeness(draw)).any(axis=1))
        if unknown.size:
            rows = tuple(session.filled(session.rows[row], draw) for row in unknown)
            probes = tuple(session.filled(probe, draw) for probe in session.probes)
            yield Lacking(draw, session.model.fingerprint, rows, probes)


def likeness(session: Readings, embed: EmbedTexts) -> Iterator[Likeness]:
    """Records of what is not known yet. The model must be that of the session."""
    for one in lacking(session):
        yield from one.records(embed(one.texts))


def _unit(vector: Vectors) -> NDArray[np.float64]:
    """`vector` at length 1; one of zeros stays."""
    return vector.astype(np.float64) / (float(np.linalg.norm(vector)) or 1.0)
