"""Sessions on the tiny model, measured in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from eiftui.api import texts
from eiftui.engine.here import Here
from eiftui.session.session import Session
from eiftui.settings import ModelChoice, Settings

torch.set_num_threads(1)

ROWS = ("{A} is {B}.", "{B} is {C}. || {A} is {B}.", "Snow is white.")
PROBES = ("{A} is {B}.", "{A} is {C}.", "Snow is white.")
MakeSession = Callable[..., Session]


@pytest.fixture
def make_session(tiny_folder: Path) -> MakeSession:
    """Makes a session on the tiny model, in memory or in a file; `changes` are fields of its settings."""

    def make(
        rows: tuple[str, ...] = ROWS, probes: tuple[str, ...] = PROBES, path: Path | None = None, **changes: Any
    ) -> Session:
        model = ModelChoice(name=str(tiny_folder), device="cpu")
        settings = Settings.model_validate({"model": model, "draws": 2, **changes})
        domain = texts(list(rows), list(probes))
        return Session.in_memory(domain, settings) if path is None else Session.create(path, domain, settings)

    return make


@pytest.fixture
def here() -> Iterator[Here]:
    """This process as a team."""
    team = Here(lambda text, fraction: None)
    yield team
    team.close()
