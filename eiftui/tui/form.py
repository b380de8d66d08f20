"""The settings as fields of a form: what stands in each, and what comes of what a person wrote there."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eiftui.errors import problem
from eiftui.models.place import located
from eiftui.settings import CONDITIONS, DEVICE, DTYPES, ModelChoice, Settings
from eiftui.show.numbers import compact


@dataclass(frozen=True)
class Field:
    """One value of the settings."""

    path: str
    """Where it is in `Settings`, such as `optimizer.lr`."""
    title: str
    hint: str
    choices: tuple[str, ...] = ()
    """What it may be; empty for whatever can be written."""


FIELDS = (
    Field("model.name", "Model", "name, id or path"),
    Field("model.device", "Device", "auto cpu cuda:N mps"),
    Field("model.dtype", "Weights", "their number format", DTYPES),
    Field("model.start_token", "Start token", "auto, none, a token"),
    Field("optimizer.name", "Optimiser", "one step a sentence", ("sgd", "adamw")),
    Field("optimizer.lr", "Learning rate", "such as 1e-3"),
    Field("optimizer.epochs", "Epochs", "passes over a set"),
    Field("optimizer.momentum", "Momentum", "of sgd; 0 for none"),
    Field("optimizer.weight_decay", "Weight decay", "0 for none"),
    Field("optimizer.clip_norm", "Clip norm", "or empty for none"),
    Field("conditions", "Conditions", "at least one"),
    Field("draws", "Draws", "more: narrower ±"),
    Field("seed", "Seed", "of made-up words"),
    Field("method.engine", "Engine", "reference is slow", ("factors", "reference")),
)
HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?(?<!\.gguf)")
"""A short name, or OWNER/NAME on the hub, where models are no single files."""
ABOVE_0 = "must be above 0"
PATHS = tuple(field.path for field in FIELDS)


class Invalid(ValueError):
    """What was written cannot be used."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(reasons.values()))
        self.reasons = reasons
        """By the path of the field."""


def written(settings: Settings) -> dict[str, str]:
    """What stands in each field, by its path."""
    return {path: _text(_value(settings, path)) for path in PATHS}


def read(texts: Mapping[str, str], before: Settings) -> Settings:
    """The settings that the fields come to; what has no field stays as it was.

    Raises:
        Invalid: a value cannot be, for reasons that each belong to a field.
    """
    content: dict[str, Any] = before.model_dump()
    for path, text in texts.items():
        *outer, name = path.split(".")
        part = content[outer[0]] if outer else content
        part[name] = _meant(path, text.strip())
    if content["model"]["name"] != before.model.name:
        content["model"]["name"] = located(content["model"]["name"])
    reasons: dict[str, str] = {}
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            path = _place(one["loc"], one["msg"])
            too_small = path == "optimizer.lr" and one["type"] == "greater_than_equal"
            reasons[path] = ABOVE_0 if too_small else problem(one)  # 0 is for the floor alone
    else:
        if settings.optimizer.lr <= 0:
            reasons["optimizer.lr"] = ABOVE_0
        if not settings.conditions:
            reasons["conditions"] = f"at least one of {', '.join(CONDITIONS)}"
        reasons |= _wrong_model(settings.model, before.model)
    if reasons:
        raise Invalid(reasons)
    return settings


def _wrong_model(model: ModelChoice, before: ModelChoice) -> dict[str, str]:
    """What can be told without loading it. A path that stood there before may be of another machine."""
    reasons = {}
    path = Path(model.name)
    if not model.name:
        reasons["model.name"] = "which model?"
    elif model.name != before.name and not HUB_ID.fullmatch(model.name) and not path.exists():
        reasons["model.name"] = "there is no such file or folder"
    if not DEVICE.fullmatch(model.device):
        reasons["model.device"] = "auto, cpu, cuda, cuda:N or mps"
    return reasons


def changed(before: Settings, after: Settings) -> str:
    """What differs, in words: `seed 6 → 5, draws 3 → 10`."""
    old, new = written(before), written(after)
    return ", ".join(
        f"{field.title.lower()} {old[field.path] or 'none'} → {new[field.path] or 'none'}"
        for field in FIELDS
        if old[field.path] != new[field.path]
    )


def _value(settings: Settings, path: str) -> object:
    value: object = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        short = compact(value)
        return short if math.isclose(float(short), value, rel_tol=1e-12) else repr(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _meant(path: str, text: str) -> object:
    """What a field's text stands for, before the schema has a look at it."""
    if path == "conditions":
        asked = [name.strip() for name in text.split(",") if name.strip()]
        return sorted(asked, key=lambda name: CONDITIONS.index(name) if name in CONDITIONS else -1)
    return None if path == "optimizer.clip_norm" and not text else text


def _place(place: tuple[int | str, ...], message: str) -> str:
    """The field that an error of the schema belongs to."""
    names = [str(name) for name in place if not isinstance(name, int)]
    path = ".".join(names)
    if path == "optimizer":  # of several values together
        return "optimizer.momentum" if "momentum" in message else "optimizer.lr"
    return next((known for known in PATHS if path.startswith(known)), PATHS[0])
