"""The tokens of a probe, coloured by how each one's log-probability moved, with a cursor."""

from __future__ import annotations

import math

import numpy as np
from textual.content import Content
from textual.style import Style

from eiftui.session.safetext import visible
from eiftui.show import colour, numbers
from eiftui.show.heatmap import ramp
from eiftui.tui.cell import TokenChanges
from eiftui.tui.view import SHARED_POWER
from eiftui.tui.widgets.cells import Painter

TOKEN = "token"
"""What a token's style says which it is by, for the mouse."""
SMALL = 0.01
"""Changes below this have digits of their own; larger ones as many as the log-probabilities beside them."""


def coloured(tokens: TokenChanges, cursor: int, colours: colour.Depth) -> Content:
    """All tokens in a line. Without colours, each that moved is followed by the sign and ninths of its change."""
    return Content("").join([_token(tokens, index, index == cursor, colours) for index in range(len(tokens.texts))])


def described(tokens: TokenChanges, cursor: int) -> str:
    """The token under the cursor in numbers, which add up: `3 of 9 · log-prob −4.10 → −4.22 · Δ −0.12`."""
    words = [f"{cursor + 1} of {len(tokens.texts)}"]
    before, change = (math.nan if one is None else float(one[cursor]) for one in (tokens.before, tokens.changes))
    first, last = (f"{end} " if end else "" for end in tokens.ends)
    if not math.isnan(before):
        after = "" if math.isnan(change) else f" → {last}{_number(round(before, 2) + round(change, 2))}"
        name = "" if first else "log-prob "  # with the names of both ends there is no room for it
        words.append(f"{name}{first}{_number(before)}{after}")
    if not math.isnan(change):
        small = abs(change) < SMALL
        words.append(f"Δ {numbers.estimate(change) if small else _number(change, '+')}")
    return " · ".join(words if len(words) > 1 else [*words, "not measured"])


def _token(tokens: TokenChanges, index: int, here: bool, colours: colour.Depth) -> Content:
    change = math.nan if tokens.changes is None else float(tokens.changes[index])
    text = visible(tokens.texts[index])
    if colours == "none" and math.isfinite(change) and tokens.limit and ramp(change, tokens.limit) != "0":
        text += ("+" if change > 0 else numbers.MINUS) + ramp(abs(change), tokens.limit)
    rich = Painter.cursor(colours) if here else colour.style(_strength(change, tokens.limit), 1.0, colours)
    return Content.styled(text, Style.from_rich_style(rich) + Style.from_meta({TOKEN: index}))


def _strength(change: float, limit: float) -> float:
    """The change as its colour has it, from -1 to 1, in the sense of a loss: below zero is more likely."""
    if not limit or not math.isfinite(change):
        return 0.0
    return -float(np.copysign(min(abs(change) / limit, 1.0) ** SHARED_POWER, change))


def _number(value: float, sign: str = "") -> str:
    return f"{value:{sign}.2f}".replace("-", numbers.MINUS)
