"""Loading a language model: a registry name, a hub id, a folder or a GGUF file, through transformers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from eiftui.errors import EiftuiError, InputError
from eiftui.models.fetch import Progress, fetch, from_gguf, require_file
from eiftui.models.quiet import quiet
from eiftui.models.registry import ENTRIES, entry, suggestion
from eiftui.settings import ModelChoice

SAMPLE = 4096
"""Values of each tensor that its fingerprint reads."""


@dataclass(frozen=True)
class LanguageModel:
    """A causal language model ready to be measured: eval mode, eager attention, no gradients on its weights."""

    choice: ModelChoice
    network: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    start: int | None
    """Id of the token that stands before every text."""
    context: int | None
    """Most tokens it can read, the start token included; None where no configuration says."""
    fingerprint: str
    """Equal for equal weights, tokens and start token, wherever they were loaded from."""

    @property
    def device(self) -> torch.device:
        return self.network.device

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @classmethod
    def of(cls, network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, choice: ModelChoice) -> LanguageModel:
        """A network made or loaded elsewhere, made ready."""
        network.eval().requires_grad_(False)
        start = start_token(tokenizer, choice.start_token)
        context = getattr(network.config.get_text_config(), "max_position_embeddings", None)
        return cls(choice, network, tokenizer, start, context, fingerprint(network, tokenizer, start))


def load_model(choice: ModelChoice, progress: Progress = lambda stage, fraction: None) -> LanguageModel:
    """Load what `choice` names, fetching it first where that is needed.

    Raises:
        InputError: there is no such model, device or token, or its files cannot be used here.
        EiftuiError: it could not be fetched.
    """
    device = choose_device(choice.device)
    known = entry(choice.name)
    if known is not None:
        source = fetch(known, progress)
        choice = (
            choice if choice.start_token != "auto" else choice.model_copy(update={"start_token": known.start_token})
        )
    else:
        source = _source(choice.name, progress)
    progress(f"loading {choice.name}", None)
    network, tokenizer = _load(source, choice)
    try:
        torch.nn.Module.to(network, device)
    except torch.OutOfMemoryError as error:
        raise EiftuiError(
            f"{choice.name} does not fit in the memory of {device}; try --dtype bfloat16 or --device cpu"
        ) from error
    return LanguageModel.of(network, tokenizer, choice)


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA, else MPS, else the CPU; anything else must be there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, index = name.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (index and not index.isdecimal()):
        raise InputError(f"no device {name!r}; there are auto, cpu, cuda, cuda:N and mps")
    if kind == "cuda" and (not torch.cuda.is_available() or int(index or 0) >= torch.cuda.device_count()):
        raise InputError(f"no device {name!r} here: torch sees {torch.cuda.device_count()} CUDA devices")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise InputError("no device 'mps' here: torch does not see one")
    return torch.device(name)


def _source(name: str, progress: Progress) -> str:
    """A folder, a GGUF file made into one, or a hub id."""
    path = Path(name).expanduser()
    if path.suffix == ".gguf":
        return from_gguf(require_file(path), progress)
    if path.is_dir():
        return _folder(path)
    if path.exists() or not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        known = [one.name for one in ENTRIES]
        raise InputError(
            f"no model {name!r}{suggestion(name, known)}: give a folder, a .gguf file, a hub id such as "
            f"openai-community/gpt2, or one of {', '.join(known)}"
        )
    return name


def _folder(path: Path) -> str:
    if not (path / "config.json").is_file():
        raise InputError(f"{path} is not a model's folder: it has no config.json")
    if not any(path.glob("*.safetensors")):
        pickled = any(path.glob("*.bin")) or any(path.glob("*.pt"))
        why = "only pickled weights, which can run code; convert them first" if pickled else "no weights"
        raise InputError(f"{path} has no .safetensors file: {why}")
    return str(path)


def _load(source: str, choice: ModelChoice) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    remote: dict[str, Any] = {"trust_remote_code": choice.trust_remote_code}
    try:
        with quiet():
            config = AutoConfig.from_pretrained(source, **remote)
            tokenizer = AutoTokenizer.from_pretrained(source, **remote)
            network = AutoModelForCausalLM.from_pretrained(
                source,
                config=config,
                dtype=getattr(torch, choice.dtype),
                attn_implementation="eager",
                use_safetensors=True,
                **remote,
            )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise InputError(_explain(choice.name, error)) from error
    return network, tokenizer


_EXPLANATIONS = (
    ("trust_remote_code", "it brings code of its own; if you trust it, pass --trust-remote-code"),
    ("gated repo", "it is gated: ask for access on its page, then `hf auth login`"),
    ("Unrecognized configuration class", "it is not a causal language model"),
    ("does not appear to have a file named", "it has no safetensors weights; pickled ones are not read"),
    ("no file named model.safetensors", "it has no safetensors weights; pickled ones are not read"),
    ("offline", "it is not in the Hugging Face cache, and there is no network (or HF_HUB_OFFLINE is set)"),
    ("couldn't connect", "it is not in the Hugging Face cache, and the hub cannot be reached"),
    ("is not a valid model identifier", "the hub does not know it, or it is private: `hf auth login`"),
    ("is not a local folder", "the hub does not know it, or it is private: `hf auth login`"),
)


def _explain(name: str, error: Exception) -> str:
    text = f"{error} {error.__cause__ or ''}"
    reason = next(
        (why for sign, why in _EXPLANATIONS if sign.lower() in text.lower()), " ".join(str(error).split())[:200]
    )
    return f"cannot load {name}: {reason}"


def start_token(tokenizer: PreTrainedTokenizerBase, asked: str) -> int | None:
    """The id of the start token: `auto` is the tokenizer's BOS, else its EOS; `none` is none.

    Raises:
        InputError: it is not a token of the vocabulary.
    """
    if asked == "none":
        return None
    if asked == "auto":
        token = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        return None if token is None else int(token)
    vocabulary = tokenizer.get_vocab()
    if asked not in vocabulary:
        raise InputError(
            f"the start token {asked!r} is not in the model's vocabulary; use auto, none or one of its tokens"
        )
    return int(vocabulary[asked])


def fingerprint(network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, start: int | None) -> str:
    """16 hexadecimal digits over names, shapes, formats and a sample of the weights, the vocabulary and the start."""
    digest = hashlib.sha256(f"{start}".encode())
    for name, parameter in network.named_parameters():
        flat = parameter.detach().reshape(-1)
        sample = flat[:: max(1, flat.numel() // SAMPLE)].float().cpu()
        digest.update(f"{name}{tuple(parameter.shape)}{parameter.dtype}".encode())
        digest.update(sample.numpy().tobytes())
    for token, index in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]):
        digest.update(f"{index}{token}".encode())
    return digest.hexdigest()[:16]
