"""The default model itself: what a person meets first."""

from __future__ import annotations

import pytest
import torch

from eiftui.errors import EiftuiError
from eiftui.models.fetch import cached
from eiftui.models.load import LanguageModel, load_model
from eiftui.models.registry import DEFAULT
from eiftui.models.source import resolve
from eiftui.models.tokens import encode
from eiftui.settings import ModelChoice


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    if not cached(DEFAULT):
        try:
            resolve(DEFAULT.name, lambda stage, fraction: None)
        except EiftuiError as error:
            pytest.skip(f"the default model is not cached: {error}")
    return load_model(ModelChoice(device="cpu"))


def loss(model: LanguageModel, text: str) -> float:
    ids = torch.tensor([[model.start, *encode(model, text)]])
    return float(model.network(ids, labels=ids).loss)


def test_it_is_smollm2_135m_with_its_document_separator_as_start(model: LanguageModel) -> None:
    assert model.parameters == 134_515_008
    assert (model.start, model.tokenizer.convert_ids_to_tokens(model.start)) == (0, "<|endoftext|>")
    assert model.context == 8192


def test_it_knows_english(model: LanguageModel) -> None:
    assert loss(model, "The capital of France is Paris.") < 2.5
    assert loss(model, "Paris the is. of capital France") > 4


def test_tokens_give_the_text_back(model: LanguageModel) -> None:
    text = "Klarbu belongs to the set of greevan — naïvely, {A}."
    assert model.tokenizer.decode(encode(model, text)) == text
