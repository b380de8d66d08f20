"""The report on images as text: a map with digits beside it, then headings and one finding a line."""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.text import Text

from eiftui.analysis.images.findings import ImageFindings
from eiftui.cli.console import say
from eiftui.cli.vision import words
from eiftui.domains.digits import CLASSES
from eiftui.session.images import ImageSession
from eiftui.show.encoding import printable
from eiftui.show.picture_map import picture_map


def print_report(console: Console, session: ImageSession, findings: ImageFindings) -> None:
    """Everything that was found, section by section."""
    say(console, words.settings_line(session))
    if told := words.intervals(session):
        say(console, told)
    for told in words.diverged(findings.diverged):
        say(console, told)
    _print_classes(console, session, findings)
    sections = {
        "Symmetry": words.symmetry(findings.symmetry),
        "Blocks by class": words.blocks(findings.blocks),
        "Look-alikes": words.look_alikes(findings.look_alikes),
        "Noise": words.noise(findings.noise),
        "Learning rates": words.rates(findings.rates),
        "How it was measured": words.how_measured(session),
    }
    for title, lines in sections.items():
        console.print(Text(printable(f"\n{title}", console.encoding), style="bold"))
        for line in lines:
            say(console, line)


def _print_classes(console: Console, session: ImageSession, findings: ImageFindings) -> None:
    """Classes by classes, with the first digit of each."""
    digits, found = session.digits(0), findings.classes["trained"]
    mean = np.array([[cell.mean for cell in row] for row in found])
    say(console, "trained: how learning a digit changes the loss of other digits, mean by class")
    images = list(digits.pixels[digits.firsts()] / 255)
    for line in picture_map(console, mean, images, [str(label) for label in range(CLASSES)]):
        console.print(line, no_wrap=True)
    for told in (words.SIGN, *words.class_intervals(found)):
        say(console, told)
