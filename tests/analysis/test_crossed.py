"""Intervals over networks crossed with draws cover what they should, where those over pairs do not."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.analysis.crossed import crossed
from eiftui.analysis.estimates import estimate

TRIALS = 2000


@pytest.mark.parametrize(
    ("of_networks", "of_draws", "rest"), [(1.0, 1.0, 1.0), (0.0, 1.0, 0.3), (1.0, 0.0, 0.3), (0.2, 0.2, 1.0)]
)
def test_intervals_cover_the_level_of_other_networks_and_draws(of_networks, of_draws, rest):
    numbers = np.random.default_rng(0)
    covered, over_pairs = 0, 0
    for _ in range(TRIALS):
        values = (
            of_networks * numbers.normal(size=(3, 1))
            + of_draws * numbers.normal(size=(1, 5))
            + rest * numbers.normal(size=(3, 5))
        )
        found, naive = crossed(values), estimate(values.ravel())
        covered += found.low <= 0 <= found.high
        over_pairs += naive.low <= 0 <= naive.high
    assert covered / TRIALS >= 0.945
    if max(of_networks, of_draws) == 1:
        assert over_pairs / TRIALS < 0.85
        assert covered / TRIALS <= 0.99


def test_one_network_has_the_interval_of_its_draws():
    values = np.array([0.3, 0.5, 0.1])
    found, alone = crossed(values[None]), estimate(values)
    assert (found.mean, found.half) == pytest.approx((alone.mean, alone.half))
    assert crossed(values[:, None]).half == pytest.approx(alone.half)
    assert np.isnan(crossed([[0.3]]).half)


def test_what_is_not_measured_does_not_count():
    values = np.array([[0.3, 0.5, np.nan], [0.2, 0.1, 0.4], [np.nan] * 3])
    found = crossed(values)
    assert found.points == (0.3, 0.5, 0.2, 0.1)
    assert found.mean == pytest.approx(0.275)
    assert np.isnan(crossed([[np.nan]]).mean)


def test_numbers_that_do_not_differ_have_no_width():
    assert crossed(np.ones((2, 3))).half == 0
