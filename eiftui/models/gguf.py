"""Turning a quantised GGUF file into a folder of safetensors, through transformers."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from eiftui.errors import EiftuiError, InputError
from eiftui.models.lean import transformers
from eiftui.models.progress import Progress
from eiftui.models.quiet import quiet


def dequantise(gguf: Path, folder: Path, progress: Progress) -> None:
    """Write the weights and the tokenizer of `gguf` to `folder`, as float32 safetensors.

    Raises:
        InputError: transformers cannot read the file.
        EiftuiError: the folder cannot be written.
    """
    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    stage = f"unpacking {gguf.name}"
    progress(stage, 0.0)
    try:
        with quiet(), _bars_told(lambda fraction: progress(stage, fraction)):
            network = transformers.AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
            tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
    except Exception as error:  # the libraries that read it raise all kinds, bare ones too
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{gguf.name} cannot be read as a language model: {reason}") from error
    _forget_quantisation(network)
    progress("keeping it as safetensors", None)
    try:
        with quiet():
            network.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
    except SafetensorError as error:
        raise EiftuiError(
            f"cannot keep the model in {folder.parent.parent}: {error} (EIFTUI_CACHE moves it)"
        ) from error


def _forget_quantisation(network: transformers.PreTrainedModel) -> None:
    """The weights are plain float32 now; transformers will not save them while they are said to be quantised."""
    for name in ("hf_quantizer", "is_quantized", "quantization_method"):
        if hasattr(network, name):
            delattr(network, name)
    if hasattr(network.config, "quantization_config"):
        del network.config.quantization_config


@contextmanager
def _bars_told(tell: Callable[[float], None]) -> Iterator[None]:
    """While open, transformers' progress bar of unpacked tensors is told to `tell` instead of being drawn."""

    def told(tensors: Sequence[Any], **_: Any) -> Iterator[Any]:
        for done, tensor in enumerate(tensors, 1):
            yield tensor
            tell(done / len(tensors))

    module: Any = importlib.import_module("transformers.modeling_gguf_pytorch_utils")
    drawn = getattr(module, "tqdm", None)
    if drawn is None:  # another version draws it some other way: no fraction is known
        yield
        return
    module.tqdm = told
    try:
        yield
    finally:
        module.tqdm = drawn
