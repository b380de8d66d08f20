"""A session whose file other programs have touched while it was open: nothing of it is lost, nor of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from eiftui.errors import InputError
from eiftui.session.lock import writer_of
from eiftui.session.records import Note
from eiftui.session.session import Session


@pytest.fixture
def session(tmp_path, domain):
    with Session.create(tmp_path / "s.eif", domain) as session:
        session.append(Note(text="before"))
        yield session


def cut(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def overwrite(path):
    path.write_bytes(b"another program's\n" * 1000)


def replace(path):
    path.with_name("other").write_bytes(b"another program's\n")
    path.with_name("other").replace(path)


@pytest.mark.parametrize("touch", [cut, overwrite, replace])
def test_what_another_program_has_changed_is_left_alone_and_the_session_goes_on_under_another_name(
    session, tmp_path, touch
):
    touch(session.path)
    theirs = session.path.read_bytes()
    for attempt in (lambda: session.append(Note(text="after")), session.confirm):
        with pytest.raises(InputError, match="give the session another name"):
            attempt()
    assert session.path.read_bytes() == theirs
    session.move(tmp_path / "t.eif")
    session.append(Note(text="after"))
    assert (tmp_path / "s.eif").read_bytes() == theirs
    again = Session.open(tmp_path / "t.eif", read_only=True)
    assert (again.note, again.rows) == ("after", session.rows)


def test_a_deleted_file_is_there_again_once_it_is_confirmed(session, tmp_path):
    whole = session.path.read_bytes()
    session.path.unlink()
    session.confirm()
    assert session.path.read_bytes() == whole


def test_a_session_whose_file_is_gone_goes_on_under_another_name(session, tmp_path):
    session.path.unlink()
    session.move(tmp_path / "t.eif")
    assert Session.open(tmp_path / "t.eif", read_only=True).note == "before"
    assert not (tmp_path / "s.eif").exists()


def test_a_file_that_is_moved_away_is_left_where_it_is_and_the_session_goes_on_in_its_place(session, tmp_path):
    moved = session.path.rename(tmp_path / "moved.eif")
    before = moved.read_bytes()
    session.append(Note(text="after"))
    assert moved.read_bytes() == before
    assert session.path.read_bytes().startswith(before)
    assert Session.open(session.path, read_only=True).note == "after"


def test_a_copy_in_place_of_a_file_that_was_moved_is_another_file(session, tmp_path):
    moved = session.path.rename(tmp_path / "moved.eif")
    session.path.write_bytes(moved.read_bytes())
    with pytest.raises(InputError, match="another file has taken the place"):
        session.append(Note(text="after"))


def test_a_session_in_a_folder_that_is_moved_goes_on_in_its_own_place(session, tmp_path):
    path = session.path
    folder = tmp_path / "folder" / "s.eif"
    folder.parent.mkdir()
    session.move(folder)
    folder.parent.rename(tmp_path / "other")
    session.append(Note(text="after"))
    assert Session.open(folder, read_only=True).note == "after"
    assert not path.exists()


def test_a_session_whose_link_leads_nowhere_any_more_goes_on_where_it_led(tmp_path, domain):
    Session.create(tmp_path / "s.eif", domain).close()
    (tmp_path / "link.eif").symlink_to(tmp_path / "s.eif")
    with Session.open(tmp_path / "link.eif") as session:
        (tmp_path / "s.eif").rename(tmp_path / "moved.eif")
        session.append(Note(text="after"))
    assert Session.open(tmp_path / "s.eif", read_only=True).note == "after"


def test_a_working_folder_that_is_gone_is_said(tmp_path, monkeypatch, domain):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for use in (writer_of, lambda path: Session.create(path, domain)):
        with pytest.raises(InputError, match="the folder that this runs in is gone"):
            use(Path("s.eif"))
