"""What a model goes on with: its own choice, the same for the same seed, and no longer than asked for."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from eiftui.engine.continuations import continuations, longer, whole_sentence
from eiftui.engine.protocol import Continuation, Continue
from eiftui.errors import InputError
from eiftui.models.fetch import cached
from eiftui.models.load import LanguageModel, load_model
from eiftui.models.registry import DEFAULT
from eiftui.models.tokens import encode
from eiftui.settings import ModelChoice
from tests.models.tiny import BOS, EOS, tiny_model


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return tiny_model(dtype=torch.float32)


def ask(model: LanguageModel, text: str = "Snow is", **fields: Any) -> list[Continuation]:
    return list(continuations(model, Continue(text=text, **{"one_sentence": False, "max_tokens": 8, **fields})))


def probabilities(model: LanguageModel, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return model.network(torch.tensor([ids])).logits[0, -1].softmax(-1)


def test_the_same_seed_gives_the_same_and_the_first_of_many_are_those_of_few(model: LanguageModel) -> None:
    torch.manual_seed(1)
    many = ask(model, number=5)
    torch.manual_seed(2)
    assert ask(model, number=2) == many[:2]
    assert len({one.tokens for one in many}) > 1
    assert many != ask(model, number=5, seed=1)


def test_the_random_numbers_of_whoever_asks_are_not_touched(model: LanguageModel) -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    ask(model)
    assert torch.equal(torch.rand(2), expected)


def test_at_temperature_0_the_likeliest_token_is_taken(model: LanguageModel) -> None:
    first, second = ask(model, number=2, temperature=0)
    assert first == second
    ids = [BOS, *model.tokenizer.encode("Snow is", add_special_tokens=False)]
    for token in first.tokens:
        assert token == probabilities(model, ids).argmax()
        ids.append(token)


def test_tokens_come_as_often_as_the_model_says_whatever_its_own_configuration_prefers() -> None:
    model = tiny_model(dtype=torch.float32)
    model.network.generation_config.update(top_k=1, top_p=0.1, repetition_penalty=5.0, temperature=0.1)  # type: ignore[union-attr]
    found = torch.zeros(97)
    for one in ask(model, number=600, max_tokens=1):
        found[one.tokens[0]] += 1 / 600
    expected = probabilities(model, [BOS, *model.tokenizer.encode("Snow is", add_special_tokens=False)])
    assert (found - expected).abs().max() < 0.05
    assert torch.corrcoef(torch.stack([found, expected]))[0, 1] > 0.8


def test_the_text_is_that_of_the_tokens_and_ends_with_them(model: LanguageModel) -> None:
    for one in ask(model, number=20, max_tokens=12):
        assert len(one.tokens) == 12 or one.tokens[-1] in (BOS, EOS)
        assert one.text == model.tokenizer.decode(one.tokens, skip_special_tokens=True)


def test_a_whole_word_is_not_made_longer_and_what_else_follows_keeps_its_odds(model: LanguageModel) -> None:
    odds = probabilities(model, [BOS, *model.tokenizer.encode("Snow is", add_special_tokens=False)])
    pieces = model.tokenizer.convert_ids_to_tokens(list(range(97)))
    odds[[place for place, piece in enumerate(pieces) if piece.isalnum()]] = 0
    found = torch.zeros(97)
    for one in ask(model, number=600, max_tokens=2, whole_word=True):
        found[one.tokens[0]] += 1 / 600
    assert (found - odds / odds.sum()).abs().max() < 0.06
    assert not found[odds == 0].any()
    assert any(one.tokens[1:] and pieces[one.tokens[1]].isalnum() for one in ask(model, number=60, whole_word=True))


def test_one_sentence_is_not_gone_on_with_once_it_is_whole() -> None:
    model = tiny_model(dtype=torch.float32)
    ends = [model.tokenizer.convert_tokens_to_ids(sign) for sign in ".! \n"]
    with torch.no_grad():
        model.network.get_output_embeddings().weight[ends] *= 0.1  # so that some come
    whole = 0
    for one in ask(model, number=40, max_tokens=40, one_sentence=True):
        raw = model.tokenizer.decode(one.tokens, skip_special_tokens=True)
        assert whole_sentence(model.tokenizer.decode(one.tokens[:-1], skip_special_tokens=True)) is None
        assert one.text.split() == (whole_sentence(raw) or raw).split()
        assert "\n" not in one.text
        whole += whole_sentence(raw) is not None
    assert whole > 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" It is 3.5 m. Then", " It is 3.5 m."),
        ("\n\nFrogs swim!\nToads", "\n\nFrogs swim!"),
        (' said "no." Then', ' said "no."'),
        (" a list\nof things", " a list"),
        ("青蛙游泳。蟾蜍", "青蛙游泳。"),
        (" with no end.", None),
        ("", None),
        ("\n \n", None),
    ],
)
def test_a_sentence_ends_where_what_follows_shows_it(text: str, sentence: str | None) -> None:
    assert whole_sentence(text) == sentence


def test_a_text_that_fills_the_context_has_no_continuation_and_one_that_nearly_does_a_short_one() -> None:
    model = tiny_model(dtype=torch.float32)
    assert [len(one.tokens) <= 3 for one in ask(model, "x" * 60, number=3)] == [True] * 3
    for length in (63, 64):
        with pytest.raises(InputError, match="64"):
            ask(model, "x" * length)


@pytest.mark.skipif(not cached(DEFAULT), reason="the default model is not cached")
def test_the_default_model_goes_on_with_a_sentence_in_english() -> None:
    model = load_model(ModelChoice(device="cpu"))
    text = "Frogs and toads"
    for one in ask(model, text, number=3, temperature=0.3, max_tokens=60, one_sentence=True):
        assert one.text.rstrip('"').endswith((".", "!", "?"))
        assert len(one.text.split()) > 2


@pytest.mark.skipif(not cached(DEFAULT), reason="the default model is not cached")
def test_the_default_model_makes_no_made_up_word_longer_and_may_say_anything_else() -> None:
    model = load_model(ModelChoice(device="cpu"))
    text = "A glimklarhalwin is a kind of galmuhalravi"
    for one in ask(model, text, number=5, max_tokens=5, whole_word=True):
        assert not one.text[:1].isalnum()
    never = longer(model, encode(model, text))
    for next_text, is_longer in {"ya": True, "7": True, "\n": False, "’": False, "—": False, " the": False}.items():
        (token,) = model.tokenizer.encode(next_text, add_special_tokens=False)
        assert (token in never) == is_longer, next_text
