"""Makes a domain of plain text files: a line is one training set, or one probe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eiftui.domains.files import read_text
from eiftui.domains.schema import Domain, Role, Text
from eiftui.domains.sentences import split_sentences
from eiftui.errors import InputError

Sentences = tuple[str, ...]


@dataclass(frozen=True)
class _Lines:
    """What a file holds: each text with the number of the line where it first stands, and how many lines repeat one."""

    first_seen: dict[Sentences, int]
    repeated: int


def from_text_files(train: Path, probe: Path | None = None) -> Domain:
    """The training sets of `train` and the probes of `probe`, or the training sets as probes too if there is none.

    ` || ` separates the sentences of a line; blank lines and lines that start with `#` are skipped. A line that stands
    in both files is one text, trained on and probed. A line that its file repeats counts once, and the domain's
    `source` says how many did. Ids are `train:N` and `probe:N`, with N the line number. Rows stand in the order of
    their file; so do probes, unless the files order the lines they share differently: those follow `train`.

    Raises InputError naming the file, and the line if it is one, that cannot be used.
    """
    rows = _read(train)
    probes = _read(probe) if probe else rows
    texts = tuple(
        Text(id=_id(sentences, rows, probes), sentences=sentences, role=_role(sentences, rows, probes))
        for sentences in _merge(tuple(rows.first_seen), tuple(probes.first_seen))
    )
    repeated = rows.repeated + (probes.repeated if probe else 0)
    return Domain(name=train.stem, title=train.name, source=_source(train, probe, repeated), texts=texts)


def _read(path: Path) -> _Lines:
    first_seen: dict[Sentences, int] = {}
    repeated = 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", read_text(path)), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        sentences = split_sentences(line, f"{path} line {number}")
        repeated += sentences in first_seen
        first_seen.setdefault(sentences, number)
    if not first_seen:
        raise InputError(f"{path}: no sentences in it; write one training set or probe a line")
    return _Lines(first_seen, repeated)


def _merge(rows: Sequence[Sentences], probes: Sequence[Sentences]) -> list[Sentences]:
    """Every text once: rows in order, and before each one that is probed too the probes that lead up to it."""
    trained = set(rows)
    leading: dict[Sentences, list[Sentences]] = {}
    waiting: list[Sentences] = []
    for probe in probes:
        if probe in trained:
            leading[probe], waiting = waiting, []
        else:
            waiting.append(probe)
    return [text for row in rows for text in (*leading.get(row, ()), row)] + waiting


def _role(sentences: Sentences, rows: _Lines, probes: _Lines) -> Role:
    if sentences not in rows.first_seen:
        return "probe"
    return "both" if sentences in probes.first_seen else "row"


def _id(sentences: Sentences, rows: _Lines, probes: _Lines) -> str:
    line = rows.first_seen.get(sentences)
    return f"probe:{probes.first_seen[sentences]}" if line is None else f"train:{line}"


def _source(train: Path, probe: Path | None, repeated: int) -> str:
    files = f"{train.name} and {probe.name}" if probe else train.name
    return f"{files} ({repeated} repeated line{'s' * (repeated > 1)} counted once)" if repeated else files
