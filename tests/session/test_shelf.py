"""Sessions as files: what a glance tells, and moving them about without losing one."""

from __future__ import annotations

import os

import numpy as np
import pytest

from eiftui.domains.schema import Text
from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.glance import glance
from eiftui.session.lock import writer_of
from eiftui.session.records import Note, Unsaved
from eiftui.session.session import Session
from eiftui.session.shelf import TRASH, delete, duplicate, named, rename, sessions_in


def test_a_glance_tells_what_opening_would(measured, path):
    measured.append(Note(text="a hunch"), Note(text="a better one"))
    seen = glance(path)
    assert (seen.title, seen.domains, seen.model) == ("Kinds", "kinds", "smollm2-135m")
    assert (seen.rows, seen.columns, seen.draws) == (len(measured.rows), len(measured.probes), 3)
    assert seen.measured == 1.0
    assert seen.note == measured.note == "a better one"
    assert seen.problem == ""


def test_a_glance_counts_the_rows_that_the_settings_ask_for(measured, path, settings):
    measured.configure(settings.model_copy(update={"draws": 6}))
    assert glance(path).measured == 0.5
    measured.configure(settings.model_copy(update={"seed": 77}))
    assert glance(path).measured == 0.0


def test_a_note_and_what_was_being_written_outlive_a_compact_copy(measured, path):
    measured.append(Note(text="a hunch"), Unsaved(text="Toads", id="ab"))
    duplicate(path, path.with_name("copy.eif"))
    with Session.open(path.with_name("copy.eif")) as copy:
        assert copy.note == "a hunch"
        assert (copy.unsaved.text, copy.unsaved.id) == ("Toads", "ab")
        assert copy.measured("trained").all()


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "not an eiftui session"), (b"PK\x03\x04\n", "not an eiftui"), (b'{"kind":"header","format":99}\n', "newer")],
)
def test_a_glance_says_what_is_wrong_with_a_file(tmp_path, content, word):
    (tmp_path / "bad.eif").write_bytes(content)
    assert word in glance(tmp_path / "bad.eif").problem


def test_a_glance_counts_cells_as_the_matrix_does_where_a_probe_was_added(measured, path, settings):
    other = Text(id="other", sentences=("A toad is no frog.",), role="probe")
    measured.edit(measured.sheet.model_copy(update={"texts": (*measured.sheet.texts, other)}))
    shares = [measured.measured(condition).mean() for condition in settings.conditions]
    assert 0.5 < np.mean(shares) < 1
    assert glance(path).measured == pytest.approx(np.mean(shares))


def test_a_torn_line_and_damaged_records_do_not_hinder_a_glance(measured, path):
    measured.close()
    with path.open("ab") as file:
        file.write(b'{"kind":"settings","settings":{"draws":0}}\n\xff\xfe\n{"kind":"future"}\n{"kind":"no')
    assert glance(path).measured == 1.0


def test_sessions_are_listed_once_the_newest_first(tmp_path, domain):
    for name in ("old", "new", "middle"):
        Session.create(tmp_path / f"{name}.eif", domain).close()
        os.utime(tmp_path / f"{name}.eif", (0, {"old": 1, "middle": 2, "new": 3}[name]))
    assert [path.stem for path in sessions_in([tmp_path, tmp_path / ".", tmp_path / "none"])] == [
        "new",
        "middle",
        "old",
    ]


def test_what_is_written_can_neither_be_renamed_nor_deleted(measured, path):
    for change in (lambda: rename(path, path.with_name("other.eif")), lambda: delete(path)):
        with pytest.raises(InputError, match="open"):
            change()
    assert path.exists()


def test_what_is_deleted_lies_in_the_trash_and_comes_back(measured, path, domain):
    measured.close()
    content = path.read_bytes()
    trashed = delete(path)
    assert trashed.parent.name == TRASH
    assert not path.exists()
    Session.create(path, domain).close()
    assert delete(path) != trashed
    rename(trashed, path)
    assert path.read_bytes() == content


def test_nothing_is_overwritten(measured, path, domain):
    measured.close()
    other = path.with_name("other.eif")
    Session.create(other, domain).close()
    content = other.read_bytes()
    with pytest.raises(InputError, match="exists"):
        rename(path, other)
    assert other.read_bytes() == content
    assert path.exists()


@pytest.mark.parametrize("name", ["", "  ", ".hidden", "a/b", ".eif", "kinds", "kinds.eif"])
def test_a_name_must_be_one_and_free(measured, path, name):
    with pytest.raises(InputError):
        named(path.parent, name)


def test_a_name_gets_its_suffix(tmp_path):
    assert named(tmp_path, " new name ") == tmp_path / "new name.eif"


def test_links_that_lead_round_in_a_circle_are_a_line_and_no_mistake(tmp_path, domain, settings):
    circle = tmp_path / "circle.eif"
    circle.symlink_to(circle.name)
    assert writer_of(circle) is None
    with pytest.raises(InputError):
        Session.open(circle)
    with pytest.raises(InputError):
        Session.create(circle, domain, settings)
    with replacing(circle) as file:
        file.write(b"written")
    assert circle.read_bytes() == b"written"
