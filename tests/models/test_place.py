"""What a person calls a model, as settings keep it."""

from __future__ import annotations

from pathlib import Path

import pytest

from eiftui.models.place import located


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which holds some that models could be taken for."""
    for name in ("tiny", "gpt2", "mine/tiny"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", ["tiny", "./tiny", "tiny/", "mine/../tiny", "~/tiny"])
def test_a_folder_is_kept_by_its_absolute_path(here: Path, name: str) -> None:
    assert located(name) == str(here / "tiny")
    assert located(located(name)) == located(name)


@pytest.mark.parametrize("name", ["mine/tiny", "gone.gguf", "./gone"])
def test_whatever_must_be_a_path_is_kept_by_its_absolute_one_whether_there_or_not(here: Path, name: str) -> None:
    assert located(name) == str(here / name)


@pytest.mark.parametrize("name", ["gpt2", "openai-community/gpt2", "no such model", "", "x" * 5000, "x\0"])
def test_names_and_ids_of_the_hub_stay_as_they_are(name: str) -> None:
    assert located(name) == name
