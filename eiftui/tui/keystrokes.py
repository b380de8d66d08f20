"""Keys one after another, however fast they come: what a key opens gets the keys after it."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

from textual import events
from textual.dom import DOMNode
from textual.widget import Widget

from eiftui.tui.mishaps import SurvivingApp

PATIENCE = 1.0
"""Seconds after which a key is given up on whose parts are too busy, or gone: the next one is taken."""


class OneByOne(SurvivingApp):
    """Takes a key or a paste when what the one before it set off is done: a slow line brings many at once."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._typed: deque[events.Key | events.Paste] = deque()
        """What is being dealt with, and what waits."""
        self._follower: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if len(self._typed) == 1:
            await self._take()

    async def _take(self) -> None:
        """Deal with the key that came first, or with all that are written into a field one after another."""
        focused = self.focused or self.screen
        await super().on_event(self._typed[0])
        while len(self._typed) > 1 and _is_written(focused, self._typed[0]) and _is_written(focused, self._typed[1]):
            self._typed.popleft()
            await super().on_event(self._typed[0])
        self._follower = asyncio.create_task(self._follow(focused))

    async def _follow(self, focused: Widget) -> None:
        """Wait until a key is dealt with, and take the next one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                # it rises from part to part up to the app; what they say of it then rises likewise
                for node in (*focused.ancestors_with_self, *focused.ancestors_with_self):
                    await _caught_up(node)
                await _caught_up(self.screen)
        self._typed.popleft()
        if self._typed:
            self.call_later(self._take)


def _is_written(field: Widget, event: events.Event) -> bool:
    """Whether a field takes a key as a character."""
    return isinstance(event, events.Key) and field.check_consume_key(event.key, event.character)


async def _caught_up(node: DOMNode) -> None:
    """Return when a part has heard every message that was sent to it until now."""
    heard = asyncio.Event()
    if node.call_later(heard.set):
        await heard.wait()
