"""Generating sentences: what is offered, what is taken, and what is kept of how it came about."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input, OptionList

from eiftui.domains.library import load_builtin
from eiftui.domains.origin import ByModel, ByOperator, FromDomain
from eiftui.engine.protocol import Continue
from eiftui.session.session import Session
from eiftui.tui.screens.generate import GenerateScreen
from eiftui.tui.worker import Worker
from tests.engine.fake import FakeClient, model
from tests.tui.conftest import screen_of, until
from tests.tui.golden import assert_screen

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


async def sample(pilot) -> None:
    """Have the model go on with the chosen sentence."""
    await pilot.press("g", "3")
    await until(pilot, "enter samples sentences that begin so")
    await pilot.press("enter")
    await until(pilot, "way 5.")


@pytest.mark.parametrize("size", SIZES)
async def test_every_operator_shows_what_it_makes_or_why_not(measured, explorer, size):
    async with explorer(measured).run_test(size=SIZES[size]) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press("g")
        await until(pilot, "{A} is not a {B}.")
        await pilot.press("down", "space")
        await assert_screen(pilot, "adds the 1 marked", f"rules-{size}")


async def test_what_an_operator_made_is_added_below_its_sentence_with_its_origin(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("g")
        await until(pilot, "{A} is not a {B}.")
        await pilot.press("space", "b", "b", "enter")
        await until(pilot, "Probes · 4")
        await pilot.press("tab", "tab", "tab")
        lines = await until(pilot, "negation of 1: not")
        assert any("probed" in line and "· negation of 1: not" in line for line in lines)
        [text] = [text for text in measured.probes if text.id == "text:1"]
        assert (text.sentences, text.role) == (("{A} is not a {B}.",), "probe")
        with Session.open(measured.session.path, read_only=True) as again:
            assert again.origin(text) == ByOperator(operator="negate", note="not", of=("{A} is a {B}.",))
        assert measured.session.sheet.texts.index(text) == 1
        await pilot.press("u")
        await pilot.pause()
        assert text not in measured.probes


async def test_a_domain_is_added_with_its_contrasts_and_its_roles(measured, explorer):
    domain = load_builtin("belongs_to")
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "2")
        await until(pilot, "belongs_to")
        domains = pilot.app.screen.query_one("#domains", OptionList)
        domains.highlighted = domains.get_option_index("belongs_to")
        await until(pilot, domain.title)
        await until(pilot, "Such as")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("asterisk", "enter")
        await until(pilot, "from belongs_to")
        sheet = measured.session.sheet
        added = sheet.texts[4:]
        assert [(text.sentences, text.role) for text in added] == [(text.sentences, text.role) for text in domain.texts]
        assert len(sheet.live_contrasts) == len(domain.contrasts)
        assert all(measured.session.origin(text) == FromDomain(name="belongs_to") for text in added)


async def test_other_words_keep_the_numbers_of_these(measured, explorer):
    before = measured.table("trained").values.copy()
    words = measured.session.words(0)
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("g", "4")
        await until(pilot, "Seed 6")
        await pilot.press("down", "enter")
        await pilot.pause()
        assert measured.session.settings.seed == 7
        assert measured.session.words(0) != words
        await pilot.press("u")
        await until(pilot, "Settings: seed 7 → 5")
        assert (measured.table("trained").values == before).all()


async def test_continuations_of_the_model_are_chosen_one_by_one(measured, explorer):
    app = explorer(measured)
    app.worker = Worker(FakeClient)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "3")
        await pilot.pause()
        prompt = pilot.app.screen.query_one("#prompt", Input)
        assert prompt.value == "{A} is a"
        pilot.app.screen.query_one("#temperature", Input).value = "0.5"
        await pilot.press("enter")
        await until(pilot, "way 5.")
        await pilot.press("space", "down", "down", "space", "enter")
        await until(pilot, "Training sets · 5")
        first, third = measured.rows[1:3]
        assert first.sentences == ("{A} is a goes on in way 1.",)
        assert third.sentences == ("{A} is a goes on in way 3.",)
        how = measured.session.origin(third)
        assert isinstance(how, ByModel)
        assert how.prompt == f"{measured.session.words(0)['A']} is a"
        assert (how.temperature, how.index, how.fingerprint) == (
            0.5,
            2,
            model(measured.session.settings.model).fingerprint,
        )
        await until(pilot, "sampled from smollm2-135m")
        await app.worker.close()


async def test_what_cannot_be_sampled_is_said_beside_the_fields(measured, explorer):
    app = explorer(measured)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "3")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, "there is no model here")
        fake = FakeClient()
        pilot.app.screen.query_one("#model")._worker = Worker(lambda **options: fake)
        for field, value, problem in (
            ("prompt", " ", "write how the sentence begins"),
            ("number", "0", "1 or more"),
            ("temperature", "", "not a number"),
        ):
            field = pilot.app.screen.query_one(f"#{field}", Input)
            before, field.value = field.value, value
            await pilot.press("enter")
            await until(pilot, problem)
            field.value = before
        fake.fail("out of memory; take a smaller model")
        await pilot.press("enter")
        await until(pilot, "out of memory; take a smaller model")
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, GenerateScreen)
        await fake.close()


async def test_leaving_gives_up_what_the_model_was_asked_for(measured, explorer):
    fake = FakeClient(paced=True)
    app = explorer(measured)
    app.worker = Worker(lambda **options: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "3")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, "loading the model")
        await fake.let(4)
        await until(pilot, "way 1.")
        await pilot.press("escape")
        async with asyncio.timeout(5):
            await fake.let_all()
        assert len(measured.rows) == 3
        assert not any("way 5." in line for line in screen_of(pilot))
        await fake.close()


async def test_what_is_marked_in_any_tab_is_added(measured, explorer):
    app = explorer(measured)
    app.worker = Worker(FakeClient)
    async with app.run_test(size=(120, 40)) as pilot:
        await sample(pilot)
        await pilot.press("space", "1")
        await until(pilot, "the sentence of the cursor and the 1 marked in other tabs")
        await pilot.press("enter")
        await until(pilot, "Training sets · 5")
        assert {row.sentences[0] for row in measured.rows} >= {"{A} is a goes on in way 1.", "{A} is not a {B}."}
        await app.worker.close()


async def test_below_the_ways_is_what_enter_does_where_the_focus_is(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "2")
        await until(pilot, "enter goes to the sentences of this domain")
        await pilot.press("enter")
        await until(pilot, "enter adds the sentence of the cursor")
        await pilot.press("3")
        await until(pilot, "shift+tab and ← → lead to the other ways")
        await pilot.press("tab")
        await until(pilot, "lead to the other ways")
        await pilot.press("shift+tab", "shift+tab", "left")
        await until(pilot, "Such as")


@pytest.mark.parametrize(("beginning", "whole"), [("Any {A}", True), ("Any {A} is", False), ("Toads", False)])
async def test_a_made_up_word_is_gone_on_with_as_a_whole(measured, explorer, beginning, whole):
    app = explorer(measured)
    async with app.run_test(size=(120, 40)) as pilot:
        fake = FakeClient()
        app.worker = Worker(lambda **options: fake)
        await fake.start()
        await pilot.press("g", "3")
        pilot.app.screen.query_one("#prompt", Input).value = beginning
        await pilot.press("enter")
        await until(pilot, "way 5.")
        request = next(one for one in fake.requests if isinstance(one, Continue))
        assert request.whole_word == whole
        await pilot.press("enter")
        await pilot.pause()
        (how,) = [how for text in measured.rows if isinstance(how := measured.session.origin(text), ByModel)]
        assert how.whole_word == whole
        await fake.close()


async def test_a_key_that_is_meant_for_the_tabs_replaces_nothing(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "3")
        await until(pilot, "enter samples")
        await pilot.press("4")
        assert pilot.app.screen.query_one("#prompt", Input).value == "{A} is a4"


async def test_what_the_model_offered_is_there_to_be_added_after_a_look_at_another_tab(measured, explorer):
    app = explorer(measured)
    app.worker = Worker(FakeClient)
    async with app.run_test(size=(120, 40)) as pilot:
        await sample(pilot)
        await pilot.press("down", "space", "1")
        await until(pilot, "1 marked in other tabs")
        await pilot.press("3")
        await until(pilot, "enter adds the 1 marked")
        await pilot.press("enter")
        await until(pilot, "Training sets · 4")
        assert ("{A} is a goes on in way 2.",) in [row.sentences for row in measured.rows]
        await app.worker.close()
