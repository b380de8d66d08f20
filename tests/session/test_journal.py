"""Nothing that was recorded is ever lost: not to a torn line, a kill, a full disk or damage in the middle."""

import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import Notice
from eiftui.session.session import Session

WRITE_FOREVER = """
import sys
from pathlib import Path
from eiftui.session.records import Notice
from eiftui.session.session import Session
session = Session.open(Path(sys.argv[1]))
for number in range(10**9):
    session.append(Notice(text=f"{number} " + "x" * (number % 5000)))
    print(number, flush=True)
"""


@contextmanager
def largest_file(size):
    """No file of this process can grow beyond `size` bytes: to a writer, a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def texts(session):
    return [notice.text for notice in session.notices]


@pytest.fixture
def journal(path, domain):
    """A session with two notices, closed."""
    with Session.create(path, domain) as session:
        session.append(Notice(text="first"))
        session.append(Notice(text="last ✓"))
    return path


def test_what_is_appended_is_in_the_file_at_once(path, domain):
    with Session.create(path, domain) as session:
        session.append(Notice(text="here"))
        assert b"here" in path.read_bytes().splitlines()[-1]


def test_a_record_torn_at_any_byte_is_dropped_with_a_notice_and_the_others_are_kept(journal):
    whole = journal.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for length in range(last, len(whole)):
        journal.write_bytes(whole[:length])
        with Session.open(journal) as session:
            notice = [f"{journal.name} ended in an unfinished record, which was left out"] if length > last else []
            assert texts(session) == ["first", *notice]
            session.append(Notice(text="next"))
        with Session.open(journal, read_only=True) as session:
            assert texts(session) == ["first", "next"]


def test_opening_read_only_leaves_a_torn_record_alone(journal):
    torn = journal.read_bytes()[:-5]
    journal.write_bytes(torn)
    with Session.open(journal, read_only=True) as session:
        assert texts(session) == ["first"]
    assert journal.read_bytes() == torn


def test_a_torn_record_stays_until_another_takes_its_place(journal):
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"torn')
    with Session.open(journal) as session:
        assert journal.read_bytes() == whole + b'{"torn'
        session.append(Notice(text="next"))
        assert journal.read_bytes().startswith(whole + b'{"kind":"notice"')


def test_a_file_that_is_deleted_while_it_is_written_is_there_again_with_all_it_had(journal):
    with Session.open(journal) as session:
        session.append(Notice(text="before"))
        before = journal.read_bytes()
        journal.unlink()
        session.append(Notice(text="after"))
        assert journal.read_bytes().startswith(before)
        session.append(Notice(text="later"))
    with Session.open(journal) as session:
        assert texts(session)[-3:] == ["before", "after", "later"]


def test_a_file_that_has_taken_the_place_of_a_session_is_left_alone(journal):
    with Session.open(journal) as session:
        journal.unlink()
        journal.write_text("somebody else's")
        with pytest.raises(InputError, match="another file has taken the place of"):
            session.append(Notice(text="after"))
    assert journal.read_text() == "somebody else's"


@pytest.mark.parametrize("damage", [b"{]", b"\x00" * 30, b"\xff", b'{"kind":"floor"}'])
def test_a_damaged_record_in_the_middle_costs_only_itself(journal, damage):
    lines = journal.read_bytes().splitlines()
    lines[3] = damage
    journal.write_bytes(b"\n".join(lines) + b"\n")
    with Session.open(journal) as session:
        assert texts(session) == ["last ✓", f"line 4 of {journal.name} is damaged and was left out"]
        assert session.sheet.title == "Kinds"


def changed_line(path, kind, change):
    """Changes the first record of a kind that has `changes` of tokens, if it is one of those; the line's number."""
    lines = path.read_text().splitlines()
    found = [json.loads(line) for line in lines]
    index = next(i for i, one in enumerate(found) if one["kind"] == kind and one.get("changes", True))
    change(found[index])
    lines[index] = json.dumps(found[index], separators=(",", ":"))
    path.write_text("\n".join(lines) + "\n")
    return index + 1


