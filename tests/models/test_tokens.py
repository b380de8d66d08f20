"""Sentences become the same tokens in every condition, or are refused with a line that quotes them."""

from __future__ import annotations

import logging

import pytest

from eiftui.errors import InputError
from eiftui.models.load import LanguageModel
from eiftui.models.tokens import check_fit, encode, encode_probe, encode_prompt, encode_sentences
from tests.models.tiny import BOS, tiny_model

NEWLINE = 4


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return tiny_model()


def test_special_tokens_are_not_added(model: LanguageModel) -> None:
    assert model.tokenizer.decode(encode(model, "A in C")) == "A in C"
    assert BOS not in encode(model, "A in C")


def test_each_sentence_of_a_training_set_has_its_own_tokens(model: LanguageModel) -> None:
    assert encode_sentences(model, ("A", "B c")) == (encode(model, "A"), encode(model, "B c"))


def test_the_sentences_of_a_probe_are_joined_by_a_line_break(model: LanguageModel) -> None:
    assert encode_probe(model, ("A", "B")) == (*encode(model, "A"), NEWLINE, *encode(model, "B"))


def test_a_prompt_ends_its_last_line(model: LanguageModel) -> None:
    assert encode_prompt(model, ("A", "B")) == (*encode_probe(model, ("A", "B")), NEWLINE)


def test_a_text_without_tokens_is_refused(model: LanguageModel) -> None:
    with pytest.raises(InputError, match="no tokens in ''"):
        encode(model, "")


def test_without_a_start_token_one_token_cannot_be_scored() -> None:
    unstarted = tiny_model(start="none")
    assert len(encode(unstarted, "ab")) == 2
    with pytest.raises(InputError, match="only one token in 'a'"):
        encode(unstarted, "a")


def test_a_text_may_fill_the_context_with_its_start_token_and_no_more(model: LanguageModel) -> None:
    assert len(encode(model, "a" * 63)) == 63
    with pytest.raises(InputError, match="has 65 tokens with its start; the model reads 64"):
        encode(model, "a" * 64)


def test_a_model_without_a_context_reads_any_length() -> None:
    check_fit(tiny_model("bloom"), [(1,) * 10**6], [(1, 2)])


def test_a_quoted_text_is_short_and_cannot_act_on_the_terminal(model: LanguageModel) -> None:
    with pytest.raises(InputError) as caught:
        encode(model, "\x1b[2J\n" + "a" * 500)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 150


def test_a_long_text_is_refused_without_a_warning_of_transformers(caplog: pytest.LogCaptureFixture) -> None:
    model = tiny_model()
    model.tokenizer.model_max_length = 64
    logger = logging.getLogger("transformers")
    logger.addHandler(caplog.handler)
    with pytest.raises(InputError):
        encode(model, "a" * 200)
    logger.removeHandler(caplog.handler)
    assert not caplog.records
