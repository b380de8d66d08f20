"""The title bar: the session and whether it is saved, and what it measures with."""

from __future__ import annotations

from textual.content import Content

from eiftui.session.safetext import visible
from eiftui.settings import Settings
from eiftui.show.numbers import compact
from eiftui.tui.document import Document
from eiftui.tui.widgets.part import Part

GAP = 2
SECONDS_BETWEEN_LOOKS = 2.0
"""At the session's file."""


class TitleBar(Part):
    """One line. What does not fit is left out from the right."""

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="title")
        self._text = ""
        self._is_kept = True

    def on_mount(self) -> None:
        self.set_interval(SECONDS_BETWEEN_LOOKS, self._look)

    def _look(self) -> None:
        """What others do to the file, nobody says."""
        self._is_kept = self.document.session.is_kept
        self.paint()

    def paint(self) -> None:
        """While rows arrive it stays as it is, and costs nothing."""
        before, self._text = self._text, self.render().plain
        if self._text != before:
            self.refresh()

    def render(self) -> Content:
        name = Content.assemble(
            ("eiftui", "$text-primary bold"), "  ", (visible(self.document.name), "bold"), "  ", self._state()
        )
        how = Content(settings_line(self.document.session.settings))
        room = self.size.width - name.cell_length - how.cell_length
        return name if room < GAP else name + Content(" " * room) + how

    def _state(self) -> Content:
        if self.document.session.read_only:
            writer = "" if self.document.lost else self.document.writer
            return Content.styled(f"read-only: follows {visible(writer)}" if writer else "read-only", "$text-warning")
        if self.document.unsaved or not self._is_kept:
            return Content.styled("not saved", "$text-error")
        return Content.styled("saved", "$text-success")


def settings_line(settings: Settings) -> str:
    """What is measured with, in a few words: `smollm2-135m · cpu · fp32 · sgd η 1e-3`."""
    model, optimizer = settings.model, settings.optimizer
    dtype = {"float32": "fp32", "bfloat16": "bf16", "float64": "fp64"}[model.dtype]
    device = "" if model.device == "auto" else model.device
    epochs = f"{optimizer.epochs} epochs" if optimizer.epochs > 1 else ""
    words = [visible(model.name), device, dtype, f"{optimizer.name} η {compact(optimizer.lr)}", epochs]
    return " · ".join(filter(None, words))
