"""A sheet is every sentence of a session and the contrasts between them."""

import pytest

from eiftui.domains.schema import Text
from eiftui.session.records import Sheet, parse, write


def test_a_sheet_survives_being_written_and_read(domain):
    sheet = Sheet.of(domain)
    assert parse(write(sheet)) == sheet
    assert sheet.texts == domain.texts
    assert sheet.slots == domain.slots


def test_the_domains_that_were_combined_are_named_one_by_one(domain):
    assert Sheet.of(domain.model_copy(update={"name": "kinds+sets"})).domains == ("kinds", "sets")


def test_a_sheet_refuses_two_texts_of_one_id():
    text = Text(id="t", sentences=("x",))
    with pytest.raises(ValueError, match="share the id 't'"):
        Sheet(texts=(text, text))


def test_a_sheet_keeps_contrasts_of_deleted_texts_but_does_not_count_them(domain):
    sheet = Sheet.of(domain)
    assert sheet.live_contrasts == domain.contrasts
    without = sheet.model_copy(update={"texts": sheet.texts[2:]})
    assert without.contrasts == domain.contrasts
    assert without.live_contrasts == ()
