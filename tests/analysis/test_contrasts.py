"""Verdicts: right where an effect is known, seldom wrong where there is none, and honest where there are few draws."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from eiftui.analysis.contrasts import Desideratum, desiderata
from eiftui.domains.schema import OWN, Cell, Contrast
from tests.analysis.conftest import MakeSession, record, text

DRAWS = 20


def contrast(lower: tuple[int, int], higher: tuple[int, int], compare: str = "signed") -> Contrast:
    cells = [Cell(row=f"t{row}", probe=f"t{probe}") for row, probe in (lower, higher)]
    return Contrast(name="c", desideratum="d", lower=cells[0], higher=cells[1], compare=compare)  # type: ignore[arg-type]


FIRST = contrast((0, 1), (0, 2))


def matrices(seed: int = 0, draws: int = DRAWS) -> NDArray[np.float64]:
    """Own texts near −2, others near 0."""
    return np.random.default_rng(seed).normal(0, 0.1, (draws, 3, 3)) - 2 * np.eye(3)


def only(session_of: MakeSession, contrast: Contrast = FIRST, **conditions: NDArray[np.float64]) -> Desideratum:
    (found,) = desiderata(session_of(contrasts=[contrast], **conditions))
    return found


def moved(by: float, seed: int = 0, draws: int = DRAWS) -> NDArray[np.float64]:
    values = matrices(seed, draws)
    values[:, 0, 1] += by
    return values


def test_the_points_are_lower_minus_higher_draw_by_draw(session_of: MakeSession) -> None:
    values = moved(-1.0).astype(np.float32)
    found = only(session_of, trained=values).trained.estimate
    np.testing.assert_allclose(found.points, values[:, 0, 1] - values[:, 0, 2], atol=1e-6)


@pytest.mark.parametrize(("by", "verdict"), [(-1.0, "holds"), (1.0, "violated")])
def test_a_clear_effect_gets_its_verdict(session_of: MakeSession, by: float, verdict: str) -> None:
    assert only(session_of, trained=moved(by)).trained.verdict == verdict


def test_no_effect_is_said_only_of_an_interval_within_the_margin(session_of: MakeSession) -> None:
    values = matrices()
    values[:, 0, 1:] *= 0.1
    assert only(session_of, trained=values).trained.verdict == "no effect"
    (strict,) = desiderata(session_of(contrasts=[FIRST], trained=values), margin=0.001)
    assert strict.trained.verdict == "undecided"


def test_the_margin_is_a_share_of_what_is_learned_of_own_texts(session_of: MakeSession) -> None:
    values = np.tile(-4.0 * np.eye(3), (DRAWS, 1, 1))
    assert only(session_of, trained=values).trained.margin == pytest.approx(0.2)


def test_magnitudes_are_compared_without_their_signs(session_of: MakeSession) -> None:
    loud = contrast((0, 1), (0, 2), "magnitude")
    values = matrices()
    values[:, 0, 1], values[:, 0, 2] = 0.01, values[:, 0, 2] - 1.0
    assert only(session_of, loud, trained=values).trained.verdict == "holds"
    assert only(session_of, trained=values).trained.verdict == "violated"


def test_trained_and_prompted_are_paired(session_of: MakeSession) -> None:
    shared = np.random.default_rng(5).normal(0, 3.0, DRAWS)  # a draw's luck, the same in both conditions
    shared -= shared.mean()
    trained, prompted = moved(-1.0), moved(-2.0, seed=1)
    trained[:, 0, 1] += shared
    prompted[:, 0, 1] += shared
    found = only(session_of, trained=trained, prompted=prompted)
    assert found.trained.verdict == "undecided"
    assert found.difference.estimate.mean == pytest.approx(1.0, abs=0.2)
    assert found.difference.verdict == "violated"


def test_draws_that_lack_a_condition_are_left_out_of_the_difference(session_of: MakeSession) -> None:
    prompted = moved(0.0)
    prompted[5:] = np.nan
    found = only(session_of, trained=moved(0.0), prompted=prompted)
    assert [len(test.estimate.points) for test in (found.trained, found.prompted, found.difference)] == [20, 5, 5]


def test_too_few_draws_are_said_to_be(session_of: MakeSession) -> None:
    found = only(session_of, trained=moved(-1.0, draws=4)).trained
    assert found.verdict == "undecided"
    assert found.caution == "4 of 6 draws that a verdict needs"
    assert only(session_of, trained=moved(-1.0, draws=6)).trained.verdict == "holds"


def test_a_contrast_without_slots_has_one_draw_however_many_the_session_has(session_of: MakeSession) -> None:
    texts = [text(index, slot=index > 2) for index in range(4)]  # the fourth varies, and is in no contrast
    values = np.tile(np.random.default_rng(0).normal(size=(4, 4)), (DRAWS, 1, 1))
    (found,) = desiderata(session_of(texts, [FIRST], trained=values))
    assert len(found.trained.estimate.points) == 1
    assert found.trained.verdict == "undecided"
    assert found.trained.caution == "no slots: one draw, no interval"


def test_what_is_not_measured_and_what_is_not_finite_is_told_apart(session_of: MakeSession) -> None:
    values = moved(0.0)
    values[:, 0, 1] = np.inf
    found = only(session_of, trained=values)
    assert found.trained.caution == "no finite number"
    assert found.prompted.caution == "not measured"


def test_p_values_are_corrected_over_the_contrasts_of_a_condition(session_of: MakeSession) -> None:
    others = [contrast((1, 0), (1, 2)), contrast((2, 0), (2, 1))]
    session = session_of(contrasts=[FIRST, *others], trained=moved(-1.0))
    first, *rest = desiderata(session)
    assert first.trained.corrected == pytest.approx(3 * first.trained.estimate.p)
    assert all(one.trained.corrected >= one.trained.estimate.p for one in rest)


def test_null_matrices_with_correlated_cells_get_a_verdict_in_five_percent_at_most(session_of: MakeSession) -> None:
    # A draw moves all cells of a row, and of a column, together: a test over cells would be wrong more often than not.
    contrasts = [contrast((row, (row + 1) % 3), (row, (row + 2) % 3)) for row in range(3)]
    session = session_of(contrasts=contrasts, trained=matrices(draws=12))
    generator, wrong, rounds = np.random.default_rng(7), 0, 300
    for _ in range(rounds):
        rows, columns = generator.normal(size=(12, 3, 1)), generator.normal(size=(12, 1, 3))
        record(session, "trained", rows + columns + generator.normal(size=(12, 3, 3)))
        verdicts = {one.trained.verdict for one in desiderata(session)}
        wrong += bool(verdicts & {"holds", "violated"})
    assert wrong / rounds <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / rounds)


def test_a_contrast_of_ones_own_leaves_the_p_values_of_the_domain_alone(session_of: MakeSession) -> None:
    own = contrast((1, 0), (1, 2)).model_copy(update={"desideratum": OWN, "name": "mine"})
    alone = only(session_of, trained=moved(-0.1))
    mine, beside = desiderata(session_of(contrasts=[own, FIRST], trained=moved(-0.1)))
    assert mine.contrast == own
    assert beside.trained.corrected == alone.trained.corrected
