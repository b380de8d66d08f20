"""No text, whoever wrote it, can command a terminal or a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiftui.session.safetext import for_spreadsheet, hidden_again, visible, without_controls


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2Jgone", "␛[2Jgone"),
        ("a\x07b\x00", "a␇b␀"),
        ("one\r\ntwo\tthree", "one␍␊two␉three"),
        ("\x7f", "␡"),
        ("\x9b31m", "<U+009B>31m"),
        ("\u202eevil\u2066", "<U+202E>evil<U+2066>"),
        ("a\u2028b\u200bc", "a<U+2028>b<U+200B>c"),
        ("\udcff", "<U+DCFF>"),
    ],
)
def test_what_could_command_a_terminal_becomes_visible(hostile, shown):
    assert visible(hostile) == shown


@pytest.mark.parametrize("text", ["A ⊂ B", "na\u00efve", "می\u200cخواهم", "👩\u200d🔬", "日本語", "{A} [b]x[/b]"])
def test_ordinary_text_of_any_language_stays_as_it_is(text):
    assert visible(text) == for_spreadsheet(text) == text


@given(st.text())
def test_nothing_that_controls_is_left(text):
    shown = visible(text)
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in shown)
    assert visible(shown) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1"])
def test_what_a_spreadsheet_takes_for_a_formula_is_text(text):
    assert for_spreadsheet(text) == "'" + visible(text)


def test_what_is_changed_beside_control_characters_leaves_them_as_they_were():
    original = "\x1b[1m␛ here\u202e"
    assert hidden_again(visible(original), original) == original
    assert hidden_again(visible(original).replace("here", "there") + "!", original) == "\x1b[1m␛ there\u202e!"


def test_what_is_pasted_keeps_its_lines_and_loses_what_cannot_be_seen():
    assert without_controls("a\tb\x1b[0m\r\nc\ufeffd\re") == "a b[0m\ncd\ne"
