"""Numbers look the same everywhere, fit their cells and read back."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eiftui.show.numbers import (
    WIDTH,
    bar,
    common_exponent,
    compact,
    completed,
    duration,
    eif,
    estimate,
    percent,
    probability,
    scale,
    scale_limit,
    size,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-1.1, "−1.10"),
        (0.524, "+0.52"),
        (9.996, "+10.0"),
        (-123.4, "−123"),
        (99999.0, "+1e5"),
        (0.0, "0.00"),
        (-0.001, "0.00"),
        (math.nan, "nan"),
        (-math.inf, "−inf"),
        (math.inf, "+inf"),
        (None, "·"),
    ],
)
def test_an_influence_has_a_sign_and_five_characters(value: float | None, text: str) -> None:
    assert eif(value) == text.rjust(WIDTH)


@given(st.floats(), st.integers(-300, 300))
def test_an_influence_never_breaks_its_column(value: float, exponent: int) -> None:
    assert len(eif(value, exponent)) == WIDTH


def test_an_influence_within_the_null_floor_is_about_zero_on_both_sides() -> None:
    assert eif(-2e-7, -6, floor=2e-7).strip() == "≈0"
    assert eif(2.1e-7, -6, floor=2e-7).strip() == "+0.21"


@pytest.mark.parametrize(
    ("matrix", "exponent"),
    [
        ([[1.0, -0.2]], 0),
        ([[0.1]], 0),
        ([[5.5e-6, -1e-7]], -6),
        ([[-4200.0]], 3),
        ([[math.nan, math.inf, 2e-3]], -3),
        ([[0.0]], 0),
        ([[math.nan]], 0),
        ([], 0),
    ],
)
def test_only_matrices_of_unusual_size_get_an_exponent(matrix: list[list[float]], exponent: int) -> None:
    assert common_exponent(matrix) == exponent


def test_cells_that_were_not_measured_do_not_set_the_exponent() -> None:
    assert common_exponent([1e-6, math.nan]) == -6


def test_the_scale_ends_at_the_largest_value_unless_that_is_an_outlier() -> None:
    assert scale_limit([[-2.0, 1.0, math.nan, math.inf]]) == 2.0
    assert scale_limit(np.append(np.full(99, 0.1), -50.0)) == 0.1
    assert scale_limit([0.1, -50.0]) == 50.0
    assert scale_limit(np.append(np.full(99, 0.1), np.full(9, -50.0)), floor=0.2) == 50.0
    assert scale_limit([0.0, math.nan]) == scale_limit([]) == 0.0


def test_a_strong_diagonal_is_not_an_outlier() -> None:
    assert scale_limit(np.full((10, 10), 0.01) - np.eye(10)) == pytest.approx(0.99)


def test_a_small_matrix_is_shown_in_its_own_unit() -> None:
    assert (eif(-5.5e-6, -6), scale(-6), scale(0)) == ("−5.50", "×1e-6", "")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4s"),
        (9.96, "10s"),
        (59.6, "1m00s"),
        (72, "1m12s"),
        (3599.7, "1h00m"),
        (11100, "3h05m"),
        (187200, "2d04h"),
        (math.nan, "?"),
    ],
)
def test_durations_have_at_most_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(512, "512 B"), (1.2e9, "1.2 GB"), (999_960, "1.0 MB"), (3e17, "300.0 PB")]
)
def test_sizes_are_in_decimal_units(count: float, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(1e-3, "1e-3"), (3.2e-4, "3.2e-4"), (0.5, "0.5"), (0.0, "0"), (1.0, "1"), (1e-10, "1e-10")]
)
def test_learning_rates_are_written_as_people_write_them(rate: float, text: str) -> None:
    assert compact(rate) == text


def test_a_share_is_in_per_cent() -> None:
    assert [percent(0.298), percent(0.2984, 1), percent(math.nan)] == ["30 %", "29.8 %", "?"]


def test_work_is_complete_only_when_all_of_it_is_done() -> None:
    assert [completed(share) for share in (0.0, 0.29, 0.999, 1.0)] == ["0 %", "29 %", "99 %", "100 %"]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1.0, "100 %"),
        (0.9994, "99.9 %"),
        (0.973, "97.3 %"),
        (0.0912, "9.12 %"),
        (0.0, "0.00 %"),
        (3.9e-9, "3.9e-9"),
        (9.6e-10, "1e-9"),
        (math.nan, "?"),
    ],
)
def test_a_probability_has_two_digits_at_least(share: float, text: str) -> None:
    assert probability(share) == text


@given(st.floats(0, 1, allow_subnormal=False))
@example(9.95e-10)
def test_a_probability_fits_six_characters(share: float) -> None:
    assert len(probability(share)) <= 6


def test_a_share_that_is_not_known_has_no_bar() -> None:
    assert [bar(share, 30, "#") for share in (0.1, math.nan, math.inf)] == ["###", "", ""]


def test_an_estimate_carries_its_interval_and_unit() -> None:
    assert estimate(-1.1, 0.07) == "−1.100 ± 0.070"
    assert estimate(-5.5e-6, 2e-7) == "(−5.50 ± 0.20)×1e-6"
    assert estimate(-5.5e-6, math.nan) == "−5.50e-6"


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (-0.0994, 0.0314, "−0.099 ± 0.031"),
        (0.06, 1.55, "+0.1 ± 1.6"),
        (-5e-5, 1.5, "0.0 ± 1.5"),
        (123.4, 15.2, "+123 ± 15"),
        (0.00123, 0.00031, "+0.00123 ± 0.00031"),
        (0.26125, 1e-9, "+0.2612 ± 0.0000"),
        (0.0652, math.nan, "+0.065"),
        (0.21, 0.0, "+0.21 ± 0.00"),
        (math.inf, math.nan, "+inf"),
        (math.nan, math.nan, "?"),
        (2.24e17, math.nan, "+2.24e17"),
        (1.0, math.inf, "+1.00 ± inf"),
    ],
)
def test_an_estimate_has_as_many_digits_as_its_interval_bears(mean: float, half: float, text: str) -> None:
    assert estimate(mean, half) == text
