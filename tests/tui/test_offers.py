"""Offers, without a screen."""

from __future__ import annotations

from eiftui.domains.origin import ByModel
from eiftui.domains.schema import Text
from eiftui.tui.offers import beginning, by_rule, continued, with_slots_again

HOW = ByModel(model="m", fingerprint="f", prompt="p", temperature=1, max_tokens=9, seed=0, index=0)


def test_operators_that_do_not_apply_say_why():
    offers = by_rule(Text(id="x", sentences=("Why?",)), ())
    assert all(offer.wording is None and offer.note for offer in offers)
    assert "a question states nothing" in {offer.note for offer in offers}


def test_the_words_of_a_draw_become_slots_again_and_parts_of_words_do_not():
    words = {"A": "klarbu", "B": "vim"}
    assert with_slots_again(" a Klarbu, some vims and vim.", words) == " a {A}, some vims and {B}."
    assert with_slots_again(" nothing", {}) == " nothing"


def test_what_a_model_says_that_is_no_sentence_is_not_to_be_had():
    assert continued("{A} is", " {a b}.", {}, HOW).wording is None
    assert continued("{A} is", " fine.", {}, HOW).wording.sentences == ("{A} is fine.",)


def test_a_model_goes_on_with_the_last_sentence_without_its_last_word():
    assert beginning(Text(id="x", sentences=("One here.", "{B} is in {C}."))) == "{B} is in"
    assert beginning(Text(id="x", sentences=("One",))) == "One"
