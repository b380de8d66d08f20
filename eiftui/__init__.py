"""Empirical influence functions: fine-tune a language model on a sentence, and see how every other's loss moved.

The names of `eiftui.api` are here; they are imported when they are first used, so that starting is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eiftui.api import Domain, Session, Settings, domain, export, measure, new, open_session, texts, to_frame

__all__ = ["Domain", "Session", "Settings", "domain", "export", "measure", "new", "open_session", "texts", "to_frame"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'eiftui' has no attribute {name!r}")
    from eiftui import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
