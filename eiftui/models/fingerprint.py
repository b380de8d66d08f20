"""Telling models apart by what they hold, wherever it was loaded from."""

from __future__ import annotations

import hashlib
import json

import torch

from eiftui.models.lean import transformers

SAMPLE = 4096
"""Values of each tensor that are read, evenly spaced; tensors with fewer than twice as many are read whole."""
_PASSING = {"_name_or_path", "architectures", "dtype", "torch_dtype", "transformers_version", "use_cache"}


def fingerprint(
    network: transformers.PreTrainedModel, tokenizer: transformers.PreTrainedTokenizerBase, start: int | None
) -> str:
    """16 hexadecimal digits over the configuration, the weights (a sample of each), the vocabulary and the start."""
    digest = hashlib.sha256(f"{start}{_shape(network)}".encode())
    for name, parameter in network.named_parameters():
        digest.update(f"{name}{tuple(parameter.shape)}{parameter.dtype}".encode())
        digest.update(_sample(parameter))
    if isinstance(tokenizer, transformers.PreTrainedTokenizerFast):  # how it splits and merges
        digest.update(tokenizer.backend_tokenizer.to_str().encode(errors="surrogatepass"))
    for token, index in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]):
        digest.update(f"{index}{token}".encode(errors="surrogatepass"))
    return digest.hexdigest()[:16]


def _shape(network: transformers.PreTrainedModel) -> str:
    """The configuration, less what depends on where the model was loaded from, by whom and how."""
    config = network.config.to_dict()
    return json.dumps({key: config[key] for key in sorted(config) if key not in _PASSING}, default=str)


def _sample(parameter: torch.Tensor) -> bytes:
    flat = parameter.detach().reshape(-1)
    return flat[:: max(1, flat.numel() // SAMPLE)].float().cpu().numpy().tobytes()
