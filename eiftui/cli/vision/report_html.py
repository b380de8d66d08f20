"""The report on images as one HTML file that needs nothing else: figures that answer to the mouse, and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eiftui.analysis.estimates import Estimate
from eiftui.analysis.images.findings import ImageFindings
from eiftui.analysis.images.noise import NoiseFinding
from eiftui.cli.page import escaped, made_by, page, preformatted, shown, side_by_side, verdict
from eiftui.cli.vision import figures, words
from eiftui.session.images import ImageSession
from eiftui.show.numbers import percent, ratio


def report_page(session: ImageSession, findings: ImageFindings) -> str:
    """The whole file."""
    return page(session.path.stem, _body(session, findings))


def _body(session: ImageSession, findings: ImageFindings) -> Iterator[str]:
    lines = (words.settings_line(session), words.intervals(session), *words.diverged(findings.diverged))
    told = filter(None, (*lines, f"EIF: {words.SIGN}."))
    yield f"<h1>{escaped(session.path.stem)}</h1>"
    yield f'<p class="note">{"<br>".join(map(escaped, told))}</p>'
    yield "<h2>Influence</h2>"
    maps = (figures.class_map(session, found, condition) for condition, found in findings.classes.items())
    yield side_by_side(map(shown, maps)) + shown(figures.digit_map(session))
    yield "<h2>Symmetry</h2>" + preformatted(words.symmetry(findings.symmetry))
    yield "<h2>Blocks by class</h2>" + preformatted(words.blocks(findings.blocks))
    yield shown(figures.blocks(findings.blocks))
    yield "<h2>Look-alikes</h2>" + preformatted(words.look_alikes(findings.look_alikes))
    yield shown(figures.look_alikes(findings.look_alikes))
    yield "<h2>Noise</h2>"
    if findings.noise:
        yield preformatted(words.noise_claims()) + _noise_table(findings.noise)
        yield shown(figures.noise(findings.noise)) + shown(figures.quadrants(findings.noise))
    else:
        yield preformatted(words.noise(findings.noise))
    yield "<h2>Learning rates</h2>" + preformatted(words.rates(findings.rates))
    yield side_by_side([shown(figures.first_order(session)), shown(figures.rates(findings.rates))])
    yield "<h2>How it was measured</h2>" + preformatted([*words.how_measured(session), made_by()])


def _noise_table(findings: Sequence[NoiseFinding]) -> str:
    """A row a kind of noise: both verdicts, then the four quadrants."""
    heads = ("", "Eq. 5: training noisy", "Eq. 6: probe noisy", *(f"{name}, nats" for name in words.QUADRANTS))
    rows = (
        f"<tr><td>{escaped(found.noise.name)}</td>{_side(found, found.train_ratio, found.train_share)}"
        f"{_side(found, found.probe_ratio, found.probe_share)}"
        f"{''.join(f'<td>{words.in_nats(cell)}</td>' for cell in found.quadrants)}</tr>"
        for found in findings
    )
    return f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{''.join(rows)}</table>"


def _side(found: NoiseFinding, times: Estimate, share: Estimate) -> str:
    return (
        f"<td>{verdict(found.verdict(times))}<br>{ratio(times.mean, times.half)} times<br>"
        f'<span class="note">{percent(share.mean)} of pairs</span></td>'
    )