def another_eif(record):
    record["eif"][0] += 0.01


def another_change(record):
    record["changes"][0][0] += 0.01


def one_change_less(record):
    del record["changes"][0][0]


def one_change_less_that_is_the_mean(record):
    record["changes"][0] = [record["eif"][0]] * (len(record["changes"][0]) - 1)


@pytest.mark.parametrize(
    "change", [another_eif, another_change, one_change_less, one_change_less_that_is_the_mean], ids=lambda f: f.__name__
)
def test_a_record_that_contradicts_itself_or_the_base_is_damaged(measured, path, change):
    measured.close()
    line = changed_line(path, "measured", change)
    with Session.open(path, read_only=True) as session:
        assert session.damage == (f"line {line} of {path.name} is damaged and was left out",)
        before, after = measured.measured("trained"), session.measured("trained")
        assert after.sum() < before.sum()
        assert session.measured("prompted").all()


def test_numbers_of_tokens_are_not_held_against_a_base_that_is_damaged(measured, path):
    measured.close()
    base = changed_line(path, "base", lambda record: record.update(probes=record["probes"][1:]))
    changed_line(path, "measured", one_change_less_that_is_the_mean)  # perhaps another model cuts the text so
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[: base - 1], lines[base - 1][:-9] + b"\n", *lines[base:]]))
    with Session.open(path, read_only=True) as session:
        assert session.damage == (f"line {base} of {path.name} is damaged and was left out",)


def test_a_killed_writer_loses_nothing_that_it_said_was_written(journal):
    process = subprocess.Popen([sys.executable, "-c", WRITE_FOREVER, str(journal)], stdout=subprocess.PIPE, text=True)
    said = [process.stdout.readline().strip() for _ in range(40)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    with Session.open(journal) as session:
        kept = [text.split()[0] for text in texts(session)[2:]]
        assert kept[: len(said)] == said
        session.append(Notice(text="goes on"))


@pytest.mark.parametrize("room", [0, 1, 50, 4096])
def test_a_full_disk_keeps_everything_before_and_can_go_on_later(journal, room):
    before = journal.read_bytes()
    with Session.open(journal) as session:
        with (
            largest_file(len(before) + room),
            pytest.raises(EiftuiError, match="everything measured before is kept") as caught,
        ):
            session.append(Notice(text="x" * 5000))
        assert not isinstance(caught.value, InputError)
        assert "\n" not in str(caught.value)
        assert journal.read_bytes() == before
        assert texts(session) == ["first", "last ✓"]
        session.append(Notice(text="room again"))
    with Session.open(journal, read_only=True) as session:
        assert texts(session) == ["first", "last ✓", "room again"]


def test_of_several_records_that_do_not_fit_none_is_kept(journal):
    before = journal.read_bytes()
    with Session.open(journal) as session, largest_file(len(before) + 200), pytest.raises(EiftuiError):
        session.append(Notice(text="small"), Notice(text="x" * 500))
    assert journal.read_bytes() == before


def test_a_session_that_does_not_fit_on_the_disk_is_not_begun(path, domain):
    with largest_file(100), pytest.raises(InputError, match="choose another place"):
        Session.create(path, domain)
    assert list(path.parent.iterdir()) == []


def test_a_newer_format_is_refused_and_left_as_it_is(journal):
    content = journal.read_bytes().replace(b'"format":2', b'"format":3,"nicer":true', 1) + b'{"torn'
    journal.write_bytes(content)
    for read_only in (True, False):
        with pytest.raises(InputError, match=r"written by a newer eiftui \(format 3\): update eiftui"):
            Session.open(journal, read_only)
    assert journal.read_bytes() == content


def test_an_older_format_is_refused_and_left_as_it_is(journal):
    content = journal.read_bytes().replace(b'"format":2', b'"format":1', 1)
    journal.write_bytes(content)
    for read_only in (True, False):
        with pytest.raises(InputError, match=r"written by an older eiftui \(format 1\).*another file"):
            Session.open(journal, read_only)
    assert journal.read_bytes() == content


@pytest.mark.parametrize("damaged", [b"", b"{]\n"])
def test_a_session_whose_sentences_are_lost_is_refused_and_left_as_it_is(journal, damaged):
    header, _, *rest = journal.read_bytes().splitlines(keepends=True)
    content = header + damaged + b"".join(rest)
    journal.write_bytes(content)
    for read_only in (True, False):
        with pytest.raises(InputError, match="has lost its sentences"):
            Session.open(journal, read_only)
    assert journal.read_bytes() == content
    assert list(journal.parent.iterdir()) == [journal]


def test_a_session_without_sentences_can_be_opened_and_given_some(journal):
    with Session.open(journal) as session:
        before = session.sheet
        session.edit(before.model_copy(update={"texts": (), "contrasts": ()}))
    with Session.open(journal) as session:
        assert (session.rows, session.probes, session.draws) == ((), (), 1)
        assert session.matrix("trained").shape == (1, 0, 0)
        assert session.missing("trained", 0) == []
        assert session.undo()
        assert session.sheet == before


def test_a_session_killed_while_it_is_made_is_there_whole_or_not_at_all(path):
    making = """
import os, signal, sys
from pathlib import Path
from eiftui.api import new, texts
os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)
new(texts(["Snow is white."]), Path(sys.argv[1]))
"""
    ended = subprocess.run([sys.executable, "-c", making, str(path)])
    assert ended.returncode == -signal.SIGKILL
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"my notes", b"my notes\nmore", b'{"a": 1}\n', b"[1]\n", b"\x89PNG\r\n\x1a\n", b'{"kind":"header"}\n'],
)
def test_a_file_that_is_no_session_is_refused_and_left_as_it_is(path, content):
    path.write_bytes(content)
    for read_only in (True, False):
        with pytest.raises(InputError, match="not an eiftui session file"):
            Session.open(path, read_only)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("read_only", [True, False])
