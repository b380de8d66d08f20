"""Symmetry: hand-computed cases, agreement with scipy, the level of its test, and what it refuses."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from eiftui.analysis.asymmetry import asymmetry, even_rows
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.symmetry import (
    SEED,
    centred,
    correlation,
    directedness,
    shuffled_p,
    symmetric_share,
    symmetry,
)
from eiftui.domains.schema import Text
from tests.analysis.conftest import MakeSession, floor, text

APART = ~np.eye(8, dtype=bool)


def random(seed: int, n: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, n))


def test_shares_by_hand() -> None:
    # off the diagonal 1, 3 and their mirror images 3, 1 ...: symmetric part 2, 2; norm 10
    assert symmetric_share(np.array([[9.0, 1.0], [3.0, -9.0]])) == pytest.approx(8 / 10)
    assert symmetric_share(np.array([[5.0, 2.0], [2.0, 7.0]])) == 1.0
    assert symmetric_share(np.array([[5.0, 2.0], [-2.0, 7.0]])) == 0.0
    assert np.isnan(symmetric_share(np.eye(3)))


def test_the_share_of_noise_is_half() -> None:
    assert np.mean([symmetric_share(random(seed)) for seed in range(400)]) == pytest.approx(0.5, abs=0.02)


def test_the_correlation_is_scipys_and_leaves_the_diagonal_out() -> None:
    matrix = random(0)
    expected = stats.pearsonr(matrix[APART], matrix.T[APART]).statistic
    assert correlation(matrix) == pytest.approx(expected)
    assert correlation(matrix + 100 * np.eye(8)) == pytest.approx(expected)


def test_centring_is_the_least_squares_fit_of_row_and_column_effects() -> None:
    matrix = random(1)
    rows, columns = np.nonzero(APART)
    design = np.hstack([np.eye(8)[rows], np.eye(8)[columns]])
    fit = design @ np.linalg.lstsq(design, matrix[APART], rcond=None)[0]
    np.testing.assert_allclose(centred(matrix)[APART], matrix[APART] - fit, atol=1e-12)


def test_a_common_offset_fakes_symmetry_and_centring_sees_through_it() -> None:
    matrix = random(2) + 10
    assert symmetric_share(matrix) > 0.95
    assert symmetric_share(centred(matrix)) == pytest.approx(symmetric_share(centred(random(2))))


def test_directedness_tells_a_ranking_from_a_circle() -> None:
    levels = np.arange(5.0)
    assert directedness(levels[:, None] - levels[None, :]) == pytest.approx(1.0)
    circle = np.roll(np.eye(5), 1, axis=1) - np.roll(np.eye(5), -1, axis=1)
    assert directedness(circle) == pytest.approx(0.0)
    assert np.mean([directedness(random(seed)) for seed in range(400)]) == pytest.approx(2 / 8, abs=0.02)


@pytest.mark.parametrize("effects", [0.0, 2.0])
def test_the_shuffle_test_holds_its_level_also_where_rows_and_columns_have_effects(effects: float) -> None:
    wrong = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        rows, columns = effects * generator.normal(size=(8, 1)), effects * generator.normal(size=(1, 8))
        wrong += shuffled_p(random(seed + 1000) + rows + columns - 5 * np.eye(8), shuffles=99) <= 0.05
    assert wrong / 400 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


@pytest.mark.parametrize("size", [3, 4, 5, 8])
@pytest.mark.parametrize("kind", ["noise", "symmetric", "of few values"])
def test_the_shuffle_test_is_the_plain_count_over_all_pairs(size: int, kind: str) -> None:
    matrix = random(9, size)
    matrix = {"noise": matrix, "symmetric": matrix + matrix.T, "of few values": np.round(matrix)}[kind]
    off = matrix - matrix[~np.eye(size, dtype=bool)].mean()

    def reciprocity(order: np.ndarray) -> float:
        products = [
            off[i, order[j]] * off[j, order[i]]
            for i, j in permutations(range(size), 2)
            if i != order[j] and j != order[i]
        ]
        return np.mean(products) if products else -np.inf

    generator = np.random.default_rng(SEED)
    shuffled = np.array([reciprocity(generator.permutation(size)) for _ in range(200)])
    at_least = int((shuffled >= reciprocity(np.arange(size)) - 1e-12).sum())
    assert shuffled_p(matrix, shuffles=200) == (at_least + 1) / 201


def test_a_symmetric_matrix_is_no_chance() -> None:
    assert shuffled_p(random(3) + random(3).T) == pytest.approx(1 / 500)


def test_the_session_is_read_draw_by_draw(session_of: MakeSession) -> None:
    values = np.stack([random(seed, 4) for seed in range(3)]).astype(np.float32)
    found = symmetry(session_of(trained=values), "trained")
    assert found.texts == (0, 1, 2, 3)
    np.testing.assert_allclose(found.share.points, [symmetric_share(matrix) for matrix in values], rtol=1e-5)
    apart = ~np.eye(4, dtype=bool)
    ranked = stats.spearmanr(values[0][apart], values[0].T[apart]).statistic
    assert found.spearman.points[0] == pytest.approx(ranked)


def test_the_text_that_teaches_most_leans_most(session_of: MakeSession) -> None:
    values = np.zeros((2, 4, 4))
    values[:, 2, :] = -1.0
    leaning = symmetry(session_of(trained=values), "trained").leaning
    assert leaning is not None
    assert int(np.argmax(leaning)) == 2


@pytest.mark.parametrize(("difference", "told"), [(1e-5, False), (1e-3, True)])
@pytest.mark.parametrize("condition", ["predicted", "trained"])
def test_a_difference_under_the_floor_is_no_direction(
    session_of: MakeSession, condition: str, difference: float, told: bool
) -> None:
    values = np.stack([random(seed, 4) + random(seed, 4).T for seed in range(2)])
    values[:, 2, 0] += difference
    session = session_of(**{condition: 4 * values / np.abs(values).max()})
    if condition == "trained":
        floor(session, condition, 1e-4)  # of a prediction it is that of the number format, 2e-5 of 4
    found = symmetry(session, condition)  # type: ignore[arg-type]
    assert bool(found.directed.points) == (found.leaning is not None) == told


def test_texts_are_paired_by_what_they_say_not_where_they_stand(session_of: MakeSession) -> None:
    texts = [
        text(0, "row"),
        text(1, "row"),
        text(2, "row"),
        *(Text(id=f"p{i}", sentences=text(i).sentences, role="probe") for i in (2, 0, 1)),
    ]
    symmetric = random(4, 3) + random(4, 3).T
    found = symmetry(session_of(texts, trained=[symmetric[:, [2, 0, 1]]] * 2), "trained")
    assert found.share.mean == pytest.approx(1.0)


def test_other_probes_than_rows_are_refused_with_the_reason(session_of: MakeSession) -> None:
    texts = [text(0), text(1), text(2, "row"), text(3, "probe")]
    session = session_of(texts, trained=np.zeros((2, 3, 3)))
    with pytest.raises(NoAnswer, match="rows and probes differ: 2 of 3 training sets are probes too"):
        symmetry(session, "trained")


def test_a_session_that_is_not_measured_is_refused_with_the_reason(session_of: MakeSession) -> None:
    values = np.zeros((2, 3, 3))
    values[:, 0, 1] = np.nan
    with pytest.raises(NoAnswer, match="no draw is measured whole"):
        symmetry(session_of(trained=values), "trained")


def test_scaled_rows_are_evened_out() -> None:
    base = np.abs(random(5)) + np.abs(random(5)).T
    scaled = base * np.arange(1.0, 9.0)[:, None]
    assert symmetric_share(scaled) < 0.95
    assert symmetric_share(even_rows(scaled)) == pytest.approx(1.0)


def test_the_parts_of_asymmetry_add_up_and_each_is_found(session_of: MakeSession) -> None:
    base = np.abs(random(6, 5)) + np.abs(random(6, 5)).T
    predicted = base * np.arange(1.0, 6.0)[:, None]
    trained = predicted + 0.3 * random(7, 5)
    found = asymmetry(session_of(trained=[trained] * 2, predicted=[predicted] * 2))
    assert found.rule.mean == pytest.approx(0.0, abs=1e-6)
    assert found.norms.mean == pytest.approx(1 - symmetric_share(predicted), rel=1e-4)
    assert found.rule.mean + found.norms.mean + found.rest.mean == pytest.approx(found.whole.mean)
    assert found.whole.mean == pytest.approx(1 - symmetric_share(trained), rel=1e-4)


def test_asymmetry_compares_each_draw_with_itself(session_of: MakeSession) -> None:
    draws = np.stack([np.abs(random(seed, 5)) for seed in (8, 9, 10)])
    trained, predicted = draws.copy(), draws.copy()
    trained[0, 0, 1] = predicted[2, 0, 1] = np.nan
    found = asymmetry(session_of(trained=trained, predicted=predicted))
    np.testing.assert_allclose(found.whole.points, [1 - symmetric_share(draws[1])], rtol=1e-5)
    assert found.rest.points == pytest.approx([0.0])
    trained[1, 0, 1] = np.nan
    with pytest.raises(NoAnswer, match="no draw is measured whole for trained and predicted"):
        asymmetry(session_of(trained=trained, predicted=predicted))
