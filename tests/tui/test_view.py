"""What a view makes of measured numbers. The source is plain arrays: no session, no screen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from eiftui.tui.picture import Picture, Status
from eiftui.tui.view import Table, View, picture, title

NAN = float("nan")


@dataclass
class Arrays:
    """Two draws of two training sets on three probes; the second training set is also the second probe."""

    trained: object
    prompted: object = field(default_factory=lambda: np.full((2, 2, 3), -8.0))
    predicted: object = field(default_factory=lambda: np.full((2, 2, 3), -2.0))
    pending: Status = Status.PENDING
    own_columns: tuple[int | None, ...] = (None, 1)
    floors: float = 0.0
    row_labels: tuple[str, ...] = ("Frogs hibernate.", "Toads do not.")
    column_labels: tuple[str, ...] = ("A", "Toads do not.", "do toads?")

    def table(self, quantity):
        if quantity == "gap":
            return Table(np.array(self.trained) - np.array(self.prompted), ~np.isnan(np.array(self.trained)))
        values = np.array(getattr(self, quantity), float)
        return Table(values, ~np.isnan(values))

    def baseline(self):
        return np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]])

    def statuses(self, condition, draw):
        return np.full((2, 3), self.pending, np.int8)

    def floor(self, condition):
        return self.floors


TRAINED = [[[-1.0, -2.0, 0.0], [1.0, 4.0, 2.0]], [[-3.0, -2.0, 0.0], [1.0, 4.0, NAN]]]


@pytest.fixture
def source() -> Arrays:
    return Arrays(TRAINED)


def values(drawn: Picture) -> list[list[float]]:
    return drawn.values.tolist()


def test_the_mean_is_over_the_draws_that_are_measured(source):
    assert values(picture(View(), source)) == [[-2, -2, 0], [1, 4, 2]]
    assert picture(View(), source).measured == pytest.approx(11 / 12)


def test_one_draw_is_shown_as_it_is(source):
    drawn = picture(View(draw=1), source)
    assert values(drawn)[0] == [-3, -2, 0]


def test_a_prediction_stands_in_for_what_is_not_measured(source):
    drawn = picture(View(draw=1), source)
    assert drawn.values[1, 2] == -2
    assert drawn.status[1].tolist() == [Status.VALUE, Status.VALUE, Status.PREVIEW]


def test_a_failure_is_not_hidden_by_a_prediction(source):
    source.pending = Status.FAILED
    assert picture(View(draw=1), source).status[1, 2] == Status.FAILED


def test_rows_that_run_are_known_also_where_predictions_stand_in(source):
    source.pending = Status.RUNNING
    drawn = picture(View(draw=1), source)
    assert drawn.status[1, 2] == Status.PREVIEW
    assert drawn.running.all()


def test_nothing_stands_in_for_what_was_prompted(source):
    source.prompted[1, 1, 2] = NAN
    source.pending = Status.RUNNING
    assert picture(View("prompted", draw=1), source).status[1, 2] == Status.RUNNING


def test_a_mean_leaves_out_draws_that_are_not_finite(source):
    source.trained = np.array(TRAINED)
    source.trained[0, 0, 0] = np.inf
    assert picture(View(), source).values[0, 0] == source.trained[1, 0, 0]


def test_measured_numbers_that_are_not_finite_are_values(source):
    source.trained = np.array(TRAINED)
    source.trained[:, 0, 0] = np.inf
    drawn = picture(View(), source)
    assert np.isinf(drawn.values[0, 0])
    assert drawn.status[0, 0] == Status.VALUE


def test_the_scale_is_the_same_for_trained_and_prompted_and_every_draw(source):
    limits = {
        picture(View(shown, draw), source).limit for shown in ("trained", "prompted", "gap") for draw in (None, 1)
    }
    assert limits == {8.0}


def test_a_scale_of_its_own_is_that_of_what_is_shown(source):
    assert picture(View(own_scale=True), source).limit == 4


def test_normalised_rows_are_divided_by_their_influence_on_themselves(source):
    drawn = picture(View(normalised=True), source)
    assert values(drawn)[1] == [0.25, 1, 0.5]
    assert drawn.status[0].tolist() == [Status.UNDEFINED] * 3


def test_normalised_rows_keep_the_signs_of_the_raw_matrix_and_what_they_mean(source):
    for shown in ("trained", "gap"):
        raw, divided = (picture(View(shown, normalised=flag, own_scale=True), source) for flag in (False, True))
        assert values(divided)[1] == pytest.approx((raw.values[1] / abs(raw.values[1, 1])).tolist())
        assert raw.warm == divided.warm
    overshooting_down = Arrays(-np.array(TRAINED))
    assert values(picture(View(normalised=True), overshooting_down))[1] == [-0.25, -1, -0.5]


def test_a_normalised_row_has_the_interval_of_a_ratio_and_its_own_cell_none():
    """Of −4, −8, −9 over −2, −4, −6, by hand: r = 1.75, and residuals −0.5, −1, 1.5 over 4."""
    draws = [[[-4.0, 0.0, 1.0], [-1.0, own, other]] for own, other in ((-2.0, -4.0), (-4.0, -8.0), (-6.0, -9.0))]
    drawn = picture(View(normalised=True, intervals=True), Arrays(draws, np.full((3, 2, 3), -8.0)))
    assert values(drawn)[1] == [-0.25, -1, -1.75]
    assert not np.nan_to_num(drawn.halves[1, 1])
    residuals = np.array([-0.5, -1.0, 1.5]) / 4
    assert drawn.halves[1, 2] == pytest.approx(4.302653 * residuals.std(ddof=1) / np.sqrt(3))


def test_rows_whose_own_influence_is_not_told_from_zero_are_not_normalised(source):
    source.floors = 4.0
    assert picture(View(normalised=True), source).status[1].tolist() == [Status.UNDEFINED] * 3


def test_normalised_log_probabilities_are_those_of_losses_with_the_other_sign(source):
    loss, probability = (picture(View(normalised=True, log_probability=flag), source) for flag in (False, True))
    assert (probability.values[1] == -loss.values[1]).all()
    assert (loss.warm, probability.warm) == (1, -1)


def test_log_probability_flips_the_number_and_not_what_the_colour_means(source):
    loss, probability = picture(View(), source), picture(View(log_probability=True), source)
    assert (probability.values == -loss.values).all()
    assert (loss.warm, probability.warm) == (1, -1)


def test_the_baseline_is_the_same_in_every_row(source):
    drawn = picture(View("baseline"), source)
    assert values(drawn) == [[2, 3, 4], [2, 3, 4]]
    assert (drawn.limit, drawn.signed) == (4, False)


def test_rows_are_ordered_by_mean_and_by_likeness(source):
    assert picture(View(rows_by="mean"), source).rows.tolist() == [0, 1]
    assert picture(View(rows_by="likeness", like=1), source).rows.tolist() == [1, 0]
    assert picture(View(columns_by="mean"), source).columns.tolist() == [0, 1, 2]


def test_an_order_moves_values_and_statuses_together(source):
    drawn = picture(View(draw=1, rows_by="likeness", like=1), source)
    assert values(drawn)[0] == [1, 4, -2]
    assert drawn.status[0, 2] == Status.PREVIEW


def test_intervals_are_over_draws(source):
    halves = picture(View(intervals=True), source).halves
    assert halves[0, 0] == pytest.approx(12.706, abs=1e-3)
    assert np.isnan(halves[1, 2])


def test_the_spread_is_the_half_width_of_the_interval_and_has_no_sign(source):
    drawn = picture(View(spread=True), source)
    assert drawn.values[0, 0] == pytest.approx(12.706, abs=1e-3)
    assert drawn.limit == pytest.approx(13)
    assert not drawn.signed
    assert drawn.status[1, 2] == Status.UNDEFINED
    assert title(View(spread=True), drawn, 2).startswith("Trained · 95 % interval, ± loss, nats/token · 2 draws")


def test_one_draw_has_no_spread(source):
    assert values(picture(View(spread=True, draw=1), source))[0] == [-3, -2, 0]


def test_filters_keep_lines_that_have_every_word(source):
    drawn = picture(View(row_filter="FROGS", column_filter="do toads", columns_by="mean"), source)
    assert drawn.rows.tolist() == [0]
    assert drawn.columns.tolist() == [1, 2]
    assert values(drawn) == [[-2, 0]]
    shown = title(View(row_filter="FROGS", column_filter="do toads"), drawn, 2)
    assert shown.startswith("Trained · rows with “FROGS” · columns with “do toads” · Δ loss")
    assert picture(View(row_filter="newts"), source).values.shape == (0, 3)


def test_the_end_of_the_scale_is_a_number_of_two_digits():
    grown = [picture(View(own_scale=True), Arrays(np.array(TRAINED) * factor)).limit for factor in (1.231, 1.249)]
    assert grown == pytest.approx([5.0, 5.0])


def test_small_influences_are_printed_over_a_common_power_of_ten():
    small = Arrays(np.array(TRAINED) * 1e-6, np.zeros((2, 2, 3)))
    drawn = picture(View(), small)
    assert drawn.exponent == -6
    assert title(View(), drawn, 2) == "Trained · Δ loss, nats/token ×1e-6 · mean of up to 2 draws · 91 % measured"


def test_titles_say_what_the_numbers_are(source):
    said = {
        View("prompted"): "Prompted · Δ loss, nats/token · mean of 2 draws",
        View("gap", draw=0): "Gap · Δ loss, nats/token · draw 1 of 2",
        View("prompted", log_probability=True): "Prompted · Δ log-prob, nats/token · mean of 2 draws",
        View("prompted", normalised=True): "Prompted · Δ loss per influence on itself · mean of 2 draws",
        View("prompted", normalised=True, log_probability=True): (
            "Prompted · Δ log-prob per influence on itself · mean of 2 draws"
        ),
        View("baseline"): "Baseline · loss, nats/token · mean of 2 draws",
        View("prompted", rows_by="mean", columns_by="likeness"): (
            "Prompted · rows by mean · columns by likeness · Δ loss, nats/token · mean of 2 draws"
        ),
    }
    for view, words in said.items():
        assert title(view, picture(view, source), 2) == words


def test_an_empty_matrix_is_a_picture_too():
    class Empty(Arrays):
        def table(self, quantity):
            return Table(np.zeros((2, 0, 0)), np.zeros((2, 0, 0), bool))

        def baseline(self):
            return np.zeros((2, 0))

        def statuses(self, condition, draw):
            return np.zeros((0, 0), np.int8)

    empty = Empty([], own_columns=())
    for shown in ("trained", "gap", "baseline"):
        for by in ("number", "mean", "likeness"):
            assert picture(View(shown, rows_by=by, columns_by=by, normalised=True), empty).values.shape == (0, 0)
