"""What a domain is: texts with slots, which of them are trained on and probed, and contrasts between cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from eiftui.settings import Frozen

SLOT = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
SEPARATOR = " || "
Role = Literal["both", "row", "probe"]
OWN = "own"
"""The desideratum of contrasts that a person wrote, which are tested apart from those of the domain."""


def _one_line(sentence: str) -> str:
    if not sentence.strip():
        raise ValueError("a sentence is empty")
    if "\n" in sentence or "\r" in sentence:
        raise ValueError("a sentence holds a line break")
    if "\0" in sentence:
        raise ValueError("a sentence holds a NUL character")
    return sentence


Sentence = Annotated[str, AfterValidator(_one_line)]


class Text(Frozen):
    """One or more sentences, in order: a training set, a probe, or both. Sentences may hold slots such as `{A}`."""

    id: Annotated[str, Field(min_length=1)]
    sentences: Annotated[tuple[Sentence, ...], Field(min_length=1)]
    role: Role = "both"

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the slots, each once, in order of appearance."""
        return tuple(dict.fromkeys(name for sentence in self.sentences for name in SLOT.findall(sentence)))

    @property
    def label(self) -> str:
        """The sentences as one line, the way files and screens write them."""
        return SEPARATOR.join(self.sentences)

    def fill(self, words: dict[str, str]) -> tuple[str, ...]:
        """The sentences with each slot replaced by its word."""
        return tuple(SLOT.sub(lambda slot: words[slot[1]], sentence) for sentence in self.sentences)


class Cell(Frozen):
    """A training set and a probe, by their ids."""

    row: str
    probe: str


class Contrast(Frozen):
    """Two cells of which one ought to be lower if a desideratum of learning holds.

    `signed` compares EIF (lower: the probe became more likely); `magnitude` compares abs(EIF).
    """

    name: str
    desideratum: str
    lower: Cell
    higher: Cell
    compare: Literal["signed", "magnitude"] = "signed"


class WithTexts:
    """What follows from having texts: which are trained on, which are probed, which slots they hold."""

    if TYPE_CHECKING:
        texts: tuple[Text, ...]

    @property
    def rows(self) -> tuple[Text, ...]:
        """The training sets."""
        return tuple(text for text in self.texts if text.role != "probe")

    @property
    def probes(self) -> tuple[Text, ...]:
        """The texts whose loss is read."""
        return tuple(text for text in self.texts if text.role != "row")

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of all slots, each once, in order of appearance."""
        return tuple(dict.fromkeys(name for text in self.texts for name in text.slots))

    def check_roles(self) -> None:
        """Raises ValueError if there is nothing to train on, or nothing to probe."""
        if not self.rows:
            raise ValueError("there is no training set")
        if not self.probes:
            raise ValueError("there is no probe")

    def check_ids(self) -> None:
        """Raises ValueError if two texts share an id."""
        ids = [text.id for text in self.texts]
        if repeated := {id for id in ids if ids.count(id) > 1}:
            raise ValueError(f"two texts share the id {min(repeated)!r}")


class Domain(WithTexts, Frozen):
    """A named set of texts and what ought to hold between them."""

    name: str
    title: str
    source: str
    texts: Annotated[tuple[Text, ...], Field(min_length=1)]
    contrasts: tuple[Contrast, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self.check_ids()
        self.check_roles()
        rows, probes = ({text.id for text in texts} for texts in (self.rows, self.probes))
        for contrast in self.contrasts:
            if contrast.lower == contrast.higher:
                raise ValueError(f"contrast {contrast.name!r} compares a cell with itself")
            for cell in (contrast.lower, contrast.higher):
                if cell.row not in rows:
                    raise ValueError(f"contrast {contrast.name!r}: no training set {cell.row!r}")
                if cell.probe not in probes:
                    raise ValueError(f"contrast {contrast.name!r}: no probe {cell.probe!r}")
        return self
