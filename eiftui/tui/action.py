"""One thing that a person can do, and the keys for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One thing a person can do. Its `id` is PART.NAME, and the method `action_NAME` of the part PART does it.

    A part is the app, the screen, or a widget of the screen whose CSS id is PART.
    """

    id: str
    """What a keymap calls it."""
    keys: str
    """By default, separated by commas; empty for the palette alone."""
    title: str
    """One or two words, for the footer."""
    tooltip: str
    """What it does, for help and palette."""
    footer: int = 0
    """Actions with higher numbers stay in a narrow footer longer; 0 is never there."""
    focused: bool = False
    """Its keys work only while its part has the focus; the keys of others work everywhere on the screen."""
    vim: str = ""
    """Further keys, for those who want vim's."""
    priority: bool = False
    """Its keys go before those of a field that has the focus."""
    at_home: int = 0
    """As `footer`, in its place while the part has the focus."""
    call: str = ""
    """What is called on the part, where it is not NAME: a method may serve several actions."""

    @property
    def part(self) -> str:
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        """The action of the part, as Textual writes it."""
        return self.call or self.id.partition(".")[2]

    @property
    def all_keys(self) -> str:
        return ",".join(filter(None, (self.keys, self.vim)))
