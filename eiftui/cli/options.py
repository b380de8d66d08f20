"""What to measure and how, as options of the command line, and what they come to."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eiftui.domains.draw import combine
from eiftui.domains.library import load_builtin, load_file
from eiftui.domains.schema import Domain
from eiftui.domains.textfile import from_text_files
from eiftui.errors import InputError, first_problem, problem
from eiftui.session.readings import Readings
from eiftui.session.records import Sheet
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS, DTYPES, Settings
from eiftui.show.numbers import compact

AUTO_LR = {"sgd": 1e-3, "adamw": 1e-5}
"""Learning rates where nothing better is known of the model."""
ONE_WORKER = ("here", "local", "local:1")
"""What `--workers` may be for a single one."""
GIVEN = (
    *("preset", "model", "device", "dtype", "start_token", "trust_remote_code", "engine", "products"),
    *("optimizer", "lr", "epochs", "momentum", "weight_decay", "clip_norm", "condition", "draws", "seed"),
)
"""Options that change settings."""


def add_what(parser: argparse.ArgumentParser) -> None:
    """Options that say what is trained on and probed."""
    group = parser.add_argument_group("what")
    group.add_argument("--domain", action="append", default=[], metavar="NAME", help="a built-in domain (repeatable)")
    group.add_argument("--domain-file", action="append", default=[], type=Path, metavar="F.toml", help="one of yours")
    group.add_argument(
        "--train", type=Path, metavar="F.txt", help="training sets, one a line, sentences split by ' || '"
    )
    group.add_argument("--probe", type=Path, metavar="F.txt", help="probes, one a line (default: the training sets)")


def add_how(parser: argparse.ArgumentParser) -> None:
    """Options that say how it is measured. Those not given are the session's own, or the defaults."""
    group = parser.add_argument_group("how")
    group.add_argument("--preset", metavar="NAME", help="start from named settings: paper-adamw, paper-sgd, phi-3")
    group.add_argument("--model", metavar="ID|DIR|FILE.gguf", help="see `eiftui models` (default smollm2-135m)")
    group.add_argument("--device", metavar="DEVICE", help="auto, cpu, cuda[:N] or mps")
    group.add_argument("--dtype", choices=DTYPES, help="number format of the base weights")
    group.add_argument("--optimizer", choices=("sgd", "adamw"), help="default sgd")
    group.add_argument("--lr", metavar="FLOAT|auto", help="learning rate (auto: the sweep's, or else the model's own)")
    group.add_argument("--epochs", type=int, metavar="N", help="times through each training set (default 1)")
    group.add_argument("--momentum", type=float, metavar="M", help="of SGD (default 0)")
    group.add_argument("--weight-decay", type=float, metavar="D", help="default 0")
    group.add_argument("--clip-norm", type=float, metavar="C", help="largest norm of a gradient (default none)")
    group.add_argument("--condition", metavar="LIST", help=f"of {','.join(CONDITIONS)} (default all)")
    group.add_argument("--draws", type=int, metavar="N", help="draws of made-up words (default 20)")
    group.add_argument("--seed", type=int, metavar="N", help="of the made-up words (default 0)")
    group.add_argument("--start-token", metavar="auto|none|TOKEN", help="what stands before every text")
    group.add_argument("--engine", choices=("factors", "reference"), help="default factors")
    group.add_argument(
        "--products", choices=("float32", "bfloat16"), help="of weights and differences (default float32)"
    )
    group.add_argument("--trust-remote-code", action="store_true", default=None, help="let a model bring its own code")
    add_means(group)


def add_means(group: argparse._ArgumentGroup) -> None:
    """Options that say what it is measured by, which no number depends on."""
    group.add_argument("--memory-budget", type=_gib, metavar="GiB", help="for what is held beside the weights")
    group.add_argument(
        "--workers", default="here", type=_workers, metavar="local[:N]", help="worker processes (default: none)"
    )


def add_progress(group: argparse._ArgumentGroup) -> None:
    """Options that say what is shown meanwhile."""
    how = group.add_mutually_exclusive_group()
    how.add_argument("--quiet", action="store_true", help="print nothing but errors")
    how.add_argument("--json-progress", action="store_true", help="progress as lines of JSON on standard error")


def domain(options: argparse.Namespace) -> Domain | None:
    """The domain that the options ask for; several are combined. None if they ask for none.

    Raises:
        InputError: there is no such domain or file, or it cannot be used.
    """
    domains = [*map(load_builtin, options.domain), *map(load_file, options.domain_file)]
    if options.probe and not options.train:
        raise InputError("--probe needs --train: what should be learned?")
    if options.train:
        domains.append(from_text_files(options.train, options.probe))
    return combine(domains) if domains else None


def settings_to_go_on(options: argparse.Namespace, session: Session) -> Settings:
    """The settings with which a session goes on.

    Raises:
        InputError: a value cannot be, or none is given where the session has lost its own.
    """
    if not session.lost_settings:
        return with_swept_rate(options, session, settings(options, session.settings))
    if all(getattr(options, name) is None for name in GIVEN):
        refuse_lost_settings(session)
    return settings(options, None)


def refuse_lost_settings(session: Session) -> None:
    """Raises InputError if a session would go on with the defaults because its own settings are lost."""
    if session.lost_settings:
        raise InputError(
            f"{session.path} has lost its settings: no record of them can be read; go on with `eiftui run` and those "
            "that it was measured with: --model, --lr, --draws and the like"
        )


