"""Operators make good English of the sentence forms that domains are written in, and refuse the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiftui.domains.library import builtin_names, load_builtin
from eiftui.domains.operators import OPERATORS, Operator
from eiftui.domains.schema import SEPARATOR, SLOT
from eiftui.domains.sentences import split_sentences
from eiftui.errors import InputError

BY_NAME = {operator.name: operator for operator in OPERATORS}


def made(name: str, *sentences: str, slots: tuple[str, ...] = ()) -> list[str]:
    return [SEPARATOR.join(variant.sentences) for variant in BY_NAME[name].variants(sentences, slots)]


def refusal(name: str, *sentences: str) -> str:
    with pytest.raises(InputError) as caught:
        made(name, *sentences)
    return str(caught.value)


@pytest.mark.parametrize(
    ("statement", "denial"),
    [
        ("{A} belongs to the set of {B}.", "{A} does not belong to the set of {B}."),
        ("{A} does not belong to the set of {B}.", "{A} belongs to the set of {B}."),
        ("{B} is a set that contains {A}.", "{B} is not a set that contains {A}."),
        ("{A} might belong to the set of {C}.", "{A} might not belong to the set of {C}."),
        ("A {A} is not a {B}.", "A {A} is a {B}."),
        ("A {A} has a {C}.", "A {A} does not have a {C}."),
        ("A {A} does not have a {C}.", "A {A} has a {C}."),
        ("{A}s have {C}s.", "{A}s do not have {C}s."),
        ("{A}s do not have {C}s.", "{A}s have {C}s."),
        ("All {B}s have a {C}.", "Not all {B}s have a {C}."),
        ("Not all {B}s have a {C}.", "All {B}s have a {C}."),
        ("No mammals have a {C}.", "Some mammals have a {C}."),
        ("Some mammals have a {C}.", "No mammals have a {C}."),
        ("Every square is a {B}.", "Not every square is a {B}."),
        ("Whenever {A} happens, it causes {B} to happen.", "Whenever {A} happens, it does not cause {B} to happen."),
        ("The {A} feeds on {B}.", "The {A} does not feed on {B}."),
        ("The {B} includes the {A}.", "The {B} does not include the {A}."),
        ("{A} teaches {B}", "{A} does not teach {B}"),
        ("{A} carries {B}", "{A} does not carry {B}"),
        ("{A} does not carry {B}.", "{A} carries {B}."),
        ("{A} does not teach {B}.", "{A} teaches {B}."),
        ("A lone knight cannot force checkmate.", "A lone knight can force checkmate."),
        ("{A} can see {B}.", "{A} cannot see {B}."),
        ("It is certain that the {A} feeds on {B}.", "It is not certain that the {A} feeds on {B}."),
        ("It is false that the {A} is open.", "The {A} is open."),
        ("Nobody at the table had ordered soup.", "It is false that nobody at the table had ordered soup."),
        ("She forgot her umbrella again.", "It is false that she forgot her umbrella again."),
        ("Alice knows Bob.", "Alice does not know Bob."),
    ],
)
def test_the_plainest_denial_comes_first(statement, denial):
    assert made("negate", statement)[0] == denial


def test_what_is_said_of_all_is_denied_in_three_ways():
    assert made("negate", "All {B}s have a {C}.") == [
        "Not all {B}s have a {C}.",
        "No {B}s have a {C}.",
        "It is false that all {B}s have a {C}.",
    ]


@pytest.mark.parametrize(
    ("statement", "hedge"),
    [
        ("{A} belongs to the set of {C}.", "{A} might belong to the set of {C}."),
        ("{A} is a {B}.", "{A} might be a {B}."),
        ("{A} was born in {B}.", "{A} might have been born in {B}."),
        ("{A} is not a {B}.", "{A} might not be a {B}."),
        ("{A} does not have a {B}.", "{A} might not have a {B}."),
        ("All {B}s have a {C}.", "All {B}s might have a {C}."),
        ("Whenever {A} happens, it causes {B} to happen.", "Whenever {A} happens, it might cause {B} to happen."),
        ("It is certain that the {A} feeds on {B}.", "It is possible that the {A} feeds on {B}."),
        ("It is false that the {A} feeds on {B}.", "It might be false that the {A} feeds on {B}."),
        ("No mammals have a {C}.", "It is possible that no mammals have a {C}."),
    ],
)
def test_a_hedge_says_the_same_with_less_confidence(statement, hedge):
    assert made("hedge", statement)[0] == hedge


@pytest.mark.parametrize(
    ("statement", "converse"),
    [
        ("{A} belongs to the set of {C}.", "{C} belongs to the set of {A}."),
        ("Whenever {A} happens, it causes {B} to happen.", "Whenever {B} happens, it causes {A} to happen."),
        ("Every square is a {B}.", "Every {B} is a square."),
        ("Every octopus is an animal.", "Every animal is an octopus."),
        ("A dog is an animal.", "An animal is a dog."),
        ("All squares are rectangles.", "All rectangles are squares."),
    ],
)
def test_the_converse_has_two_of_its_parts_swapped(statement, converse):
    assert made("converse", statement) == [converse]


def test_of_three_slots_any_two_may_be_swapped():
    assert made("converse", "{A} gives {B} to {C}.") == [
        "{B} gives {A} to {C}.",
        "{C} gives {B} to {A}.",
        "{A} gives {C} to {B}.",
    ]


def test_of_several_sentences_each_is_changed_and_all_of_them():
    assert made("negate", "{A} is {B}.", "{B} is {C}.") == [
        "{A} is not {B}. || {B} is {C}.",
        "{A} is {B}. || {B} is not {C}.",
        "{A} is not {B}. || {B} is not {C}.",
    ]
    assert made("negate", "{A} is {B}.", "Frogs hibernate in winter.") == [
        "{A} is not {B}. || Frogs hibernate in winter."
    ]


def test_a_random_entity_has_a_slot_that_nobody_else_has():
    assert made("other_entity", "{A} is {B}.", "{A} is {X}.", slots=("Y",)) == [
        "{Z} is {B}. || {Z} is {X}.",
        "{A} is {Z}. || {A} is {X}.",
        "{A} is {B}. || {A} is {Z}.",
    ]


def test_shuffled_words_are_the_same_words_before_the_same_stop():
    sentence = "Frogs and toads often hibernate in winter."
    orders = made("shuffle", sentence)
    assert len(set(orders)) == 3
    for order in orders:
        assert order != sentence
        assert sorted(order.removesuffix(".").split()) == sorted(sentence.removesuffix(".").split())
    assert orders == made("shuffle", sentence)


@pytest.mark.parametrize(
    ("name", "sentence", "reason"),
    [
        ("negate", "Is {A} a {B}?", "a question states nothing"),
        ("negate", "{A}", "a word or two state nothing"),
        ("negate", "{A} is {B} and {B} is {C}.", "'and' joins two statements"),
        ("negate", "{A} is {B}. {B} is {C}.", "put || between them"),
        ("negate", "Frogs and toads often hibernate in winter.", "'Frogs', which may be a name"),
        ("negate", "{A} gehört zu {B}.", "no rule finds its verb"),
        ("negate", "日本語の文は幅が広い。", "state nothing"),
        ("hedge", "{A} might be a {B}.", "hedged already"),
        ("converse", "Frogs are green.", "no two slots"),
        ("converse", "All swans are white.", "no two slots"),
        ("other_entity", "Frogs are green.", "it has no slot"),
        ("shuffle", "{A}", "no two words"),
    ],
)
def test_where_no_rule_fits_the_reason_is_given(name, sentence, reason):
    assert reason in refusal(name, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The team that wins gets the cup.",
        "Heating a magnet until it glows destroys its pull.",
        "The {A} always eats {B}.",
        "When it rains the street is wet.",
        "The glacier retreats eleven metres in an average summer.",
        "Some people claim that the {A} feeds on {B}.",
    ],
)
def test_the_verb_of_a_clause_within_is_left_alone(sentence):
    for name in ("negate", "hedge"):
        try:
            forms = made(name, sentence)
        except InputError:
            continue
        assert all(form.endswith(sentence[1:]) or form.startswith("No people claim") for form in forms)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
@pytest.mark.parametrize("domain", builtin_names())
def test_built_in_domains_have_variants_with_the_same_slots_that_can_be_measured(domain, operator: Operator):
    texts = load_builtin(domain).texts
    for text in texts:
        try:
            variants = operator.variants(text.sentences, text.slots)
        except InputError:
            continue
        for variant in variants:
            assert split_sentences(SEPARATOR.join(variant.sentences)) == variant.sentences
            assert len(variant.sentences) == len(text.sentences)
            slots = set(SLOT.findall(" ".join(variant.sentences)))
            assert len(slots ^ set(text.slots)) == (2 if operator.name == "other_entity" else 0)


@pytest.mark.parametrize("name", ["negate", "hedge", "converse", "other_entity", "shuffle"])
@pytest.mark.parametrize("form", ["belongs_to", "chain_induces", "bigger_than", "part_of", "reversal"])
def test_forms_with_slots_have_every_variant_there_is(name, form):
    texts = [text for text in load_builtin(form).texts if len(text.slots) == 2]
    texts = [text for text in texts if not (name == "hedge" and "might" in text.label)]
    assert all(made(name, *text.sentences) for text in texts)


WORDS = """The A {A} {B} {C}s is are not has have belongs causes it that and , all every might feeds It false cannot
does x? y. {A}. 日本 🙂 because no Some"""
SENTENCE = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=9).map(" ".join)


@given(st.lists(SENTENCE, min_size=1, max_size=3).map(tuple))
def test_any_words_get_variants_that_differ_or_are_refused(sentences):
    for operator in OPERATORS:
        try:
            variants = operator.variants(sentences)
        except InputError:
            continue
        assert sentences not in [variant.sentences for variant in variants]
        assert all(variant.note for variant in variants)
        assert variants == operator.variants(sentences)


@pytest.mark.parametrize("verb", ["feeds", "teaches", "carries", "dies", "goes", "passes", "causes", "fixes", "plays"])
def test_a_denied_denial_is_the_statement(verb):
    statement = f"The {{A}} {verb} the {{B}}."
    assert made("negate", made("negate", statement)[0])[0] == statement
