"""An image in the terminal has its size, its greys and its dots, and survives what cannot write them."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import numpy as np
import pytest
from rich.console import Console

from eiftui.show.digits import beside, picture, shrunk, way
from eiftui.show.picture_map import picture_map

BAR = np.zeros((28, 28))
BAR[:, 14:] = 1.0


@pytest.mark.parametrize(("how", "columns", "lines"), [("half blocks", 14, 7), ("braille", 14, 7), ("ascii", 28, 14)])
def test_a_picture_has_a_size_in_which_a_digit_can_be_read(how: str, columns: int, lines: int) -> None:
    drawn = picture(BAR, how)  # type: ignore[arg-type]
    assert [line.cell_len for line in drawn] == [columns] * lines


def test_ascii_is_dark_and_bright_where_the_image_is() -> None:
    assert picture(BAR, "ascii")[0].plain == " " * 14 + "@" * 14


def test_braille_has_a_dot_for_each_bright_pixel() -> None:
    assert picture(BAR, "braille")[0].plain == "⠀" * 7 + "⣿" * 7


def test_half_blocks_are_grey_above_and_below() -> None:
    steps = np.repeat([0.0, 1.0], 14)[:, None] * np.ones((1, 28))
    (line,) = picture(steps, "half blocks", columns=2, lines=1)
    style = line.spans[0].style
    assert style.color.number == 232  # type: ignore[union-attr]
    assert style.bgcolor.number == 255  # type: ignore[union-attr]


def test_noise_beyond_black_and_white_is_shown_as_black_and_white() -> None:
    assert picture(BAR * 9 - 4, "ascii")[0].plain == picture(BAR, "ascii")[0].plain


@pytest.mark.parametrize("how", ["half blocks", "braille", "ascii"])
def test_a_strip_of_an_image_looks_as_it_does_in_the_whole(how: str) -> None:
    image = np.random.default_rng(0).random((28, 28))
    strips = [line for y in range(0, 28, 2) for line in picture(image[y : y + 2], how, 28, 1)]  # type: ignore[arg-type]
    assert strips == picture(image, how, 28, 14)  # type: ignore[arg-type]


def test_shrinking_takes_means() -> None:
    np.testing.assert_allclose(shrunk(np.arange(6.0).reshape(2, 3), 1, 2), [[1.5 + 1 / 3, 3.5 - 1 / 3]])
    assert shrunk(BAR, 7, 10).mean() == pytest.approx(0.5)


def test_pictures_stand_beside_each_other() -> None:
    lines = beside([picture(BAR, "ascii", 2, 2), picture(1 - BAR, "ascii", 2, 2)])
    assert [line.plain for line in lines] == [" @ @ ", " @ @ "]


@pytest.mark.parametrize(
    ("colours", "encoding", "expected"),
    [
        ("256", "utf-8", "half blocks"),
        (None, "utf-8", "braille"),
        ("standard", "utf-8", "braille"),
        ("256", "ascii", "ascii"),
    ],
)
def test_the_way_follows_what_the_terminal_can(colours: str | None, encoding: str, expected: str) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert way(Console(file=file, color_system=colours, force_terminal=True)) == expected  # type: ignore[arg-type]


LOOK = """
import io
from rich.console import Console
from eiftui.show.digits import way
file = io.TextIOWrapper(io.BytesIO(), "utf-8")
print(*(way(Console(file=file, color_system="256", force_terminal=terminal)) for terminal in (True, False)), sep=",")
"""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm", "LANG": "C.UTF-8"}, "half blocks"),
        ({"TERM": "xterm"}, "half blocks"),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, "ascii"),
        ({"TERM": "xterm", "LANG": "C"}, "ascii"),
        ({"TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "POSIX"}, "ascii"),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, "half blocks"),
    ],
)
def test_a_terminal_that_nobody_says_can_show_blocks_and_braille_has_letters(
    environment: dict[str, str], expected: str
) -> None:
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == f"{expected},half blocks"


@pytest.mark.parametrize(("width", "lines"), [(80, 3), (120, 4)])
def test_a_map_has_its_images_beside_rows_and_above_columns(width: int, lines: int) -> None:
    file = io.StringIO()
    console = Console(file=file, width=width, color_system=None)
    values = np.full((10, 10), -0.25)
    values[3, 7] = np.nan
    shown = list(picture_map(console, values, [BAR] * 10, [str(label) for label in range(10)]))
    assert len(shown) == 1 + lines + 10 * lines + 1
    assert all(line.cell_len <= width for line in shown)
    assert sum("−0.25" in line.plain for line in shown) == 10
    assert "·" in shown[1 + lines + 3 * lines + lines // 2].plain
