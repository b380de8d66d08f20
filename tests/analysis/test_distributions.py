"""Sparsity at its two ends and by hand, and histograms that lose no cell."""

import numpy as np
import pytest

from eiftui.analysis.distributions import gini, histogram, hoyer, sparsity
from tests.analysis.conftest import MakeSession, floor


def test_equal_cells_are_not_sparse_and_a_single_one_is() -> None:
    alone = np.zeros(16)
    alone[3] = 2.0
    assert hoyer(np.ones(16)) == pytest.approx(0.0)
    assert hoyer(alone) == pytest.approx(1.0)
    assert gini(np.ones(16)) == pytest.approx(0.0)
    assert gini(alone) == pytest.approx(15 / 16)


def test_gini_is_half_the_relative_mean_difference() -> None:
    sizes = np.array([1.0, 2.0, 5.0, 8.0])
    by_hand = np.abs(sizes[:, None] - sizes[None, :]).mean() / (2 * sizes.mean())
    assert gini(sizes) == pytest.approx(by_hand)


def test_cells_within_the_null_floor_are_counted(session_of: MakeSession) -> None:
    values = np.array([[[1.0, 0.01], [-0.01, 2.0]], [[1.0, 0.5], [0.5, 0.0]]])
    session = session_of(trained=values)
    assert sparsity(session, "trained").below_floor is None
    floor(session, "trained", 0.02)
    found = sparsity(session, "trained").below_floor
    assert found is not None
    assert found.points == (0.5, 0.25)


def test_a_histogram_has_every_finite_cell_once_and_keeps_signs_apart() -> None:
    generator = np.random.default_rng(0)
    values = {"trained": generator.normal(-1, 1, (3, 5, 5)), "prompted": generator.normal(2, 4, (3, 5, 5))}
    values["trained"][0, 0, 0] = np.nan
    found = histogram(values)
    assert found.counts["trained"].sum() == 74
    assert found.counts["prompted"].sum() == 75
    negative = found.edges[1:] <= 1e-12
    assert found.counts["trained"][negative].sum() == (values["trained"] < 0).sum()


@pytest.mark.parametrize("values", [np.zeros((1, 2, 2)), np.full((1, 2, 2), np.nan), np.full((1, 2, 2), 3.0)])
def test_a_histogram_of_one_value_or_none_has_bins_all_the_same(values: np.ndarray) -> None:
    found = histogram({"trained": values})
    assert found.counts["trained"].sum() == np.isfinite(values).sum()
    assert (np.diff(found.edges) > 0).all()
