"""The report as one HTML file that needs nothing else: figures that answer to the mouse, and what they say in words."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import plotly
from plotly.offline import get_plotlyjs

from eiftui.analysis import words
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.contrasts import Desideratum, Test
from eiftui.analysis.dynamics import dynamics
from eiftui.analysis.findings import Findings, attempt, pooled
from eiftui.cli import figures, report_lines
from eiftui.cli.results import settings_line
from eiftui.domains.schema import Text
from eiftui.session.readings import Quantity, Readings
from eiftui.session.safetext import visible
from eiftui.session.written import eiftui_version
from eiftui.show.numbers import estimate, p_value, ratio

SHOWN: tuple[Quantity, ...] = ("trained", "prompted", "gap", "predicted")
SIGN = "EIF: loss after minus loss before, nats per token; negative: the probe became more likely."
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1100px; margin: 2em auto; padding: 0 1em }
h1 { margin-bottom: 0 } h2 { margin-top: 2.2em; border-bottom: 1px solid #ccc }
.note { color: #555 } pre { white-space: pre-wrap; background: #f6f6f6; padding: .8em; border-radius: 6px }
.side { display: grid; grid-template-columns: repeat(auto-fill, minmax(460px, 1fr)); gap: 1em }
.side > * { min-width: 0 }
table { border-collapse: collapse; font-size: 14px }
th, td { text-align: left; padding: .3em .7em; vertical-align: top }
tr { border-top: 1px solid #e4e4e4 } .holds { color: #1a7f37 } .violated { color: #b3261e } .undecided { color: #777 }
"""


def page(reports: Sequence[tuple[Readings, Findings]]) -> str:
    """The whole file, on one session or several: plotly's own script stands in it, so that it needs no network."""
    title = _escaped(" · ".join(session.sheet.title for session, _ in reports) or "Report")
    body = [part for session, findings in reports for part in _report(session, findings)]
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>',
            f"<script>{get_plotlyjs()}</script></head><body>",
            *body,
            *(_overall(reports) if len(reports) > 1 else ()),
            "</body></html>",
        )
    )


def _report(session: Readings, findings: Findings) -> Iterator[str]:
    yield f"<h1>{_escaped(session.sheet.title or 'Report')}</h1>"
    yield f'<p class="note">{_escaped(settings_line(session))}<br>{SIGN}</p>'
    yield from _sections(session, findings)


def _overall(reports: Sequence[tuple[Readings, Findings]]) -> Iterator[str]:
    yield "<h1>All sessions</h1>" + _lines(report_lines.overall(reports))
    yield "<h2>Desiderata</h2>" + _lines(report_lines.by_desideratum(reports))
    yield _figure(figures.histogram(pooled([session for session, _ in reports])))


def _sections(session: Readings, findings: Findings) -> Iterator[str]:
    yield "<h2>Influence</h2>"
    maps = [figures.heatmap(session, which) for which in SHOWN if session.measured(which).any()]
    yield f'<div class="side">{"".join(map(_figure, maps))}</div>'
    yield _texts(session)
    yield "<h2>Desiderata</h2>"
    if findings.desiderata:
        yield _figure(figures.contrasts(findings.desiderata)) + _contrast_table(findings.desiderata)
    else:
        yield "<p>The session has no contrasts.</p>"
    yield "<h2>Symmetry</h2>" + _lines(words.symmetry(session, findings))
    yield "<h2>Sparsity and distribution</h2>" + _lines(words.sparsity(findings.sparsity))
    yield _figure(figures.histogram(findings.histogram))
    yield "<h2>Semantics</h2>" + _lines(words.semantics(findings.semantics))
    if figure := figures.semantics(session):
        yield _figure(figure)
    said = [*words.first_order(findings.agreement), *words.met_table(session, findings.met)]
    yield "<h2>First order</h2>" + _lines(said)
    if not isinstance(findings.agreement, NoAnswer):
        yield _figure(figures.scatter(session))
    if len(findings.met) > 1:
        yield _figure(figures.first_order(findings.met))
    yield "<h2>Learning rate</h2>"
    if isinstance(findings.sweep, NoAnswer):
        yield _lines([f"no answer: {findings.sweep}; `eiftui sweep` makes one"])
    else:
        yield _figure(figures.sweep(findings.sweep))
        yield _lines([*words.sweep_table(findings.sweep), "", *words.sweep_conclusions(findings.sweep)])
    if session.trajectories:
        yield "<h2>Dynamics</h2>"
    for trajectory in session.trajectories:
        found = attempt(dynamics, session, trajectory)
        if isinstance(found, NoAnswer):
            yield _lines([f"no answer: {found}"])
        else:
            learned = (f"{step} {sentence}" for step, sentence in enumerate(trajectory.sentences, start=1))
            yield _figure(figures.steps(session, found)) + _lines([*learned, *words.retained(found)])
    yield "<h2>How it was measured</h2>"
    yield _lines(
        [*report_lines.how_measured(session), f"eiftui {eiftui_version()}, figures by plotly {plotly.__version__}"]
    )


def _figure(figure: Any) -> str:
    config = {"displaylogo": False, "responsive": True}
    return str(figure.to_html(full_html=False, include_plotlyjs=False, config=config))


def _lines(lines: Iterable[str]) -> str:
    return f"<pre>{html.escape(chr(10).join(map(visible, lines)))}</pre>"


def _texts(session: Readings) -> str:
    def listed(texts: tuple[Text, ...]) -> str:
        return "".join(f"<li>{_escaped(text.label)}</li>" for text in texts)

    return (
        f'<div class="side"><div><b>Training sets</b><ol>{listed(session.rows)}</ol></div>'
        f"<div><b>Probes</b><ol>{listed(session.probes)}</ol></div></div>"
    )


def _contrast_table(found: list[Desideratum]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("", "desideratum", "trained", "prompted", "trained − prompted"))
    rows = "".join(
        f"<tr><td>{index}</td><td><b>{_escaped(one.contrast.desideratum)}</b><br>{_escaped(one.contrast.name)}</td>"
        f"{_test(one.trained)}{_test(one.prompted)}{_test(one.difference, verdict=False)}</tr>"
        for index, one in enumerate(found, start=1)
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def _test(test: Test, verdict: bool = True) -> str:
    found = test.estimate
    if not found.points:
        return f"<td>{_escaped(test.caution)}</td>"
    name = f'<b class="{test.verdict.replace(" ", "-")}">{test.verdict}</b><br>' if verdict else ""
    caution = f"<br>{_escaped(test.caution)}" if test.caution else ""
    return (
        f"<td>{name}{estimate(found.mean, found.half)}<br>"
        f'<span class="note">p {p_value(test.corrected)}, d {ratio(found.dz)}, δ {test.margin:.2g}{caution}</span></td>'
    )


def _escaped(text: str) -> str:
    return html.escape(visible(text))
