"""Two-layer networks of every architecture the tests cover, with random weights, and a tokenizer that fits them."""

from __future__ import annotations

from typing import Any

import torch
import transformers as T
from tokenizers import Regex, Tokenizer
from tokenizers.decoders import Fuse
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from eiftui.models.load import LanguageModel
from eiftui.settings import ModelChoice

VOCABULARY = 97
BOS, EOS = 1, 2
_WINDOW = {"sliding_window": 8}
_MIXED = {**_WINDOW, "head_dim": 8, "layer_types": ["sliding_attention", "full_attention"]}
_SIZE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "initializer_range": 0.1,
    "bos_token_id": BOS,
    "eos_token_id": EOS,
}
_GATED = {**_SIZE, "intermediate_size": 64, "num_key_value_heads": 2}
_OLD = {
    "vocab_size": VOCABULARY,
    "n_layer": 2,
    "n_head": 4,
    "initializer_range": 0.1,
    "bos_token_id": BOS,
    "eos_token_id": EOS,
}

_CONFIGS: dict[str, tuple[type[T.PretrainedConfig], dict[str, Any]]] = {
    "llama": (T.LlamaConfig, _GATED),
    "phi": (T.PhiConfig, {**_SIZE, "intermediate_size": 64, "qk_layernorm": True}),
    "phi3": (T.Phi3Config, {**_GATED, "pad_token_id": 0}),
    "gpt2": (T.GPT2Config, {**_OLD, "n_embd": 32, "n_positions": 64}),
    "gpt_neox": (T.GPTNeoXConfig, {**_SIZE, "intermediate_size": 64}),
    "opt": (T.OPTConfig, {**_SIZE, "ffn_dim": 64, "word_embed_proj_dim": 32, "pad_token_id": 0}),
    "qwen2": (T.Qwen2Config, _GATED),
    "qwen3": (T.Qwen3Config, {**_GATED, "head_dim": 8}),
    "gemma2": (T.Gemma2Config, {**_GATED, **_MIXED}),
    "gemma3": (T.Gemma3TextConfig, {**_GATED, **_MIXED}),
    "mistral": (T.MistralConfig, {**_GATED, **_WINDOW}),
    "falcon": (T.FalconConfig, {**_SIZE, "new_decoder_architecture": True, "num_kv_heads": 2}),
    "bloom": (T.BloomConfig, {**_OLD, "hidden_size": 32}),
}
ARCHITECTURES = tuple(_CONFIGS)


def tiny_network(
    architecture: str, seed: int = 0, dtype: torch.dtype = torch.float64, tied: bool | None = None, **fields: Any
) -> T.PreTrainedModel:
    """A causal language model in eval mode, eager attention; biases and norms are random too, not zeros and ones.

    `tied` says whether input and output embeddings are one matrix; None leaves it to the architecture. `fields` of the
    configuration replace those given here.
    """
    kind, size = _CONFIGS[architecture]
    config = kind(**{**size, **({} if tied is None else {"tie_word_embeddings": tied}), **fields})
    torch.manual_seed(seed)
    network = T.AutoModelForCausalLM.from_config(config, attn_implementation="eager").to(dtype).eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
        if parameter.dim() == 1:
            parameter.add_(torch.randn_like(parameter) * 0.1)
    words = network.get_input_embeddings().weight
    words[words.abs().sum(1) == 0] = 0.1  # a padding token's line begins as zeros, which no trained model has
    return network


def tiny_experts() -> T.PreTrainedModel:
    """A mixture of experts, which the factor engine does not carry; float32, reads 256 tokens."""
    fields = {"num_local_experts": 4, "max_position_embeddings": 256}
    torch.manual_seed(0)
    config = T.MixtralConfig(**{**_GATED, **fields})
    return T.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()


def tiny_tokenizer() -> T.PreTrainedTokenizerFast:
    """A token a character: pad, BOS, EOS, unknown, newline, and as many of printable ASCII as find room: all to `{`."""
    words = ["<pad>", "<s>", "</s>", "<unk>", "\n", *map(chr, range(ord(" "), ord("{") + 1))]
    model = Tokenizer(WordLevel({word: index for index, word in enumerate(words)}, unk_token="<unk>"))
    model.pre_tokenizer = Split(Regex(r"[\s\S]"), "isolated")
    model.decoder = Fuse()
    return T.PreTrainedTokenizerFast(
        tokenizer_object=model, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


def tiny_model(architecture: str = "llama", start: str = "auto", **options: Any) -> LanguageModel:
    """`tiny_network(architecture, **options)` with its tokenizer, ready to be measured."""
    choice = ModelChoice(name=f"tiny {architecture}", device="cpu", start_token=start)
    return LanguageModel.of(tiny_network(architecture, **options), tiny_tokenizer(), choice)
