"""Fingerprints are equal for equal models, and only for those."""

from __future__ import annotations

from pathlib import Path

import torch

from eiftui.models.load import LanguageModel, load_model
from eiftui.settings import ModelChoice
from tests.models.tiny import tiny_model, tiny_tokenizer


def fingerprint(**options: object) -> str:
    return tiny_model(**{"dtype": torch.float32, **options}).fingerprint


def test_it_is_sixteen_hexadecimal_digits() -> None:
    assert len(bytes.fromhex(fingerprint())) == 8


def test_the_same_weights_in_another_folder_have_the_same(saved: Path) -> None:
    moved = saved.rename(saved.with_name("moved"))
    assert load_model(ModelChoice(name=str(moved), device="cpu")).fingerprint == fingerprint()


def test_other_weights_format_architecture_or_start_have_another() -> None:
    others = [
        fingerprint(),
        fingerprint(seed=1),
        fingerprint(dtype=torch.bfloat16),
        fingerprint(architecture="mistral", seed=2),
        fingerprint(tied=True),
        fingerprint(start="none"),
        fingerprint(start="</s>"),
    ]
    assert len(set(others)) == len(others)


def test_one_changed_value_of_any_small_tensor_changes_it() -> None:
    model = tiny_model()
    for parameter in model.network.parameters():
        before = LanguageModel.of(model.network, model.tokenizer, model.choice).fingerprint
        parameter.view(-1)[-1] += 1e-3
        assert LanguageModel.of(model.network, model.tokenizer, model.choice).fingerprint != before


def test_another_vocabulary_changes_it() -> None:
    model, tokenizer = tiny_model(), tiny_tokenizer()
    tokenizer.add_tokens(["belongs"])
    assert LanguageModel.of(model.network, tokenizer, model.choice).fingerprint != model.fingerprint
