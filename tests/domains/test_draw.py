"""A draw is fixed by its seed and number; several domains become one sheet."""

import pytest
from pydantic import ValidationError

from eiftui.domains.draw import Draw, combine, draw
from eiftui.domains.library import load_builtin
from eiftui.domains.words import made_up_words
from eiftui.errors import InputError


def test_a_draw_holds_its_number_its_seed_and_the_words_of_both():
    third = draw(("A", "B"), index=2, seed=7)
    assert (third.index, third.seed) == (2, 7)
    assert third.words == made_up_words(("A", "B"), 2, 7)


def test_a_draw_can_be_written_down_and_read_again():
    first = draw(("A", "B"), index=0, seed=0)
    assert Draw.model_validate_json(first.model_dump_json()) == first
    with pytest.raises(ValidationError):
        first.index = 1


def test_a_single_domain_stays_as_it_is():
    domain = load_builtin("squares")
    assert combine([domain]) == domain
    assert combine([domain, domain]) == domain


def test_combined_domains_keep_their_texts_and_contrasts_in_order():
    squares, order = load_builtin("squares"), load_builtin("bigger_than")
    both = combine([squares, order])
    assert both.name == "squares+bigger_than"
    assert [text.label for text in both.texts] == [text.label for text in (*squares.texts, *order.texts)]
    assert both.texts[0].id == f"squares/{squares.texts[0].id}"
    assert both.contrasts[-1].lower.row == f"bigger_than/{order.contrasts[-1].lower.row}"
    assert len(both.contrasts) == len(squares.contrasts) + len(order.contrasts)


def test_slots_of_the_same_name_share_a_word_across_combined_domains():
    both = combine([load_builtin("belongs_to"), load_builtin("chain_induces")])
    words = draw(both.slots, 0, 0).words
    assert sorted(words) == ["A", "B", "C", "D", "Z"]


def test_different_domains_of_one_name_cannot_be_combined():
    squares = load_builtin("squares")
    with pytest.raises(InputError, match="two different domains are called 'squares'"):
        combine([squares, squares.model_copy(update={"title": "Other"})])
    with pytest.raises(InputError, match="no domain"):
        combine([])
