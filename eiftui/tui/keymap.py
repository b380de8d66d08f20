"""Keys of somebody's own in place of those of the actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.keys import Keys, _character_to_key

from eiftui.tui.actions import ACTIONS, BY_ID

NAMED_KEYS = {key.value.rpartition("+")[2] for key in Keys} | {_character_to_key(chr(code)) for code in range(33, 127)}
"""Names of keys that are not one character."""


def key_of(app: App[Any], id: str) -> str:
    """The first key of an action as the person has it, for a hint."""
    key: str = app.key_of(id)  # type: ignore[attr-defined]
    return key


def hints(app: App[Any], what: Mapping[str, str]) -> str:
    """What actions do, with their keys: `enter saves · esc leaves`."""
    return " · ".join(f"{key_of(app, id)} {does}" for id, does in what.items())


def usable(keys: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Of somebody's own keymap what can be used, and a line about each entry that cannot."""
    problems = {id: f"there is no action {id}" for id in keys if id not in BY_ID}
    for id in keys.keys() - problems.keys():
        wrong = [key.strip() for key in keys[id].split(",") if not _is_key(key.strip())]
        if wrong:
            problems[id] = f"{id}: there is no key {', '.join(map(repr, wrong))}"
    return {id: key for id, key in keys.items() if id not in problems}, list(problems.values())


def _is_key(key: str) -> bool:
    """Whether it is a key as Textual writes it: `x`, `G`, `f5`, `ctrl+x`, `question_mark`."""
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    if not set(modifiers) <= {"ctrl", "shift", "alt", "super", "meta"}:
        return False
    return len(name) == 1 or name in NAMED_KEYS


def without_vim() -> dict[str, str]:
    """The keymap that takes vim's keys away."""
    return {action.id: action.keys for action in ACTIONS if action.vim}
