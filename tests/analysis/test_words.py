"""What is said of findings in words."""

from __future__ import annotations

import numpy as np

from eiftui.analysis import contrasts, words
from eiftui.analysis.asymmetry import Asymmetry
from eiftui.analysis.dynamics import steps
from eiftui.analysis.estimates import estimate
from eiftui.analysis.findings import Findings
from eiftui.analysis.first_order import Agreement, Met
from eiftui.analysis.rates import Rate, Sweep
from eiftui.domains.schema import Cell, Contrast
from eiftui.session.records import Trajectory
from eiftui.session.results import Measured
from eiftui.session.written import text_id
from eiftui.settings import Optimizer
from tests.analysis.conftest import MakeSession


def test_of_a_step_only_what_is_measured_is_told(session_of: MakeSession) -> None:
    session = session_of(trained=np.zeros((1, 4, 4)))
    trajectory = Trajectory(sentences=("Something new.", "And more."), learned=2, draws=1)
    session.append(trajectory)
    view = steps(session, trajectory.sentences)
    for row, probes, eif in ((0, (1, 2, 3), (-0.5, np.nan, 0.25)), (1, (3,), (-0.75,))):
        session.append(
            Measured(
                key=view.settings.key("trained", "f00d"),
                condition="trained",
                row=text_id(view.filled(view.rows[row], 0)),
                sentences=view.filled(view.rows[row], 0),
                tokens=((1,),) * (row + 1),
                probes=tuple(text_id(view.filled(view.probes[probe], 0)) for probe in probes),
                eif=np.array(eif),
                changes=None,
                seconds=0.1,
                mechanism="made up",
            )
        )
    told = [line.split(maxsplit=1) for line in words.dynamics(session, "") if line.startswith("   ")]
    assert told == [["−0.50", "{A} is number 1."], ["+0.25", "{A} is number 3."], ["−0.75", "{A} is number 3."]]


def test_of_contrasts_it_is_counted_how_many_hold(session_of: MakeSession) -> None:
    values = np.random.default_rng(0).normal(0, 0.1, (20, 3, 3)) - 2 * np.eye(3)
    cells = Cell(row="t0", probe="t0"), Cell(row="t0", probe="t1")
    wished = Contrast(name="c", desideratum="d", lower=cells[0], higher=cells[1])
    found = contrasts.desiderata(session_of(contrasts=[wished], trained=values))
    assert list(words.verdicts(found))[:2] == ["trained: 1 hold", "prompted: 1 not measured"]


def test_the_table_of_rates_met_fits_a_narrow_screen(session_of: MakeSession) -> None:
    session = session_of(trained=np.zeros((1, 2, 2)))
    agreement = Agreement(*(estimate(np.array([0.91, 0.87])) for _ in range(3)))
    met = [Met(Optimizer(lr=lr, momentum=0.9), 20, agreement) for lr in (3.2e-4, 1e-3)]
    lines = list(words.met_table(session, met))
    assert [line.split()[-1] for line in lines[:2]] == ["relative", "error"]
    assert max(map(len, lines)) <= 76


def swept(own: float | None) -> Sweep:
    """A plateau at two rates, with own texts probed or not."""
    rates = tuple(
        Rate(
            rate=rate,
            own=None if own is None else estimate(np.array([own, own * 1.1])),
            others=estimate(np.array([0.02, 0.03])),
            error=0.01,
            above_floor=True,
            teaches=True,
            finite=True,
        )
        for rate in (1e-4, 1e-3)
    )
    return Sweep(rates, (0.99,), (0, 1))


def test_a_sweep_says_that_own_texts_are_gained_where_they_are_probed() -> None:
    assert "own texts" in next(iter(words.sweep_table(swept(-0.5))))
    assert "training sets gain 0.01 nats per token or more of their own texts" in " ".join(
        words.sweep_conclusions(swept(-0.5))
    )


def test_a_sweep_says_nothing_of_own_texts_that_are_not_probed() -> None:
    table, told = list(words.sweep_table(swept(None))), " ".join(words.sweep_conclusions(swept(None)))
    assert "own texts" not in table[0]
    assert "training sets move the probes by 0.01 nats per token or more. " in told
    assert "gains of its own text was not measured" in told


def test_sizes_have_no_sign() -> None:
    assert all("+" not in line for line in words.sweep_table(swept(-0.5)))
    assert "0.025 ±" in list(words.sweep_table(swept(None)))[2]


def test_that_asymmetry_is_of_single_sentences_stands_before_its_number(session_of: MakeSession) -> None:
    part = estimate([0.25, 0.75])
    findings = Findings(session_of(trained=np.zeros((2, 3, 3))))
    vars(findings).update(symmetry={}, asymmetry=Asymmetry(part, part, part, part))
    lines = list(words.symmetry(findings.session, findings))
    assert lines[0].startswith("Of single sentences only, asymmetry of trained, 1 − S = 0.50")
    assert all(len(line) <= 78 for line in lines)


def test_of_a_symmetric_matrix_no_text_is_told_to_teach_most(session_of: MakeSession) -> None:
    values = np.random.default_rng(0).normal(size=(2, 4, 4))
    rounded = values + values.transpose(0, 2, 1) + 1e-7 * values
    session = session_of(trained=values, predicted=rounded)
    lines = list(words.symmetry(session, Findings(session)))
    (directed,) = [line for line in lines if line.startswith("predicted ")]
    assert directed.split()[-1] == "?"
    trained, predicted = lines[lines.index("Teaches most, compared with what it is taught:") + 1 :]
    assert trained.startswith("  trained   “")
    assert predicted == "  predicted nobody: symmetric"
