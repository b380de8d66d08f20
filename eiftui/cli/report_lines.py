"""What a report says beyond the findings: how it was measured, and several sessions side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eiftui.analysis.contrasts import COMPARED, Desideratum, Test
from eiftui.analysis.distributions import Sparsity
from eiftui.analysis.findings import Findings
from eiftui.analysis.semantics import Semantics
from eiftui.analysis.symmetry import Symmetry
from eiftui.cli.results import settings_line
from eiftui.session.readings import Readings
from eiftui.session.safetext import visible
from eiftui.settings import CONDITIONS, Condition
from eiftui.show.numbers import compact, ratio
from eiftui.show.session_heatmap import known_floor


def how_measured(session: Readings) -> Iterator[str]:
    """Model, settings, versions, null floors and notices, one a line."""
    if model := session.model:
        yield f"model {model.choice.name}, fingerprint {model.fingerprint}, {model.parameters:,} parameters"
        yield ", ".join([f"on {model.device}", *(f"{name} {version}" for name, version in model.versions.items())])
    method = session.settings.method
    yield f"engine {method.engine}, {method.products} products; eif = loss after minus loss before, nats per token"
    for condition in CONDITIONS:
        floor = known_floor(session, condition)
        if floor is not None:
            yield f"{condition}: up to {compact(floor)} cannot be told from zero (null floor and number format)"
    yield from (f"note: {notice.text}" for notice in session.notices)


def overall(reports: Sequence[tuple[Readings, Findings]]) -> Iterator[str]:
    """Several sessions side by side, trained against prompted: a line a session and condition (M Fig. 5)."""
    yield f"{'':<22} {'':<9} {'S':<12} {'centred r':<13} {'Hoyer':<12} {'meaning r':<13} desiderata that hold"
    for session, findings in reports:
        name = visible(session.sheet.title)[:22]
        for which in COMPARED:
            yield f"{name:<22} {which:<9} {_side_by_side(findings, which)}"
            name = ""
    yield "S: the symmetric share; centred r: correlation with the transpose, without what rows or columns"
    yield "have in common; Hoyer: sparsity; meaning r: rank correlation of EIF with how alike embeddings are,"
    yield "shared words held fixed (negative: the closer, the more is learned)."
    rates = {settings_line(session).partition(" · draws")[0] for session, _ in reports}
    if len(rates) > 1:
        yield "Not all were measured with the same settings: sizes of EIF do not compare."


def by_desideratum(reports: Sequence[tuple[Readings, Findings]]) -> Iterator[str]:
    """How many contrasts of each desideratum hold over several sessions, and where training and prompting differ."""
    kinds: dict[str, list[Desideratum]] = {}
    for _, findings in reports:
        for one in findings.desiderata:
            kinds.setdefault(one.contrast.desideratum, []).append(one)
    if not kinds:
        return
    yield f"{'':<20} {'contrasts':<10} {'trained':<22} {'prompted':<22} trained than prompted"
    for name, found in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
        held = [_count([getattr(one, which) for one in found], "hold", "violated") for which in COMPARED]
        against = _count([one.difference for one in found], "better", "worse")
        yield f"{visible(name)[:20]:<20} {len(found):<10} {held[0]:<22} {held[1]:<22} {against}"


def _count(tests: Sequence[Test], good: str, bad: str) -> str:
    """How many tests come out below and above zero."""
    return ", ".join(
        f"{sum(test.verdict == verdict for test in tests)} {word}"
        for verdict, word in (("holds", good), ("violated", bad))
    )


def _side_by_side(findings: Findings, which: Condition) -> str:
    symmetry, sparsity = findings.symmetry.get(which), findings.sparsity.get(which)
    share, centred = "?", "?"
    if isinstance(symmetry, Symmetry):
        share, centred = (ratio(part.mean, part.half) for part in (symmetry.share, symmetry.centred))
    hoyer = ratio(sparsity.hoyer.mean, sparsity.hoyer.half) if isinstance(sparsity, Sparsity) else "?"
    meaning = findings.semantics.get(which)
    alike = ratio(meaning.cosine.held.mean, meaning.cosine.held.half) if isinstance(meaning, Semantics) else "?"
    tests: list[Test] = [getattr(one, which) for one in findings.desiderata]
    held = sum(test.verdict == "holds" for test in tests)
    return f"{share:<12} {centred:<13} {hoyer:<12} {alike:<13} {held} of {len(tests)}"
