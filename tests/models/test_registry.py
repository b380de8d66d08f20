"""What is known by name is complete and usable."""

from __future__ import annotations

import re

import pytest

from eiftui.errors import InputError
from eiftui.models.registry import DEFAULT, ENTRIES, PRESETS, Entry, Wheel, entry, preset
from eiftui.settings import ModelChoice, Optimizer


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: one.name)
def test_an_entry_is_found_by_its_name_and_says_where_it_comes_from(one: Entry) -> None:
    assert entry(one.name) is one
    assert one.title
    assert one.licence
    assert one.lr > 0
    assert isinstance(one.source, Wheel) or re.fullmatch(r"[\w.-]+/[\w.-]+", one.source)


def test_the_default_is_the_one_that_settings_start_with() -> None:
    assert DEFAULT.name == ModelChoice().name
    assert DEFAULT.lr == Optimizer().lr
    assert isinstance(DEFAULT.source, Wheel)


def test_an_unknown_entry_is_none() -> None:
    assert entry("gpt-17") is None


def test_presets_of_the_paper_are_its_settings() -> None:
    for name, optimizer in (("paper-adamw", "adamw"), ("paper-sgd", "sgd")):
        settings = preset(name)
        assert settings.optimizer == Optimizer(name=optimizer, lr=1e-6, epochs=1)
        assert settings.draws == 10


def test_presets_name_models_that_are_known() -> None:
    assert all(entry(settings.model.name) for settings in PRESETS.values())
    assert preset("phi-3").model == ModelChoice(name="phi-3-mini", dtype="bfloat16")


def test_a_misspelt_preset_is_answered_with_the_right_one() -> None:
    with pytest.raises(InputError, match="did you mean 'paper-sgd'"):
        preset("papersgd")
