"""Colours tell the sign, are symmetric around zero and never hide the text on them."""

import pytest
from rich.color import Color, ColorSystem
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from eiftui.show.colour import DARK, LIGHT, STEPS, Depth, Scale, background, contrast, level, style, text_colour

VALUES = [step / 20 for step in range(-20, 21)]


@pytest.mark.parametrize("colours", ["256", "light"])
@pytest.mark.parametrize("step", range(-STEPS, STEPS + 1))
def test_text_is_readable_on_every_step(step: int, colours: Depth) -> None:
    behind = background(step, colours)
    assert contrast(text_colour(behind), behind) >= 4.5


@pytest.mark.parametrize("value", VALUES)
def test_text_is_readable_in_16_colours(value: float) -> None:
    shown = style(value, 1.0, "16")
    if shown.bgcolor and shown.color:
        text, behind = (colour.get_truecolor(DEFAULT_TERMINAL_THEME) for colour in (shown.color, shown.bgcolor))
        assert contrast(tuple(text), tuple(behind)) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("value", VALUES)
def test_opposite_values_are_equally_far_from_zero(value: float) -> None:
    assert level(-value, 1.0) == -level(value, 1.0)


def test_the_largest_value_gets_the_last_step_and_no_limit_gets_none() -> None:
    assert (level(-3.0, 3.0), level(3.0, 3.0), level(0.0, 0.0)) == (-STEPS, STEPS, 0)


def test_negative_is_blue_and_positive_is_not() -> None:
    for scale in (DARK, LIGHT):
        assert all(blue > red for red, _, blue in scale.negative)
        assert all(red > blue for red, _, blue in scale.positive)


def test_the_stronger_a_value_the_farther_its_colour_is_from_that_of_zero() -> None:
    for scale in (DARK, LIGHT):
        for ramp in (scale.negative, scale.positive, scale.greys):
            contrasts = [contrast(one, scale.zero) for one in ramp]
            assert contrasts[1:] == sorted(contrasts[1:])


@pytest.mark.parametrize("scale", [DARK, LIGHT])
def test_256_colours_show_exactly_what_true_colour_shows(scale: Scale) -> None:
    for shown in (DARK.zero, *scale.negative, *scale.positive):
        colour = Color.from_rgb(*shown)
        assert tuple(colour.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()) == shown
