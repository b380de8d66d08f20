"""Keeping transformers from drawing its own progress bars and warnings over ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub.utils import logging as hub_logging

from eiftui.models.lean import transformers


@contextmanager
def quiet() -> Iterator[None]:
    """While open, transformers and the hub say only what is an error."""
    level, bars = transformers.logging.get_verbosity(), transformers.logging.is_progress_bar_enabled()
    hub_level = hub_logging.get_verbosity()
    transformers.logging.set_verbosity_error()
    hub_logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers.logging.set_verbosity(level)
        hub_logging.set_verbosity(hub_level)
        if bars:
            transformers.logging.enable_progress_bar()