def test_a_missing_file_or_a_folder_is_no_session(tmp_path, read_only):
    for path in (tmp_path / "none.eif", tmp_path / "no" / "where.eif", tmp_path):
        with pytest.raises(InputError, match="no such session file"):
            Session.open(path, read_only)


def test_a_session_is_never_made_over_a_file_that_exists(path, domain):
    path.write_text("precious")
    with pytest.raises(InputError, match="exists"):
        Session.create(path, domain)
    assert path.read_text() == "precious"


def test_a_reader_follows_a_writer_and_never_takes_half_a_record(journal):
    with Session.open(journal, read_only=True) as reader:
        assert not reader.refresh()
        line = b'{"kind":"notice","text":"bit by bit","time":""}\n'
        descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND)
        for byte in line[:-1]:
            os.write(descriptor, bytes([byte]))
            assert not reader.refresh()
        os.write(descriptor, b"\n")
        os.close(descriptor)
        assert reader.refresh()
        assert texts(reader) == ["first", "last ✓", "bit by bit"]


def test_a_reader_starts_over_when_the_file_is_exchanged(journal, tmp_path, domain):
    with Session.open(journal, read_only=True) as reader:
        with Session.in_memory(domain) as other:
            other.append(Notice(text="another"))
            other.save_as(journal)
        assert reader.refresh()
        assert texts(reader) == ["another"]
        journal.unlink()
        with pytest.raises(InputError, match="no such session file"):
            reader.refresh()
        assert texts(reader) == ["another"]


def test_blank_lines_do_no_harm(journal):
    journal.write_bytes(journal.read_bytes().replace(b"\n", b"\n\n"))
    with Session.open(journal) as session:
        assert texts(session) == ["first", "last ✓"]
