"""The CSV exports: a matrix for people and papers, and a line a cell for statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from eiftui.domains.schema import SEPARATOR, Text
from eiftui.session.readings import Array, Quantity, Readings
from eiftui.session.safetext import for_spreadsheet

Flags = NDArray[np.bool_]
Line = Sequence[str | int]
LONG_HEADER = (
    *("draw", "condition", "train_index", "train", "probe_index", "probe"),
    *("loss_before", "loss_after", "eif"),
)


def write_csv(file: BinaryIO, lines: Iterable[Line]) -> None:
    """Write lines as UTF-8 CSV."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    csv.writer(text, lineterminator="\n").writerows(lines)
    text.detach()


def matrix_lines(session: Readings, condition: Quantity, draw: Literal["mean", "all"] | int) -> Iterator[Line]:
    """A header with the probes, then each training set and its EIF on them, empty where not measured.

    The texts are those of the draw, and show their slots where there are several.
    """
    corner: Line = ("train\\probe",)
    if draw == "mean":
        yield (*corner, *_texts(session, session.probes))
        yield from _rows(session, session.mean(condition), np.any(session.measured(condition), axis=0))
    elif draw == "all":
        yield ("draw", *corner, *_texts(session, session.probes))
        values, measured = session.matrix(condition), session.measured(condition)
        for index in range(len(values)):
            yield from ((index, *line) for line in _rows(session, values[index], measured[index]))
    else:
        yield (*corner, *_texts(session, session.probes, draw))
        yield from _rows(session, session.matrix(condition)[draw], session.measured(condition)[draw], draw)


def long_lines(session: Readings, conditions: Sequence[Quantity], draws: Sequence[int]) -> Iterator[Line]:
    """A header, then a line for each measured cell of each draw, with that draw's words in the texts.

    `loss_before` is the base model's and `eif` what the condition adds to it. For the gap they are the loss when
    prompted and what training adds to that, so that `loss_before + eif` is `loss_after` in every line.
    """
    yield LONG_HEADER
    baseline = session.baseline()
    before: dict[Quantity, Array] = {"gap": session.matrix("prompted")} if "gap" in conditions else {}
    for condition in conditions:
        eif, measured = session.matrix(condition), session.measured(condition)
        loss_before = baseline[:, None, :] + before.get(condition, np.zeros_like(eif))
        for draw in draws:
            rows, probes = (_texts(session, texts, draw) for texts in (session.rows, session.probes))
            for row, column in np.argwhere(measured[draw]).tolist():
                cell, known = (draw, row, column), not np.isnan(baseline[draw, column])
                losses = (_number(loss, known) for loss in (loss_before[cell], loss_before[cell] + eif[cell]))
                yield (draw, condition, row, rows[row], column, probes[column], *losses, _number(eif[cell]))


def _rows(session: Readings, values: Array, measured: Flags, draw: int | None = None) -> Iterator[Line]:
    for text, numbers, known in zip(_texts(session, session.rows, draw), values, measured, strict=True):
        yield (text, *map(_number, numbers, known))


def _texts(session: Readings, texts: Sequence[Text], draw: int | None = None) -> list[str]:
    """Each text on one line, with a draw's words or its slots."""
    filled = (text.sentences if draw is None else session.filled(text, draw) for text in texts)
    return [for_spreadsheet(SEPARATOR.join(sentences)) for sentences in filled]


def _number(value: float, known: bool = True) -> str:
    return f"{value:.9g}" if known else ""
