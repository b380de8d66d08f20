"""A hub that does not answer is not waited for."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from eiftui.models import hub


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A hub that takes connections and says nothing; the cache is empty."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "PATIENCE", 0.3)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(hub, "HfApi", lambda: HfApi(endpoint=endpoint))
        yield


def test_a_hub_that_does_not_answer_is_asked_for_nothing_more(silent: None) -> None:
    begin = time.monotonic()
    assert hub.download("nobody/nothing", lambda stage, fraction: None) is None
    assert time.monotonic() - begin < 3


def test_what_a_hub_that_does_not_answer_would_give_is_found_in_its_cache(silent: None, tmp_path: Path) -> None:
    folder = tmp_path / "models--nobody--nothing"
    (folder / "snapshots" / "0").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0")
    (folder / "snapshots" / "0" / "config.json").write_text("{}")
    assert hub.download("nobody/nothing", lambda stage, fraction: None) == folder / "snapshots" / "0"
