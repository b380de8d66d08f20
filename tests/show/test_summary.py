"""Means, intervals and sentences agree with scipy and with the numbers they come from."""

import math

import numpy as np
import pytest
from scipy import stats

from eiftui.show.summary import mean_and_interval, over_draws, strongest


def test_the_interval_is_the_one_scipy_gives() -> None:
    draws = np.array([-1.0, -1.2, -0.9, -1.4, -1.1])
    mean, half = mean_and_interval(draws)
    low, high = stats.ttest_1samp(draws, 0.0).confidence_interval(0.95)
    assert mean == pytest.approx(draws.mean())
    assert (mean - half, mean + half) == pytest.approx((low, high))


def test_two_draws_by_hand() -> None:
    mean, half = mean_and_interval([[1.0], [3.0]])
    assert mean[0] == 2.0
    assert half[0] == pytest.approx(12.7062, abs=1e-4)


def test_one_draw_has_no_interval_and_no_draw_has_no_mean() -> None:
    mean, half = mean_and_interval([[1.0, math.nan]])
    assert mean[0] == 1.0
    assert np.isnan(half).all()
    assert np.isnan(mean[1])


def test_missing_draws_are_left_out_cell_by_cell() -> None:
    full = np.array([[1.0, 5.0], [2.0, math.nan], [4.0, 7.0]])
    mean, half = mean_and_interval(full)
    assert (mean[1], half[1]) == pytest.approx([float(part) for part in mean_and_interval([5.0, 7.0])])


def test_where_all_draws_have_one_number_there_is_no_interval() -> None:
    draws = np.array([[0.1, 1.0], [0.1, math.nan], [0.1, 3.0]])
    mean, half = over_draws(draws)
    assert mean == pytest.approx([0.1, 2.0])
    assert np.isnan(half[0])
    assert half[1] == mean_and_interval(draws)[1][1]


def test_the_strongest_cells_come_first_whatever_their_sign() -> None:
    draws = np.array([[[-1.07, 0.2], [1.5, math.nan]], [[-1.13, 0.3], [1.7, math.nan]]])
    sentences = strongest(draws, ["r1", "r2"], ["c1", "c2"], 2)
    assert sentences[0] == "after learning “r2”, “c1” moved +1.6 ± 1.3 nats per token"
    assert sentences[1] == "after learning “r1”, “c1” moved −1.10 ± 0.38 nats per token"
    assert len(strongest(draws, ["r1", "r2"], ["c1", "c2"], 10)) == 3
    assert strongest(draws, ["r1", "r2"], ["c1", "c2"], 1, "with")[0].startswith("with “")


def test_what_cannot_be_told_from_zero_is_not_the_strongest() -> None:
    draws = np.array([[[9.0, 1.0, 2.0]], [[-1.0, 1.1, 2.0]]])
    told = [sentence.split("”")[1][-2:] for sentence in strongest(draws, ["r"], ["c1", "c2", "c3"], 3)]
    assert told == ["c3", "c2", "c1"]
