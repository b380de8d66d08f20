"""One writer at a time, whoever the others are and however the last one ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eiftui.errors import InputError
from eiftui.session.lock import NotWritable, SessionLocked, WriterLock, writer_of
from eiftui.session.session import Session

HOLD = """
import sys
from pathlib import Path
from eiftui.session.session import Session
session = Session.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(path, domain):
    """Another process that has the session open for writing."""
    Session.create(path, domain).close()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def test_a_session_that_another_process_writes_can_only_be_read(path, other):
    with pytest.raises(SessionLocked, match=f"process {other.pid} on .*to read it, use `eiftui report`"):
        Session.open(path)
    with Session.open(path, read_only=True) as session:
        assert session.read_only
        assert session.sheet.title == "Kinds"
        with pytest.raises(InputError, match="read-only"):
            session.undo() or session.append(session.sheet)
    with pytest.raises(SessionLocked):
        Session.open(path)


@pytest.mark.parametrize("end", ["kill", "terminate", "communicate"])
def test_the_lock_ends_with_its_process(path, other, end):
    getattr(other, end)()
    other.wait()
    with Session.open(path) as session:
        assert not session.read_only


def test_a_second_writer_in_the_same_process_is_refused_and_leaves_the_first_its_lock(path, domain):
    with Session.create(path, domain):
        for _ in range(2):
            with pytest.raises(SessionLocked, match="already open"):
                Session.open(path)
        ended = subprocess.run(
            [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert "SessionLocked" in ended.stderr
    Session.open(path).close()


def test_a_link_to_a_session_is_the_same_session(path, domain, tmp_path):
    link = tmp_path / "link.eif"
    link.symlink_to(path)
    with Session.create(path, domain), pytest.raises(SessionLocked):
        Session.open(link)


def test_nothing_is_left_beside_a_closed_session(path, domain):
    Session.create(path, domain).close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_where_no_lock_can_be_made_there_is_one_clear_line(tmp_path):
    with pytest.raises(InputError, match="No such file or directory"):
        WriterLock(tmp_path / "missing" / "a.eif")


@pytest.mark.parametrize("refused", [".kinds.eif.lock", "kinds.eif"])
def test_where_a_session_cannot_be_written_the_commands_that_read_it_are_named(path, domain, monkeypatch, refused):
    Session.create(path, domain).close()
    opened = os.open

    def read_only(file, flags, *rest):
        if Path(file).name == refused and flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(30, "Read-only file system")
        return opened(file, flags, *rest)

    monkeypatch.setattr("os.open", read_only)
    with pytest.raises(NotWritable, match=rf"Read-only file system.*`eiftui report`, .* or `eiftui {path}`"):
        Session.open(path)
    assert Session.open(path, read_only=True).sheet.title == "Kinds"


def test_a_full_disk_locks_too(path, domain, monkeypatch):
    Session.create(path, domain).close()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("eiftui.session.lock.os.write", full)
        session = Session.open(path)
    with pytest.raises(SessionLocked, match="already open"):
        Session.open(path)
    session.close()


def test_who_writes_can_be_asked_without_disturbing_them(path, domain, other):
    assert writer_of(path).startswith(f"process {other.pid} on ")
    other.kill()
    other.wait()
    assert writer_of(path) is None
    with Session.open(path):
        assert writer_of(path) == "this process"
        with pytest.raises(SessionLocked):
            WriterLock(path)
    assert writer_of(path) is None
