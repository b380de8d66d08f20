"""The findings in words, one a line: what reports and the screen say beside their figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

import numpy as np

from eiftui.analysis.asymmetry import Asymmetry
from eiftui.analysis.cells import NoAnswer, own_cells
from eiftui.analysis.contrasts import NOT_MEASURED, Desideratum, Test, Verdict
from eiftui.analysis.distributions import Sparsity
from eiftui.analysis.dynamics import Dynamics
from eiftui.analysis.dynamics import dynamics as traced
from eiftui.analysis.findings import Findings, attempt
from eiftui.analysis.first_order import GOOD, Agreement, Met
from eiftui.analysis.rates import LEAST_EFFECT, Sweep
from eiftui.analysis.semantics import NotEmbedded, Semantics
from eiftui.analysis.symmetry import Symmetry
from eiftui.session.readings import Quantity, Readings
from eiftui.settings import Optimizer
from eiftui.show.numbers import compact, counted, estimate, p_value, percent, ratio
from eiftui.show.summary import mean_and_interval

LISTED = 5
"""Of rows that share a fate, so many are named."""


def desiderata(found: list[Desideratum]) -> Iterator[str]:
    """All there is to be said of them."""
    yield from verdicts(found)
    for one in found:
        yield from ("", title(one), *tests(one))


def verdicts(found: list[Desideratum]) -> Iterator[str]:
    """How many hold, and how that was found out."""
    if not found:
        yield "The session has no contrasts."
        return
    for name in ("trained", "prompted"):
        tests = [getattr(one, name) for one in found]
        counts = Counter(one.caution if one.caution == NOT_MEASURED else one.verdict for one in tests)
        kinds = (*get_args(Verdict), NOT_MEASURED)
        told = (f"{counts[one]} {'hold' if one == 'holds' else one}" for one in kinds if counts[one])
        yield f"{name}: {', '.join(told)}"
    yield "Per draw, the cell that ought to be lower minus the other, nats per token;"
    yield "p from sign flips, after Holm's correction; d: mean over standard deviation;"
    yield "δ: no effect is an interval within ±δ."
    cautions = Counter(test.caution for one in found for test in (one.trained, one.prompted) if test.caution)
    yield from (f"{number} of {2 * len(found)} tests: {caution}" for caution, number in cautions.most_common())


def title(one: Desideratum) -> str:
    return f"{one.contrast.desideratum}: {one.contrast.name}"


def tests(one: Desideratum) -> Iterator[str]:
    """A line for each condition, and one for their difference."""
    yield f"  {'trained':<10} {_test(one.trained)}"
    yield f"  {'prompted':<10} {_test(one.prompted)}"
    yield f"  {'difference':<10} {_test(one.difference, verdict=False)}"


def _test(test: Test, verdict: bool = True) -> str:
    found = test.estimate
    if not found.points:
        return f"({test.caution})"
    parts = [f"{test.verdict if verdict else '':<9} {estimate(found.mean, found.half):<19}"]
    if len(found.points) > 1:
        parts.append(f"p {p_value(test.corrected):<7} d {ratio(found.dz):<6} δ {test.margin:.2g}")
    if found.dropped:
        parts.append(f"({found.dropped} draws not finite)")
    return " ".join(parts)


def symmetry(session: Readings, findings: Findings) -> Iterator[str]:
    """A table of the conditions, what its columns are, and where asymmetry comes from. 78 columns."""
    found = {which: one for which, one in findings.symmetry.items() if isinstance(one, Symmetry)}
    refused = {which: one for which, one in findings.symmetry.items() if isinstance(one, NoAnswer)}
    yield from (f"{which}: no answer: {reason}" for which, reason in refused.items())
    if found:
        yield f"{'':<9} {'S':<12} {'r':<12} {'p':<6} {'rank':<5} {'centred r':<12} {'p':<6} directed"
        yield from (f"{which:<9} {_symmetry_of(one)}" for which, one in found.items())
        chance = ratio(2 / max(len(one.texts) for one in found.values()))
        yield ""
        yield _measured_whole(session, found)
        yield "S: the symmetric share of what training sets do to each other (chance 0.50);"
        yield "r: correlation with the transpose, p by shuffled labels; centred: without what"
        yield f"rows or columns have in common; directed: some teach others (chance {chance})."
    if isinstance(findings.asymmetry, Asymmetry):
        parts = findings.asymmetry
        yield (f"Of single sentences only, asymmetry of trained, 1 − S = {ratio(parts.whole.mean, parts.whole.half)}:")
        yield (
            f"update rule {ratio(parts.rule.mean)}, gradient norms {ratio(parts.norms.mean)}, "
            f"the rest {ratio(parts.rest.mean)}."
        )
    else:
        yield f"asymmetry by cause: no answer: {findings.asymmetry}"
    if found:
        yield ""
        yield "Teaches most, compared with what it is taught:"
        for which, one in found.items():
            yield f"  {which:<9} {_teaches_most(session, one)}"


def _measured_whole(session: Readings, found: dict[Quantity, Symmetry]) -> str:
    """Of how many draws the numbers are: `Draws that are measured whole: 5 of 7`."""
    draws = {which: len(one.share.points) for which, one in found.items()}
    numbers = set(draws.values())
    told = ", ".join(
        [f"{which} {number}" for which, number in draws.items()] if len(numbers) > 1 else map(str, numbers)
    )
    return f"Draws that are measured whole: {told} of {session.draws}"


def _teaches_most(session: Readings, found: Symmetry) -> str:
    if found.leaning is None:
        return "nobody: symmetric"
    return f"“{session.rows[found.texts[int(np.argmax(found.leaning))]].label}”"


def _symmetry_of(found: Symmetry) -> str:
    share, r, centred = (ratio(one.mean, one.half) for one in (found.share, found.pearson, found.centred))
    rank, directed = ratio(found.spearman.mean), ratio(found.directed.mean)
    return f"{share:<12} {r:<12} {p_value(found.p):<6} {rank:<5} {centred:<12} {p_value(found.p_centred):<6} {directed}"


def sparsity(found: dict[Quantity, Sparsity | NoAnswer]) -> Iterator[str]:
    yield "Sparsity, from 0, all cells alike, to 1, one cell has everything:"
    for which, one in found.items():
        if isinstance(one, NoAnswer):
            yield f"{which}: no answer: {one}"
        else:
            floor = "" if one.below_floor is None else f", {percent(one.below_floor.mean)} of cells under the floor"
            hoyer, gini = (ratio(part.mean, part.half) for part in (one.hoyer, one.gini))
            yield f"{which:<9} Hoyer {hoyer}, Gini {gini}{floor}"


def semantics(found: dict[Quantity, Semantics | NoAnswer], how: str = "`eiftui embed SESSION`") -> Iterator[str]:
    """A line for each condition and likeness; `how` is what embeds texts that are not."""
    yield "Rank correlation of EIF with likeness of texts, own texts left out."
    yield "Negative: the more alike, the more is learned."
    told = {which: one for which, one in found.items() if isinstance(one, Semantics)}
    if told:
        yield ""
        yield f"{'':<9} {'likeness':<17} {'correlation':<13} {'the other held fixed':<21} p"
    for which, one in told.items():
        for name, relation in (("embedding cosine", one.cosine), ("shared words", one.overlap)):
            plain, held = (ratio(part.mean, part.half) for part in (relation.plain, relation.held))
            yield f"{which:<9} {name:<17} {plain:<13} {held:<21} {p_value(relation.held.p)}"
    refused: dict[tuple[str, str], list[str]] = {}
    for which, refusal in found.items():
        if isinstance(refusal, NoAnswer):
            remedy = f"{how} embeds them." if isinstance(refusal, NotEmbedded) else ""
            refused.setdefault((str(refusal), remedy), []).append(which)
    for (reason, remedy), conditions in refused.items():
        yield f"no answer for {', '.join(conditions)}: {reason}{';' if remedy else ''}"
        if remedy:
            yield remedy


def first_order(found: Agreement | NoAnswer) -> Iterator[str]:
    if isinstance(found, NoAnswer):
        yield f"no answer: {found}"
    else:
        yield (
            f"Trained against predicted: r {ratio(found.pearson.mean, found.pearson.half)}, "
            f"rank {ratio(found.spearman.mean, found.spearman.half)},"
        )
        yield f"relative error {ratio(found.error.mean, found.error.half)}."


def overshot(session: Readings, rows: Sequence[int], how: str = "`eiftui sweep SESSION --adopt`") -> Iterator[str]:
    """What the rows that `overshot` finds did, and `how` a lower rate is found. Nothing where there are none."""
    own = np.asarray(own_cells(session).any(axis=1))
    for numbers, did in (
        ([row + 1 for row in rows if own[row]], "raised {} own loss"),
        ([row + 1 for row in rows if not own[row]], "moved the probes against {} prediction"),
    ):
        if numbers:
            more = f" and {len(numbers) - LISTED} more" if len(numbers) > LISTED else ""
            listed = ", ".join(map(str, numbers[:LISTED])) + more
            whose = "its" if len(numbers) == 1 else "their"
            yield f"learning {listed} {did.format(whose)}: the step overshoots; try {how}"


def met_table(session: Readings, found: list[Met]) -> Iterator[str]:
    """A line for each optimiser and rate; `*` marks the present one. Nothing where there is only that. 75 columns."""
    if len(found) < 2:
        return
    yield f"  {'':<24} {'':<8} {'':<6} {'':<13} {'':<7} relative"
    yield f"  {'optimiser':<24} {'rate':<8} {'draws':<6} {'r':<13} {'rank':<7} error"
    for one in found:
        mark = "*" if one.optimizer == session.settings.optimizer else " "
        r, rank, error = (getattr(one.agreement, name) for name in ("pearson", "spearman", "error"))
        yield (
            f"{mark} {rule(one.optimizer):<24} {compact(one.optimizer.lr):<8} {one.draws:<6} "
            f"{ratio(r.mean, r.half):<13} {ratio(rank.mean):<7} {ratio(error.mean, error.half)}"
        )


def rule(optimizer: Optimizer) -> str:
    """An optimiser without its learning rate: `sgd`, and what is not usual of it."""
    usual = Optimizer(name=optimizer.name)
    fields = {"epochs": "epochs", "momentum": "momentum", "weight_decay": "decay", "clip_norm": "clip"}
    unusual = [
        f"{short} {getattr(optimizer, field):g}"
        for field, short in fields.items()
        if getattr(optimizer, field) != getattr(usual, field)
    ]
    return ", ".join([optimizer.name, *unusual])


def sweep_table(found: Sweep) -> Iterator[str]:
    """A heading, then a line for each rate; `*` marks the plateau. 76 columns, fewer where no own text is probed."""
    width = 21 if found.own_probed else 0
    yield f"  {'rate':<8} {'own texts'[:width]:<{width}}{'other texts, size':<20} {'rank with':<10} error of"
    yield f"  {'':<8} {'':<{width}}{'':<20} {'next rate':<10} first order"
    low, high = found.plateau or (1, 0)
    agreement = [*(ratio(value) for value in found.agreement), ""]
    for index, one in enumerate(found.rates):
        own = "" if one.own is None else estimate(one.own.mean, one.own.half)
        others = estimate(one.others.mean, one.others.half, plus="") if one.finite else "not finite"
        mark = "*" if low <= index <= high else " "
        error = "" if math.isnan(one.error) else percent(one.error, 1)
        yield f"{mark} {compact(one.rate):<8} {own:<{width}}{others:<20} {agreement[index]:<10} {error}".rstrip()


def sweep_conclusions(found: Sweep) -> Iterator[str]:
    """The plateau, the suggestion, and where first order ends, in words."""
    least = f"{LEAST_EFFECT:g} nats per token or more"
    asked = (
        f"training sets gain {least} of their own texts"
        if found.own_probed
        else f"training sets move the probes by {least}"
    )
    if found.plateau is None:
        yield f"No plateau: no rate at which {asked}"
        yield "and that is above the null floor ranks the cells as its neighbours do."
        yield "Try a finer grid."
    else:
        low, high = (compact(found.rates[index].rate) for index in found.plateau)
        where = f"from {low} to {high}" if low != high else f"at {low}"
        yield f"Plateau (*) {where}: cells are ranked as at neighbouring rates,"
        yield f"and {asked}."
        if found.open_ended:
            yield "It reaches the end of the grid and may go on."
        middle = ", its geometric middle" if low != high else ""
        yield f"Suggested learning rate{middle}: {compact(found.suggestion or 0.0)}"
    if not found.own_probed:
        yield "No training set is a probe: what it gains of its own text was not measured."
    if found.breakdown is not None:
        yield f"The first-order prediction errs by more than {percent(GOOD)} from {compact(found.breakdown)} on."


def dynamics(session: Readings, how: str) -> Iterator[str]:
    """The steps of every trajectory; where there is none, `how` one is made."""
    if not session.trajectories:
        yield f"no answer: nothing was traced; {how}"
    for trajectory in session.trajectories:
        found = attempt(traced, session, trajectory)
        yield from [f"no answer: {found}"] if isinstance(found, NoAnswer) else _steps(session, found)
        yield ""


def _steps(session: Readings, found: Dynamics) -> Iterator[str]:
    """After each step, the two probes that moved most, of those that are measured."""
    with np.errstate(invalid="ignore"):
        mean, _ = mean_and_interval(found.eif)
    steps = zip(found.trajectory.sentences, mean, np.asarray(found.measured.any(axis=0)), strict=True)
    for number, (sentence, eif, measured) in enumerate(steps, start=1):
        yield f"step {number}: {sentence}"
        order = np.argsort(-np.nan_to_num(np.abs(eif)), kind="stable")
        for column in order[measured[order]][:2]:
            yield f"   {estimate(float(eif[column]), math.nan):>8}  {session.probes[column].label}"
    yield from retained(found)


def retained(found: Dynamics) -> Iterator[str]:
    """How much of what was learned is left after the filler, where there is any."""
    if found.retained is not None:
        learned, filler = found.trajectory.learned, len(found.trajectory.sentences) - found.trajectory.learned
        share = ratio(found.retained.mean, found.retained.half)
        yield f"retained after {counted(filler, 'more step')}: {share} of what {learned} steps did to their own text"
