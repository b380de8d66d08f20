"""Which part of a text each of its tokens stands for."""

from __future__ import annotations

from itertools import accumulate, pairwise

from eiftui.models.load import LanguageModel
from eiftui.models.tokens import Tokens


def token_parts(model: LanguageModel, text: str) -> tuple[Tokens, tuple[str, ...]]:
    """The tokens of a text of any length, without special tokens, and the part of it that each stands for.

    The parts together are the text, if it has tokens at all. Of several tokens that stand for one character, the first
    has it.
    """
    tokenizer = model.tokenizer
    if not tokenizer.is_fast:  # it cannot say where a token lies
        tokens = tuple(tokenizer.encode(text, add_special_tokens=False, verbose=False))
        return tokens, tuple(str(tokenizer.decode([token])) for token in tokens)
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    tokens = tuple(encoded["input_ids"])
    # what lies between two tokens, such as a space that the tokenizer drops, belongs to the second
    ends = list(accumulate((end for _, end in encoded["offset_mapping"]), max))
    ends[-1:] = [len(text)] * bool(ends)
    return tokens, tuple(text[start:end] for start, end in pairwise([0, *ends]))
