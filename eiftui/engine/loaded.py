"""What a session records of the model that was loaded for it, before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator

from eiftui.session.records import Notice
from eiftui.session.results import ModelRecord
from eiftui.session.session import Session


def take_model(session: Session, model: ModelRecord) -> list[Notice]:
    """Record what the model of the settings turned out to be, and the words of every draw.

    Returns what a person should know about the model and was not told before. Raises as `Session.append` does.
    """
    told = {notice.text for notice in session.notices}
    news = [notice for notice in _news(session, model) if notice.text not in told]
    if model != session.model:
        session.append(model, *news)
    session.ensure_draws()
    return news


def _news(session: Session, model: ModelRecord) -> Iterator[Notice]:
    if model.obstacle and session.settings.method.engine == "factors":
        yield Notice(text=f"{model.obstacle}: measured by the reference engine instead")
    if model.slow_products and session.settings.method.products == "bfloat16":
        yield Notice(text="bfloat16 products take longer than float32 ones on this processor: choose float32 products")
    if session.model and session.model.fingerprint != model.fingerprint:
        yield Notice(
            text=f"{model.choice.name} has changed since it was last loaded (fingerprint {session.model.fingerprint}, "
            f"now {model.fingerprint}): everything is measured anew"
        )
