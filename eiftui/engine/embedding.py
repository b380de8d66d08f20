"""Where texts lie in the base model's own space."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from eiftui.engine.protocol import Embed, Embedding
from eiftui.influence.losses import with_start
from eiftui.models.load import LanguageModel
from eiftui.models.tokens import encode


@torch.no_grad()
def embeddings(model: LanguageModel, request: Embed) -> Iterator[Embedding]:
    """The mean of the last hidden states over the tokens of each text, the start token left out: (hidden,).

    One text at a time, so that none depends on the others.

    Raises:
        InputError: a text has no tokens, or more than the model reads.
    """
    for text in request.texts:
        tokens = encode(model, text)
        ids = torch.tensor([with_start(tokens, model.start)], device=model.device)
        states = model.network(input_ids=ids, use_cache=False, output_hidden_states=True).hidden_states[-1]
        yield Embedding(vector=states[0, -len(tokens) :].float().mean(0).cpu().numpy().astype(np.float32))
