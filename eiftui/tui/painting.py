"""The first paint of a screen: Textual would make two of it."""

from textual.screen import Screen

from eiftui.tui.mishaps import Surviving


class PaintedOnce(Surviving, Screen[None]):
    """A screen that is not painted while a batch of changes is under way: Textual shows nothing of that."""

    def _compositor_refresh(self) -> None:
        if not self.app._batch_count:
            super()._compositor_refresh()
