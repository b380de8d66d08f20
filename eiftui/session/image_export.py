"""Exports a session of images for other tools: CSV with a line a cell or as matrices, NumPy's npz, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from eiftui.domains.digits import CLASSES, image_names
from eiftui.domains.noise import CLEAN
from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.export import is_session
from eiftui.session.export_tables import Line, write_csv
from eiftui.session.floats import json_number, shortest
from eiftui.session.image_records import IMAGE_CONDITIONS, ImageCondition
from eiftui.session.images import ImageSession
from eiftui.session.written import eiftui_version

Layout = Literal["long", "matrix"]
SUFFIXES = (".csv", ".npz", ".json")
HEADER = (
    *("network", "draw", "condition", "lr", "train_noise", "probe_noise", "labels"),
    *("train", "train_label", "probe", "probe_label", "eif"),
)


def export_images(
    session: ImageSession, path: Path, layout: Layout = "long", condition: ImageCondition = "trained"
) -> None:
    """Write the measured numbers of the session's settings to `path`, whole or not at all. EIF is in nats.

    CSV has a line a cell, of everything; in the `matrix` layout, the matrices of clean images in one condition, below
    each other, with network and draw in the first columns. npz has `CONDITION_K` for each treatment K, (networks,
    draws, training images, probes), NaN where not measured; `treatments` and `settings`, JSON; `pixels` (draws, images,
    28, 28) and `labels` (draws, images). JSON has everything that is needed to compute any number again.

    Raises InputError if nothing is measured, the suffix is none, or `path` cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"cannot export to {path.name!r}: end its name in {', '.join(SUFFIXES)}")
    if not session.pairs("trained"):
        raise InputError(f"nothing to export: {session.path} has no influence between clean digits; run it first")
    if is_session(path):
        raise InputError(f"{path} is a session: an export would overwrite what is measured in it; choose another name")
    with replacing(path) as file:
        if suffix == ".csv":
            write_csv(file, _lines(session) if layout == "long" else _matrices(session, condition))
        elif suffix == ".npz":
            _write_npz(file, session)
        else:
            file.writelines(piece.encode() for piece in json.JSONEncoder(allow_nan=False).iterencode(_as_json(session)))


def _matrices(session: ImageSession, condition: ImageCondition) -> Iterator[Line]:
    """Images are named as everywhere people read; columns, networks apart, are counted from 0 as in arrays."""
    side = CLASSES * session.settings.per_class
    yield ("network", "draw", "train\\probe", *range(side))
    matrix = session.matrix(condition)
    for network, draw in session.pairs(condition):
        names = image_names(session.digits(draw).labels)
        block = (session.settings.networks[network], draw)
        yield (*block, "", *names)
        for name, row in zip(names, matrix[network, draw], strict=True):
            yield (*block, name, *(f"{eif:.9g}" for eif in row))


def _lines(session: ImageSession) -> Iterator[Line]:
    yield HEADER
    for how in session.settings.treatments():
        about = (f"{how.optimizer.lr:g}", how.train.name, how.probe.name, "shuffled" if how.shuffled else "own")
        for condition in IMAGE_CONDITIONS:
            matrix = session.matrix(condition, how)
            for network, draw in session.pairs(condition, how):
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


def _as_json(session: ImageSession) -> dict[str, Any]:
    """Networks and draws are counted from 0. NaN and infinities are words."""
    settings = session.settings
    networks = [session.network(name) for name in settings.networks]
    pairs = list(np.ndindex(len(settings.networks), settings.draws))
    drawn = [draw for draw in range(settings.draws) if session.drawn(draw)]
    return {
        "eiftui": eiftui_version(),
        "units": "nats; eif is loss after minus loss before",
        "settings": settings.model_dump(mode="json"),
        "networks": [network and network.model_dump(mode="json", exclude={"kind"}) for network in networks],
        "draws": [
            {
                "index": draw,
                "labels": session.digits(draw).labels.tolist(),
                "numbers": session.digits(draw).numbers.tolist(),
                "pixels": session.digits(draw).pixels.tolist(),
            }
            for draw in drawn
        ],
        "null_floors": [
            [session.floor(network, draw) for draw in range(settings.draws)] for network in range(len(networks))
        ],
        "base": [
            {"network": network, "draw": draw, "noise": noise.model_dump(mode="json")}
            | found.model_dump(mode="json", include={"losses", "probabilities"})
            for network, draw in pairs
            for noise in (CLEAN, *settings.noises)
            if (found := session.base(network, draw, noise))
        ],
        "blocks": [
            {
                "network": network,
                "draw": draw,
                "condition": condition,
                "treatment": how.model_dump(mode="json"),
                "eif": [[json_number(shortest(eif)) for eif in row] for row in block],
            }
            for network, draw in pairs
            for how in settings.treatments()
            for condition in IMAGE_CONDITIONS
            if (block := session.block(condition, network, draw, how)) is not None
        ],
    }
