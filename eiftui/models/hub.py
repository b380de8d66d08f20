"""Fetching a model of the Hugging Face hub into the hub's own cache, with its progress told."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, snapshot_download
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
PATIENCE = 5.0
"""Seconds in which the hub has to answer. Its own client has no limit of time for some of what it asks."""


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
            cached = not _answers(model)
            bar = _bar(lambda fraction: progress(stage, fraction))
            snapshot_download(model, allow_patterns=_SMALL, local_files_only=cached)
            return Path(snapshot_download(model, allow_patterns=_WEIGHTS, local_files_only=cached, tqdm_class=bar))
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


def _answers(model: str) -> bool:
    """Whether the hub says anything about `model` soon, if only that there is none."""
    answers = threading.Event()

    def ask() -> None:
        try:
            HfApi().model_info(model, timeout=PATIENCE)
        except (HfHubHTTPError, HFValidationError):
            answers.set()
        except Exception:  # what the network does has no type that all versions of the client share
            return
        answers.set()

    asking = threading.Thread(target=ask, daemon=True)  # looking up a name has no limit of time either
    asking.start()
    asking.join(PATIENCE)
    return answers.is_set()


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
