"""What the records of a session are built on: what makes them equal, identifies their texts, and dates them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata

from pydantic import ConfigDict

from eiftui.settings import Frozen, digest


def text_id(sentences: Sequence[str]) -> str:
    """What identifies a training set or probe whose slots are filled: a digest of its sentences."""
    return digest(list(sentences))


def now() -> str:
    """The time in UTC, as ISO 8601 writes it, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def eiftui_version() -> str:
    """The installed version, or `unknown` where eiftui runs without being installed."""
    try:
        return metadata.version("eiftui")
    except metadata.PackageNotFoundError:
        return "unknown"


class Written(Frozen):
    """Something that a session file holds. Two of them are equal if they are written the same."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Written) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    @property
    def _json(self) -> str:
        return self.model_dump_json()
