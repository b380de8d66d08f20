"""A field that holds one of a few words: the arrows left and right go through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from eiftui.tui.mishaps import Surviving


class Choice(Surviving, Widget, can_focus=True):
    """One line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("left", "step(-1)", show=False), Binding("right,space", "step(1)")]

    value: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        choice: Choice

    def __init__(self, value: str, choices: tuple[str, ...], id: str) -> None:
        super().__init__(id=id)
        self.choices = choices
        self.set_reactive(Choice.value, value)

    def render(self) -> Content:
        return Content(f"{self.value}  ‹ ›" if self.has_focus else self.value)

    def watch_value(self) -> None:
        self.post_message(self.Changed(self))

    def action_step(self, by: int) -> None:
        now = self.choices.index(self.value) if self.value in self.choices else 0
        self.value = self.choices[(now + by) % len(self.choices)]

    def on_click(self) -> None:
        self.action_step(1)
