"""What a keymap of somebody's own takes away unasked: a key that another action has, or that a field needs."""

from __future__ import annotations

from collections.abc import Mapping

from textual.keys import _character_to_key

from eiftui.tui.action import Action
from eiftui.tui.actions import ACTIONS, BY_ID
from eiftui.tui.sections import IN_PANES, OF_IMAGES, OF_SENTENCES, SECTIONS

WRITTEN = {_character_to_key(chr(code)) for code in range(32, 127)}
"""Keys that are characters."""


def clashes(own: Mapping[str, str], changed: Mapping[str, str]) -> list[str]:
    """A line about each of them; `own` is among `changed`, the keys by action where they are not the default."""
    keys = {action.id: _names(changed.get(action.id, action.all_keys)) for action in ACTIONS}
    lines = []
    for number, id in enumerate(own):
        told = (id, *list(own)[:number])
        others = [other.id for other in ACTIONS if other.id not in told and _meet(BY_ID[id], other)]
        lines += [f"{id} and {other} have the same key, {key}" for other in others for key in keys[id] & keys[other]]
        if BY_ID[id].priority:
            lines += [f"{id} has the key {key}, which can then not be written" for key in keys[id] & WRITTEN]
    return lines


def _names(keys: str) -> set[str]:
    """The keys of an action, each as Textual names it: `question_mark` for `?`."""
    return {_character_to_key(key) if len(key) == 1 else key for key in map(str.strip, keys.split(",")) if key}


def _meet(one: Action, other: Action) -> bool:
    """Whether there is a place on the screen where both can be done."""
    if {_kind(one), _kind(other)} == {"images", "sentences"}:
        return False
    if SECTIONS.get(one.part, one.part) == SECTIONS.get(other.part, other.part):
        return True
    return not (one.focused and other.focused) and _on_main_screen(one) and _on_main_screen(other)


def _kind(action: Action) -> str:
    """Which kind of session alone has it; empty where both do."""
    if action.part in OF_IMAGES:
        return "images"
    return "sentences" if action.part in OF_SENTENCES or action.id in OF_SENTENCES else ""


def _on_main_screen(action: Action) -> bool:
    return not action.focused or action.part in IN_PANES
