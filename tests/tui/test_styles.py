"""Style sheets of screens: Textual applies each to the whole app from when its screen is first shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eiftui.session.image_records import ImageSettings
from eiftui.session.images import ImageSession
from tests.tui.conftest import until

SHEETS = sorted((Path(__file__).parents[2] / "eiftui" / "tui" / "screens").glob("*.tcss"))
SELECTOR = re.compile(r"^([^\s{}][^{}]*) \{$", re.MULTILINE)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_each_rule_names_the_screen_or_the_widget_that_it_is_for(sheet):
    selectors = [one.strip() for found in SELECTOR.findall(sheet.read_text("utf-8")) for one in found.split(",")]
    assert selectors
    assert [selector for selector in selectors if selector.startswith((".", "#"))] == []


async def test_a_session_of_images_looks_the_same_after_one_of_sentences(measured, explorer, tmp_path):
    ImageSession.create(tmp_path / "digits.eif", ImageSettings(networks=("a",), per_class=2, draws=1)).close()
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.app.open_session(tmp_path / "digits.eif")
        lines = await until(pilot, "not measured")
        assert "digits.eif" in lines[0]
        assert pilot.app.screen.query_one("#about").size.height == 1


async def test_fields_of_an_export_look_the_same_after_the_settings(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("x")
        await until(pilot, "enter in the file's field writes it")
        before = pilot.app.screen.query_one("#file").styles.background
        await pilot.press("escape", "f2")
        await until(pilot, "enter applies")
        await pilot.press("escape", "x")
        await until(pilot, "enter in the file's field writes it")
        assert pilot.app.screen.query_one("#file").styles.background == before
