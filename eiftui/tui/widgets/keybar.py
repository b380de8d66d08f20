"""The footer: keys that matter where the focus is, as many as the width has room for."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from eiftui.tui.action import Action
from eiftui.tui.actions import BY_ID
from eiftui.tui.keymap import keymap_of
from eiftui.tui.mishaps import Surviving

SPACE = 2


class KeyBar(Surviving, Widget):
    """One line; a click on a key does what the key does."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keybar--key"}

    def __init__(self, hidden: Callable[[str], bool] = lambda id: False) -> None:
        """`hidden` are actions whose keys only say why they do nothing here."""
        super().__init__(id="keys")
        self._hidden = hidden
        self._shown: list[tuple[Action, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._take)
        self._take(self.screen)

    def _take(self, screen: Screen[object]) -> None:
        """Note the first key of each action that the footer may show, the most important first."""
        keys: dict[str, str] = {}
        keymap = keymap_of(self.app)
        for active in screen.active_bindings.values():
            id = active.binding.id
            if id in BY_ID and active.enabled and keymap.of(id) and not self._hidden(id):
                keys.setdefault(id, self.app.get_key_display(active.binding))
        home = {node.id for node in screen.focused.ancestors_with_self} if screen.focused else set()

        def rank(item: tuple[Action, str]) -> int:
            action, _ = item
            return (action.part in home and action.at_home) or action.footer

        shown = sorted(((BY_ID[id], key) for id, key in keys.items()), key=rank, reverse=True)
        shown = [item for item in shown if rank(item)]
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        key_style, base = self.get_component_rich_style("keybar--key"), self.rich_style
        segments: list[Segment] = [Segment(" ", base)]
        room = self.size.width - 1
        for action, key in self._shown:
            room -= len(key) + 1 + len(action.title) + SPACE
            if room < -SPACE:
                break
            click = Style.from_meta({"@click": f"app.do('{action.id}')"})
            segments += [Segment(key, key_style + click), Segment(f" {action.title}", base + click)]
            segments.append(Segment(" " * SPACE, base))
        return Strip(segments).crop_extend(0, self.size.width, base)
