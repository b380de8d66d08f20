"""The records of a session of images, beside those that it shares with a session of sentences (`records`).

To a session of sentences they are of unknown kinds.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from eiftui.domains.digits import CLASSES, SIDE, Digits
from eiftui.domains.noise import CLEAN, Noise
from eiftui.session.floats import Number, NumberLists, Numbers
from eiftui.session.records import Entry, Unknown
from eiftui.session.written import Written
from eiftui.settings import Frozen, Optimizer, digest

ImageCondition = Literal["trained", "predicted"]
IMAGE_CONDITIONS: tuple[ImageCondition, ...] = ("trained", "predicted")


class Treatment(Frozen):
    """How a block of influences comes about."""

    optimizer: Optimizer = Optimizer()
    train: Noise = CLEAN
    """On training images; likewise on probes."""
    probe: Noise = CLEAN
    shuffled: bool = False
    """Whether images, as training images and as probes, have each other's labels."""

    def __str__(self) -> str:
        if self.shuffled:
            return "shuffled labels"
        return f"{self.train.name} on {self.probe.name}, learning rate {self.optimizer.lr:g}"


class ImageSettings(Frozen):
    """Everything a session of images measures with."""

    networks: Annotated[tuple[str, ...], Field(min_length=1)] = ("fashion-0",)
    """Base networks: built-in names, or files."""
    optimizer: Optimizer = Optimizer()
    """Its epochs are the steps on the one image."""
    rates: tuple[float, ...] = ()
    """Further learning rates, at which clean images are measured, to see where a first-order prediction ends."""
    pool: Literal["builtin", "mnist"] = "builtin"
    """The digits that come with eiftui, or MNIST's training images."""
    per_class: Annotated[int, Field(ge=1, le=1000)] = 10
    draws: Annotated[int, Field(ge=1, le=1000)] = 1
    seed: Annotated[int, Field(ge=0)] = 0
    noises: tuple[Noise, ...] = ()
    """Kinds of noise that clean images are compared with."""
    control: bool = True
    """Whether clean images are measured with each other's labels too."""
    dtype: Literal["float32", "float64"] = "float32"

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimiser at its own learning rate, then at the further ones."""
        others = [rate for rate in dict.fromkeys(self.rates) if rate != self.optimizer.lr]
        return (self.optimizer, *(self.optimizer.model_copy(update={"lr": rate}) for rate in others))

    def treatments(self) -> Iterator[Treatment]:
        """What is measured of every network and draw: what learns the same stands together."""
        yield Treatment(optimizer=self.optimizer)
        for noise in self.noises:
            yield Treatment(optimizer=self.optimizer, probe=noise)
        for noise in self.noises:
            yield Treatment(optimizer=self.optimizer, train=noise)
            yield Treatment(optimizer=self.optimizer, train=noise, probe=noise)
        if self.control:
            yield Treatment(optimizer=self.optimizer, shuffled=True)
        for optimizer in self.optimizers[1:]:
            yield Treatment(optimizer=optimizer)

    def key(self, network: str, images: str, how: Treatment | Noise) -> str:
        """What determines numbers: the fingerprints of network and images, and how the images are treated.

        For the base network's own losses, that is the noise on them.
        """
        return digest({"network": network, "images": images, "how": how.model_dump(), "dtype": self.dtype})


class ImageSettingsRecord(Written):
    """The settings of a session of images from here on."""

    kind: Literal["image_settings"] = "image_settings"
    settings: ImageSettings


class ImageDraw(Written):
    """The images of one draw, so that the file can be looked at without the collection that they come from."""

    kind: Literal["image_draw"] = "image_draw"
    pool: str
    per_class: int
    seed: int
    index: int
    numbers: tuple[int, ...]
    """Where each image stands in its pool's collection."""
    labels: tuple[int, ...]
    pixels: str
    """Of (images, 28, 28) bytes, the base 64 of what zlib makes of them."""

    @classmethod
    def of(cls, digits: Digits, settings: ImageSettings, index: int) -> Self:
        """The record of the images that a draw took."""
        return cls(
            pool=settings.pool,
            per_class=settings.per_class,
            seed=settings.seed,
            index=index,
            numbers=tuple(digits.numbers.tolist()),
            labels=tuple(digits.labels.tolist()),
            pixels=base64.b64encode(zlib.compress(digits.pixels.tobytes(), 9)).decode(),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the images, their labels and the noise that is added to them."""
        return digest([self.pixels, self.labels, self.seed, self.index])

    @cached_property
    def digits(self) -> Digits:
        """The images."""
        content = zlib.decompress(base64.b64decode(self.pixels))
        pixels = np.frombuffer(content, np.uint8).reshape(-1, SIDE, SIDE)
        return Digits(pixels, np.array(self.labels, np.int64), np.array(self.numbers, np.int64))

    @model_validator(mode="after")
    def _holds_images(self) -> Self:
        try:
            count = len(self.digits.pixels)
        except (ValueError, zlib.error, binascii.Error) as error:
            raise ValueError("the record's pixels cannot be read") from error
        if not count == len(self.labels) == len(self.numbers) or not all(0 <= label < CLASSES for label in self.labels):
            raise ValueError("the record has not one label and one number for each image")
        return self


class ImageNetwork(Written):
    """What a base network turned out to be when it was loaded."""

    kind: Literal["image_network"] = "image_network"
    name: str
    fingerprint: str
    facts: dict[str, str]
    """How it was made, as its file tells."""
    versions: dict[str, str]
    """Of the libraries that compute, by name."""


class ImageBase(Written):
    """What a base network makes of the images of a draw."""

    kind: Literal["image_base"] = "image_base"
    key: str
    """`ImageSettings.key` of the noise on them."""
    losses: Numbers
    """Nats, of each image."""
    probabilities: NumberLists
    """Of each class, of each image."""

    @model_validator(mode="after")
    def _its_numbers_agree(self) -> Self:
        if len(self.losses) != len(self.probabilities) or len({len(one) for one in self.probabilities}) > 1:
            raise ValueError("the record has not one loss, and one probability of each class, for each image")
        if len(self.losses) and not _of_a_class(self.losses, np.stack(self.probabilities)):
            raise ValueError("the record has a loss that is of no class's probability, or these do not sum to 1")
        return self


def _of_a_class(losses: NDArray[np.float32], probabilities: NDArray[np.float32]) -> bool:
    """Whether each loss is −log of one of its image's probabilities, as far as float32 can tell, and these sum to 1.

    Which one it is, the labels tell, which are in another record. What is not finite is passed over.
    """
    finite = np.isfinite(losses) & np.isfinite(probabilities).all(axis=1)
    chances = np.exp(-losses[finite].astype(np.float64))[:, None]
    near = np.isclose(probabilities[finite], chances, rtol=1e-3, atol=float(np.finfo(np.float32).tiny))
    whole = np.isclose(probabilities[finite].sum(axis=1, dtype=np.float64), 1, rtol=0, atol=1e-5)
    return bool((near.any(axis=1) & whole).all())


class ImageBlock(Written):
    """EIF of every training image of a draw on every probe of it, on one base network."""

    kind: Literal["image_block"] = "image_block"
    key: str
    """`ImageSettings.key`."""
    condition: ImageCondition
    treatment: Treatment
    eif: NumberLists
    """Nats: of each training image, of each probe."""
    seconds: Number

    @model_validator(mode="after")
    def _is_a_matrix(self) -> Self:
        if any(len(row) != len(self.eif) for row in self.eif):
            raise ValueError("the record is not a square matrix")
        return self


class ImageFloor(Written):
    """The null floor of the trained condition."""

    kind: Literal["image_floor"] = "image_floor"
    key: str
    """`ImageSettings.key` of the noise on them."""
    value: Number
    """What weights that did not change report, nats."""
    relative: Number = 0.0
    """What the number format leaves uncertain, as a share of a matrix's largest number."""


ImageRecord = ImageSettingsRecord | ImageDraw | ImageNetwork | ImageBase | ImageBlock | ImageFloor
_ANY_RECORD: TypeAdapter[ImageRecord] = TypeAdapter(
    Annotated[ImageRecord, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)

OF_IMAGES = b'{"kind":"image_'
"""How the lines of these records begin."""


def as_entry(record: ImageRecord) -> Unknown:
    """The record as a journal takes it."""
    return Unknown(record.model_dump_json().encode())


def understood(entry: Entry) -> Entry | ImageRecord:
    """The record of images that an entry of unknown kind is; any other entry as it is.

    Raises ValueError if it is damaged.
    """
    if not isinstance(entry, Unknown):
        return entry
    try:
        return _ANY_RECORD.validate_json(entry.line)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "union_tag_invalid":
            return entry
        raise
