"""Each view of the findings: words and plots, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from eiftui.analysis import words
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.findings import Findings
from eiftui.session.safetext import visible
from eiftui.tui import figures


@dataclass(frozen=True)
class Shown:
    """Findings, and the room there is for plots of them."""

    found: Findings
    size: tuple[int, int]
    coloured: bool
    keys: Mapping[str, str]
    """That make or measure what a view is about, by their actions."""


def desiderata(shown: Shown) -> Iterator[RenderableType]:
    yield _text(words.verdicts(shown.found.desiderata))
    if not shown.found.desiderata:
        yield Text(
            f"{shown.keys['matrix.contrast']} on two cells of the matrix makes one: the first ought to be lower."
        )
    for one in shown.found.desiderata:
        yield Text(f"\n{visible(words.title(one))}", style="bold")
        yield _verdicts_coloured(_text(words.tests(one)))


def symmetry(shown: Shown) -> Iterator[RenderableType]:
    yield _text(words.symmetry(shown.found.session, shown.found))


def distribution(shown: Shown) -> Iterator[RenderableType]:
    yield figures.distribution(shown.found.histogram, shown.size, shown.coloured)
    yield _text(words.sparsity(shown.found.sparsity))


def rate(shown: Shown) -> Iterator[RenderableType]:
    sweep = shown.found.sweep
    if isinstance(sweep, NoAnswer):
        yield _text([f"no answer yet: {sweep}; {shown.keys['findings.measure']} makes one"])
    else:
        yield _text([*words.sweep_conclusions(sweep), ""])
        yield _text([*words.sweep_table(sweep), ""])
        yield figures.rates(sweep, shown.size, shown.coloured)
    yield Text("\nFirst order", style="bold")
    yield _text([*words.first_order(shown.found.agreement), *words.met_table(shown.found.session, shown.found.met)])


def semantics(shown: Shown) -> Iterator[RenderableType]:
    yield _text(words.semantics(shown.found.semantics, shown.keys["findings.measure"]))
    if plot := figures.semantics(shown.found.session, shown.size, shown.coloured):
        yield plot


def dynamics(shown: Shown) -> Iterator[RenderableType]:
    how = f"{shown.keys['findings.measure']} measures a training set step by step"
    yield _text(words.dynamics(shown.found.session, how))


VIEWS: dict[str, Callable[[Shown], Iterator[RenderableType]]] = {
    "desiderata": desiderata,
    "symmetry": symmetry,
    "distribution": distribution,
    "rate": rate,
    "semantics": semantics,
    "dynamics": dynamics,
}


def _verdicts_coloured(text: Text) -> Text:
    text.highlight_regex(r"(?m)^  \w+ +(?P<green>holds)")
    text.highlight_regex(r"(?m)^  \w+ +(?P<red>violated)")
    return text


def _text(lines: Iterable[str]) -> Text:
    return Text("\n".join(map(visible, lines)))
