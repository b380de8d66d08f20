"""Choosing a model: by its place in the list, by part of its name, or by writing an id."""

from __future__ import annotations

import pytest

from eiftui.tui.app import Explorer
from eiftui.tui.document import Document
from eiftui.tui.preferences import Preferences
from eiftui.tui.screens.model import ModelScreen
from tests.engine.fake import FakeClient
from tests.tui.conftest import until


@pytest.fixture
def app(document) -> Explorer:
    return Explorer(document, Preferences(), hire=FakeClient)


async def test_a_model_is_chosen_by_part_of_its_name_and_loaded(app, document: Document):
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("L")
        await until(pilot, "smollm2-135m")
        await pilot.press(*"pythia")
        await until(pilot, "162 M")
        await pilot.press("ctrl+t")
        await until(pilot, "memory as bfloat16: about 1.3 GB")
        await pilot.press("enter")
        await until(pilot, "pythia-160m · bf16")
        assert document.session.settings.model.name == "pythia-160m"
        await until(pilot, "cells not measured")
        assert app.worker.client.requests[-1].settings.model == document.session.settings.model


async def test_an_id_that_is_in_no_list_can_be_written(app, document: Document):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", *"someone/model")
        await until(pilot, "not known before it is loaded")
        await pilot.press("enter")
        await pilot.pause()
        assert document.session.settings.model.name == "someone/model"


async def test_leaving_changes_nothing(app, document: Document):
    async with app.run_test(size=(80, 24)) as pilot:
        before = document.session.settings
        await pilot.press("L", "down", "escape")
        assert document.session.settings == before


async def test_a_path_with_nothing_there_is_refused_where_it_was_written(app, document: Document):
    async with app.run_test(size=(120, 40)) as pilot:
        before = document.session.settings
        await pilot.press("L", *"/nowhere/model")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, "there is no model at /nowhere/model")
        assert isinstance(app.screen, ModelScreen)
        assert document.session.settings == before
