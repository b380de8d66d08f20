"""Finds and reads domains written as TOML: those that come with eiftui, and anybody's own.

    title = "Set membership"
    source = "where the idea is from"

    [[texts]]
    id = "a_in_b_in_c"
    text = "{A} belongs to the set of {B}. || {B} belongs to the set of {C}."
    role = "row"                          # "row", "probe" or, if left out, "both"

    [[contrasts]]
    name = "the conclusion above its converse"
    desideratum = "transitivity"
    lower = { row = "a_in_b_in_c", probe = "a_in_c" }
    higher = { row = "a_in_b_in_c", probe = "c_in_a" }
    compare = "signed"                    # or "magnitude"

The domain's name is the file's, without `.toml`. A title that is left out is the name.
"""

from __future__ import annotations

import difflib
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from eiftui.domains.files import read_text
from eiftui.domains.schema import Contrast, Domain, Role, Text
from eiftui.domains.sentences import split_sentences
from eiftui.errors import InputError, first_problem, problem
from eiftui.settings import Frozen


class _WrittenText(Frozen):
    """A text the way a file has it: its sentences on one line."""

    id: Annotated[str, Field(min_length=1)]
    text: str
    role: Role = "both"


class _WrittenDomain(Frozen):
    """A domain the way a file has it."""

    title: str = ""
    source: str = ""
    texts: Annotated[tuple[_WrittenText, ...], Field(min_length=1)]
    contrasts: tuple[Contrast, ...] = ()


def builtin_names() -> tuple[str, ...]:
    """Names of the domains that come with eiftui, in alphabetical order."""
    names = (Path(file.name) for file in _builtin_folder().iterdir())
    return tuple(sorted(name.stem for name in names if name.suffix == ".toml"))


def load_builtin(name: str) -> Domain:
    """The built-in domain called `name`. Raises as `builtin_file` does."""
    return _parse(builtin_file(name), name, f"{name}.toml")


def builtin_file(name: str) -> str:
    """The file of the domain called `name`, as text. Raises InputError with the closest names if there is none."""
    if name not in builtin_names():
        close = difflib.get_close_matches(name, builtin_names())
        hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(builtin_names())}"
        raise InputError(f"no domain is called {name!r}; {hint}")
    return _builtin_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8")


def load_file(path: Path) -> Domain:
    """The domain that the TOML file at `path` describes.

    Raises InputError, one line that names the file and the first thing wrong with it.
    """
    return _parse(read_text(path), path.stem, str(path))


def _builtin_folder() -> Traversable:
    return resources.files("eiftui.domains").joinpath("builtin")


def _parse(content: str, name: str, place: str) -> Domain:
    if not content.strip():
        raise InputError(f"{place}: the file is empty; a domain needs at least one [[texts]] entry")
    try:
        written = _WrittenDomain.model_validate(tomllib.loads(content))
        return Domain(
            name=name,
            title=written.title or name,
            source=written.source,
            texts=tuple(
                Text(id=text.id, sentences=split_sentences(text.text, f"{place}, text {text.id!r}"), role=text.role)
                for text in written.texts
            ),
            contrasts=written.contrasts,
        )
    except ValidationError as error:
        raise InputError(f"{place}: {_place_and_problem(error)}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: not TOML: {error}") from error


def _place_and_problem(error: ValidationError) -> str:
    """The first thing pydantic found wrong, after where it is: `texts 3, role: ...`, counting from 1."""
    first = first_problem(error)
    where = ""
    for step in first["loc"]:
        where += f" {step + 1}" if isinstance(step, int) else f", {step}"
    return f"{where.removeprefix(', ')}: {problem(first)}" if where else problem(first)
