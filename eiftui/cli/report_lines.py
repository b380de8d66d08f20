"""The findings in words, one a line: what a report says beside its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from eiftui.analysis.asymmetry import Asymmetry
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.contrasts import Desideratum, Test
from eiftui.analysis.distributions import Sparsity
from eiftui.analysis.findings import READ, Findings
from eiftui.analysis.first_order import Agreement
from eiftui.analysis.semantics import Semantics
from eiftui.analysis.symmetry import Symmetry
from eiftui.cli.results import settings_line
from eiftui.session.readings import Quantity
from eiftui.session.safetext import visible
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS, Condition
from eiftui.show.numbers import compact, estimate, p_value, ratio

VERDICTS = ("holds", "violated", "no effect", "undecided")


def how_measured(session: Session) -> Iterator[str]:
    """Model, settings, versions, null floors and notices, one a line."""
    if model := session.model:
        yield f"model {model.choice.name}, fingerprint {model.fingerprint}, {model.parameters:,} parameters"
        yield ", ".join([f"on {model.device}", *(f"{name} {version}" for name, version in model.versions.items())])
    method = session.settings.method
    yield f"engine {method.engine}, {method.products} products; eif = loss after minus loss before, nats per token"
    for condition in CONDITIONS:
        floor = session.floor(condition)
        if floor is not None:
            yield f"{condition}: up to {compact(floor)} cannot be told from zero (null floor and number format)"
    yield from (f"note: {notice.text}" for notice in session.notices)


def desiderata(found: list[Desideratum]) -> Iterator[str]:
    if not found:
        yield "The session has no contrasts."
        return
    for name in ("trained", "prompted"):
        verdicts = Counter(getattr(one, name).verdict for one in found)
        yield f"{name}: " + ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS if verdicts[verdict])
    yield "Per draw, the cell that ought to be lower minus the other; p from sign flips, after Holm's correction;"
    yield "d: mean over standard deviation; δ: no effect is an interval within ±δ."
    cautions = Counter(test.caution for one in found for test in (one.trained, one.prompted) if test.caution)
    yield from (f"{number} of {2 * len(found)} tests: {caution}" for caution, number in cautions.most_common())
    for one in found:
        yield ""
        yield f"{one.contrast.desideratum}: {one.contrast.name}"
        yield from (
            f"  {name:<10} {_test(test)}" for name, test in (("trained", one.trained), ("prompted", one.prompted))
        )
        yield f"  {'difference':<10} {_test(one.difference, verdict=False)}"


def _test(test: Test, verdict: bool = True) -> str:
    found = test.estimate
    if not found.points:
        return f"({test.caution})"
    parts = [f"{test.verdict if verdict else '':<9} {estimate(found.mean, found.half):<14}"]
    if len(found.points) > 1:
        parts.append(f"p {p_value(test.corrected):<7} d {ratio(found.dz):<6} δ {test.margin:.2g}")
    if found.dropped:
        parts.append(f"({found.dropped} draws not finite)")
    return " ".join(parts)


def symmetry(session: Session, findings: Findings) -> Iterator[str]:
    for which, found in findings.symmetry.items():
        if isinstance(found, NoAnswer):
            yield f"{which}: no answer: {found}"
        else:
            yield from _symmetry_of(session, which, found)
    if isinstance(findings.asymmetry, Asymmetry):
        parts = findings.asymmetry
        yield (
            f"asymmetry of trained, 1 - S = {ratio(parts.whole.mean, parts.whole.half)}: update rule "
            f"{ratio(parts.rule.mean)}, gradient norms {ratio(parts.norms.mean)}, rest {ratio(parts.rest.mean)}"
        )
    else:
        yield f"asymmetry by cause: no answer: {findings.asymmetry}"


def _symmetry_of(session: Session, which: Quantity, found: Symmetry) -> Iterator[str]:
    yield (
        f"{which:<9} S {ratio(found.share.mean, found.share.half)} (chance 0.50), r with transpose "
        f"{ratio(found.pearson.mean, found.pearson.half)}, rank {ratio(found.spearman.mean)}, "
        f"p {p_value(found.p)}"
    )
    yield (
        f"{'':<9} double-centred r {ratio(found.centred.mean, found.centred.half)}, p {p_value(found.p_centred)}; "
        f"directed {ratio(found.directed.mean)} (chance {ratio(2 / len(found.texts))})"
    )
    teacher = session.rows[found.texts[int(np.argmax(found.leaning))]]
    yield f"{'':<9} teaches most, compared with what it is taught: “{teacher.label}”"


def sparsity(found: dict[Quantity, Sparsity | NoAnswer]) -> Iterator[str]:
    yield "0: all cells alike; 1: one cell has everything."
    for which, one in found.items():
        if isinstance(one, NoAnswer):
            yield f"{which}: no answer: {one}"
        else:
            floor = "" if one.below_floor is None else f", not to be told from zero {one.below_floor.mean:.0%} of cells"
            hoyer, gini = (ratio(part.mean, part.half) for part in (one.hoyer, one.gini))
            yield f"{which:<9} Hoyer {hoyer}, Gini {gini}{floor}"


def overall(reports: Sequence[tuple[Session, Findings]]) -> Iterator[str]:
    """Several sessions side by side, trained against prompted: a line a session and condition (M Fig. 5)."""
    yield f"{'':<22} {'':<9} {'S':<12} {'centred r':<14} {'Hoyer':<12} desiderata that hold"
    for session, findings in reports:
        name = visible(session.sheet.title)[:22]
        for which in READ:
            yield f"{name:<22} {which:<9} {_side_by_side(findings, which)}"
            name = ""
    rates = {settings_line(session).partition(" · draws")[0] for session, _ in reports}
    if len(rates) > 1:
        yield "Not all were measured with the same settings: sizes of EIF do not compare."


def _side_by_side(findings: Findings, which: Condition) -> str:
    symmetry, sparsity = findings.symmetry.get(which), findings.sparsity.get(which)
    share, centred = "?", "?"
    if isinstance(symmetry, Symmetry):
        share, centred = (ratio(part.mean, part.half) for part in (symmetry.share, symmetry.centred))
    hoyer = ratio(sparsity.hoyer.mean, sparsity.hoyer.half) if isinstance(sparsity, Sparsity) else "?"
    tests: list[Test] = [getattr(one, which) for one in findings.desiderata]
    held = sum(test.verdict == "holds" for test in tests)
    return f"{share:<12} {centred:<14} {hoyer:<12} {held} of {len(tests)}"


def semantics(found: dict[Quantity, Semantics | NoAnswer]) -> Iterator[str]:
    yield "Rank correlation of EIF with likeness, own texts left out; negative: the more alike, the more is learned."
    for which, one in found.items():
        if isinstance(one, NoAnswer):
            yield f"{which}: no answer: {one}; `eiftui embed` makes them"
        else:
            for name, relation in (("embedding cosine", one.cosine), ("shared words", one.overlap)):
                plain, held = (ratio(part.mean, part.half) for part in (relation.plain, relation.held))
                yield f"{which:<9} {name:<16} {plain}, the other held fixed {held}, p {p_value(relation.held.p)}"


def first_order(found: Agreement | NoAnswer) -> Iterator[str]:
    if isinstance(found, NoAnswer):
        yield f"no answer: {found}"
    else:
        yield (
            f"trained against predicted: r {ratio(found.pearson.mean, found.pearson.half)}, "
            f"rank {ratio(found.spearman.mean, found.spearman.half)}, "
            f"relative error {ratio(found.error.mean, found.error.half)}"
        )
