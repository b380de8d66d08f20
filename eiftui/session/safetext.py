"""Makes text that anybody may have written safe to show on a terminal and to open in a spreadsheet."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters, among them the escape that starts a terminal's commands
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # change the direction of the text around them
    "\u2028\u2029\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # unseen, or break lines
    "\ud800-\udfff]"  # no characters at all
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def visible(text: str) -> str:
    """The text with control characters, escape sequences and direction overrides as visible signs, on one line."""
    return _CONTROL.sub(lambda found: _picture(ord(found[0])), text)


def hidden_again(shown: str, original: str) -> str:
    """What a person made of `visible(original)`: where that is unchanged, it is the original, characters for signs."""
    if not _CONTROL.search(original):
        return shown
    before = [visible(character) for character in original]
    signs = sorted({sign for sign in before if len(sign) > 1})
    after = re.findall("|".join([*map(re.escape, signs), "."]), shown, re.DOTALL)
    pieces: list[str] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        pieces.append(original[start:end] if kind == "equal" else "".join(after[new_start:new_end]))
    return "".join(pieces)


def without_controls(text: str) -> str:
    """Lines of text without what cannot be seen; tabs are blanks."""
    lines = re.split(r"\r\n|[\r\n\u2028\u2029]", text.replace("\t", " "))
    return "\n".join(_CONTROL.sub("", line) for line in lines)


def for_spreadsheet(text: str) -> str:
    """`visible(text)`, and where a spreadsheet would take the text for a formula, an apostrophe before it."""
    return "'" * text.lstrip(" ").startswith(_FORMULA_STARTS) + visible(text)


def _picture(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
