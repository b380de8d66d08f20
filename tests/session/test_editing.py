"""Edits of sentences, and what the session keeps of where a wording is from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiftui.domains.origin import ByModel, ByOperator, Copied, FromDomain, FromFile, How, Reworded
from eiftui.domains.schema import Text
from eiftui.session.editing import Wording, deleted, inserted, moved, named, next_role, replaced
from eiftui.session.session import Session

TEXTS = tuple(Text(id=name, sentences=(f"This is {name}.",)) for name in "abcd")
NEGATION = ByOperator(operator="negate", note="not", of=("This is a.",))


def ids(texts) -> str:
    return "".join(text.id for text in texts)


@given(st.permutations("abcd"), st.integers(0, 3), st.integers(0, 3))
def test_a_moved_text_stands_where_the_other_stood_and_the_rest_keep_their_order(names, place, beside):
    texts = [TEXTS["abcd".index(name)] for name in names]
    after = moved(texts, texts[place], texts[beside])
    assert after[beside] == texts[place]
    assert deleted(after, texts[place]) == deleted(texts, texts[place])


def test_texts_are_inserted_after_one_or_at_the_end_and_replaced_in_their_place():
    new = Text(id="x", sentences=("New.",))
    assert ids(inserted(TEXTS, [new], TEXTS[1])) == "abxcd"
    assert ids(inserted(TEXTS, [new])) == "abcdx"
    assert ids(replaced(TEXTS, TEXTS[1], new)) == "axcd"


def test_roles_go_round():
    assert [next_role(role) for role in ("both", "row", "probe")] == ["row", "probe", "both"]


def test_new_texts_have_ids_that_nobody_has_and_origins_if_nobody_typed_them():
    texts, origins = named([Wording(("One.",)), Wording(("Two.",), NEGATION, "probe")], taken={"text:1"})
    assert [text.id for text in texts] == ["text:2", "text:3"]
    assert texts[1].role == "probe"
    assert [(origin.id, origin.how) for origin in origins] == [("text:3", NEGATION)]


WAYS: list[How] = [
    FromDomain(name="belongs_to"),
    FromFile(name="mine.txt"),
    NEGATION,
    ByModel(
        model="m", fingerprint="f", prompt="Once", temperature=0.7, max_tokens=9, seed=1, index=0
    ),
    Reworded(of=("Before.",)),
    Copied(of=("Before.",)),
]  # fmt: skip


@pytest.mark.parametrize("how", WAYS, ids=lambda how: how.way)
def test_where_a_wording_is_from_is_kept_through_opening_undo_and_a_compact_copy(path, domain, settings, how, tmp_path):
    with Session.create(path, domain, settings) as session:
        texts, origins = named([Wording(("Made.",), how)], session.ids)
        edited = session.sheet.model_copy(update={"texts": (*session.sheet.texts, *texts)})
        session.edit(edited, *origins)
        session.undo()
        assert texts[0].id in session.ids
        session.redo()
        session.save_as(tmp_path / "copy.eif")
    for file in (path, tmp_path / "copy.eif"):
        with Session.open(file) as again:
            assert again.origin(texts[0]) == how
            assert again.origin(texts[0].model_copy(update={"sentences": ("Other.",)})) is None
