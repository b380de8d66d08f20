"""A cell's text has its width, and says everything without colours; its style never hides it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eiftui.show import colour
from eiftui.tui.picture import Picture, Status
from eiftui.tui.widgets.cells import INTERVAL, WIDTHS, Painter

KINDS = {
    "negative": (-0.8, Status.VALUE),
    "positive": (0.8, Status.VALUE),
    "below the floor": (0.001, Status.VALUE),
    "not finite": (np.nan, Status.VALUE),
    "predicted": (-0.8, Status.PREVIEW),
    "to measure": (np.nan, Status.PENDING),
    "running": (np.nan, Status.RUNNING),
    "failed": (np.nan, Status.FAILED),
    "stopped": (np.nan, Status.CANCELLED),
    "undefined": (np.nan, Status.UNDEFINED),
}


def drawn(**changes: object) -> Picture:
    """One row, with a cell of every kind."""
    values, status = zip(*KINDS.values(), strict=True)
    one = Picture(
        rows=np.arange(1),
        columns=np.arange(len(KINDS)),
        values=np.array([values]),
        halves=None,
        status=np.array([status], np.int8),
        running=np.zeros(1, bool),
        limit=1.0,
        floor=0.01,
        warm=1,
        power=1.0,
        measured=0.5,
    )
    return replace(one, **changes)


def texts(width: int, colours: colour.Depth = "none", **changes: object) -> dict[str, str]:
    painter = Painter(drawn(**changes), width, colours)
    return {kind: painter.text(0, column) for column, kind in enumerate(KINDS)}


@pytest.mark.parametrize("colours", ["none", "16", "256", "light"])
@pytest.mark.parametrize("width", [*WIDTHS, INTERVAL])
def test_every_text_has_the_width(width, colours):
    for halves in (None, np.full((1, len(KINDS)), 0.07)):
        for scale in (1.0, 1e-9, 1e9):
            changed = drawn(halves=halves, limit=scale)
            for text in texts(width, colours, halves=halves, limit=scale, values=changed.values * scale).values():
                assert len(text) == width


@pytest.mark.parametrize("width", WIDTHS[2:])
def test_without_colours_no_two_kinds_read_the_same(width):
    assert len(set(texts(width).values())) == len(KINDS)


@pytest.mark.parametrize("width", WIDTHS[:2])
def test_in_narrow_cells_a_prediction_differs_from_a_value_by_its_style(width):
    said = texts(width)
    assert said.pop("predicted") == said["negative"]
    assert len(set(said.values())) == len(KINDS) - 1
    painter = Painter(drawn(), width, "none")
    assert painter.style(0, 0) != painter.style(0, 4)


def test_numbers_are_over_the_common_power_of_ten():
    assert texts(6, limit=1e-6, floor=0.0, values=drawn().values * 1e-6)["negative"] == " −0.80"


def test_wide_cells_hold_the_interval():
    assert texts(INTERVAL, halves=np.full((1, len(KINDS)), 0.07))["negative"].strip() == "−0.80±0.07"


@pytest.mark.parametrize("colours", ["16", "256"])
def test_the_sign_is_in_the_background_and_a_prediction_has_none(colours):
    painter = Painter(drawn(), 6, colours)
    negative, positive, predicted = (painter.style(0, column) for column in (0, 1, 4))
    assert negative.bgcolor != positive.bgcolor
    assert negative.bgcolor is not None
    assert predicted.bgcolor is None


def test_blue_means_more_likely_whatever_the_sign_of_the_number():
    loss, probability = Painter(drawn(), 6, "256"), Painter(drawn(warm=-1), 6, "256")
    assert loss.style(0, 0) == probability.style(0, 1)


def test_weak_influences_have_a_colour_on_a_shared_scale():
    weak = {"values": drawn().values * 0.05, "floor": 0.0}
    none, some = (Painter(drawn(**weak, power=power), 6, "256").style(0, 0) for power in (1.0, 0.4))
    assert none == colour.style(0, 1, "256")
    assert some != none


@pytest.mark.parametrize("colours", ["16", "256", "light"])
def test_the_cursor_has_a_colour_that_no_scale_has(colours):
    steps = range(-colour.STEPS, colour.STEPS + 1)
    scales = [scale(step, colour.STEPS, colours) for scale in (colour.style, colour.shade) for step in steps]
    assert Painter.cursor(colours).bgcolor not in {style.bgcolor for style in scales}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sign_is_in_the_text_where_the_colour_is_under_the_cursor(width):
    said = texts(width, "16")
    assert said["negative"] != said["positive"]


def test_without_colours_nothing_but_the_cursor_is_reversed():
    painter = Painter(drawn(), 6, "none")
    assert Painter.cursor("none").reverse
    assert not any(painter.style(0, column).reverse for column in range(len(KINDS)))
