"""Folders and caches of the tests' own."""

from pathlib import Path

import pytest
import torch

from tests.models.tiny import tiny_network, tiny_tokenizer


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of fetched models."""
    monkeypatch.setenv("EIFTUI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A tiny Llama in a folder, as `save_pretrained` leaves it."""
    folder = tmp_path / "saved"
    tiny_network("llama", dtype=torch.float32).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder
