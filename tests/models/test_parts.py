"""Which part of a text each token stands for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eiftui.models.fetch import cached
from eiftui.models.load import LanguageModel, load_model
from eiftui.models.parts import token_parts
from eiftui.models.registry import DEFAULT
from eiftui.settings import ModelChoice
from tests.models.tiny import tiny_model

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def default_model() -> LanguageModel:
    if not cached(DEFAULT):
        pytest.skip("the default model is not cached")
    return load_model(ModelChoice(device="cpu"))


@given(TEXTS)
def test_there_is_a_part_for_each_token_and_together_they_are_the_text(text: str) -> None:
    model = tiny_model()
    tokens, parts = token_parts(model, text)
    assert list(tokens) == model.tokenizer.encode(text, add_special_tokens=False)
    assert len(parts) == len(tokens)
    assert "".join(parts) == text


@settings(max_examples=200)
@given(text=TEXTS)
def test_so_it_is_with_the_default_models_tokenizer(default_model: LanguageModel, text: str) -> None:
    tokens, parts = token_parts(default_model, text)
    assert list(tokens) == default_model.tokenizer.encode(text, add_special_tokens=False)
    assert len(parts) == len(tokens)
    assert "".join(parts) == text or not tokens  # it makes nothing of some characters


def test_words_and_characters_of_several_tokens_are_cut_where_a_reader_would(default_model: LanguageModel) -> None:
    _, parts = token_parts(default_model, "Frogs naïvely 🐸 swim.")
    assert parts[:3] == ("F", "ro", "gs")
    assert [part for part in parts if "🐸" in part] == [" 🐸"]
    assert parts[-2:] == (" swim", ".")


def test_a_text_may_be_longer_than_the_model_reads() -> None:
    assert len(token_parts(tiny_model(), "x" * 500)[0]) == 500
