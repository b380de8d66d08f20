"""Built-in domains say what METHODS §5 says, and a TOML file that cannot be used is refused in one line."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from eiftui.domains.library import builtin_names, load_builtin, load_file
from eiftui.domains.words import made_up_words
from eiftui.errors import InputError

NAMES = {
    *("belongs_to", "chain_induces", "transitivity", "squares", "random_claim", "random_claim_100"),
    *("is_a", "bigger_than", "part_of", "negation", "uncertainty", "reversal"),
}
MINIMAL = """
title = "T"
[[texts]]
id = "one"
text = "{A} is red. || {B} is {A}."
[[texts]]
id = "two"
text = "{B} is red."
role = "probe"
"""


def write(folder: Path, content: str | bytes, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_file(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def test_every_domain_of_the_methods_is_built_in():
    assert set(builtin_names()) == NAMES
    assert list(builtin_names()) == sorted(NAMES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_built_in_domain_is_complete(name):
    domain = load_builtin(name)
    assert domain.name == name
    assert domain.title
    assert domain.source
    labels = [text.label for text in domain.texts]
    assert len(set(labels)) == len(labels)
    names = [contrast.name for contrast in domain.contrasts]
    assert len(set(names)) == len(names)
    words = made_up_words(domain.slots, draw=0, seed=0)
    assert not [text for text in domain.texts if re.search(r"[{}]", " ".join(text.fill(words)))]


@pytest.mark.parametrize("name", sorted(NAMES - {"random_claim_100"}))
def test_a_built_in_domain_is_small_and_tests_irrelevance_by_size(name):
    domain = load_builtin(name)
    assert 6 <= len(domain.rows) <= 12
    sized = [contrast for contrast in domain.contrasts if contrast.compare == "magnitude"]
    assert sized
    assert {contrast.desideratum for contrast in sized} == {"irrelevance"}
    assert all(c.compare == "magnitude" for c in domain.contrasts if c.desideratum == "irrelevance")
    assert all(contrast.higher.row == contrast.higher.probe for contrast in sized)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_contrast_varies_between_draws(name):
    domain = load_builtin(name)
    slots = {text.id: text.slots for text in domain.texts}
    for contrast in domain.contrasts:
        cells = (contrast.lower, contrast.higher)
        assert any(slots[cell.row] or slots[cell.probe] for cell in cells), contrast.name


def test_belongs_to_has_the_rows_of_the_methods_in_their_order():
    assert [row.label for row in load_builtin("belongs_to").rows] == [
        "{A} belongs to the set of {C}.",
        "{A} belongs to the set of {B}.",
        "{B} is a set that contains {A}.",
        "{B} belongs to the set of {A}.",
        "{A} does not belong to the set of {C}.",
        "{A} might belong to the set of {C}.",
        "{B} belongs to the set of {C}.",
        "{A} belongs to the set of {B} and {B} belongs to the set of {C}.",
        "{A} belongs to the set of {B}. || {B} belongs to the set of {C}.",
        "Frogs and toads often hibernate in winter.",
    ]


def test_chain_induces_ends_its_long_chain_after_four_sentences():
    rows = load_builtin("chain_induces").rows
    assert [len(row.sentences) for row in rows[:5]] == [1, 1, 2, 4, 1]
    assert rows[3].slots == ("A", "B", "C", "D", "Z")


@pytest.mark.parametrize(
    ("name", "row", "lower", "higher"),
    [
        ("belongs_to", "a_in_b_then_b_in_c", "a_in_c", "c_in_a"),
        ("belongs_to", "a_in_b_then_b_in_c", "a_in_c", "a_not_in_c"),
        ("belongs_to", "a_in_b", "b_contains_a", "b_in_a"),
        ("chain_induces", "a_b_z", "a_causes_z", "z_causes_a"),
        ("chain_induces", "a_b_c_d_z", "a_causes_z", "z_causes_a"),
        ("transitivity", "a_is_b_then_bs_have_c", "a_has_c", "a_has_no_c"),
    ],
)
def test_the_contrasts_that_the_methods_name_are_there(name, row, lower, higher):
    signed = [c for c in load_builtin(name).contrasts if c.compare == "signed"]
    cells = [(c.lower.row, c.lower.probe, c.higher.row, c.higher.probe) for c in signed]
    assert (row, lower, row, higher) in cells


def test_random_claim_holds_ten_claims_with_a_word_of_their_own_each():
    texts = load_builtin("random_claim").texts
    assert len(texts) == 10
    assert all(len(text.slots) == 1 for text in texts)
    assert not [(a, b) for a, b in combinations(texts, 2) if a.slots == b.slots]


def test_random_claim_100_holds_a_hundred_short_claims_without_slots():
    texts = load_builtin("random_claim_100").texts
    assert len({text.label for text in texts}) == 100
    assert all(len(text.sentences) == 1 and not text.slots for text in texts)
    assert all(6 <= len(text.label.split()) <= 11 for text in texts)


def test_no_claim_of_the_hundred_is_a_rewording_of_another():
    content = [set(re.findall("[a-z]{5,}", text.label.lower())) for text in load_builtin("random_claim_100").texts]
    assert max(len(a & b) for a, b in combinations(content, 2)) < 2


def test_an_unknown_name_is_answered_with_the_close_ones():
    with pytest.raises(InputError, match=r"'belong_to'; did you mean belongs_to"):
        load_builtin("belong_to")
    with pytest.raises(InputError, match="there are belongs_to, bigger_than"):
        load_builtin("qqq")
    with pytest.raises(InputError):
        load_builtin("../builtin/belongs_to")


def test_a_file_of_ones_own_is_read_and_named_after_itself(tmp_path):
    domain = load_file(write(tmp_path, MINIMAL))
    assert domain.name == "mine"
    assert domain.rows[0].sentences == ("{A} is red.", "{B} is {A}.")
    assert [text.role for text in domain.texts] == ["both", "probe"]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path):
    content = MINIMAL.replace("\n", "\r\n").encode("utf-8-sig")
    assert load_file(write(tmp_path, content)).slots == ("A", "B")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ('title = "T"\n[[texts]\n', "line 2"),
        ('title = "T"', "texts: it is missing"),
        ('texts = []\ntitle = "T"', "texts: "),
        (MINIMAL + "colour = 1", "texts 2, colour: "),
        (MINIMAL.replace('"probe"', '"column"'), "texts 2, role: "),
        (MINIMAL.replace('"two"', '"one"'), "two texts share the id 'one'"),
        (MINIMAL.replace('"two"', '""'), "id: "),
        (MINIMAL.replace("{B} is red.", "{B is red."), "text 'two': '{B is red.' is not a slot"),
        (MINIMAL.replace("|| {B} is {A}.", "||"), "text 'one': an empty sentence"),
        (MINIMAL.replace("{B} is red.", "one\\ntwo"), "text 'two': a line break"),
        ("x = " + "[" * 20000, "not TOML"),
        (b'title = "T"\n# caf\xe9\n', "line 2: not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name_and_the_place(tmp_path, content, says):
    assert says in refusal(write(tmp_path, content))


def test_a_contrast_between_cells_that_do_not_exist_is_refused(tmp_path):
    contrast = """
    [[contrasts]]
    name = "odd"
    desideratum = "none"
    lower = { row = "two", probe = "one" }
    higher = { row = "one", probe = "two" }
    """
    assert "contrast 'odd': no training set 'two'" in refusal(write(tmp_path, MINIMAL + contrast))


def test_a_contrast_of_a_cell_with_itself_is_refused(tmp_path):
    contrast = """
    [[contrasts]]
    name = "odd"
    desideratum = "none"
    lower = { row = "one", probe = "one" }
    higher = { row = "one", probe = "one" }
    """
    assert "contrast 'odd' compares a cell with itself" in refusal(write(tmp_path, MINIMAL + contrast))


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    refusal(tmp_path / "nowhere.toml")
    refusal(tmp_path)
