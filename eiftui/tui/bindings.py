"""Key bindings as Textual takes them, from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from eiftui.tui.action import Action
from eiftui.tui.actions import ACTIONS, BY_ID
from eiftui.tui.sections import OF_SENTENCES


def part_bindings(part: str) -> list[BindingType]:
    """Key bindings for the class of a part that does its own actions: of a widget, those that need the focus."""
    return [_binding(action, action.method) for action in ACTIONS if action.part == part and action.keys]


def dialogue_bindings(part: str) -> list[BindingType]:
    """Key bindings for the class of a dialogue: its own actions, and help."""
    return [*part_bindings(part), _binding(BY_ID["app.help"], "app.help")]


def screen_bindings(parts: Iterable[str]) -> list[BindingType]:
    """Key bindings for a screen, whose `action_do` hands them on to the parts that do them."""
    here = (action for action in ACTIONS if action.part in parts and action.keys and not action.focused)
    return [_binding(action, f"do('{action.id}')") for action in here]


def foreign_bindings(parts: Iterable[str]) -> list[BindingType]:
    """Keys of the other kind of session that are free on a screen with some parts: that they do nothing is said."""
    taken = {
        key for action in ACTIONS if action.part in (*parts, "app", "heatmap") for key in action.all_keys.split(",")
    }
    return [
        Binding(key, f"not_here('{action.title}')", show=False)
        for action in ACTIONS
        if action.part in OF_SENTENCES and not action.focused
        for key in action.all_keys.split(",")
        if key and key not in taken
    ]


def _binding(action: Action, call: str) -> Binding:
    return Binding(
        action.all_keys,
        call,
        action.title,
        show=action.footer > 0,
        tooltip=action.tooltip,
        id=action.id,
        priority=action.priority,
    )
