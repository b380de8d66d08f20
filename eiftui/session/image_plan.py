"""What of a session of images is measured, block by block, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from eiftui.session.image_records import IMAGE_CONDITIONS, Treatment
from eiftui.session.images import ImageSession


@dataclass(frozen=True)
class Block:
    """A block that is still to be measured, by its place in the session."""

    network: int
    draw: int
    how: Treatment

    def __str__(self) -> str:
        return f"network {self.network + 1}, draw {self.draw + 1}: {self.how}"


def missing(session: ImageSession) -> list[Block]:
    """The blocks that the session lacks: of each network and draw those of clean images first."""
    return [
        block
        for block in planned(session)
        if not all(session.has(condition, block.network, block.draw, block.how) for condition in IMAGE_CONDITIONS)
    ]


def planned(session: ImageSession) -> list[Block]:
    """Every block of the session's settings."""
    settings = session.settings
    return [
        Block(network, draw, how)
        for network in range(len(settings.networks))
        for draw in range(settings.draws)
        for how in settings.treatments()
    ]
