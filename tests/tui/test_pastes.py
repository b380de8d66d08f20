"""What a terminal pastes is text, whatever is in it."""

from __future__ import annotations

import pytest
from textual.events import Key, Message, Paste

from eiftui.tui.pastes import Pastes

COLOURED = "a\x1b[200~Snow\x1b[0 q is \x1b[38:2::255:0:0mdb\x7f\x1b[0m white\x1b.\r\x1b[201~b\x1b[A"


def read(*chunks: str) -> list[Message]:
    pastes = Pastes()
    return [event for chunk in chunks for event in pastes.feed(chunk)]


def told(events: list[Message]) -> list[str]:
    return [event.text if isinstance(event, Paste) else event.key for event in events if isinstance(event, Paste | Key)]


def test_no_escape_character_in_a_paste_is_a_key_wherever_the_reading_is_cut():
    whole = ["a", "Snow is db\x7f white.\r", "b", "up"]
    assert told(read(COLOURED)) == told(read(*COLOURED)) == whole
    for end in range(1, len(COLOURED)):
        assert told(read(COLOURED[:end], COLOURED[end:])) == whole


@pytest.mark.parametrize(
    "code", ["1114112", "99999999", "97:1114112", "97:1114112;1", "97;1;1114112", "97;99999999999"]
)
def test_a_key_of_no_character_is_none_and_the_next_one_counts(code):
    first, *none, last = told(read(f"a\x1b[{code}ub"))
    assert (first, last) == ("a", "b")
    assert len(none) <= 1


@pytest.mark.parametrize(
    ("text", "pasted"), [("", ""), ("[201~", "[201~"), ("a\nb", "a\nb"), ("\x1b[200~", ""), ("\x1b[201", "[201")]
)
def test_two_pastes_one_after_another_are_two(text, pasted):
    assert told(read(f"\x1b[200~{text}\x1b[201~\x1b[200~y\x1b[201~q")) == [pasted, "y", "q"]
