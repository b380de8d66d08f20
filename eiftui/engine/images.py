"""Measures a session of images: what it lacks, block by block."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import torch

from eiftui.domains.digits import builtin_digits, draw_digits
from eiftui.domains.noise import CLEAN, Noise
from eiftui.engine.image_requests import ImageSet, LookAtImages, LookedAt
from eiftui.influence import images as influence
from eiftui.influence.images import ImageBatch
from eiftui.influence.logits import Weights
from eiftui.influence.memory import keep_freed
from eiftui.models.classifier import BaseNetwork, Classifier, load_network, patches
from eiftui.models.image_data import MNIST
from eiftui.models.image_data import images as collection
from eiftui.models.progress import Progress
from eiftui.session.image_plan import Block, missing
from eiftui.session.image_records import (
    IMAGE_CONDITIONS,
    ImageBase,
    ImageBlock,
    ImageDraw,
    ImageFloor,
    ImageNetwork,
    ImageRecord,
    ImageSettings,
    Treatment,
    as_entry,
)
from eiftui.session.images import ImageSession
from eiftui.session.journal import JournalWriter
from eiftui.session.records import Entry
from eiftui.settings import RELATIVE_ERROR


def prepare(
    session: ImageSession, settings: ImageSettings, folder: Path | None, progress: Progress
) -> list[BaseNetwork]:
    """Load the base networks and draw the images that the session lacks for `settings`, and go on with them.

    Settings that cannot be measured leave the session as it was.

    Raises:
        InputError: a network or the digits cannot be had, or are too few.
    """
    networks = [load_network(name) for name in settings.networks]
    loaded = [record for record in map(_as_loaded, networks) if session.network(record.name) != record]
    drawn = list(_drawn(session, settings, folder, progress))
    session.configure(settings)
    if loaded or drawn:
        session.append(*loaded, *drawn)
    return networks


def measure(session: ImageSession, networks: list[BaseNetwork], saw: Callable[[Block], None]) -> None:
    """Measure what is missing, each block recorded as soon as it is done; `saw` is told of each."""
    keep_freed()
    rows = _Rows(session, networks)
    for block in missing(session):
        session.append(*rows.measure(block))
        saw(block)


def records(path: Path, progress: Progress) -> Iterator[ImageRecord]:
    """What the session in a file lacks, for whoever writes it to keep: here it is only read. Raises as `prepare`."""
    keep_freed()
    with _Rehearsal.open(path, read_only=True) as session:
        rows = _Rows(session, prepare(session, session.settings, None, progress))
        yield from session.taken()
        for block in missing(session):
            progress(str(block), None)
            session.append(*rows.measure(block))
            yield from session.taken()


def looked(request: LookAtImages) -> LookedAt:
    """The answer to a request. Raises InputError if the network cannot be loaded."""
    dtype = getattr(torch, request.dtype)
    network = load_network(request.network).network.to(dtype)
    learned, probes = (_batch(images, dtype) for images in (request.train, request.probes))
    changes = influence.fine_tuned(network, learned, request.optimizer)
    rows = range(len(learned.labels))
    after = [influence.probabilities(network, probes.images, influence.of_row(changes, row)) for row in rows]
    return LookedAt(
        before=tuple(influence.probabilities(network, probes.images).numpy()),
        after=tuple(torch.cat(after).numpy()),
        eif=tuple(influence.trained(network, changes, probes).numpy()),
    )


class _Rehearsal(ImageSession):
    """A session whose file is not written: records count here, and are handed on."""

    def __init__(self, path: Path, writer: JournalWriter | None) -> None:
        super().__init__(path, writer)
        self._appended: list[ImageRecord] = []

    def keep(self, *records: ImageRecord) -> list[Entry]:
        self._appended += records
        return [as_entry(record) for record in records]

    def taken(self) -> list[ImageRecord]:
        """What was appended since this was called last."""
        appended, self._appended = self._appended, []
        return appended


class _Rows:
    """Keeps the changes of weights that were made last, which several blocks share."""

    def __init__(self, session: ImageSession, networks: list[BaseNetwork]) -> None:
        self.session, self.networks = session, networks
        self.dtype = getattr(torch, session.settings.dtype)
        self._changes: tuple[tuple[object, ...], Weights] | None = None

    def measure(self, block: Block) -> Iterator[ImageBlock | ImageBase | ImageFloor]:
        """The records of a block, in every condition, and of the base network where it has none yet."""
        network, probes = self.network(block), self.batch(block, block.how.probe)
        yield from self._base(block, network, probes)
        changes = self.changes(block, network)
        for condition, how in zip(IMAGE_CONDITIONS, (influence.trained, influence.predicted), strict=True):
            began = time.monotonic()
            eif = how(network, changes, probes).numpy()
            yield ImageBlock(
                key=self.key(block, block.how),
                condition=condition,
                treatment=block.how,
                eif=tuple(eif),
                seconds=time.monotonic() - began,
            )

    def key(self, block: Block, how: Treatment | Noise) -> str:
        """What determines the numbers of a block, whose network is loaded and whose images are drawn."""
        key = self.session.key(block.network, block.draw, how)
        assert key is not None
        return key

    def network(self, block: Block) -> Classifier:
        """The base network, in the session's number format."""
        copy = Classifier()
        copy.load_state_dict(self.networks[block.network].network.state_dict())
        return copy.to(self.dtype).requires_grad_(False)

    def batch(self, block: Block, noise: Noise) -> ImageBatch:
        """The images of a block's draw, in the form that the network takes, with the labels of the block."""
        digits = self.session.digits(block.draw)
        if block.how.shuffled:
            digits = digits.shuffled(block.draw, self.session.settings.seed)
        images = torch.from_numpy(self.session.images(block.draw, noise)).to(self.dtype)
        return ImageBatch(patches(images), torch.from_numpy(digits.labels))

    def changes(self, block: Block, network: Classifier) -> Weights:
        """What learning each training image of a block changes in the weights."""
        which = (block.network, block.draw, block.how.optimizer, block.how.train, block.how.shuffled)
        if self._changes is None or self._changes[0] != which:
            batch = self.batch(block, block.how.train)
            self._changes = which, influence.fine_tuned(network, batch, block.how.optimizer)
        return self._changes[1]

    def _base(self, block: Block, network: Classifier, probes: ImageBatch) -> Iterator[ImageBase | ImageFloor]:
        """Of the base network, once for each kind of noise; labels are the images' own in the first block of each."""
        noise = block.how.probe
        if self.session.base(block.network, block.draw, noise) is None:
            yield ImageBase(
                key=self.key(block, noise),
                losses=influence.losses(network, {}, probes).numpy(),
                probabilities=tuple(influence.probabilities(network, probes.images).numpy()),
            )
        if noise == CLEAN and self.session.floor(block.network, block.draw) is None:
            share = RELATIVE_ERROR[self.session.settings.dtype]
            yield ImageFloor(key=self.key(block, noise), value=influence.null_floor(network, probes), relative=share)


def _batch(images: ImageSet, dtype: torch.dtype) -> ImageBatch:
    return ImageBatch(patches(torch.from_numpy(images.images()).to(dtype)), torch.tensor(images.labels))


def _as_loaded(network: BaseNetwork) -> ImageNetwork:
    versions = {name: metadata.version(name) for name in ("torch", "numpy")}
    return ImageNetwork(name=network.name, fingerprint=network.fingerprint, facts=network.facts, versions=versions)


def _drawn(
    session: ImageSession, settings: ImageSettings, folder: Path | None, progress: Progress
) -> Iterator[ImageDraw]:
    """The draws of `settings` that the session lacks."""
    undrawn = [draw for draw in range(settings.draws) if session.drawn(draw, settings) is None]
    if undrawn:
        pool = builtin_digits() if settings.pool == "builtin" else collection(MNIST, "train", folder, progress)
        for draw in undrawn:
            yield ImageDraw.of(draw_digits(pool, settings.per_class, draw, settings.seed), settings, draw)
