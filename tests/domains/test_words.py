"""Made-up words are seeded, distinct, pronounceable and not English."""

import re

from hypothesis import given
from hypothesis import strategies as st

from eiftui.domains.words import LONGEST, SHORTEST, SYLLABLES, english_words, made_up_words

SLOT_NAMES = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,6}", fullmatch=True), unique=True, max_size=30)
COUNTS = st.integers(min_value=0, max_value=10**9)
SPELLED = re.compile(f"(?:{'|'.join(SYLLABLES)}){{{SHORTEST},{LONGEST}}}")


def test_the_words_of_a_seed_never_change():
    assert made_up_words(["A", "B", "C", "D"], draw=0, seed=0) == {
        "A": "glimklarhalwin",
        "B": "chuta",
        "C": "galmuhalravi",
        "D": "rabademkel",
    }
    assert made_up_words(["A", "B", "C"], draw=1, seed=0) == {
        "A": "yunzorvisem",
        "B": "sulvikin",
        "C": "nelzelhuldumu",
    }


@given(SLOT_NAMES, COUNTS, COUNTS)
def test_every_slot_gets_a_lower_case_word_of_two_to_five_syllables(slots, draw, seed):
    words = made_up_words(slots, draw, seed)
    assert list(words) == slots
    assert all(SPELLED.fullmatch(word) for word in words.values())


@given(SLOT_NAMES, COUNTS, COUNTS)
def test_no_word_of_a_draw_is_part_of_another(slots, draw, seed):
    words = list(made_up_words(slots, draw, seed).values())
    assert not [(a, b) for i, a in enumerate(words) for j, b in enumerate(words) if i != j and a in b]


def test_no_word_is_part_of_another_even_when_a_draw_holds_very_many():
    words = sorted(made_up_words([f"S{i}" for i in range(1500)], draw=0, seed=0).values(), key=len)
    assert len(set(words)) == 1500
    haystack = "\n".join(words)
    assert all(haystack.count(word) == 1 for word in words)


@given(SLOT_NAMES, SLOT_NAMES, COUNTS, COUNTS)
def test_adding_a_slot_at_the_end_keeps_the_words_before_it(slots, added, draw, seed):
    before = made_up_words(slots, draw, seed)
    after = made_up_words([*slots, *(slot for slot in added if slot not in slots)], draw, seed)
    assert {slot: after[slot] for slot in slots} == before


def test_draws_and_seeds_give_different_words():
    words = [made_up_words(["A"], draw, seed)["A"] for draw in range(20) for seed in range(20)]
    assert len(set(words)) > 390
    assert {len(SYLLABLES)} == {len(set(SYLLABLES))}


def test_english_words_are_never_drawn():
    english = english_words()
    assert {"banana", "corridor"} <= english
    drawn = {made_up_words(["A"], draw, seed=0)["A"] for draw in range(5000)}
    assert not drawn & english


def test_the_english_list_holds_only_what_the_syllables_can_spell():
    assert [word for word in english_words() if not SPELLED.fullmatch(word)] == []


def test_any_word_takes_a_and_a_plural_s():
    assert all(syllable[0] not in "aeiou" and syllable[-1] in "aioulmnr" for syllable in SYLLABLES)
