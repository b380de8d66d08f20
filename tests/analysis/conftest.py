"""Sessions with numbers that a test sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import ArrayLike

from eiftui.domains.schema import Contrast, Domain, Text
from eiftui.session.results import Floor, Measured, ModelRecord
from eiftui.session.session import Session
from eiftui.session.written import text_id
from eiftui.settings import Settings

MakeSession = Callable[..., Session]


def text(index: int, role: str = "both", slot: bool = True) -> Text:
    return Text(id=f"t{index}", sentences=(f"{{A}} is number {index}." if slot else f"Fact {index}.",), role=role)  # type: ignore[arg-type]


def record(session: Session, condition: str, values: ArrayLike, settings: Settings | None = None) -> None:
    """Have `values` (draws, rows, columns) measured, with the session's settings or others. NaN: not measured."""
    key = (settings or session.settings).key(condition, "f00d")  # type: ignore[arg-type]
    for draw, matrix in enumerate(np.asarray(values, dtype=float)):
        probes = [text_id(session.filled(probe, draw)) for probe in session.probes]
        for row, eif in zip(session.rows, matrix, strict=True):
            sentences = session.filled(row, draw)
            known = np.flatnonzero(~np.isnan(eif))
            session.append(
                Measured(
                    key=key,
                    condition=condition,  # type: ignore[arg-type]
                    row=text_id(sentences),
                    sentences=sentences,
                    tokens=((1,),),
                    probes=tuple(probes[column] for column in known),
                    eif=eif[known],
                    changes=None,
                    seconds=0.1,
                    mechanism="made up",
                )
            )


def floor(session: Session, condition: str, value: float) -> None:
    session.append(Floor(key=session.settings.key(condition, "f00d"), value=value))  # type: ignore[arg-type]


@pytest.fixture
def session_of() -> MakeSession:
    """Makes a session in memory whose conditions, given by name, have (draws, rows, columns) of EIF."""

    def make(
        texts: Sequence[Text] | None = None,
        contrasts: Sequence[Contrast] = (),
        **conditions: ArrayLike,
    ) -> Session:
        draws, rows, _ = np.asarray(next(iter(conditions.values()))).shape
        chosen = tuple(texts or map(text, range(rows)))
        domain = Domain(name="made", title="Made up", source="", texts=chosen, contrasts=tuple(contrasts))
        session = Session.in_memory(domain, Settings(draws=draws))
        session.append(
            ModelRecord(
                choice=session.settings.model,
                fingerprint="f00d",
                parameters=7,
                start=0,
                start_text="<s>",
                context=64,
                device="cpu",
                versions={"torch": "2.9"},
            )
        )
        session.ensure_draws()
        for condition, values in conditions.items():
            record(session, condition, values)
        return session

    return make
