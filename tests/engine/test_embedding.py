"""Where texts lie: the mean of their tokens' last hidden states."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from eiftui.engine.embedding import embeddings
from eiftui.engine.protocol import Embed
from eiftui.errors import InputError
from tests.models.tiny import BOS, tiny_model

TEXTS = ("Snow is white.", "A", "Cats do not bark.")


@pytest.mark.parametrize(("start", "ids"), [("auto", [BOS]), ("none", [])])
def test_it_is_the_mean_over_the_tokens_of_the_text_alone(start: str, ids: list[int]) -> None:
    model = tiny_model(start=start, dtype=torch.float32)
    texts = TEXTS if start == "auto" else TEXTS[::2]
    for text, found in zip(texts, embeddings(model, Embed(texts=texts)), strict=True):
        tokens = model.tokenizer.encode(text, add_special_tokens=False)
        with torch.no_grad():
            states = model.network.base_model(torch.tensor([[*ids, *tokens]])).last_hidden_state[0, len(ids) :]
        np.testing.assert_allclose(found.vector, states.mean(0), rtol=1e-5, atol=1e-6)


def test_texts_do_not_depend_on_each_other_and_equal_ones_are_one_place() -> None:
    model = tiny_model(dtype=torch.float32)
    together = [one.vector for one in embeddings(model, Embed(texts=(*TEXTS, TEXTS[0])))]
    (alone,) = embeddings(model, Embed(texts=TEXTS[2:]))
    np.testing.assert_array_equal(alone.vector, together[2])
    np.testing.assert_array_equal(together[0], together[3])


def test_a_text_without_tokens_is_refused() -> None:
    with pytest.raises(InputError, match="no tokens"):
        list(embeddings(tiny_model(dtype=torch.float32), Embed(texts=("",))))
