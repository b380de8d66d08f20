"""How a wording came about that nobody typed as it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from eiftui.settings import Frozen

Sentences = tuple[str, ...]


class FromDomain(Frozen):
    """A text of a domain."""

    way: Literal["domain"] = "domain"
    name: str


class FromFile(Frozen):
    """A text of a file."""

    way: Literal["file"] = "file"
    name: str


class ByOperator(Frozen):
    """Made by rule (`eiftui.domains.operators`)."""

    way: Literal["operator"] = "operator"
    operator: str
    note: str
    """Which of the operator's variants it is."""
    of: Sentences
    """What it was made of."""


class ByModel(Frozen):
    """Sampled from a model, at its own probabilities. The same request makes the same again."""

    way: Literal["model"] = "model"
    model: str
    """Its name; `fingerprint` says what was loaded by it."""
    fingerprint: str
    prompt: str
    """What the model went on with."""
    temperature: float
    max_tokens: int
    seed: int
    index: int
    """Which of the continuations it is, counted from 0."""
    whole_word: bool = False
    """Whether the last word of the prompt was not to be made longer."""


class Reworded(Frozen):
    """Edited by hand: what it was before may have an origin of its own."""

    way: Literal["reworded"] = "reworded"
    of: Sentences


class Copied(Frozen):
    """The same words as another text had."""

    way: Literal["copied"] = "copied"
    of: Sentences


How = Annotated[FromDomain | FromFile | ByOperator | ByModel | Reworded | Copied, Field(discriminator="way")]
"""One of the ways. `of` is what a text was made of, with slots."""
