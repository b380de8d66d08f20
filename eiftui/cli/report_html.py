"""The report as one HTML file that needs nothing else: figures that answer to the mouse, and what they say in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eiftui.analysis import words
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.contrasts import Desideratum, Test
from eiftui.analysis.dynamics import dynamics
from eiftui.analysis.findings import Findings, attempt, pooled
from eiftui.cli import figures, report_lines
from eiftui.cli.page import escaped, made_by, page, preformatted, shown, side_by_side, verdict
from eiftui.cli.results import settings_line
from eiftui.domains.schema import Text
from eiftui.session.readings import Quantity, Readings
from eiftui.show.numbers import estimate, p_value, ratio

SHOWN: tuple[Quantity, ...] = ("trained", "prompted", "gap", "predicted")
SIGN = "EIF: loss after minus loss before, nats per token; negative: the probe became more likely."


def report_page(reports: Sequence[tuple[Readings, Findings]]) -> str:
    """The whole file, on one session or several."""
    title = " · ".join(session.sheet.title for session, _ in reports) or "Report"
    body = [part for session, findings in reports for part in _report(session, findings)]
    return page(title, (*body, *(_overall(reports) if len(reports) > 1 else ())))


def _report(session: Readings, findings: Findings) -> Iterator[str]:
    yield f"<h1>{escaped(session.sheet.title or 'Report')}</h1>"
    yield f'<p class="note">{escaped(settings_line(session))}<br>{SIGN}</p>'
    yield from (f"<p>{escaped(line)}</p>" for line in words.overshot(session, findings.overshot))
    yield from _sections(session, findings)


def _overall(reports: Sequence[tuple[Readings, Findings]]) -> Iterator[str]:
    yield "<h1>All sessions</h1>" + preformatted(report_lines.overall(reports))
    yield "<h2>Desiderata</h2>" + preformatted(report_lines.by_desideratum(reports))
    yield shown(figures.histogram(pooled([session for session, _ in reports])))


def _sections(session: Readings, findings: Findings) -> Iterator[str]:
    yield "<h2>Influence</h2>"
    maps = [figures.heatmap(session, which) for which in SHOWN if session.measured(which).any()]
    yield side_by_side(map(shown, maps))
    yield _texts(session)
    yield "<h2>Desiderata</h2>"
    if findings.desiderata:
        yield shown(figures.contrasts(findings.desiderata)) + _contrast_table(findings.desiderata)
    else:
        yield "<p>The session has no contrasts.</p>"
    yield "<h2>Symmetry</h2>" + preformatted(words.symmetry(session, findings))
    yield "<h2>Sparsity and distribution</h2>" + preformatted(words.sparsity(findings.sparsity))
    yield shown(figures.histogram(findings.histogram))
    yield "<h2>Semantics</h2>" + preformatted(words.semantics(findings.semantics))
    if figure := figures.semantics(session):
        yield shown(figure)
    said = [*words.first_order(findings.agreement), *words.met_table(session, findings.met)]
    yield "<h2>First order</h2>" + preformatted(said)
    if not isinstance(findings.agreement, NoAnswer):
        yield shown(figures.scatter(session))
    if len(findings.met) > 1:
        yield shown(figures.first_order(findings.met))
    yield "<h2>Learning rate</h2>"
    if isinstance(findings.sweep, NoAnswer):
        yield preformatted([f"no answer: {findings.sweep}; `eiftui sweep` makes one"])
    else:
        yield shown(figures.sweep(findings.sweep))
        yield preformatted([*words.sweep_table(findings.sweep), "", *words.sweep_conclusions(findings.sweep)])
    if session.trajectories:
        yield "<h2>Dynamics</h2>"
    for trajectory in session.trajectories:
        found = attempt(dynamics, session, trajectory)
        if isinstance(found, NoAnswer):
            yield preformatted([f"no answer: {found}"])
        else:
            learned = (f"{step} {sentence}" for step, sentence in enumerate(trajectory.sentences, start=1))
            yield shown(figures.steps(session, found)) + preformatted([*learned, *words.retained(found)])
    yield "<h2>How it was measured</h2>"
    yield preformatted([*report_lines.how_measured(session), made_by()])


def _texts(session: Readings) -> str:
    def listed(texts: tuple[Text, ...]) -> str:
        return "".join(f"<li>{escaped(text.label)}</li>" for text in texts)

    parts = {"Training sets": session.rows, "Probes": session.probes}
    return side_by_side(f"<div><b>{name}</b><ol>{listed(texts)}</ol></div>" for name, texts in parts.items())


def _contrast_table(found: list[Desideratum]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("", "desideratum", "trained", "prompted", "trained − prompted"))
    rows = "".join(
        f"<tr><td>{index}</td><td><b>{escaped(one.contrast.desideratum)}</b><br>{escaped(one.contrast.name)}</td>"
        f"{_test(one.trained)}{_test(one.prompted)}{_test(one.difference, judged=False)}</tr>"
        for index, one in enumerate(found, start=1)
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def _test(test: Test, judged: bool = True) -> str:
    found = test.estimate
    if not found.points:
        return f"<td>{escaped(test.caution)}</td>"
    name = f"{verdict(test.verdict)}<br>" if judged else ""
    caution = f"<br>{escaped(test.caution)}" if test.caution else ""
    return (
        f"<td>{name}{estimate(found.mean, found.half)}<br>"
        f'<span class="note">p {p_value(test.corrected)}, d {ratio(found.dz)}, δ {test.margin:.2g}{caution}</span></td>'
    )
