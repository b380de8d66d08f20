"""The keys of actions as a person has them: their own in place of the defaults, with or without vim's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.keys import Keys, _character_to_key, format_key

from eiftui.tui.actions import ACTIONS, BY_ID
from eiftui.tui.clashes import clashes

NAMED_KEYS = {key.value.rpartition("+")[2] for key in Keys} | {_character_to_key(chr(code)) for code in range(33, 127)}
"""Names of keys that are not one character."""


class Keymap:
    """Which keys each action has."""

    def __init__(self, own: Mapping[str, str], vim: bool) -> None:
        """`own` is a person's own keymap, and `vim` says whether vim's keys are wanted."""
        used, problems = usable(own)
        self.changed = ({} if vim else without_vim()) | used
        """By id of the action, where they are not the default."""
        self.problems = problems + clashes(used, self.changed)
        """A line about each entry that cannot be used, or takes a key away."""

    def of(self, id: str) -> list[str]:
        """The keys of an action as they are shown."""
        keys = self.changed.get(id, BY_ID[id].all_keys)
        return [_shown(key.strip()) for key in keys.split(",") if key.strip()]

    def first(self, id: str) -> str:
        """The first key of an action, for a hint; where it has none, the way to it."""
        return next(iter(self.of(id)), f"“{BY_ID[id].title}” in the palette")


def keymap_of(app: App[Any]) -> Keymap:
    """The keys as the person has them."""
    keys: Keymap = app.keys  # type: ignore[attr-defined]
    return keys


def key_of(app: App[Any], id: str) -> str:
    """The first key of an action as the person has it, for a hint."""
    return keymap_of(app).first(id)


def hints(app: App[Any], what: Mapping[str, str]) -> str:
    """What actions do, with their keys: `enter saves · esc leaves`."""
    return " · ".join(f"{key_of(app, id)} {does}" for id, does in what.items())


def usable(keys: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Of somebody's own keymap what can be used, and a line about each entry that cannot.

    An empty one takes the keys away.
    """
    problems = {id: f"there is no action {id}" for id in keys if id not in BY_ID}
    for id in keys.keys() - problems.keys():
        wrong = [key.strip() for key in keys[id].split(",") if keys[id].strip() and not _is_key(key.strip())]
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


def _shown(key: str) -> str:
    """A key as a person would write it: `^p`, `G`, `?`."""
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    text = name if name == "enter" else format_key(name)
    if "ctrl" in modifiers:
        modifiers.remove("ctrl")
        text = f"^{text}"
    return "+".join([*modifiers, text])
