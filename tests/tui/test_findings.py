"""The views of what the numbers say, by their keys and characters."""

from __future__ import annotations

import threading
import time

import pytest

from eiftui.tui.widgets.findings import NAMES, FindingsPane
from tests.tui.conftest import screen_of, until

SAID = {
    "desiderata": "c on two cells of the matrix makes one",
    "symmetry": "rows and probes differ",
    "distribution": "share of cells",
    "rate": "no sweep was made",
    "semantics": "R embeds them",
    "dynamics": "nothing was traced",
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_key_leads_through_all_views_and_back_to_the_matrix(measured, explorer, size):
    async with explorer(measured).run_test(size=size) as pilot:
        for name in NAMES[1:]:
            await pilot.press("right_square_bracket")
            await until(pilot, SAID[name])
            assert any(name.capitalize() in line for line in screen_of(pilot))
        await pilot.press("right_square_bracket")
        await until(pilot, "Trained ·")
        await pilot.press("left_square_bracket")
        await until(pilot, SAID["dynamics"])


async def test_a_click_on_its_name_shows_a_view(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press("right_square_bracket")
        lines = await until(pilot, "Symmetry")
        y = next(y for y, line in enumerate(lines) if "Symmetry" in line)
        await pilot.click(offset=(lines[y].index("Rate") + 1, y))
        await until(pilot, SAID["rate"])


async def test_views_follow_what_is_measured(session, engine, explorer, monkeypatch):
    from eiftui.tui.document import Document
    from eiftui.tui.widgets import findings

    monkeypatch.setattr(findings, "SECONDS_BETWEEN_ANALYSES", 0.01)
    async with explorer(Document(session)).run_test() as pilot:
        await pilot.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        await until(pilot, "Distribution")
        assert not any("Gini" in line for line in screen_of(pilot))
        engine.measure(session)
        pilot.app.screen.query_one(FindingsPane).show_document()
        await until(pilot, "Gini")


async def test_an_empty_sheet_has_views_too(explorer, tmp_path):
    from eiftui.domains.schema import Text
    from eiftui.session.session import Session
    from eiftui.tui.document import Document
    from tests.tui.conftest import KINDS

    domain = KINDS.model_copy(update={"texts": (Text(id="a", sentences=("A frog.",), role="row"),)})
    with Session.create(tmp_path / "empty.eif", domain) as session:
        async with explorer(Document(session)).run_test() as pilot:
            for name in NAMES[1:]:
                pilot.app.screen.query_one(FindingsPane).action_show(name)
                await until(pilot, name.capitalize())
                await pilot.app.workers.wait_for_complete()


@pytest.mark.parametrize("width", [80, 120])
async def test_a_view_has_the_width_to_itself_and_sentences_are_a_tab_away(measured, explorer, width):
    async with explorer(measured).run_test(size=(width, 30)) as pilot:
        await pilot.press("right_square_bracket")
        await until(pilot, SAID["desiderata"])
        assert not any("Training sets · 3" in line for line in screen_of(pilot))
        await pilot.press("tab")
        lines = await until(pilot, "Training sets · 3")
        assert not any(SAID["desiderata"] in line for line in lines)
        await pilot.press("tab", "tab")
        await until(pilot, SAID["desiderata"])
        assert pilot.app.screen.focused is pilot.app.screen.query_one(FindingsPane).page


async def test_a_very_wide_screen_shows_both(measured, explorer):
    async with explorer(measured).run_test(size=(180, 40)) as pilot:
        await pilot.press("right_square_bracket")
        lines = await until(pilot, SAID["desiderata"])
        assert any("Training sets · 3" in line for line in lines)


async def test_an_analysis_that_takes_longer_than_changes_are_apart_is_shown_and_is_alone(
    measured, explorer, monkeypatch
):
    from eiftui.analysis.findings import analyse
    from eiftui.tui.widgets import findings

    at_work, most, shown = 0, 0, 0

    def slow(session):
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.2)
        at_work -= 1
        return analyse(session)

    monkeypatch.setattr(findings, "SECONDS_BETWEEN_ANALYSES", 0.01)
    monkeypatch.setattr("eiftui.analysis.findings.analyse", slow)
    async with explorer(measured).run_test() as pilot:
        pane = pilot.app.screen.query_one(FindingsPane)
        await pilot.press("right_square_bracket")
        for _ in range(300):
            pane.show_document()
            await pilot.pause(0.01)
            shown = any(SAID["desiderata"] in line for line in screen_of(pilot))
            if shown:
                break
        assert shown
        assert most == 1


async def test_a_view_that_is_asked_for_during_an_analysis_is_shown_by_it(measured, explorer, monkeypatch):
    from eiftui.analysis.findings import analyse

    calls, go_on = [], threading.Event()

    def held(session):
        calls.append(session)
        go_on.wait(60)
        return analyse(session)

    monkeypatch.setattr("eiftui.analysis.findings.analyse", held)
    async with explorer(measured).run_test() as pilot:
        await pilot.press(*["right_square_bracket"] * 5)
        go_on.set()
        await until(pilot, SAID["semantics"])
        assert len(calls) == 1
