"""Measuring from Python: open or make a session, measure it, read its matrices.

import eiftui

session = eiftui.new(eiftui.domain("belongs_to"), draws=5)
eiftui.measure(session)
session.matrix("trained")            # (draws, rows, columns), nats per token
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from eiftui.domains.library import load_builtin, load_file
from eiftui.domains.schema import Domain, Text
from eiftui.errors import InputError, first_problem, problem
from eiftui.models.place import located
from eiftui.session.export import export
from eiftui.session.readings import Quantity
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS, Settings

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from eiftui.engine.protocol import Result, Task


def domain(name: str | Path) -> Domain:
    """A built-in domain by its name, or one of yours by the path of its TOML file.

    Raises:
        InputError: there is none, or it cannot be used.
    """
    path = Path(name)
    return load_file(path) if path.suffix == ".toml" else load_builtin(str(name))


def texts(rows: list[str], probes: list[str] | None = None) -> Domain:
    """A domain of sentences: each row a training set and, unless `probes` are given, each a probe too.

    Sentences may hold slots such as `{A}`; ` || ` separates the sentences of one training set.

    Raises:
        InputError: there is no sentence, one is empty or not text, or a slot is malformed.
    """
    from eiftui.domains.sentences import split_sentences

    if not rows or isinstance(rows, str) or isinstance(probes, str):
        raise InputError("a list of sentences is wanted, of one at least")
    for text in (*rows, *(probes or [])):
        if not _is_text(text):
            raise InputError(f"{text!r} is no text")
    asked = {text: "both" if probes is None or text in probes else "row" for text in rows}
    asked |= {text: "probe" for text in probes or [] if text not in asked}
    made = tuple(
        Text(id=f"{role}:{index}", sentences=split_sentences(text), role=role)  # type: ignore[arg-type]
        for index, (text, role) in enumerate(asked.items())
    )
    return Domain(name="texts", title="Texts", source="", texts=made)


def _is_text(text: object) -> bool:
    """Whether it can be written to a file: half of a character cannot."""
    try:
        return isinstance(text, str) and text.encode() is not None
    except UnicodeEncodeError:
        return False


def new(what: Domain, path: str | Path | None = None, settings: Settings | None = None, **changes: Any) -> Session:
    """A new session, in memory or in a file. `changes` are fields of the settings, such as `draws=5`.

    A model is given by its name, as `model="gpt2"`, or by its fields, as `model={"name": "gpt2", "device": "cpu"}`.

    Raises:
        InputError: a setting cannot be, or the file exists or cannot be made.
    """
    if not isinstance(what, Domain):
        raise InputError(f"{what!r}: make a session of `domain(NAME)` or of `texts([...])`")
    settings = _changed(settings or Settings(), changes)
    model = settings.model.model_copy(update={"name": located(settings.model.name)})
    settings = settings.model_copy(update={"model": model})
    return Session.in_memory(what, settings) if path is None else Session.create(Path(path), what, settings)


def _changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """Settings with some fields changed. Raises InputError if a value cannot be."""
    if isinstance(changes.get("model"), str):
        changes = {**changes, "model": {"name": changes["model"]}}
    try:
        settings = Settings.model_validate({**settings.model_dump(), **changes})
    except ValidationError as error:
        first = first_problem(error)
        raise InputError(f"{'.'.join(map(str, first['loc']))}: {problem(first)}") from error
    if not settings.conditions:
        raise InputError(f"conditions: at least one of {', '.join(CONDITIONS)}")
    return settings


def open_session(path: str | Path, read_only: bool = False) -> Session:
    """A session from its file. Raises InputError if it is none, or another process writes it."""
    return Session.open(Path(path), read_only)


def measure(
    session: Session,
    network: PreTrainedModel | None = None,
    tokenizer: PreTrainedTokenizerBase | None = None,
    tell: Callable[[str, float | None], None] = lambda text, fraction: None,
) -> None:
    """Measure whatever the session lacks: on the model its settings name, or on a network of yours.

    A network of yours is put in eval mode; it needs eager attention (`attn_implementation="eager"`). `tell` hears what
    is being done, and how much of that is done, from 0 to 1 (None where it is not known), after every row.

    Raises:
        EiftuiError: something failed; what was measured before is kept.
    """
    from eiftui.engine.here import Here
    from eiftui.engine.plan import cells_in_all, cells_missing
    from eiftui.engine.run import load, run
    from eiftui.models.load import LanguageModel
    from eiftui.session.results import Measured

    model = None
    if network is not None:
        if tokenizer is None:
            raise TypeError("a network needs its tokenizer")
        model = LanguageModel.of(network, tokenizer, session.settings.model)
    team = Here(tell, model)
    load(session, team)
    total = cells_in_all(session)
    done = total - cells_missing(session)

    def watch(task: Task, result: Result) -> None:
        nonlocal done
        if isinstance(result, Measured):
            done += len(result.eif)
            tell(f"measuring, {result.condition}", done / total)

    run(session, team, watch)


def to_frame(session: Session, condition: Quantity = "trained") -> Any:
    """The matrix of a condition as a pandas DataFrame with a line a cell: draw, row, probe, eif. Needs pandas."""
    import pandas as pd

    values = session.matrix(condition)
    index = pd.MultiIndex.from_product(
        [range(session.draws), [text.label for text in session.rows], [text.label for text in session.probes]],
        names=["draw", "row", "probe"],
    )
    return pd.Series(values.reshape(-1), index=index, name="eif").reset_index()


__all__ = ["Domain", "Session", "Settings", "domain", "export", "measure", "new", "open_session", "texts", "to_frame"]
