"""The one owner of a session of images on the screen: its matrices, its digits, and the person's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eiftui.analysis.images.classes import by_class
from eiftui.analysis.images.likeness import cosine
from eiftui.analysis.symmetry import centred
from eiftui.domains.digits import CLASSES, Digits, image_names
from eiftui.domains.noise import Images, Noise, with_noise
from eiftui.session.image_plan import Block, missing
from eiftui.session.image_records import ImageCondition, ImageRecord, Treatment
from eiftui.session.images import ImageSession
from eiftui.session.lock import NotWritable, SessionLocked, writer_of
from eiftui.tui.images.view import ImageView, Scaling
from eiftui.tui.picture import Array


@dataclass(frozen=True)
class Own:
    """What learning a person's own digit does, and what learning digits does to it, in nats."""

    row: Array
    """On every digit of a draw and, last, on itself: (images + 1,)."""
    column: Array
    """Of every digit of the draw on it: (images,)."""


class ImageDocument:
    """Every change goes through here and calls `changed`: whoever paints merges them."""

    def __init__(self, session: ImageSession) -> None:
        self.session = session
        self.writer: str | None = None
        """Which other process writes the session; None if none does."""
        self.changed: Callable[[], None] = lambda: None
        self.own: Digits | None = None
        """A digit that the person drew, or took from a file: the last row and column of single images."""
        self._own: dict[tuple[int, int, Treatment], Own] = {}
        self._matrices: dict[tuple[ImageCondition, Treatment, Scaling], Array] = {}
        self._lacking: list[Block] | None = None

    @classmethod
    def open(cls, path: Path) -> ImageDocument:
        """The session in a file; read-only where it cannot be written. Raises InputError if there is none."""
        try:
            return cls(ImageSession.open(path))
        except NotWritable as error:
            document = cls(ImageSession.open(path, read_only=True))
            if isinstance(error, SessionLocked):
                document.writer = writer_of(path) or "another process"
            return document

    @property
    def name(self) -> str:
        """Of the file."""
        return self.session.path.name

    async def keep(self, *records: ImageRecord) -> None:
        """Take in what was measured, without holding up the event loop for the disk.

        Raises as `ImageSession.append` does.
        """
        self.session.take(await asyncio.to_thread(self.session.keep, *records))
        self._matrices.clear()
        self._lacking = None
        self.changed()

    def take_own(self, own: Digits | None) -> None:
        """Go on with another digit of the person's own, or none."""
        self.own = own
        self._own.clear()
        self.changed()

    def take_influence(self, network: int, draw: int, how: Treatment, found: Own) -> None:
        """Take in what the person's own digit does."""
        self._own[network, draw, how] = found
        self.changed()

    def influence_of_own(self, network: int, draw: int, how: Treatment) -> Own | None:
        """None while it is not known."""
        return self._own.get((network, draw, how))

    def lacking(self) -> list[Block]:
        """The blocks that are not measured."""
        if self._lacking is None:
            self._lacking = missing(self.session)
        return self._lacking

    def matrices(self, condition: ImageCondition, how: Treatment, scaling: Scaling) -> Array:
        """Of every network and draw: (networks, draws, images, images), nan where not measured.

        Scaled ones are nan where not all of a network and draw is finite; double-centred ones on their diagonal too.
        """
        key = condition, how, scaling
        if key not in self._matrices:
            measured = self.session.matrix(condition, how)
            if scaling != "raw":
                scale = {"cosine": lambda matrix: -cosine(matrix), "double-centred": _between_images}[scaling]
                whole = np.isfinite(measured).all((2, 3))
                measured[~whole] = np.nan
                for at in np.argwhere(whole).tolist():
                    measured[tuple(at)] = scale(measured[tuple(at)])
            self._matrices[key] = measured
        return self._matrices[key]

    def by_class(self, condition: ImageCondition, how: Treatment, scaling: Scaling) -> Array:
        """Means between classes: (networks, draws, classes, classes)."""
        return by_class(self.matrices(condition, how, scaling), self.session.settings.per_class)

    def digits(self, draw: int, how: Treatment) -> Digits | None:
        """The digits of a draw with the labels that they were given; None before they were drawn."""
        if self.session.drawn(draw) is None:
            return None
        digits = self.session.digits(draw)
        return digits.shuffled(draw, self.session.settings.seed) if how.shuffled else digits

    def images(self, view: ImageView, noise: Noise) -> Images:
        """As a network sees them: the first of each class, or those of the draw and the person's own."""
        digits = self.digits(view.draw or 0, view.treatment(self.session.settings))
        if digits is None:
            return np.zeros((len(self.labels(view)), 28, 28), np.float32)
        seen = self.session.images(view.draw or 0, noise)
        if view.level == "classes":
            return seen[self.session.digits(view.draw or 0).firsts()]
        return seen if self.own is None else np.concatenate([seen, self.own_image(view.draw or 0, noise)])

    def own_image(self, draw: int, noise: Noise) -> Images:
        """The person's own digit as a network sees it: (1, 28, 28)."""
        assert self.own is not None
        return with_noise(self.own, noise, draw, self.session.settings.seed)

    def classes(self, view: ImageView) -> NDArray[np.int64]:
        """The class that each image of a draw is given, and the person's own: (images,)."""
        digits = self.digits(view.draw or 0, view.treatment(self.session.settings))
        each = self.session.settings.per_class
        labels = np.repeat(np.arange(CLASSES), each) if digits is None else digits.labels
        return labels if self.own is None else np.concatenate([labels, self.own.labels])

    def labels(self, view: ImageView) -> list[str]:
        """Short names of the rows, and of the columns: the class and, of single images, the number."""
        if view.level == "classes":
            return [str(label) for label in range(CLASSES)]
        names = image_names(self.classes(view))
        return names if self.own is None else [*names[:-1], f"{self.own.labels[0]} own"]

    def move(self, path: Path) -> None:
        """Give the session's file another name. Raises as `ImageSession.move` does."""
        self.session.move(path)
        self.changed()

    def settle(self) -> None:
        """Have all of it on the disk, before it is left. Raises as `ImageSession.append` does."""
        self.session.confirm()

    def close(self) -> None:
        """Let others write the session."""
        self.session.close()


def _between_images(matrix: Array) -> Array:
    """`centred`, which is of what is off the diagonal: nan on it."""
    return np.where(np.eye(len(matrix), dtype=bool), np.nan, centred(matrix))
