"""The inspector: what it says of a cell, and how its tokens are walked through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eiftui.domains.schema import Text
from eiftui.engine.protocol import Task
from eiftui.session.results import BaseProbe, BaseRecord, Floor, TokenTexts
from eiftui.session.written import text_id
from eiftui.tui.cell import TokenChanges, estimates, token_changes
from eiftui.tui.document import Document
from eiftui.tui.picture import Status
from eiftui.tui.widgets.page import Page
from eiftui.tui.widgets.tokens import described
from tests.session.conftest import tokens
from tests.tui.conftest import screen_of, until
from tests.tui.golden import assert_screen

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


def split(sentence):
    """A token a word, with the space before it."""
    return tuple(word if not index else f" {word}" for index, word in enumerate(sentence.split(" ")))


@pytest.fixture
def told(measured) -> Document:
    """Everything measured, and it is known which text each token stands for."""
    session = measured.session
    probes = [session.filled(probe, draw) for draw in range(session.draws) for probe in session.probes]
    texts = {text_id(probe): split("\n".join(probe)) for probe in probes}
    measured.append(TokenTexts(fingerprint=session.model.fingerprint, texts=texts))
    return measured


def first_draw(values):
    return values[0], np.nan


def test_every_quantity_of_a_cell_is_told_as_a_loss(measured):
    session = measured.session
    found = {one.shown: one for one in estimates(measured, 1, 2, 0, first_draw)}
    assert found["trained"].mean == session.matrix("trained")[0, 1, 2]
    assert found["gap"].mean == found["trained"].mean - found["prompted"].mean
    assert found["baseline"].mean == session.baseline()[0, 2]
    assert {one.status for one in found.values()} == {Status.VALUE}


def test_the_floor_belongs_to_what_was_measured_and_not_to_a_prediction(measured):
    key = measured.session.settings.key("trained", measured.session.model.fingerprint)
    measured.append(Floor(key=key, value=0.5, note=""))
    floors = {one.shown: one.floor for one in estimates(measured, 0, 0, None, first_draw)}
    assert floors == {"trained": 0.5, "prompted": 0, "predicted": 0, "gap": 0, "baseline": 0}


def test_what_failed_says_why_and_so_does_the_gap(document):
    session = document.session
    row, probe = session.filled(session.rows[0], 1), session.filled(session.probes[0], 1)
    task = Task(settings=session.settings, what="prompted", rows=(row,), probes=(probe,))
    document.mark(task, Status.FAILED, "out of memory")
    found = {one.shown: (one.status, one.cause) for one in estimates(document, 0, 0, None, first_draw)}
    assert found["prompted"] == found["gap"] == (Status.FAILED, "out of memory")
    assert found["trained"] == (Status.PENDING, "")


async def test_a_row_whose_step_overshoots_says_so(measured, explorer):
    trained = measured.table("trained").values
    trained[:, 0, 0], trained[:, 1, 1] = 2.0, -2.0  # what they do to themselves
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "step  overshoots")
        await pilot.press("down")
        await pilot.pause()
        await until(pilot, "2 learned")
        assert not any("overshoots" in line for line in screen_of(pilot))


async def test_a_page_with_fewer_lines_paints_those_that_differ(measured, explorer, monkeypatch):
    trained = measured.table("trained").values
    trained[:, 0, 0] = 2.0  # one line more is said of the first row
    painted = set()
    line_of = Page.render_line
    monkeypatch.setattr(Page, "render_line", lambda page, y: (painted.add(y), line_of(page, y))[1])
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "step  overshoots")
        painted.clear()
        await pilot.press("down")
        await until(pilot, "2 learned")
        await pilot.pause()
        high = pilot.app.screen.query_one("#cell", Page).size.height
        assert not any("overshoots" in line for line in screen_of(pilot))
        assert 0 < len(painted) < high // 2


def test_tokens_move_in_log_probability(told):
    session = told.session
    found = token_changes(told, "trained", 0, 1, 0)
    assert "".join(found.texts) == session.filled(session.probes[1], 0)[0]
    assert np.array_equal(found.changes, -session.changes("trained", 0, 0, 1))
    assert np.array_equal(found.before, -session.base_losses(0, 1))


def test_colours_of_tokens_have_one_scale_for_trained_and_prompted(told):
    trained, prompted = (token_changes(told, condition, 0, 0, 0) for condition in ("trained", "prompted"))
    assert trained.limit == prompted.limit == max(np.abs([trained.changes, prompted.changes]).max(axis=1))


def test_the_numbers_of_a_token_add_up():
    told = TokenChanges(texts=("a",), before=np.array([-9.834]), changes=np.array([0.994]), limit=1.0)
    assert described(told, 0) == "1 of 1 · log-prob −9.83 → −8.84 · Δ +0.99"


def test_the_tokens_of_a_gap_go_from_the_prompted_model_to_the_trained_one(told):
    session = told.session
    found = token_changes(told, "gap", 0, 1, 0)
    base, prompted, trained = (
        session.base_losses(0, 1),
        *(session.changes(condition, 0, 0, 1) for condition in ("prompted", "trained")),
    )
    assert found.before == pytest.approx(-(base + prompted))
    assert found.before + found.changes == pytest.approx(-(base + trained))
    gap = TokenChanges(("a",), np.array([-4.14]), np.array([-5.11]), 1.0, ("prompted", "trained"))
    assert described(gap, 0) == "1 of 1 · prompted −4.14 → trained −9.25 · Δ −5.11"


async def test_the_line_of_a_token_of_a_gap_has_room_on_a_small_screen(told, explorer, monkeypatch):
    wide = TokenChanges(("a",) * 14, np.full(14, -14.14), np.full(14, -10.44), 10.0, ("prompted", "trained"))
    monkeypatch.setattr("eiftui.tui.widgets.inspector.token_changes", lambda *_: wide)
    async with explorer(told).run_test(size=(80, 24)) as pilot:
        await pilot.press("v", "v", "v", *["full_stop"] * 11)
        await until(pilot, "12 of 14 · prompted −14.14 → trained −24.58 · Δ −10.44 · draw 1,")


def test_without_a_start_token_the_first_token_has_no_number(told):
    session = told.session
    probe = session.filled(session.probes[2], 0)
    base = BaseProbe(id=text_id(probe), sentences=probe, tokens=tokens(probe[0]), losses=np.ones(4))
    key = session.settings.key("base", session.model.fingerprint)
    told.append(BaseRecord(key=key, probes=(base,)))
    before = token_changes(told, "baseline", 0, 2, 0).before
    assert np.isnan(before[0])
    assert (before[1:] == -1).all()


def test_tokens_are_not_made_up_where_they_are_not_known(measured):
    assert token_changes(measured, "trained", 0, 0, 0) is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("colours", ["colours", "no-colour"])
async def test_a_cell_is_told_in_full(told, explorer, size, colours, monkeypatch):
    if colours == "no-colour":
        monkeypatch.setenv("NO_COLOR", "1")
    async with explorer(told).run_test(size=SIZES[size]) as pilot:
        await pilot.press("right", "down", "full_stop", "full_stop")
        await until(pilot, "±")
        await assert_screen(pilot, "3 of 4", f"inspector-{colours}-{size}")


async def test_conditions_of_different_draws_say_of_how_many_they_are(told, explorer, monkeypatch):
    whole = told.table

    def fewer_prompted(condition):
        table = whole(condition)
        if condition != "prompted":
            return table
        first = np.arange(len(table.values))[:, None, None] == 0
        return replace(table, values=np.where(first, table.values, np.nan), measured=table.measured & first)

    async with explorer(told).run_test(size=(160, 40)) as pilot:
        assert "draws)" not in "\n".join(await until(pilot, "baseline"))
    monkeypatch.setattr(told, "table", fewer_prompted)
    async with explorer(told).run_test(size=(160, 40)) as pilot:
        lines = "\n".join(await until(pilot, "baseline"))
        assert f"({told.session.draws} draws)" in lines
        assert "(1 draw)" in lines


async def test_keys_and_the_mouse_choose_a_token(told, explorer):
    async with explorer(told).run_test(size=(120, 40)) as pilot:
        await pilot.press("comma")
        await until(pilot, "1 of 4")
        await pilot.press(*["full_stop"] * 9)
        await until(pilot, "4 of 4")
        lines = screen_of(pilot)
        y = next(y for y, line in enumerate(lines) if " tokens  " in line)
        await pilot.click(offset=(lines[y].index(" is a ") + 1, y))
        await until(pilot, "2 of 4")


async def test_the_next_probe_starts_at_its_first_token(told, explorer):
    async with explorer(told).run_test() as pilot:
        await pilot.press("full_stop", "down")
        await until(pilot, "2 of 4")
        await pilot.press("right")
        await until(pilot, "1 of 4")


async def test_a_long_text_wraps_and_scrolls(document, explorer):
    long = " ".join(f"word{index}" for index in range(400))
    document.edit([Text(id="long", sentences=(long,))])
    async with explorer(document).run_test(size=(80, 24)) as pilot:
        await until(pilot, "word0 word1")
        await pilot.press("shift+tab")
        assert pilot.app.focused is pilot.app.screen.query_one(Page)
        await pilot.press(*["pagedown"] * 8)
        await until(pilot, "word399")


async def test_a_long_text_leaves_room_for_the_numbers_until_it_is_gone_to(document, explorer):
    document.edit([document.rows[0].model_copy(update={"sentences": ("word " * 400 + "end.",)})])
    async with explorer(document).run_test(size=(80, 24)) as pilot:
        lines = await until(pilot, "Δ loss")
        assert sum("word word" in line and line.rstrip().endswith("…") for line in lines) == 2
        await pilot.press("tab", "tab", "tab")
        await pilot.press("end")
        await until(pilot, "end.")
        await pilot.press("tab")
        await until(pilot, "Δ loss")


async def test_the_baseline_has_the_sign_of_the_rest(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "baseline   0.14")
        await pilot.press("p")
        await until(pilot, "baseline  −0.14")


async def test_texts_that_look_like_markup_are_shown_as_they_are(document, explorer):
    document.edit([Text(id="markup", sentences=("[bold]A[/] {A} \x1b[31m",))])
    async with explorer(document).run_test(size=(120, 40)) as pilot:
        lines = await until(pilot, "1 learned")
        assert sum("[bold]A[/]" in line and "␛[31m" in line for line in lines) >= 2
