"""Estimates agree with scipy and with hand counts, and hold their level and coverage on known truths."""

import math

import numpy as np
import pytest
from scipy import stats

from eiftui.analysis.estimates import LEVEL, MOST_EXACT, estimate, holm, least_draws, sign_flip_p


@pytest.mark.parametrize("draws", [2, 3, 7, 10])
@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_the_exact_p_is_the_one_scipy_finds_by_visiting_every_flip(draws: int, shift: float) -> None:
    points = np.random.default_rng(draws).normal(shift, 1.0, draws)
    reference = stats.permutation_test(
        (points,), np.mean, permutation_type="samples", n_resamples=2**draws, vectorized=True
    )
    assert sign_flip_p(points) == pytest.approx(reference.pvalue)


def test_equal_sums_count_as_extreme_whatever_their_rounding() -> None:
    # of 8 flips, those that keep all signs or flip all reach |0.6|
    assert sign_flip_p([0.1, 0.2, 0.3]) == 0.25
    # ±0.1 ±0.1 ±0.2 reaches |0.2| in all but the two ways in which it is 0
    assert sign_flip_p([0.1, -0.1, 0.2]) == 0.75


def test_the_sampled_p_is_near_the_exact_one_and_always_the_same() -> None:
    points = np.random.default_rng(1).normal(0.35, 1.0, MOST_EXACT + 4)
    assert sign_flip_p(points) == sign_flip_p(points)
    assert sign_flip_p(points) == pytest.approx(stats.ttest_1samp(points, 0).pvalue, abs=0.01)


def test_the_interval_and_effect_size_are_scipys() -> None:
    points = [-1.0, -1.2, -0.9, -1.4, -1.1]
    found = estimate(points)
    low, high = stats.ttest_1samp(points, 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.dz == pytest.approx(np.mean(points) / np.std(points, ddof=1))


def test_draws_that_are_not_measured_do_not_count_and_those_not_finite_are_told() -> None:
    found = estimate([1.0, np.nan, np.inf, 3.0], [True, False, True, True])
    assert (found.points, found.dropped, found.mean) == ((1.0, 3.0), 1, 2.0)


@pytest.mark.parametrize("points", [[], [2.0]])
def test_fewer_than_two_draws_prove_nothing(points: list[float]) -> None:
    found = estimate(points)
    assert found.p == 1.0
    assert math.isnan(found.half)
    assert math.isnan(found.dz)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize("tests", [1, 2, 8, 9, 40])
def test_least_draws_is_the_fewest_whose_smallest_p_survives_the_correction(tests: int) -> None:
    draws = least_draws(tests)
    smallest = [sign_flip_p(np.ones(n)) * tests for n in (draws, draws - 1)]
    assert smallest[0] < LEVEL <= smallest[1]


@pytest.mark.parametrize("noise", ["normal", "t3", "skewed"])
def test_null_draws_are_called_significant_in_five_percent_at_most(noise: str) -> None:
    generator = np.random.default_rng(2)
    draw = {
        "normal": lambda: generator.normal(size=10),
        "t3": lambda: generator.standard_t(3, size=10),
        "skewed": lambda: generator.exponential(size=10) - generator.exponential(size=10),
    }[noise]
    false = np.mean([sign_flip_p(draw()) < LEVEL for _ in range(2000)])
    assert false <= LEVEL + 3 * math.sqrt(LEVEL * (1 - LEVEL) / 2000)


def test_intervals_cover_the_truth_in_ninety_five_percent() -> None:
    generator = np.random.default_rng(3)
    covered = np.mean(
        [(found := estimate(generator.normal(0.7, 2.0, 8))).low <= 0.7 <= found.high for _ in range(2000)]
    )
    assert covered == pytest.approx(0.95, abs=3 * math.sqrt(0.05 * 0.95 / 2000))