def refuse_other_texts(session: Session, domain: Domain | None, remedy: str) -> None:
    """Raises InputError if a session holds other texts than the domain that was asked for with it."""
    if domain is not None and session.sheet.texts != Sheet.of(domain).texts:
        raise InputError(f"{session.path} holds other texts than {domain.name}; {remedy}")


def settings(options: argparse.Namespace, before: Settings | None) -> Settings:
    """The settings asked for: those of the preset, the session or the defaults, changed by the options given.

    Raises:
        InputError: a value cannot be.
    """
    from eiftui.models.place import located
    from eiftui.models.registry import preset

    base = (before or Settings()) if options.preset is None else preset(options.preset)
    model = _changed(base.model, options, {}, ("device", "dtype", "start_token", "trust_remote_code"))
    if options.model is not None:
        model["name"] = _there(located(options.model))
    optimizer = _changed(
        base.optimizer, options, {"optimizer": "name"}, ("epochs", "momentum", "weight_decay", "clip_norm")
    )
    fresh = before is None and options.preset is None
    if options.lr is not None or fresh or (options.optimizer and options.optimizer != base.optimizer.name):
        optimizer["lr"] = _learning_rate("auto" if options.lr is None else options.lr, model["name"], optimizer["name"])
    if optimizer["name"] == "adamw" and options.momentum is None:
        optimizer["momentum"] = 0.0  # what it was for SGD
    changes = {
        "model": model,
        "optimizer": optimizer,
        "method": _changed(base.method, options, {}, ("engine", "products")),
        "conditions": base.conditions if options.condition is None else _conditions(options.condition),
    }
    fields = _changed(base, options, {}, ("draws", "seed"))
    try:
        return Settings.model_validate({**fields, **changes})
    except ValidationError as error:
        raise refusal(error) from error


def _there(model: str) -> str:
    """A located name. Raises InputError if it is a path with nothing there, which has not moved: it was just given."""
    from eiftui.models.place import place_of

    path = place_of(model)
    try:
        if path is not None:
            path.stat()
    except FileNotFoundError:
        raise InputError(f"there is no model at {path}") from None
    except (OSError, ValueError):
        pass  # what is wrong with it is told by whoever opens it
    return model


def refusal(error: ValidationError) -> InputError:
    """What to say of options whose values a schema does not take, with the first of them."""
    first = first_problem(error)
    if isinstance(first["input"], dict):  # of several values together
        return InputError(problem(first))
    names = list(takewhile(lambda step: isinstance(step, str), first["loc"]))  # then comes a place in a list
    given = "''" if first["input"] == "" else first["input"]
    return InputError(f"--{str(names[-1]).replace('_', '-')} {given}: {problem(first)}")


def positive(text: str, refused: str) -> float:
    """The number that a text stands for. Raises InputError, which says `refused`, if it is none, or not above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (value > 0 and math.isfinite(value)):
        raise InputError(refused)
    return value


def learning_rate(text: str, option: str = "--lr", otherwise: str = "") -> float:
    """The learning rate that an option gives. Raises InputError, which ends in `otherwise`, if it is none."""
    return positive(text, f"{option} {text}: a learning rate is a finite number above 0{otherwise}")


def with_swept_rate(options: argparse.Namespace, session: Session, asked: Settings) -> Settings:
    """`asked`, and with `--lr auto` at the rate that the session's sweep suggests, if it has one for these settings."""
    from eiftui.analysis.rates import at_rate

    seen = session.under(asked)
    rate = _suggested(seen) if options.lr == "auto" else None
    return asked if rate is None else at_rate(seen, rate).settings


def asides(options: argparse.Namespace, session: Readings) -> Iterator[str]:
    """What whoever gave the options may not expect of a session that reads as they ask for."""
    if options.lr == "auto" and _suggested(session) is None:
        yield f"no sweep suggests a learning rate: the model's own {compact(session.settings.optimizer.lr)}"
    if options.draws is not None and options.draws > session.draws:
        yield f"no sentence has a slot, so that all draws are the same: 1 instead of {options.draws}"


def _suggested(session: Readings) -> float | None:
    """The learning rate that a session's sweep suggests for its settings, if it has one that does."""
    from eiftui.analysis.cells import NoAnswer
    from eiftui.analysis.rates import sweep

    try:
        return sweep(session).suggestion
    except NoAnswer:
        return None


def _changed(base: Any, options: argparse.Namespace, renamed: dict[str, str], same: Sequence[str]) -> dict[str, Any]:
    """The fields of `base`, with those that the options give."""
    fields: dict[str, Any] = base.model_dump()
    for option, field in {**renamed, **{name: name for name in same}}.items():
        if getattr(options, option) is not None:
            fields[field] = getattr(options, option)
    return fields


def _learning_rate(text: str, model: str, optimizer: str) -> float:
    from eiftui.models.registry import entry

    if text == "auto":
        known = entry(model)
        return known.lr if known and optimizer == "sgd" else AUTO_LR[optimizer]
    return learning_rate(text, otherwise=" (or auto)")


def _workers(text: str) -> str:
    if not re.fullmatch(r"here|local(:[1-9]\d{0,2})?", text, re.ASCII):
        raise InputError(f"--workers {text}: use local or local:N")
    return text


def _gib(text: str) -> float:
    return positive(text, f"--memory-budget {text}: give GiB, a finite number above 0")


def _conditions(text: str) -> tuple[str, ...]:
    asked = [name.strip() for name in text.split(",")]
    for name in asked:
        if name not in CONDITIONS:
            raise InputError(f"--condition {name or repr(text)}: there are {', '.join(CONDITIONS)}")
    return tuple(condition for condition in CONDITIONS if condition in asked)
