"""What a person prefers, in a file that explains itself and may be edited by hand."""

from __future__ import annotations

import json
import os
import textwrap
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eiftui.domains.files import read_text
from eiftui.errors import InputError, first_problem, problem
from eiftui.session.atomic import replacing

Colours = Literal["auto", "256", "16", "none"]
COLOURS: dict[Colours, dict[str, str]] = {
    "auto": {},
    "256": {"TEXTUAL_COLOR_SYSTEM": "256"},
    "16": {"TEXTUAL_COLOR_SYSTEM": "standard"},
    "none": {"NO_COLOR": "1"},
}
"""Of each choice, what Textual is told by the environment."""


class Preferences(BaseModel):
    """Each field is a line of the settings file, under its description."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    theme: str = Field(
        default="eiftui",
        description="Colours of the screen: eiftui, eiftui-light, eiftui-contrast, or one of Textual's, such as nord.",
    )
    colours: Colours = Field(
        default="auto", description="How many colours the terminal shows: auto asks it; none is what NO_COLOR=1 does."
    )
    vim_keys: bool = Field(default=True, description="Whether h j k l and the like move about, beside the arrows.")
    mouse: bool = Field(
        default=True, description="Whether eiftui takes the mouse; without, the terminal selects text with it as usual."
    )
    keys: dict[str, str] = Field(
        default={}, description='Keys of your own, by the id of the action: keys."matrix.toggle_prompted" = "x,f5".'
    )


def default_path() -> Path:
    """Where the settings file is."""
    return user_config_path("eiftui") / "settings.toml"


def load(path: Path) -> Preferences:
    """The preferences in a file; the defaults where there is none. Raises InputError if it cannot be used."""
    if not os.path.exists(path):
        return Preferences()
    try:
        return Preferences.model_validate(tomllib.loads(read_text(path)))
    except ValidationError as error:
        first = first_problem(error)
        raise InputError(f"{path}: {'.'.join(map(str, first['loc']))}: {problem(first)}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error


def save(preferences: Preferences, path: Path) -> None:
    """Write the file, whole or not at all. Raises InputError if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror})") from error
    with replacing(path) as file:
        file.write(_as_toml(preferences).encode())


def environment(preferences: Preferences, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What Textual reads from the environment when it is imported."""
    variables = {"TEXTUAL_SMOOTH_SCROLL": "0"}  # 8.2.8 can latch pixel-mouse mode, and clicks land top left
    if "SSH_CONNECTION" in outer:
        variables |= {"TEXTUAL_FPS": "15", "TEXTUAL_ANIMATIONS": "none"}
    return {name: value for name, value in variables.items() if name not in outer} | COLOURS[preferences.colours]


def _as_toml(preferences: Preferences) -> str:
    """Every field under its explanation. JSON writes strings, booleans and numbers as TOML does."""
    lines = ["# Settings of eiftui's explorer."]
    for name, field in Preferences.model_fields.items():
        value = getattr(preferences, name)
        lines += ["", *(f"# {line}" for line in textwrap.wrap(field.description or "", 100))]
        if isinstance(value, dict):
            lines += [f"{name}.{json.dumps(key)} = {json.dumps(item)}" for key, item in value.items()]
        else:
            lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
