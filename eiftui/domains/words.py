"""Made-up words: pronounceable, not English, and the same on every machine for a given seed and draw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

# Every syllable starts with a consonant and ends in a vowel other than e, or in l, m, n or r, so that any sequence of
# them can be said, takes "a" rather than "an", and forms its plural with "s".
SYLLABLES = (
    *("ba", "bel", "bi", "blo", "bru", "cal", "chu", "clo", "cor", "da", "dem", "dil", "dor", "dra", "du", "fa"),
    *("fel", "fi", "flo", "fren", "gal", "gan", "glim", "go", "gri", "gu", "hal", "hen", "ho", "hul", "ja", "jel"),
    *("jor", "ju", "ka", "kel", "kin", "klar", "kro", "ku", "la", "lem", "lin", "lo", "lum", "ma", "mel", "mi"),
    *("mor", "mu", "na", "nel", "ni", "nor", "nu", "pa", "pel", "pli", "por", "pra", "ra", "ren", "ri", "rol"),
    *("ru", "sa", "sem", "si", "sko", "slan", "so", "sul", "ta", "tel", "ti", "tor", "tra", "tu", "va", "ven"),
    *("vi", "vor", "vu", "wa", "wel", "win", "wo", "ya", "yel", "yo", "yun", "za", "zel", "zi", "zor", "zu"),
)
SHORTEST, LONGEST = 2, 5
"""Syllables in a word, both included (METHODS §4)."""


def made_up_words(slots: Sequence[str], draw: int, seed: int) -> dict[str, str]:
    """One word per slot, in the order of `slots`, for draw number `draw` of `seed`.

    Within a draw no word is part of another, and none is English. A word depends on the seed, the draw and the slot's
    name; the words before it matter only where it would clash with one of them, so that a slot added at the end
    changes no other word. No tokenizer is consulted.
    """
    words: dict[str, str] = {}
    for slot in slots:
        if slot not in words:
            words[slot] = next(
                word for word in _candidates(f"{seed}/{draw}/{slot}") if _is_usable(word, tuple(words.values()))
            )
    return words


def _is_usable(word: str, taken: Sequence[str]) -> bool:
    return word not in english_words() and not any(word in other or other in word for other in taken)


def _candidates(key: str) -> Iterator[str]:
    """An endless stream of words that `key` alone determines."""
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{key}/{attempt}".encode()).digest()
        yield _spell(int.from_bytes(digest, "big"))
        attempt += 1


def _spell(number: int) -> str:
    """The word that `number` stands for: its length, then syllables of which none comes twice.

    Plain division, because what `random.shuffle` makes of a seed is not promised to stay the same.
    """
    number, extra = divmod(number, LONGEST - SHORTEST + 1)
    syllables, word = list(SYLLABLES), ""
    for _ in range(SHORTEST + extra):
        number, index = divmod(number, len(syllables))
        word += syllables.pop(index)
    return word


@cache
def english_words() -> frozenset[str]:
    """The English words that could be spelled with `SYLLABLES`, in lower case."""
    text = resources.files("eiftui.domains").joinpath("builtin", "english.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))
