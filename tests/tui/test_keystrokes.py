"""Keys that come in one burst, as a slow line brings them, do what they do one by one."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste
from textual.keys import _character_to_key

from eiftui.tui.screens.editor import SentenceField
from tests.tui.conftest import until


def burst(pilot, *keys: str | Paste) -> None:
    """Send all keys at once."""
    for key in keys:
        event = key if isinstance(key, Paste) else Key(_character_to_key(key), key) if len(key) == 1 else Key(key, None)
        pilot.app.post_message(event)


async def test_what_follows_the_key_of_the_editor_is_written_in_it(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        burst(pilot, *"a quick test")
        await until(pilot, "2 words")
        assert pilot.app.screen.query_one(SentenceField).text == " quick test"


async def test_a_sentence_is_written_and_saved_in_one_burst(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        burst(pilot, *"aq", Paste("uick."), "enter", *":3,2", "enter", *"e q", "enter")
        await until(pilot, "reworded from “{A}")
        assert [text.label for text in measured.rows[1:3]] == ["quick.", "{A} is a {B}. || Every {B} is a {C}. q"]


async def test_a_long_text_is_written_and_saved_in_one_burst(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        burst(pilot, *("a" + "words " * 100), "enter")
        await until(pilot, "2 learned  words")
        assert measured.rows[1].label.count("words") == 100


@pytest.mark.parametrize("keys", [":3,2", "N:3,2", "&a", "|q"])
async def test_keys_after_one_that_opens_something_are_for_what_it_opens(measured, explorer, keys):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        burst(pilot, *keys)
        await until(pilot, keys[1:])
