"""Rank correlations agree with scipy; a partial one sees through a common cause."""

import numpy as np
import pytest
from scipy import stats

from eiftui.analysis.ranks import partial, ranks, spearman


def test_ranks_and_correlation_are_scipys_ties_included() -> None:
    x, y = np.random.default_rng(0).integers(0, 6, (2, 40)).astype(float)
    np.testing.assert_array_equal(ranks(x), stats.rankdata(x))
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)


def test_a_partial_correlation_is_that_of_what_regression_on_the_ranks_leaves() -> None:
    x, y, z = np.random.default_rng(1).normal(size=(3, 60)) + np.random.default_rng(2).normal(size=60)
    rx, ry, rz = (stats.rankdata(values) for values in (x, y, z))
    left = [values - np.polyval(np.polyfit(rz, values, 1), rz) for values in (rx, ry)]
    found = partial(spearman(x, y), spearman(x, z), spearman(y, z))
    assert found == pytest.approx(stats.pearsonr(*left).statistic)
    assert abs(found) < abs(spearman(x, y))


def test_what_is_constant_has_no_correlation() -> None:
    assert np.isnan(spearman(np.ones(5), np.arange(5.0)))
    assert np.isnan(partial(1.0, 1.0, 1.0))
