"""Packing loses nothing: every text can be read back, and a place sees what it saw in a text of its own."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from eiftui.influence.layout import Layout, Text, groups, in_line, side_by_side, tree

CPU = torch.device("cpu")
tokens = st.lists(st.integers(0, 3), min_size=2, max_size=7).map(tuple)
texts = st.lists(
    tokens.flatmap(lambda t: st.builds(Text, st.just(t), st.integers(1, len(t) - 1))), min_size=1, max_size=8
)


def beginning(layout: Layout, line: int, place: int) -> tuple[int, ...]:
    """The tokens that a place sees, in the order of their positions."""
    assert layout.parents_seen is not None
    seen = layout.parents_seen[line, place].nonzero()[:, 0].tolist()
    seen.sort(key=lambda other: int(layout.positions[line, other]))
    return tuple(layout.ids[line, seen].tolist())


def read_back(layout: Layout, text: int) -> list[tuple[int, tuple[int, ...], int]]:
    """Of each scored token of a text: its line in the batch, what is seen before it, and itself."""
    places = layout.ids.shape[1]
    found = []
    for pair in layout.texts[text]:
        line, place = divmod(int(layout.read[layout.pair_read[pair]]), places)
        before = beginning(layout, line, place) if layout.parents_seen is not None else _line(layout, line, place)
        found.append((line, before, int(layout.pair_target[pair])))
    return found


def _line(layout: Layout, line: int, place: int) -> tuple[int, ...]:
    assert layout.positions[line].tolist() == list(range(layout.ids.shape[1]))
    return tuple(layout.ids[line, : place + 1].tolist())


def expected(text: Text, line: int) -> list[tuple[int, tuple[int, ...], int]]:
    scored = range(text.scored_from, len(text.tokens))
    return [(line, text.tokens[:index], text.tokens[index]) for index in scored]


@given(st.lists(texts, min_size=1, max_size=3))
def test_every_text_can_be_read_back_from_its_pairs_in_a_tree(sets: list[list[Text]]) -> None:
    layout = tree(sets, CPU)
    flat = [(text, line) for line, one in enumerate(sets) for text in one]
    assert len(layout.texts) == len(flat)
    for index, (text, line) in enumerate(flat):
        assert read_back(layout, index) == expected(text, line)


@given(texts)
def test_every_text_can_be_read_back_side_by_side(several: list[Text]) -> None:
    layout = side_by_side(several, CPU)
    for index, text in enumerate(several):
        assert read_back(layout, index) == expected(text, index)


@given(texts)
def test_each_distinct_beginning_has_one_place(several: list[Text]) -> None:
    layout = tree([several], CPU)
    beginnings = {text.tokens[:length] for text in several for length in range(1, len(text.tokens))}
    found = [beginning(layout, 0, place) for place in range(layout.ids.shape[1])]
    assert len(found) == len(beginnings)
    assert set(found) == beginnings


@given(st.lists(texts, min_size=1, max_size=3))
def test_a_place_sees_itself_and_its_ancestors_and_no_more_than_its_depth(sets: list[list[Text]]) -> None:
    layout = tree(sets, CPU)
    seen = layout.parents_seen
    assert seen is not None
    assert seen.diagonal(dim1=1, dim2=2).all()
    assert torch.equal(seen.sum(2) - 1, layout.positions)
    steps = seen.float()
    assert torch.equal((steps @ steps) > 0, seen), "an ancestor's ancestors are ancestors"
    assert not torch.triu(seen, 1).any(), "parents come first"


@given(texts)
def test_pairs_are_shared_and_none_is_idle(several: list[Text]) -> None:
    layout = tree([several], CPU)
    pairs = {
        (text.tokens[:index], text.tokens[index])
        for text in several
        for index in range(text.scored_from, len(text.tokens))
    }
    assert len(layout.pair_target) == len(pairs)
    assert {pair for text in layout.texts for pair in text} == set(range(len(pairs)))
    assert len(set(layout.read.tolist())) == len(layout.read)
    assert set(layout.pair_read.tolist()) == set(range(len(layout.read)))


@given(texts, st.integers(1, 30))
def test_groups_hold_every_text_once_and_keep_their_trees_small(several: list[Text], largest: int) -> None:
    parts = groups(several, largest)
    assert sorted(index for part in parts for index in part) == list(range(len(several)))
    for part in parts:
        assert part
        size = tree([[several[index] for index in part]], CPU).ids.shape[1]
        assert size <= largest or len(part) == 1 or _all_within_one(several, part)


def _all_within_one(several: list[Text], part: list[int]) -> bool:
    """A text that is too long for any group takes along those that add nothing to it."""
    return tree([[several[index] for index in part]], CPU).ids.shape[1] == max(len(several[i].tokens) - 1 for i in part)


@given(st.lists(tokens, min_size=1, max_size=5))
def test_no_sequence_of_a_line_sees_another(sequences: list[tuple[int, ...]]) -> None:
    one = in_line(sequences, CPU)
    seen = one.parents_seen
    read = (
        [tuple(one.ids[0, : place + 1].tolist()) for place in range(one.ids.shape[1])]
        if seen is None
        else [tuple(one.ids[0, own].tolist()) for own in seen[0]]
    )
    assert read == [sequence[: place + 1] for sequence in sequences for place in range(len(sequence))]
    assert one.positions[0].tolist() == [place for sequence in sequences for place in range(len(sequence))]


@given(st.lists(tokens, min_size=1, max_size=5))
def test_what_is_taken_apart_is_filled_up_with_zeros_and_put_together_again(sequences: list[tuple[int, ...]]) -> None:
    one = in_line(sequences, CPU)
    x = torch.randn(1, one.ids.shape[1], 3)
    apart = one.apart(x)
    longest = max(map(len, sequences))
    for own, sequence in zip(one.apart(one.ids), sequences, strict=True):
        assert own.tolist() == [*sequence, *[0] * (longest - len(sequence))]
    assert apart.shape == (len(sequences), longest, 3)
    assert apart.count_nonzero() == x.count_nonzero()
    back = torch.zeros_like(x)
    one.put_back(back, apart)
    assert torch.equal(back, x)


@given(st.lists(tokens, min_size=2, max_size=5))
def test_the_first_sequences_of_a_line_are_worked_on_alone(sequences: list[tuple[int, ...]]) -> None:
    one = in_line(sequences, CPU)
    first, x = one.first(1), torch.randn(1, one.ids.shape[1], 3)
    own, length = first.apart(x), len(sequences[0])
    assert torch.equal(own, x[:, :length])
    after = x.clone()
    first.put_back(after, own + 1)
    assert torch.equal(after[:, :length], x[:, :length] + 1)
    assert torch.equal(after[:, length:], x[:, length:])
