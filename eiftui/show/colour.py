"""How signed numbers are coloured: blue below zero, orange above, symmetric around zero, safe for colour blindness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from rich.color import Color
from rich.console import Console
from rich.style import Style

Rgb = tuple[int, int, int]
Depth = Literal["none", "16", "256", "light"]
"""How many colours there are; "light" is 256 of them beside a light background, which no terminal tells of itself."""


@dataclass(frozen=True)
class Scale:
    """Colours from the weakest to the strongest, which is the farthest from the background around the matrix.

    All are members of the xterm-256 cube, so that 256-colour and true-colour terminals show the same; of pale greys
    Rich takes the next darker one.
    """

    zero: Rgb
    negative: tuple[Rgb, ...]
    positive: tuple[Rgb, ...]
    greys: tuple[Rgb, ...]
    """Of magnitudes, which have no sign."""


DARK = Scale(
    zero=(38, 38, 38),
    negative=((0, 0, 95), (0, 0, 135), (0, 95, 175), (0, 135, 215), (0, 175, 255), (135, 215, 255)),
    positive=((95, 0, 0), (135, 0, 0), (175, 95, 0), (215, 95, 0), (255, 135, 0), (255, 215, 135)),
    greys=tuple((grey, grey, grey) for grey in (68, 98, 128, 158, 188, 218)),
)
LIGHT = Scale(
    zero=(238, 238, 238),
    negative=((175, 215, 255), (135, 175, 255), (95, 135, 255), (0, 95, 255), (0, 0, 215), (0, 0, 135)),
    positive=((255, 215, 175), (255, 175, 135), (255, 135, 95), (215, 95, 0), (175, 0, 0), (95, 0, 0)),
    greys=tuple((grey, grey, grey) for grey in (208, 178, 148, 118, 88, 58)),
)
STEPS = len(DARK.negative)
# Paler is stronger, as in 256 colours; these pairs stay readable in the palettes of common terminals.
_NAMED = {
    -2: Style.parse("black on bright_cyan"),
    -1: Style.parse("bright_white on blue"),
    0: Style.null(),
    1: Style.parse("bright_white on red"),
    2: Style.parse("black on bright_yellow"),
}
_NAMED_GREYS = {
    0: Style.null(),
    1: Style.parse("bright_white on bright_black"),
    2: Style.parse("black on white"),
}


def depth(console: Console) -> Depth:
    """How many colours may be used on `console`: none where it is piped or NO_COLOR is set."""
    if console.no_color or console.color_system is None:
        return "none"
    return "16" if console.color_system in ("standard", "windows") else "256"


def level(value: float, limit: float, steps: int = STEPS) -> int:
    """The step of a finite `value` on a scale from -`steps` to `steps`, where `limit` and beyond is the last.

    `limit` is `numbers.scale_limit` of the matrix, for both signs; 0 is zero.
    """
    if limit == 0:
        return 0
    return int(math.copysign(math.floor(min(abs(value) / limit, 1.0) * steps + 0.5), value))


def background(step: int, colours: Depth = "256") -> Rgb:
    """The colour of a step from -`STEPS` to `STEPS`."""
    scale = _scale(colours)
    if step == 0:
        return scale.zero
    return (scale.negative if step < 0 else scale.positive)[abs(step) - 1]


def style(value: float, limit: float, colours: Depth) -> Style:
    """Background and readable text for a finite `value`; nothing where there are no colours."""
    if colours == "none":
        return Style.null()
    if colours == "16":
        return _NAMED[level(value, limit, steps=2)]
    behind = background(level(value, limit), colours)
    return Style(color=Color.from_rgb(*text_colour(behind)), bgcolor=Color.from_rgb(*behind))


def shade(value: float, limit: float, colours: Depth) -> Style:
    """The same for a magnitude, which has no sign: a grey, farther from the background where it is larger."""
    if colours == "none":
        return Style.null()
    if colours == "16":
        return _NAMED_GREYS[abs(level(value, limit, steps=2))]
    step = abs(level(value, limit))
    behind = _scale(colours).greys[step - 1] if step else _scale(colours).zero
    return Style(color=Color.from_rgb(*text_colour(behind)), bgcolor=Color.from_rgb(*behind))


def _scale(colours: Depth) -> Scale:
    return LIGHT if colours == "light" else DARK


def text_colour(behind: Rgb) -> Rgb:
    """Black or white, whichever is easier to read on `behind`; the contrast is at least 4.5 on any colour."""
    return max(((255, 255, 255), (0, 0, 0)), key=lambda colour: contrast(colour, behind))


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
