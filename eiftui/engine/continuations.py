"""How a model goes on with a text: sampled continuations, the same for the same seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from eiftui.engine.protocol import Continuation, Continue
from eiftui.errors import InputError
from eiftui.influence.losses import Tokens, with_start
from eiftui.models.lean import transformers
from eiftui.models.load import LanguageModel
from eiftui.models.quiet import quiet
from eiftui.models.tokens import encode
from eiftui.settings import digest

_SENTENCE = re.compile(r"\s*\S.*?(?:[.!?…][\"'”’)\]]*(?=\s)|[。！？]|(?=\n))", re.DOTALL)


@torch.no_grad()
def continuations(model: LanguageModel, request: Continue) -> Iterator[Continuation]:
    """Sample continuations from the model, at its own probabilities: no top-k, no nucleus, no penalties.

    After a whole word none begins with a letter or a digit: the probabilities are those of what is left. Each has
    random numbers of its own, so that it does not depend on how many are asked for.

    Raises:
        InputError: the text has no tokens, or leaves the model no room to go on.
    """
    prompt = encode(model, request.text)
    read = len(with_start(prompt, model.start))
    room = request.max_tokens if model.context is None else min(request.max_tokens, model.context - read)
    if room < 1:
        raise InputError(f"the text fills all {model.context} tokens that the model reads")
    never_first = longer(model, prompt) if request.whole_word else []
    for index in range(request.number):
        tokens = _sample(model, prompt, request, room, never_first, int(digest([request.seed, index]), 16) >> 1)
        text = _text(model, prompt, tokens)
        if request.one_sentence:
            text = _on_one_line(whole_sentence(text) or text)
        yield Continuation(text=text, tokens=tokens)


def longer(model: LanguageModel, prompt: Tokens) -> list[int]:
    """The tokens that would make the last word of a prompt longer: those that go on with a letter or a digit."""
    last = list(prompt[-1:])
    texts = [last, *([*last, token] for token in range(len(model.tokenizer)))]
    before, *after = model.tokenizer.batch_decode(texts, clean_up_tokenization_spaces=False)
    return [token for token, text in enumerate(after) if text[len(before) :][:1].isalnum()]


def _sample(
    model: LanguageModel, prompt: Tokens, request: Continue, room: int, never_first: list[int], seed: int
) -> Tokens:
    ends = sorted({model.start, model.tokenizer.eos_token_id} - {None})
    # what is not said here is taken from the model's own configuration
    plainly = {"do_sample": True, "temperature": request.temperature, "top_k": 0, "top_p": 1.0}
    options = transformers.GenerationConfig(
        **(plainly if request.temperature else {"do_sample": False}),
        repetition_penalty=1.0,
        max_new_tokens=room,
        begin_suppress_tokens=never_first or None,
        eos_token_id=ends or None,
        pad_token_id=ends[0] if ends else 0,
    )
    ids = torch.tensor([with_start(prompt, model.start)], device=model.device)
    stop = transformers.StoppingCriteriaList([_AtSentenceEnd(model, prompt)] if request.one_sentence else [])
    with quiet(), torch.random.fork_rng([model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(seed)
        found = model.network.generate(  # type: ignore[operator]
            ids,
            attention_mask=torch.ones_like(ids),
            generation_config=options,
            stopping_criteria=stop,
        )
    return tuple(found[0, ids.shape[1] :].tolist())


class _AtSentenceEnd(transformers.StoppingCriteria):
    """Stops when what was generated holds a whole sentence, and what follows shows that it is whole."""

    def __init__(self, model: LanguageModel, prompt: Tokens) -> None:
        self._model, self._prompt = model, prompt

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> torch.Tensor:
        """`input_ids` (1, tokens): the start token, the prompt and what was generated."""
        generated = input_ids[0, len(with_start(self._prompt, self._model.start)) :].tolist()
        whole = whole_sentence(_text(self._model, self._prompt, generated))
        return torch.tensor([whole is not None], device=input_ids.device)


def _text(model: LanguageModel, prompt: Tokens, generated: Sequence[int]) -> str:
    """The text of generated tokens, as it stands after the prompt's: some tokenizers drop a space at the beginning."""
    before, after = (
        str(model.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))
        for ids in (list(prompt), [*prompt, *generated])
    )
    return after[len(before) :]


def whole_sentence(text: str) -> str | None:
    """The first sentence of a text, if what follows shows that it ends there: the point of "3.5" ends none."""
    found = _SENTENCE.match(text)
    return found[0] if found else None


def _on_one_line(text: str) -> str:
    return " " * text[:1].isspace() + " ".join(text.split())
