"""A session of images loses nothing, and says what it lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eiftui.errors import InputError
from eiftui.session.image_records import ImageBase, ImageNetwork, ImageSettings
from eiftui.session.images import ImageSession

NETWORK = ImageNetwork(name="a", fingerprint="a", facts={}, versions={})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session that knows one network."""
    with ImageSession.create(tmp_path / "s.eif", ImageSettings(networks=("a",))) as session:
        session.append(NETWORK)
    return tmp_path / "s.eif"


def test_a_torn_record_is_left_out_with_a_notice_and_the_others_are_kept(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"kind":"image_')
    with ImageSession.open(path) as session:
        assert session.notices == ["s.eif ended in an unfinished record, which was left out"]
        assert session.network("a") == NETWORK
    assert path.read_bytes() == whole + b'{"kind":"image_'


@pytest.mark.parametrize(
    "change",
    [
        {"losses": [0.7, 0.0]},
        {"losses": [0.69314718]},
        {"probabilities": [[0.5, 0.6], [1.0, 0.0]]},
        {"probabilities": [[0.4, 0.6], [1.0, 0.0]]},
    ],
)
def test_losses_and_probabilities_that_contradict_each_other_are_damage(
    path: Path, change: dict[str, list[object]]
) -> None:
    whole = {"losses": [0.69314718, 0.0], "probabilities": [[0.5, 0.5], [1.0, 0.0]]}
    for numbers in (whole, whole | {"losses": ["NaN", 0.0]}):
        assert ImageBase.model_validate_json(json.dumps({"key": "k"} | numbers))
    line = json.dumps({"kind": "image_base", "key": "k"} | whole | change, separators=(",", ":"))
    path.write_bytes(path.read_bytes() + line.encode() + b"\n")
    with ImageSession.open(path, read_only=True) as session:
        assert session.notices == ["a record of s.eif is damaged and was left out"]


def test_what_is_closed_can_be_looked_at_and_not_changed(path: Path) -> None:
    with ImageSession.open(path) as session:
        assert not session.read_only
    assert session.read_only
    assert session.network("a") == NETWORK
    with pytest.raises(InputError, match="read-only"):
        session.append(NETWORK)
    with pytest.raises(InputError, match="read-only"):
        session.move(path.with_name("t.eif"))


def test_it_goes_on_under_another_name(path: Path) -> None:
    with ImageSession.open(path) as session:
        session.move(path.with_name("t.eif"))
        session.configure(ImageSettings(networks=("a", "b")))
    assert not path.exists()
    assert ImageSession.open(path.with_name("t.eif"), read_only=True).settings.networks == ("a", "b")
