"""Numbers that leave the explorer: by a file, or by the terminal's clipboard."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from textual.widgets import Input, Select, Static

from eiftui.tui.screens.export import PICTURE, ExportScreen, PathSuggester
from eiftui.tui.screens.main import MainScreen
from tests.tui.conftest import screen_of, until
from tests.tui.golden import assert_screen
from tests.tui.test_main_screen import SIZES


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_shown_is_offered_first(measured, explorer, size, here):
    async with explorer(measured).run_test(size=SIZES[size]) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press("t", "d", "x")
        lines = await until(pilot, "kinds-prompted.csv")
        assert any("draw 1" in line for line in lines)
        await assert_screen(pilot, "kinds-prompted.csv", f"export-{size}")


async def test_the_matrix_is_written_and_it_is_said_where(measured, explorer, here):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("x")
        await until(pilot, "kinds-trained.csv")
        await pilot.press("enter")
        await until(pilot, "Written:")
        assert isinstance(pilot.app.screen, MainScreen)
    with (here / "kinds-trained.csv").open(newline="") as file:
        lines = list(csv.reader(file))
    numbers = np.array([line[1:] for line in lines[1:]], dtype=float)
    assert np.allclose(numbers, measured.session.mean("trained"), rtol=1e-8)


@pytest.mark.parametrize("form", ["long", "npz", "json", "heatmap", PICTURE])
async def test_every_form_is_written(measured, explorer, here, form):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("x")
        await until(pilot, "kinds-trained.csv")
        pilot.app.screen.query_one("#form", Select).value = form
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, "Written:")
    check = {
        "long": lambda: len((here / "kinds-trained-long.csv").read_text().splitlines()) == 1 + 27,
        "npz": lambda: np.load(here / "kinds.npz")["prompted"].shape == (3, 3, 3),
        "json": lambda: len(json.loads((here / "kinds.json").read_text())["cells"]) == 3 * 27,
        "heatmap": lambda: "trained: change of loss" in (here / "kinds-trained.txt").read_text(),
        PICTURE: lambda: "&#160;" not in (here / "kinds.svg").read_text(),  # which some programs drop
    }
    assert check[form]()


async def test_a_file_is_overwritten_after_it_was_asked_about(measured, explorer, here):
    (here / "kinds-trained.csv").write_text("mine")
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("x")
        await until(pilot, "kinds-trained.csv")
        await pilot.press("enter")
        await until(pilot, "exists: enter once more overwrites it")
        assert (here / "kinds-trained.csv").read_text() == "mine"
        pilot.app.screen.query_one("#form").value = "long"
        await pilot.pause()
        assert not any("exists" in line for line in screen_of(pilot))
        pilot.app.screen.query_one("#form").value = "matrix"
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, "exists: enter once more overwrites it")
        await pilot.press("enter")
        await until(pilot, "Written:")
    assert (here / "kinds-trained.csv").read_text() != "mine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "a file is needed"),
        ("none/x.csv", "cannot write"),
        ("x.txt", "ends in .csv"),
        ("there.txt", "ends in .csv"),
        ("kinds.eif", "kinds.eif is a session: choose another name"),
    ],
)
async def test_what_cannot_be_written_is_one_line_and_the_dialogue_stays(measured, explorer, here, name, said):
    (here / "there.txt").touch()
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("x")
        await until(pilot, "kinds-trained.csv")
        pilot.app.screen.query_one("#file", Input).value = name
        await pilot.press("enter")
        await until(pilot, said)
        assert isinstance(pilot.app.screen, ExportScreen)
    files = [path for path in here.iterdir() if path.suffix != ".eif" and not path.name.startswith(".")]
    assert files == [here / "there.txt"]
    assert (here / "there.txt").read_bytes() == b""


async def test_nothing_measured_is_said(document, explorer, here):
    async with explorer(document).run_test(size=(120, 40)) as pilot:
        await pilot.press("x")
        await until(pilot, "kinds-trained.csv")
        await pilot.press("enter")
        await until(pilot, "nothing to export")


async def test_a_path_is_completed_by_what_is_there(here):
    (here / "results").mkdir()
    (here / "results" / "old.csv").touch()
    suggest = PathSuggester().get_suggestion
    assert await suggest("res") == "results/"
    assert await suggest("results/o") == "results/old.csv"
    assert await suggest("nothing/o") is None
    assert await suggest("") is None


async def test_cell_row_and_matrix_are_sent_to_the_terminal(measured, explorer, here):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        mean = measured.session.mean("trained")
        await pilot.press("down", "right", "y")
        assert float(pilot.app.clipboard) == pytest.approx(mean[1, 1], rel=1e-8)
        lines = await until(pilot, "clipboard")
        assert not any("copied" in line.lower() for line in lines)
        await pilot.press("Y")
        text, *numbers = pilot.app.clipboard.split("\t")
        assert text == measured.rows[1].label
        assert np.allclose(list(map(float, numbers)), mean[1], rtol=1e-8)
        pilot.app.action_do("matrix.copy_matrix")
        await pilot.pause()
        table = [line.split("\t") for line in pilot.app.clipboard.split("\n")]
        assert table[0] == ["train\\probe", *(probe.label for probe in measured.probes)]
        assert [line[0] for line in table[1:]] == [row.label for row in measured.rows]


@pytest.mark.parametrize("name", ["~nobody-here/a.csv", f"{'a' * 300}.csv"])
async def test_a_place_that_cannot_be_is_refused_in_the_dialogue(measured, explorer, name):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("x")
        await pilot.pause()
        pilot.app.screen.query_one("#file", Input).value = name
        await pilot.press("ctrl+e")
        for _ in range(100):
            if said := str(pilot.app.screen.query_one(".problem", Static).render()).strip():
                break
            await pilot.pause(0.05)
        assert "mistake" not in said
        assert "File name too long" in said or "No such file" in said
