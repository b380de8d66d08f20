"""Exports a session of images for other tools: CSV with a line a cell, and NumPy's npz."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.export_tables import Line, write_csv
from eiftui.session.image_records import IMAGE_CONDITIONS
from eiftui.session.images import ImageSession

SUFFIXES = (".csv", ".npz")
HEADER = (
    *("network", "draw", "condition", "lr", "train_noise", "probe_noise", "labels"),
    *("train", "train_label", "probe", "probe_label", "eif"),
)


def export_images(session: ImageSession, path: Path) -> None:
    """Write every measured number of the session's settings to `path`, whole or not at all. EIF is in nats.

    CSV has a line a cell. npz has `CONDITION_K` for each treatment K, (networks, draws, training images, probes), NaN
    where not measured; `treatments` and `settings`, JSON; `pixels` (draws, images, 28, 28) and `labels` (draws,
    images).

    Raises InputError if nothing is measured, the suffix is none, or `path` cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"cannot export to {path.name!r}: end its name in {' or '.join(SUFFIXES)}")
    if not np.isfinite(session.matrix("trained")).any():
        raise InputError(f"nothing to export: {session.path} has no influence between clean digits; run it first")
    with replacing(path) as file:
        if path.suffix.lower() == ".csv":
            write_csv(file, _lines(session))
        else:
            _write_npz(file, session)


def _lines(session: ImageSession) -> Iterator[Line]:
    yield HEADER
    for how in session.settings.treatments():
        about = (f"{how.optimizer.lr:g}", how.train.name, how.probe.name, "shuffled" if how.shuffled else "own")
        for condition in IMAGE_CONDITIONS:
            matrix = session.matrix(condition, how)
            for network, draw in np.argwhere(np.isfinite(matrix).any(axis=(2, 3))).tolist():
                digits = session.digits(draw)
                labels = digits.shuffled(draw, session.settings.seed).labels if how.shuffled else digits.labels
                block = (session.settings.networks[network], draw, condition, *about)
                for (row, column), eif in np.ndenumerate(matrix[network, draw]):
                    yield (*block, row, int(labels[row]), column, int(labels[column]), f"{eif:.9g}")


def _write_npz(file: BinaryIO, session: ImageSession) -> None:
    treatments = list(session.settings.treatments())
    digits = [session.digits(draw) for draw in range(session.settings.draws)]
    arrays: dict[str, Any] = {
        f"{condition}_{number}": session.matrix(condition, how)
        for number, how in enumerate(treatments)
        for condition in IMAGE_CONDITIONS
    }
    np.savez_compressed(
        file,
        **arrays,
        treatments=json.dumps([how.model_dump() for how in treatments]),
        settings=session.settings.model_dump_json(),
        pixels=np.stack([one.pixels for one in digits]),
        labels=np.stack([one.labels for one in digits]),
    )
