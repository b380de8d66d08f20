"""The command palette: every action of the registry, by its words."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from eiftui.tui.action import Action
from eiftui.tui.actions import ACTIONS
from eiftui.tui.mishaps import Surviving
from eiftui.tui.sections import SECTIONS


class Actions(Provider):
    """What can be done on the screen that the palette was called from."""

    async def discover(self) -> Hits:
        for action in self._here:
            yield DiscoveryHit(
                self._line(action), partial(self._do, action), text=self._line(action), help=action.tooltip
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._here:
            score = matcher.match(f"{self._line(action)} {action.tooltip}")
            if score > 0:
                yield Hit(
                    score, self._line(action), partial(self._do, action), text=self._line(action), help=action.tooltip
                )

    @property
    def _here(self) -> list[Action]:
        """Actions of the app, the screen and its parts, but for those that are moves of a cursor."""
        parts = ("app", *getattr(self.screen, "PARTS", ()))
        return [a for a in ACTIONS if a.part in parts and not a.focused and a.id != "app.palette"]

    def _line(self, action: Action) -> str:
        return f"{SECTIONS[action.part]}: {action.title}"

    def _do(self, action: Action) -> None:
        self.screen.call_next(self.app.run_action, f"app.do('{action.id}')")


class Palette(Surviving, CommandPalette):
    """Textual's palette, which takes keys that come before its list has been laid out."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError):  # its list knows no pages by then
            super()._action_command_list(action)
