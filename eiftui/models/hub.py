"""Fetching a model of the Hugging Face hub into the hub's own cache, with its progress told."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)
from tqdm import tqdm

from eiftui.errors import EiftuiError, InputError
from eiftui.models.progress import Progress
from eiftui.models.quiet import quiet

_SMALL = ["config.json", "generation_config.json", "tokenizer*", "special_tokens_map.json", "added_tokens.json"]
_SMALL += ["vocab.*", "merges.txt", "*.jinja", "model.safetensors.index.json", "*.py"]
"""Code is fetched, but does not run unless the user trusts it."""
_WEIGHTS = ["model*.safetensors"]


def download(model: str, progress: Progress) -> Path | None:
    """The folder of `model` in the hub's cache, with what was missing fetched.

    HF_HOME, HF_HUB_OFFLINE and the login are respected. None where the hub cannot be asked and its cache does not hold
    all of the model.

    Raises:
        InputError: the hub does not know the model, or it is gated.
        EiftuiError: the hub answers with an error.
    """
    stage = f"fetching {model}"
    try:
        with quiet():
            bar = _bar(lambda fraction: progress(stage, fraction))
            snapshot_download(model, allow_patterns=_SMALL)
            return Path(snapshot_download(model, allow_patterns=_WEIGHTS, tqdm_class=bar))
    except LocalEntryNotFoundError:
        return None
    except GatedRepoError as error:
        raise InputError(f"{model} is gated: ask for access on its page on the hub, then `hf auth login`") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise InputError(
            f"the hub does not know {model}, or it is private: check the id, or `hf auth login`"
        ) from error
    except HfHubHTTPError as error:
        raise EiftuiError(f"the hub could not give {model}: {str(error).splitlines()[0]}; try again later") from error


def _bar(tell: Callable[[float], None]) -> type[Any]:
    """A progress bar that is told instead of drawn."""

    class Told(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "file": io.StringIO()})

        def update(self, n: float | None = 1) -> bool | None:
            refreshed: bool | None = super().update(n)
            if self.unit == "B" and self.total:
                tell(min(1.0, self.n / self.total))
            return refreshed

    return Told
