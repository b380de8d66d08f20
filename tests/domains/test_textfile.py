"""A line of a text file is a training set or a probe, and a line that cannot be used is named."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiftui.domains.schema import Text
from eiftui.domains.sentences import split_sentences
from eiftui.domains.textfile import from_text_files
from eiftui.errors import InputError


def write(folder: Path, content: str | bytes, name: str = "train.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def labels(texts):
    return [text.label for text in texts]


def refusal(train: Path, probe: Path | None = None) -> str:
    with pytest.raises(InputError) as caught:
        from_text_files(train, probe)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_line_is_a_training_set_and_a_probe_when_there_is_no_probe_file(tmp_path):
    domain = from_text_files(write(tmp_path, "{A} is red.\n\n# a note\n  {A} is red. || {B} is blue.  \n"))
    assert domain.name == "train"
    assert labels(domain.rows) == labels(domain.probes) == ["{A} is red.", "{A} is red. || {B} is blue."]
    assert [text.id for text in domain.texts] == ["train:1", "train:4"]
    assert {text.role for text in domain.texts} == {"both"}


def test_a_line_in_both_files_is_one_text_and_each_order_is_kept(tmp_path):
    train = write(tmp_path, "only trained\nshared\nalso trained\nshared too\n")
    probe = write(tmp_path, "first\nshared\nsecond {X}\nshared too\nlast\n", "probe.txt")
    domain = from_text_files(train, probe)
    assert labels(domain.rows) == ["only trained", "shared", "also trained", "shared too"]
    assert labels(domain.probes) == ["first", "shared", "second {X}", "shared too", "last"]
    assert {text.label: text.role for text in domain.texts}["shared"] == "both"
    assert domain.slots == ("X",)
    assert len(domain.texts) == 7


def test_where_the_orders_contradict_each_other_no_text_is_lost(tmp_path):
    train = write(tmp_path, "a\nb\nc\n")
    domain = from_text_files(train, write(tmp_path, "c\nx\na\n", "probe.txt"))
    assert labels(domain.rows) == ["a", "b", "c"]
    assert sorted(labels(domain.probes)) == ["a", "c", "x"]


def test_the_same_file_twice_is_like_no_probe_file(tmp_path):
    train = write(tmp_path, "a\nb\n")
    assert from_text_files(train, train).texts == from_text_files(train).texts


def test_a_repeated_line_counts_once_and_the_source_says_so(tmp_path):
    domain = from_text_files(write(tmp_path, "a\nb\na\n a \n"))
    assert labels(domain.rows) == ["a", "b"]
    assert domain.source == "train.txt (2 repeated lines counted once)"


def test_a_byte_order_mark_and_any_line_end_are_accepted(tmp_path):
    domain = from_text_files(write(tmp_path, b"\xef\xbb\xbfone\r\ntwo\rthree\n"))
    assert labels(domain.rows) == ["one", "two", "three"]


def test_bars_inside_a_word_do_not_separate():
    assert split_sentences("a||b || c") == ("a||b", "c")


@given(st.lists(st.text("aB1 {}|#.é\t\u2028", min_size=1), min_size=1, max_size=4))
def test_sentences_that_are_accepted_survive_being_joined_and_split_again(parts):
    try:
        sentences = split_sentences(" || ".join(parts))
    except InputError:
        return
    assert split_sentences(" || ".join(sentences)) == sentences


@pytest.mark.parametrize("slot", ["{A", "A}", "{}", "{1x}", "{A B}", "{{A}}", "{_A}", "{é}", '{"a": 1}', "{A}}"])
def test_a_malformed_slot_is_refused_with_its_line(tmp_path, slot):
    message = refusal(write(tmp_path, f"fine {{A}}\nnot fine {slot} here\n"))
    assert "train.txt line 2: " in message
    assert "is not a slot" in message


@pytest.mark.parametrize("line", ["a || ", "|| a", "a || || b", "||", " a ||\t"])
def test_an_empty_sentence_between_separators_is_refused_with_its_line(tmp_path, line):
    assert "train.txt line 1: an empty sentence" in refusal(write(tmp_path, line + "\n"))


@pytest.mark.parametrize("content", ["", "\n \n", "# only a note\n", b"\xef\xbb\xbf"])
def test_a_file_with_nothing_in_it_is_refused(tmp_path, content):
    assert "train.txt: no sentences" in refusal(write(tmp_path, content))


def test_the_line_that_is_not_utf_8_is_named(tmp_path):
    train = write(tmp_path, "fine\n")
    probe = write(tmp_path, b"fine\nalso fine\ncaf\xe9\n", "probe.txt")
    assert "probe.txt line 3: not UTF-8" in refusal(train, probe)


def test_a_missing_file_and_a_directory_are_refused_by_name(tmp_path):
    assert "nowhere.txt" in refusal(tmp_path / "nowhere.txt")
    assert str(tmp_path) in refusal(tmp_path)
    assert "nowhere.txt" in refusal(write(tmp_path, "a\n"), tmp_path / "nowhere.txt")


def test_a_file_that_is_too_long_is_refused(tmp_path):
    with (tmp_path / "long.txt").open("wb") as file:
        file.truncate(2**26 + 1)
    assert "more than 64 MiB" in refusal(tmp_path / "long.txt")


def test_what_has_no_end_or_is_waited_for_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (tmp_path / "pipe.txt", Path("/dev/zero"), Path("/dev/tty")):
        assert "not a regular file" in refusal(path)


def test_a_nul_character_is_refused_wherever_a_sentence_comes_from(tmp_path):
    assert "line 2: a NUL character" in refusal(write(tmp_path, "A dog.\nA \0 cat.\n"))
    with pytest.raises(ValueError, match="NUL"):
        Text(id="a", sentences=("A cat.\0",))
