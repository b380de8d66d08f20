"""What a person wrote or measured when its file cannot take it: it is said while it lasts, and lost nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import Note
from eiftui.session.session import Session
from eiftui.tui.preferences import Preferences
from tests.tui.conftest import screen_of, until


def full(*_):
    raise EiftuiError("the disk is full")


def replace_file(path):
    """Put another file where one was."""
    path.rename(path.with_name("moved"))
    path.write_text("mine")


async def test_that_what_is_written_is_not_kept_is_said_as_long_as_it_is_so(measured, explorer, monkeypatch):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        with monkeypatch.context() as context:
            context.setattr(measured.session, "keep", full)
            await pilot.press("a", *"Toads")
            await until(pilot, "not kept meanwhile: the disk is full")
            await pilot.press(*" hop.")
            await pilot.pause(1.5)  # longer than it takes to count its words and tokens
            assert any("not kept meanwhile: the disk is full" in line for line in screen_of(pilot))
        await until(pilot, "2 words")
        await pilot.press("escape")


async def test_what_could_not_be_kept_is_told_when_the_program_ends(measured, explorer, monkeypatch):
    app = explorer(measured)
    async with app.run_test(size=(120, 40)) as pilot:
        monkeypatch.setattr(measured.session, "keep", full)
        await pilot.press("a", *"Toads hop.")
        app.exit()
    with pytest.raises(EiftuiError, match=r"what was being written is not kept: the disk is full; it was: Toads hop\."):
        app.settle()
    monkeypatch.setattr(measured.session, "confirm", full)
    with pytest.raises(EiftuiError, match=r"^the disk is full; what was being written .* it was: Toads hop\.$"):
        app.settle()


async def test_what_is_kept_already_is_not_written_again_when_the_program_ends(measured, explorer, monkeypatch):
    app = explorer(measured)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", *"Toads hop.")
        while (kept := measured.session.unsaved) is None or kept.text != "Toads hop.":
            await pilot.pause(0.05)  # it takes a second
        monkeypatch.setattr(measured.session, "keep", full)
        app.exit()
    app.settle()


def test_a_session_whose_file_was_replaced_is_kept_beside_it_when_it_is_left(measured, monkeypatch):
    path, matrix = measured.session.path, measured.session.matrix("trained")
    replace_file(path)
    measured._held.append(Note(text="measured meanwhile"))
    with pytest.raises(InputError, match=r"taken the place of .*: all of the session is kept in .*kinds-2\.eif"):
        measured.settle()
    assert path.read_text() == "mine"
    with Session.open(path.with_name("kinds-2.eif")) as kept:
        np.testing.assert_array_equal(kept.matrix("trained"), matrix)
        assert kept.note == "measured meanwhile"


async def test_the_title_says_when_its_file_is_another_one(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "kinds.eif  saved")
        replace_file(measured.session.path)
        await until(pilot, "kinds.eif  not saved")


async def test_a_new_session_beside_one_of_its_name_says_where_the_other_is(measured, monkeypatch, tmp_path):
    from eiftui.tui.app import Explorer

    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "kinds.eif").touch()
    monkeypatch.chdir(tmp_path)
    app = Explorer(measured, Preferences(), is_new=True)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "sessions/kinds.eif")
