"""From sentences to token ids, the same in every condition (METHODS §1)."""

from __future__ import annotations

from collections.abc import Sequence

from eiftui.errors import InputError
from eiftui.models.load import LanguageModel

Tokens = tuple[int, ...]


def encode(model: LanguageModel, text: str) -> Tokens:
    """The tokens of one text, without special tokens.

    Raises:
        InputError: it has none that can be scored, or more than the model can read.
    """
    # not verbose: a text that is too long is refused below, with what to do
    tokens = tuple(model.tokenizer.encode(text, add_special_tokens=False, verbose=False))
    if not tokens:
        raise InputError(f"no tokens in {_short(text)}: the model's tokenizer makes nothing of it")
    if model.start is None and len(tokens) < 2:
        raise InputError(f"only one token in {_short(text)}: without a start token nothing of it can be scored")
    _check_length(model, len(tokens), _short(text))
    return tokens


def encode_sentences(model: LanguageModel, sentences: Sequence[str]) -> tuple[Tokens, ...]:
    """The tokens of each sentence of a training set."""
    return tuple(encode(model, sentence) for sentence in sentences)


def encode_probe(model: LanguageModel, sentences: Sequence[str]) -> Tokens:
    """The tokens of a probe: its sentences, a line each."""
    return encode(model, "\n".join(sentences))


def encode_prompt(model: LanguageModel, sentences: Sequence[str]) -> Tokens:
    """The tokens of a training set as a prompt: its sentences, a line each, and the end of the last line."""
    end = tuple(model.tokenizer.encode("\n", add_special_tokens=False))
    return encode(model, "\n".join(sentences)) + end


def check_fit(model: LanguageModel, prompts: Sequence[Tokens], probes: Sequence[Tokens]) -> None:
    """Refuse prompts and probes of which some are together longer than the model's context.

    Raises:
        InputError: they are.
    """
    prompt, probe = max(prompts, key=len), max(probes, key=len)
    _check_length(model, len(prompt) + len(probe), f"{_read(model, prompt)} as a prompt before {_read(model, probe)}")


def _check_length(model: LanguageModel, tokens: int, what: str) -> None:
    length = tokens + (model.start is not None)
    if model.context is not None and length > model.context:
        raise InputError(f"{what} has {length} tokens with its start; the model reads {model.context}: shorten it")


def _read(model: LanguageModel, tokens: Tokens) -> str:
    return _short(str(model.tokenizer.decode(list(tokens))).strip())


def _short(text: str) -> str:
    """The beginning of a text, quoted, with what a terminal would act on made visible."""
    return repr(text if len(text) <= 60 else text[:59] + "…")
