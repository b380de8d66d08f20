"""A session of images: digits, settings and every measured number, in the same kind of file as one of sentences."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from eiftui.domains.digits import CLASSES, Digits
from eiftui.domains.files import open_regular
from eiftui.domains.noise import CLEAN, Images, Noise, with_noise
from eiftui.errors import InputError
from eiftui.session.image_records import (
    OF_IMAGES,
    ImageBase,
    ImageBlock,
    ImageCondition,
    ImageDraw,
    ImageFloor,
    ImageNetwork,
    ImageRecord,
    ImageSettings,
    ImageSettingsRecord,
    Treatment,
    as_entry,
    understood,
)
from eiftui.session.journal import JournalReader, JournalWriter
from eiftui.session.kept import Kept
from eiftui.session.records import Entry, Header, Notice

Array = NDArray[np.float64]


def holds_images(path: Path) -> bool:
    """Whether a file is a session of images, by how it begins. Raises InputError if it cannot be read."""
    try:
        with open_regular(path) as file:
            file.readline()
            return file.readline(len(OF_IMAGES)) == OF_IMAGES
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror})") from error


class ImageSession(Kept):
    """Changes through records alone: each goes to the file first, and then counts. Make one with `create` or `open`.

    Arrays have the axes networks, draws, training images and probes; EIF is in nats.
    """

    path: Path

    def __init__(self, path: Path, writer: JournalWriter | None) -> None:
        super().__init__(path, writer)
        self.settings = ImageSettings()
        self.notices: list[str] = []
        self.damage: list[str] = []
        """A line about each damaged record of the file, which was left out. They are among the notices too."""
        self._draws: dict[tuple[str, int, int, int], ImageDraw] = {}
        self._networks: dict[str, ImageNetwork] = {}
        self._base: dict[str, ImageBase] = {}
        self._blocks: dict[tuple[ImageCondition, str], ImageBlock] = {}
        self._floors: dict[str, ImageFloor] = {}
        self._has_settings = False

    @classmethod
    def create(cls, path: Path, settings: ImageSettings) -> Self:
        """A new session file. Raises InputError if the file exists or cannot be made."""
        entries: list[Entry] = [Header(), as_entry(ImageSettingsRecord(settings=settings))]
        session = cls(path, JournalWriter.create(path, entries))
        session.take(entries)
        return session

    @classmethod
    def open(cls, path: Path, read_only: bool = False) -> Self:
        """The session in a file, which one process at a time may write and any may read.

        Raises SessionLocked if it is to be written and somebody else does, and InputError if it cannot be opened or
        is no session of images.
        """
        reader = JournalReader(path)
        writer, reading = (None, reader.read()) if read_only else JournalWriter.resume(reader)
        session = cls(path, writer)
        session.take(reading.entries)
        session._leave_out(*reading.problems)
        if not session._has_settings:
            session.close()
            raise InputError(f"{path} is no session of images: `eiftui run` and `eiftui report` are for sentences")
        return session

    def append(self, *records: ImageRecord) -> None:
        """Add records: all of them, or none. When this returns they are on the disk.

        Raises InputError if the session is read-only, and EiftuiError if the file cannot be written.
        """
        self.take(self.keep(*records))

    def keep(self, *records: ImageRecord) -> list[Entry]:
        """The slow half of `append`, which any thread may do: when this returns they are on the disk.

        The session's own thread has then to `take` what is returned. Raises as `append` does.
        """
        if self._writer is None:
            raise InputError(f"{self.path} is open read-only")
        entries: list[Entry] = [as_entry(record) for record in records]
        self._writer.append(entries)
        return entries

    def configure(self, settings: ImageSettings) -> None:
        """Go on with other settings. Raises as `append` does."""
        if settings != self.settings:
            self.append(ImageSettingsRecord(settings=settings))

    def drawn(self, draw: int, settings: ImageSettings | None = None) -> ImageDraw | None:
        """The images of a draw, by default with the session's settings; None before they were drawn."""
        settings = settings or self.settings
        return self._draws.get((settings.pool, settings.per_class, settings.seed, draw))

    def digits(self, draw: int) -> Digits:
        """The images of a draw. Raises InputError before they were drawn."""
        record = self.drawn(draw)
        if record is None:
            raise InputError(f"{self.path} holds no images of draw {draw + 1}: run it first")
        return record.digits

    def images(self, draw: int, noise: Noise) -> Images:
        """The images of a draw as a network sees them: (images, 28, 28)."""
        return with_noise(self.digits(draw), noise, draw, self.settings.seed)

    def network(self, name: str) -> ImageNetwork | None:
        """A base network as it was when it was last loaded; None before that."""
        return self._networks.get(name)

    def key(self, network: int, draw: int, how: Treatment | Noise) -> str | None:
        """What determines numbers (`ImageSettings.key`); None before the network and the images are known."""
        loaded, drawn = self.network(self.settings.networks[network]), self.drawn(draw)
        return self.settings.key(loaded.fingerprint, drawn.fingerprint, how) if loaded and drawn else None

    def has(self, condition: ImageCondition, network: int, draw: int, how: Treatment) -> bool:
        """Whether the EIF of one network and draw is measured."""
        return (condition, self.key(network, draw, how)) in self._blocks

    def pairs(self, condition: ImageCondition, treatment: Treatment | None = None) -> list[tuple[int, int]]:
        """The networks and draws of which EIF is measured, of clean images by default, be it a finite number or not."""
        how = treatment or Treatment(optimizer=self.settings.optimizer)
        every = np.ndindex(len(self.settings.networks), self.settings.draws)
        return [(network, draw) for network, draw in every if self.has(condition, network, draw, how)]

    def block(self, condition: ImageCondition, network: int, draw: int, treatment: Treatment) -> Array | None:
        """EIF of one network and draw: (training images, probes). None where not measured."""
        key = self.key(network, draw, treatment)
        found = self._blocks.get((condition, key)) if key else None
        return None if found is None else np.array(found.eif, np.float64)

    def matrix(self, condition: ImageCondition, treatment: Treatment | None = None) -> Array:
        """EIF: (networks, draws, training images, probes), of clean images by default. NaN where not measured."""
        how = treatment or Treatment(optimizer=self.settings.optimizer)
        side = CLASSES * self.settings.per_class
        values = np.full((len(self.settings.networks), self.settings.draws, side, side), np.nan)
        for network, draw in np.ndindex(*values.shape[:2]):
            block = self.block(condition, network, draw, how)
            if block is not None:
                values[network, draw] = block
        return values

    def base(self, network: int, draw: int, noise: Noise = CLEAN) -> ImageBase | None:
        """What a base network makes of the images of a draw; None where not measured."""
        key = self.key(network, draw, noise)
        return self._base.get(key) if key else None

    def floor(self, network: int, draw: int, treatment: Treatment | None = None) -> float | None:
        """The trained abs(EIF) of a network and draw that cannot be told from zero, nats; None where not measured.

        It is the null floor, or what the number format leaves uncertain beside the largest number if that is more.
        """
        key = self.key(network, draw, CLEAN)
        floor = self._floors.get(key) if key else None
        if floor is None:
            return None
        block = self.block("trained", network, draw, treatment or Treatment(optimizer=self.settings.optimizer))
        sizes = np.zeros(0) if block is None else np.abs(block[np.isfinite(block)])
        return max(floor.value, floor.relative * float(sizes.max(initial=0.0)))

    def take(self, entries: Iterable[Entry]) -> None:
        """Let count what `keep` has put on the disk: what the file says, so that opening it again changes no number."""
        for line in entries:
            try:
                entry = understood(line)
            except ValueError:
                self._leave_out(f"a record of {self.path.name} is damaged and was left out")
                continue
            match entry:
                case ImageSettingsRecord():
                    self.settings, self._has_settings = entry.settings, True
                case ImageDraw():
                    self._draws[entry.pool, entry.per_class, entry.seed, entry.index] = entry
                case ImageNetwork():
                    self._networks[entry.name] = entry
                case ImageBase():
                    self._base[entry.key] = entry
                case ImageBlock():
                    self._blocks[entry.condition, entry.key] = entry
                case ImageFloor():
                    self._floors[entry.key] = entry
                case Notice():
                    self.notices.append(entry.text)

    def _leave_out(self, *damage: str) -> None:
        self.damage += damage
        self.notices += damage
