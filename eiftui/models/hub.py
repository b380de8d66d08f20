"""Fetching a model of the Hugging Face hub into the hub's own cache, with its progress told."""

from __future__ import annotations

import io
from collections.abc import Callable
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

_WANTED = ["config.json", "generation_config.json", "tokenizer*", "special_tokens_map.json", "added_tokens.json"]
_WANTED += ["vocab.*", "merges.txt", "model*.safetensors", "model.safetensors.index.json"]


def download(model: str, progress: Progress) -> bool:
    """Fetch what is missing of `model`; HF_HOME, HF_HUB_OFFLINE and the login are respected.

    Returns whether the hub was asked: where it cannot be, what lies in its cache has to do.

    Raises:
        InputError: the hub does not know the model, or it is gated.
        EiftuiError: the hub answers with an error.
    """
    stage = f"fetching {model}"
    try:
        with quiet():
            snapshot_download(model, allow_patterns=_WANTED, tqdm_class=_bar(lambda part: progress(stage, part)))
    except LocalEntryNotFoundError:
        return False
    except GatedRepoError as error:
        raise InputError(f"{model} is gated: ask for access on its page on the hub, then `hf auth login`") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise InputError(
            f"the hub does not know {model}, or it is private: check the id, or `hf auth login`"
        ) from error
    except HfHubHTTPError as error:
        raise EiftuiError(f"the hub could not give {model}: {str(error).splitlines()[0]}; try again later") from error
    return True


def _bar(tell: Callable[[float], None]) -> type[Any]:
    """A progress bar that is told instead of drawn."""

    class Told(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "file": io.StringIO()})

        def display(self, *args: Any, **kwargs: Any) -> None:
            if self.unit == "B" and self.total:
                tell(min(1.0, self.n / self.total))

    return Told
