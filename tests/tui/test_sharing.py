"""The width of the main screen: the matrix has it first."""

from __future__ import annotations

import pytest

from eiftui.domains.schema import Domain, Text
from eiftui.session.session import Session
from eiftui.settings import Settings
from eiftui.tui.document import Document
from eiftui.tui.sharing import lists_beside
from eiftui.tui.widgets.sentences import SentencesPane
from tests.tui.conftest import until


@pytest.mark.parametrize(
    ("width", "matrix", "lists"),
    [
        (80, 20, 0),
        (100, 20, 38),
        (100, 69, 30),
        (100, 75, 24),
        (100, 76, 0),
        (100, 100, 0),
        (100, 101, 38),
        (170, 69, 62),
        (170, 130, 39),
    ],
)
def test_lists_take_what_the_numbers_leave_and_stand_aside_where_that_is_too_little(width, matrix, lists):
    assert lists_beside(width, matrix) == lists


def square(engine, side: int) -> Document:
    texts = tuple(Text(id=str(index), sentences=(f"Word {index} is one.",)) for index in range(side))
    session = Session.in_memory(Domain(name="square", title="", source="", texts=texts), Settings(draws=1))
    engine.measure(session)
    return Document(session)


@pytest.mark.parametrize("side", [11, 16])
async def test_every_number_is_shown_in_full_beside_the_lists_or_in_their_place(engine, explorer, side):
    document = square(engine, side)
    async with explorer(document).run_test(size=(100, 40)) as pilot:
        lines = await until(pilot, "1 learned")
        row = next(line for line in lines if line.split("Word 1 is one.")[-1].count(".") >= side)
        assert len(row) <= 100
        assert any("Training sets" in line for line in lines) == (side == 11)


async def test_who_writes_goes_on_writing_where_a_column_too_many_is_added(engine, explorer):
    async with explorer(square(engine, 12)).run_test(size=(100, 40)) as pilot:
        await pilot.click("#rows")
        await pilot.press("a", *"So.", "enter")
        await until(pilot, "Training sets · 13")
        assert pilot.app.screen.focused.parent is pilot.app.screen.query_one(SentencesPane)
        await pilot.press("tab", "tab")
        assert not any("Training sets" in line for line in await until(pilot, "Trained · "))
