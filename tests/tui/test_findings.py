"""The views of what the numbers say, by their keys and characters."""

from __future__ import annotations

import re
import threading
import time

import pytest

from eiftui.tui.plots import curves
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
    from eiftui.session.results import Measured
    from eiftui.tui.document import Document
    from eiftui.tui.widgets import findings

    monkeypatch.setattr(findings, "SECONDS_BETWEEN_ANALYSES", 0.01)
    document, other = Document(session), session.copy()
    engine.measure(other)
    async with explorer(document).run_test() as pilot:
        await pilot.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        await until(pilot, "Distribution")
        assert not any("Gini" in line for line in screen_of(pilot))
        document.append(*(record for record in other._state.compact() if isinstance(record, Measured)))
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


WORKED_OUT = {
    "desiderata": {"desiderata"},
    "symmetry": {"symmetry", "asymmetry"},
    "distribution": {"histogram", "sparsity"},
    "rate": {"sweep", "agreement", "met"},
    "semantics": {"semantics"},
    "dynamics": set(),
}


@pytest.mark.parametrize("view", NAMES[1:])
async def test_a_view_has_worked_out_what_it_shows_and_no_more(measured, explorer, view):
    async with explorer(measured).run_test() as pilot:
        pilot.app.screen.query_one(FindingsPane).action_show(view)
        await until(pilot, SAID[view])
        assert vars(measured.findings()).keys() - {"session", "_measured"} == WORKED_OUT[view]


async def test_what_is_worked_out_is_kept_until_a_number_changes(measured, engine, explorer, monkeypatch):
    from eiftui.analysis import findings

    calls, histogram = [], findings.histogram
    monkeypatch.setattr(findings, "histogram", lambda values: calls.append(values) or histogram(values))
    async with explorer(measured).run_test() as pilot:
        pane = pilot.app.screen.query_one(FindingsPane)
        for name in ("distribution", "matrix", "distribution", "rate", "distribution"):
            pane.action_show(name)
            await until(pilot, SAID.get(name, "Trained ·"))
            measured.clear_marks()
        assert len(calls) == 1
        pane.action_show("rate")
        await until(pilot, SAID["rate"])
        measured.configure(measured.session.settings.model_copy(update={"draws": 2}))
        pane.action_show("distribution")
        await until(pilot, SAID["distribution"])
        assert [len(one["trained"]) for one in calls] == [3, 2]


async def test_an_analysis_that_takes_longer_than_changes_are_apart_is_shown_and_is_alone(
    measured, explorer, monkeypatch
):
    from eiftui.analysis.findings import desiderata
    from eiftui.session.records import Note
    from eiftui.tui.widgets import findings

    at_work, most, calls, shown = 0, 0, 0, 0

    def slow(session):
        nonlocal at_work, most, calls
        at_work, calls = at_work + 1, calls + 1
        most = max(most, at_work)
        time.sleep(0.2)
        at_work -= 1
        return desiderata(session)

    monkeypatch.setattr(findings, "SECONDS_BETWEEN_ANALYSES", 0.01)
    monkeypatch.setattr("eiftui.analysis.findings.desiderata", slow)
    async with explorer(measured).run_test() as pilot:
        pane = pilot.app.screen.query_one(FindingsPane)
        await pilot.press("right_square_bracket")
        for number in range(300):
            measured.append(Note(text=str(number)))
            pane.show_document()
            await pilot.pause(0.01)
            shown = any(SAID["desiderata"] in line for line in screen_of(pilot))
            if shown and calls > 2:
                break
        assert shown
        assert calls > 2
        assert most == 1


@pytest.mark.parametrize("fails", [False, True])
async def test_the_view_asked_for_survives_one_before_it_and_those_passed_are_not_worked_out(
    measured, explorer, monkeypatch, fails
):
    from eiftui.analysis.findings import desiderata

    go_on = threading.Event()

    def held(session):
        go_on.wait(60)
        return [][0] if fails else desiderata(session)

    monkeypatch.setattr("eiftui.analysis.findings.desiderata", held)
    async with explorer(measured).run_test() as pilot:
        await pilot.press(*["right_square_bracket"] * 5)
        go_on.set()
        await until(pilot, SAID["semantics"])
        assert vars(measured.findings()).keys() - {"session", "_measured", "desiderata"} == {"semantics"}
        assert ("desiderata" in vars(measured.findings())) is not fails


def test_plots_have_the_minus_sign_of_the_tables():
    text = curves({"trained": ([-1.5, 0.5], [-2.0, 3.0])}, (60, 12), "x", "y", coloured=False).plain
    assert "−1.5" in text
    assert not re.search(r"-\d", text)


async def test_the_distribution_is_drawn_of_every_condition_that_is_told_of(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press(*"]]]")
        lines = await until(pilot, "share of cells")
        drawn = "\n".join(lines[: next(y for y, line in enumerate(lines) if "EIF, nats per token" in line)])
        assert all(condition in drawn for condition in ("trained", "prompted", "predicted"))
