"""Heatmaps are readable at any width, in any colours and any encoding."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rich.cells import cell_len
from rich.console import Console

from eiftui.errors import InputError
from eiftui.show.heatmap import Heatmap, heatmap, ramp
from tests.show.render import rendered

GOLDENS = Path(__file__).parent / "goldens"


def example(n: int, floor: float = 0.02) -> Heatmap:
    """A matrix without randomness: strong on its diagonal, with a cell of every special kind."""
    row, column = np.mgrid[:n, :n]
    values = np.ma.masked_array(np.sin(1.7 * row + 0.9 * column) * 0.6 - (row == column), mask=np.zeros((n, n), bool))
    values[1, 2], values[2, 1], values[3, 4], values[5, 5] = np.ma.masked, np.nan, -np.inf, 0.01
    labels = [f"{{A}} belongs to the set of all things that are {number}." for number in range(n)]
    return heatmap(values, labels, labels, "Trained · Δ loss, nats/token", floor=floor)


@pytest.mark.parametrize(("n", "width"), [(10, 80), (10, 120), (100, 80), (100, 120)])
def test_looks_as_it_did(n: int, width: int) -> None:
    assert rendered(example(n), width) == (GOLDENS / f"{n}x{n}-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("colours", [None, "standard", "256", "truecolor"])
@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
@pytest.mark.parametrize("n", [6, 12, 40, 100])
def test_no_line_is_wider_than_the_console(n: int, width: int, colours: str | None) -> None:
    console = Console(width=width, color_system=colours, force_terminal=True, no_color=False, _environ={})
    lines = console.render_lines(example(n), pad=False)
    assert max(sum(segment.cell_length for segment in line) for line in lines) <= width


def test_wide_characters_are_cut_by_columns_not_by_characters() -> None:
    labels = ["猫は動物の集合に属する。" * 5] * 11
    text = rendered(heatmap(np.ones((11, 11)), labels, labels, "猫"), 80)
    assert max(map(cell_len, text.splitlines())) <= 80


@pytest.mark.parametrize("n", [10, 100])
def test_a_pipe_gets_no_escape_codes(n: int) -> None:
    assert "\x1b" not in rendered(example(n), 80)


@pytest.mark.parametrize("n", [10, 100])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437"])
def test_any_encoding_can_be_written(n: int, encoding: str) -> None:
    labels = ["“猫” − naïve"] * n
    text = rendered(heatmap(-np.eye(n), labels, labels, "η → ×"), 80, encoding=encoding)
    assert "?" in text
    assert " - na" in text or " − na" in text


def test_ascii_keeps_every_number_readable() -> None:
    line = rendered(heatmap([[-1.1, 0.25]], ["a"], ["b", "c"], "t"), 80, encoding="ascii").splitlines()[2]
    assert line.split() == ["1", "a", "-1.10", "+0.25"]


@given(
    arrays(float, (3, 4), elements=st.floats(-9.99, 9.99).map(lambda value: round(value, 9))),
    st.sampled_from([-30, -6, -1, 0, 2, 5, 20]),
    st.sampled_from([None, "standard", "256"]),
)
@settings(max_examples=60)
def test_every_printed_number_reads_back_to_its_precision(matrix: np.ndarray, power: int, colours: str | None) -> None:
    shown = heatmap(matrix * 10.0**power, list("xyz"), list("abcd"), "t")
    plain = Console(width=80, color_system=colours, force_terminal=True, no_color=False, _environ={})
    lines = ["".join(segment.text for segment in line) for line in plain.render_lines(shown, pad=False)]
    for row, line in zip(shown.cells, lines[2:5], strict=True):
        for value, printed in zip(row, line.split()[2:], strict=True):
            decimals = len(printed.partition(".")[2])
            assert value is not None
            difference = float(printed.replace("−", "-")) - value / 10.0**shown.exponent
            assert abs(difference) <= 0.5 * 10.0**-decimals + 1e-9


def test_missing_not_finite_zero_and_below_the_floor_look_different() -> None:
    values = np.ma.masked_array([[1.0, 0.0, 0.001, np.nan, np.inf, -np.inf, 2.0]], mask=[[0, 0, 0, 0, 0, 0, 1]])
    line = rendered(heatmap(values, ["r"], list("abcdefg"), "t", floor=0.002), 80).splitlines()[2]
    assert line.split()[2:] == ["+1.00", "≈0", "≈0", "nan", "+inf", "−inf", "·"]
    dense = rendered(heatmap(values, ["r"], list("abcdefg"), "t", floor=0.002), 20).splitlines()[2]
    assert dense.split()[-1] == "9≈≈!!!·"


def test_without_colours_a_dense_cell_tells_sign_and_size() -> None:
    assert [ramp(value, 2.0) for value in (-2.0, -1.0, -0.01, 0.0, 0.3, 2.0)] == ["i", "e", "0", "0", "1", "9"]


def test_an_outlier_leaves_the_other_cells_their_sign_and_says_where_the_scale_ends() -> None:
    values = np.where(np.indices((50, 50)).sum(axis=0) % 2, 0.1, -0.1)
    values[3, 4] = 50.0
    text = rendered(heatmap(values, ["r"] * 50, ["c"] * 50, "t"), 80)
    assert "i9i9i9i9" in text
    assert "magnitude 0.10 and beyond (the largest is 50.0)" in " ".join(text.split())


def test_colours_are_labelled_with_the_magnitude_of_the_last() -> None:
    assert "palest colour: magnitude 2.00" in rendered(heatmap([[-2.0, 1.0]], ["r"], ["a", "b"], "t"), 80, "256")


def test_colour_depth_decides_what_a_dense_cell_is() -> None:
    shown = heatmap(-np.ones((1, 30)), ["r"], ["c"] * 30, "t")
    assert "i" * 30 in rendered(shown, 80)
    assert "\x1b[30;106mi" in rendered(shown, 80, "standard")
    assert "\x1b[38;5;16;48;5;117m " in rendered(shown, 80, "256")


def test_texts_that_are_cut_are_listed_in_full() -> None:
    labels = ["a sentence that is much too long to stand beside the numbers", "short"] * 5
    text = rendered(heatmap(np.ones((10, 10)), labels, labels, "t"), 80)
    assert text.count(labels[0]) == 5


def test_probes_are_listed_unless_they_are_the_rows() -> None:
    assert "Probes" not in rendered(heatmap(np.eye(2), ["a", "b"], ["a", "b"], "t"), 80)
    assert "Probes (columns)\n1 c\n2 d\n" in rendered(heatmap(np.eye(2), ["a", "b"], ["c", "d"], "t"), 80)


def test_markup_in_texts_is_only_text() -> None:
    text = rendered(heatmap([[1.0]], ["[bold]x[/nothing]"], [":smile:"], "[red]t"), 80)
    assert "[bold]x[/nothing]" in text
    assert ":smile:" in text
    assert text.startswith("[red]t")


def test_intervals_stand_in_the_cells_if_there_is_room_and_below_in_any_case() -> None:
    shown = heatmap([[-1.1, 0.5]], ["a"], ["b", "c"], "t", interval=[[0.07, np.nan]])
    assert "−1.10±0.07      +0.50" in rendered(shown, 80)
    assert "−1.10±" not in rendered(shown, 16)
    assert "±0.07 at most" in " ".join(rendered(shown, 16).split())


def test_an_empty_matrix_is_only_its_title_and_key() -> None:
    assert rendered(heatmap(np.zeros((0, 0)), [], [], "nothing yet"), 80).startswith("nothing yet\n")


def test_shapes_that_disagree_are_refused() -> None:
    with pytest.raises(InputError, match="2 row and 1 column labels"):
        heatmap(np.zeros((1, 2)), ["a", "b"], ["c"], "t")


def test_texts_that_are_cut_are_told_in_full_unless_there_is_to_be_no_legend():
    labels = ["a text that is much longer than the side of a map at eighty columns can show"]
    told, untold = (
        rendered(heatmap([[0.5]], labels, ["another"], "title", legend=legend), 60) for legend in (True, False)
    )
    assert "Probes (columns)" in told
    assert "(columns)" not in untold
