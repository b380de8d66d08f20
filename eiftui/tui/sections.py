"""The parts that actions belong to: their headings in help and palette, and which kind of session has them."""

from __future__ import annotations

SECTIONS = {
    "matrix": "What is shown",
    "findings": "What is shown",
    "run": "Running",
    "model": "In the list of models",
    "settings": "In the settings",
    "images": "A session of images",
    "imaging": "A session of images",
    "drawing": "While drawing a digit",
    "heatmap": "In the matrix",
    "overview": "In the overview",
    "prompt": "Answering a question",
    "inspector": "The cell under the cursor",
    "sentences": "Sentences",
    "editor": "While writing a sentence",
    "offers": "While generating sentences",
    "generate": "While generating sentences",
    "list": "In a list of sentences",
    "screen": "The screen",
    "app": "eiftui",
    "export": "In the export dialogue",
    "sessions": "In the sessions browser",
    "dialogue": "In a dialogue",
}
"""Headings of the parts in help and palette. Help has none itself: it says there what its keys are."""

IN_PANES = ("heatmap", "overview", "list", "findings")
"""Parts of the main screen that can have the focus: beside their actions, those that need none can be done."""

OF_IMAGES = ("images", "imaging", "drawing")
OF_SENTENCES = (
    "matrix",
    "findings",
    "run",
    "model",
    "settings",
    "overview",
    "inspector",
    "sentences",
    "editor",
    "offers",
    "generate",
    "list",
    "screen",
    "export",
    "app.note",
    "app.log",
)
"""Parts, and actions, that are there in one kind of session alone."""
