"""Loading a language model through transformers, made ready to be measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from eiftui.errors import EiftuiError, InputError
from eiftui.models.files import identity
from eiftui.models.fingerprint import fingerprint
from eiftui.models.lean import transformers
from eiftui.models.progress import Progress
from eiftui.models.quiet import quiet
from eiftui.models.registry import entry
from eiftui.models.source import resolve
from eiftui.settings import DEVICE, ModelChoice

TOKENIZER = "tokenizer.json"
TRIAL = (2, 3, 4, 5)
"""Tokens that every vocabulary has."""


@dataclass(frozen=True)
class LanguageModel:
    """A causal language model ready to be measured: eval mode, eager attention, no gradients on its weights."""

    choice: ModelChoice
    network: transformers.PreTrainedModel
    tokenizer: transformers.PreTrainedTokenizerBase
    start: int | None
    """Id of the token that stands before every text."""
    context: int | None
    """Most tokens it can read, the start token included; None where no configuration says."""
    fingerprint: str
    """Equal for equal weights, tokens and start token, wherever they were loaded from."""
    files: str | None = None
    """`identity` of the files it was loaded from, if any."""

    @property
    def device(self) -> torch.device:
        return self.network.device

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @classmethod
    def of(
        cls, network: transformers.PreTrainedModel, tokenizer: transformers.PreTrainedTokenizerBase, choice: ModelChoice
    ) -> LanguageModel:
        """A network made or loaded elsewhere, with eager attention, made ready. Of `choice`, the start token counts.

        Raises:
            InputError: the start token is not in the vocabulary.
        """
        network.eval().requires_grad_(False)
        start = start_token(tokenizer, choice.start_token)
        context = getattr(network.config.get_text_config(), "max_position_embeddings", None)
        return cls(choice, network, tokenizer, start, context, fingerprint(network, tokenizer, start))


def load_model(choice: ModelChoice, progress: Progress = lambda stage, fraction: None) -> LanguageModel:
    """Load what `choice` names, fetching it first where that is needed.

    Raises:
        InputError: there is no such model, device or token, or its files cannot be used here.
        EiftuiError: it could not be fetched, or does not fit.
    """
    device = choose_device(choice.device)
    source = resolve(choice.name, progress)
    files = identity(choice.name)  # before they are read, so that a later change is not missed
    progress(f"loading {choice.name}", None)
    if device.type == "mps" and choice.dtype == "float64":
        raise InputError("mps has no float64; try --device cpu")
    network, tokenizer = _load(source, choice)
    try:
        torch.nn.Module.to(network, device)
    except torch.OutOfMemoryError as error:
        raise EiftuiError(
            f"{choice.name} does not fit in the memory of {device}; try --dtype bfloat16 or --device cpu"
        ) from error
    model = replace(LanguageModel.of(network, tokenizer, _with_start(choice)), files=files)
    _try(model)
    return model


def _try(model: LanguageModel) -> None:
    """Have the model read something. Raises InputError if it cannot here, whatever it or torch says of that."""
    try:
        with torch.no_grad(), quiet():
            model.network(input_ids=torch.tensor([TRIAL], device=model.device))
    except Exception as error:  # of all kinds
        raise InputError(
            f"{model.choice.name} cannot read a text on {model.device} with {model.choice.dtype} weights: "
            f"{_first_words(error)}"
        ) from error


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA, else MPS, else the CPU; anything else must be there.

    Raises:
        InputError: it is not.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if not DEVICE.fullmatch(name):
        raise InputError(f"no device {name!r}; there are auto, cpu, cuda, cuda:N and mps")
    if name.startswith("cuda") and int(name[5:] or 0) >= torch.cuda.device_count():
        seen = torch.cuda.device_count()
        raise InputError(f"no device {name!r} here: torch sees {seen} CUDA devices; auto takes what there is")
    if name == "mps" and not torch.backends.mps.is_available():
        raise InputError("no device 'mps' here: torch does not see one; auto takes what there is")
    return torch.device(name)


def start_token(tokenizer: transformers.PreTrainedTokenizerBase, asked: str) -> int | None:
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


def _with_start(choice: ModelChoice) -> ModelChoice:
    """`auto` is what the registry says of a model that it knows."""
    known = entry(choice.name)
    if known is None or choice.start_token != "auto":
        return choice
    return choice.model_copy(update={"start_token": known.start_token})


def _load(
    source: str, choice: ModelChoice
) -> tuple[transformers.PreTrainedModel, transformers.PreTrainedTokenizerBase]:
    options: dict[str, Any] = {
        "trust_remote_code": choice.trust_remote_code,
        "local_files_only": not Path(source).is_dir(),
    }
    weights: dict[str, Any] = {
        "attn_implementation": "eager",
        "use_safetensors": True,
        "dtype": getattr(torch, choice.dtype),
    }
    try:
        with quiet():
            config = transformers.AutoConfig.from_pretrained(source, **options)
            _check_causal(config)
            if choice.dtype == "float64" and hasattr(config, "_experts_implementation"):
                weights["experts_implementation"] = "eager"  # that by grouped products has no float64
            tokenizer = _tokenizer(source, options)
            network = transformers.AutoModelForCausalLM.from_pretrained(source, config=config, **weights, **options)
    except Exception as error:  # the libraries that read the files raise all kinds, bare ones too
        raise InputError(f"cannot load {choice.name}: {_reason(error)}") from error
    return network, tokenizer


def _tokenizer(source: str, options: dict[str, Any]) -> transformers.PreTrainedTokenizerBase:
    """Raises ValueError if it cannot be read, for what transformers says then does not name it."""
    try:
        # some files ask for it: it takes spaces out of what tokens stand for, or warns that it does not
        return transformers.AutoTokenizer.from_pretrained(source, clean_up_tokenization_spaces=False, **options)
    except Exception as error:
        if not _known_reason(error) and (Path(source) / TOKENIZER).is_file():
            raise ValueError(f"its {TOKENIZER} cannot be read ({_first_words(error)})") from error
        raise


def _check_causal(config: transformers.PretrainedConfig) -> None:
    """Raises ValueError if a model is of another kind, which transformers would load as a causal one all the same."""
    named = [name for name in config.architectures or [] if name in dir(transformers)]  # others bring their own code
    auto = transformers.models.auto.modeling_auto
    causal = set(auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values())
    masked = config.model_type in auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES and not getattr(config, "is_decoder", False)
    if config.is_encoder_decoder or (not causal.intersection(named) if named else masked):
        raise ValueError(f"it is not a causal language model but {' and '.join(named) or config.model_type}")


_UNREACHABLE = (
    "it is not in the Hugging Face cache, and the hub cannot be reached (no network, or HF_HUB_OFFLINE is set)"
)
_REASONS = (
    ("trust_remote_code", "it brings code of its own; if you trust it, pass --trust-remote-code"),
    ("gated repo", "it is gated: ask for access on its page on the hub, then `hf auth login`"),
    ("unrecognized configuration class", "it is not a causal language model"),
    ("does not appear to have a file named", "it has no safetensors weights; pickled ones are not read"),
    ("no file named model.safetensors", "it has no safetensors weights; pickled ones are not read"),
    ("couldn't connect", _UNREACHABLE),
    ("offline", _UNREACHABLE),
)
"""What transformers says, in lower case, and what it means to a user. It has no types of errors to tell them apart."""


def _reason(error: Exception) -> str:
    return _known_reason(error) or _first_words(f"{error} {error.__cause__ or ''}")


def _known_reason(error: Exception) -> str | None:
    text = f"{error} {error.__cause__ or ''}".lower()
    return next((why for sign, why in _REASONS if sign in text), None)


def _first_words(what: object) -> str:
    """The beginning of what is said, on one line."""
    return " ".join(str(what).split())[:200]
