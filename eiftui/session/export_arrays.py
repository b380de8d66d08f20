"""The exports for programs: arrays for NumPy, and JSON with everything needed to compute any number again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from eiftui.domains.schema import Text
from eiftui.session.floats import json_number, shortest
from eiftui.session.readings import Array, Quantity, Readings
from eiftui.session.written import eiftui_version
from eiftui.settings import CONDITIONS, Condition

Json = dict[str, Any]
UNITS = (
    "nats per token; eif is loss after minus loss before, the mean of changes; floors: not told from zero; predicted "
    "is a product of gradients: it has no changes, and is computed again by the model alone, not from losses"
)


def write_npz(file: BinaryIO, session: Readings, conditions: Sequence[Quantity], draws: Sequence[int]) -> None:
    """Write arrays that load without pickle.

    For each condition its name, the EIF in nats per token (draws, rows, columns), NaN where not measured, and
    `NAME_measured`, which tells a NaN that was measured; `baseline` (draws, columns); `draws`, the draws' numbers;
    `rows` (rows) and `probes` (columns), the texts with slots; `filled_rows` (draws, rows) and `filled_probes` (draws,
    columns), the texts with each draw's words; `settings` and `model`, JSON.
    """
    arrays: dict[str, Any] = {}
    for condition in conditions:
        arrays[condition] = session.matrix(condition)[draws]
        arrays[f"{condition}_measured"] = session.measured(condition)[draws]
    for name, texts in (("rows", session.rows), ("probes", session.probes)):
        arrays[name] = np.array([text.label for text in texts], dtype=np.str_)
        filled = [[_filled(session, text, draw).label for text in texts] for draw in draws]
        arrays[f"filled_{name}"] = np.array(filled, dtype=np.str_).reshape(len(draws), len(texts))
    np.savez_compressed(
        file,
        **arrays,
        baseline=session.baseline()[draws],
        draws=np.array(draws),
        settings=np.array(session.settings.model_dump_json()),
        model=np.array(session.model.model_dump_json() if session.model else ""),
    )


def as_json(session: Readings, conditions: Sequence[Quantity], draws: Sequence[int]) -> Json:
    """Texts, token ids, start token, settings, versions, model fingerprint, losses per token before, and changes.

    A prediction has no changes: it takes the model, on the same tokens, to compute it again.

    Draws, rows and probes are counted from 0. NaN and infinities are the words "NaN", "Infinity" and "-Infinity".
    """
    return {
        "eiftui": eiftui_version(),
        "units": UNITS,
        "title": session.sheet.title,
        "source": session.sheet.source,
        "domains": session.sheet.domains,
        "settings": session.settings.model_dump(mode="json"),
        "model": session.model and session.model.model_dump(mode="json", exclude={"kind"}),
        "floors": {condition: _floor(session, condition) for condition in CONDITIONS},
        "rows": [text.model_dump(mode="json", exclude={"role"}) for text in session.rows],
        "probes": [text.model_dump(mode="json", exclude={"role"}) for text in session.probes],
        "contrasts": [contrast.model_dump(mode="json") for contrast in session.sheet.live_contrasts],
        "draws": [_draw(session, draw) for draw in draws],
        "cells": [cell for condition in conditions for cell in _cells(session, condition, draws)],
    }


def _draw(session: Readings, draw: int) -> Json:
    return {
        "index": draw,
        "words": session.words(draw),
        "rows": [
            {"sentences": session.filled(text, draw), "tokens": session.row_tokens(draw, row)}
            for row, text in enumerate(session.rows)
        ],
        "probes": [
            {
                "sentences": session.filled(text, draw),
                "tokens": session.base_tokens(draw, column),
                "losses": _numbers(session.base_losses(draw, column)),
            }
            for column, text in enumerate(session.probes)
        ],
    }


def _cells(session: Readings, condition: Quantity, draws: Sequence[int]) -> Iterator[Json]:
    """The measured cells of a condition. Those of the gap have no mechanism of their own."""
    eif, measured = session.matrix(condition), session.measured(condition)
    for draw in draws:
        for row, column in np.argwhere(measured[draw]).tolist():
            found = None if condition == "gap" else session.cell(condition, draw, row, column)
            yield {
                "condition": condition,
                "draw": draw,
                "row": row,
                "probe": column,
                "eif": _number(eif[draw, row, column]),
                "changes": _numbers(session.changes(condition, draw, row, column)),
                "mechanism": found and found[0].mechanism,
            }


def _floor(session: Readings, condition: Condition) -> float | str | None:
    floor = session.floor(condition)
    return None if floor is None else _number(floor)


def _numbers(values: Array | None) -> list[float | str] | None:
    return None if values is None else [_number(value) for value in values]


def _number(value: float) -> float | str:
    return json_number(shortest(value))


def _filled(session: Readings, text: Text, draw: int) -> Text:
    return text.model_copy(update={"sentences": session.filled(text, draw)})
