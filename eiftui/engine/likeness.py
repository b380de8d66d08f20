"""How near the texts of a session are to each other in the base model's own space, as records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from eiftui.session.readings import Readings
from eiftui.session.records import Likeness, text_id

Vectors = NDArray[np.float32]
EmbedTexts = Callable[[Sequence[str]], Sequence[Vectors]]
"""Gives each text's embedding, (hidden,)."""


def likeness(session: Readings, embed: EmbedTexts) -> Iterator[Likeness]:
    """Records of what is not known yet, draw by draw. The model must be that of the session."""
    if session.model is None:
        return
    for draw in range(session.draws):
        lacking = np.isnan(session.likeness(draw)).any(axis=1)
        if not lacking.any():
            continue
        rows, probes = ([session.filled(text, draw) for text in texts] for texts in (session.rows, session.probes))
        rows = [rows[row] for row in np.flatnonzero(lacking)]
        texts = list(dict.fromkeys("\n".join(sentences) for sentences in (*rows, *probes)))
        units = {text: _unit(vector) for text, vector in zip(texts, embed(texts), strict=True)}
        columns = np.stack([units["\n".join(probe)] for probe in probes])
        for row in rows:
            yield Likeness(
                fingerprint=session.model.fingerprint,
                row=text_id(row),
                probes=tuple(map(text_id, probes)),
                cosine=(columns @ units["\n".join(row)]).astype(np.float32),
            )


def _unit(vector: Vectors) -> NDArray[np.float64]:
    """`vector` at length 1; one of zeros stays."""
    return vector.astype(np.float64) / (float(np.linalg.norm(vector)) or 1.0)
