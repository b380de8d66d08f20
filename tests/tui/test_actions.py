"""The registry of actions: whole, without clashes, and true to what the parts can do."""

from __future__ import annotations

from collections import Counter

from textual.actions import parse

from eiftui.tui.actions import ACTIONS
from eiftui.tui.app import Explorer
from eiftui.tui.screens.dialogue import Dialogue
from eiftui.tui.screens.drawing import DrawingScreen
from eiftui.tui.screens.editor import EditorScreen
from eiftui.tui.screens.export import ExportScreen
from eiftui.tui.screens.generate import GenerateScreen
from eiftui.tui.screens.help import HelpScreen
from eiftui.tui.screens.images import ImagesScreen
from eiftui.tui.screens.main import MainScreen
from eiftui.tui.screens.model import ModelScreen
from eiftui.tui.screens.prompt import PromptScreen
from eiftui.tui.screens.sessions import SessionsScreen
from eiftui.tui.screens.settings import SettingsScreen
from eiftui.tui.sections import SECTIONS
from eiftui.tui.widgets.findings import FindingsPane
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.image_matrix import ImageMatrix
from eiftui.tui.widgets.inspector import Inspector
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.widgets.offers import OfferList
from eiftui.tui.widgets.overview import Overview
from eiftui.tui.widgets.sentence_list import SentenceList
from eiftui.tui.widgets.sentences import SentencesPane
from eiftui.tui.widgets.status import StatusBar

CLASSES = {
    "run": StatusBar,
    "app": Explorer,
    "screen": MainScreen,
    "matrix": MatrixPane,
    "images": ImageMatrix,
    "imaging": ImagesScreen,
    "drawing": DrawingScreen,
    "findings": FindingsPane,
    "heatmap": HeatMap,
    "overview": Overview,
    "prompt": PromptScreen,
    "inspector": Inspector,
    "sentences": SentencesPane,
    "offers": OfferList,
    "generate": GenerateScreen,
    "list": SentenceList,
    "editor": EditorScreen,
    "sessions": SessionsScreen,
    "export": ExportScreen,
    "dialogue": Dialogue,
    "settings": SettingsScreen,
    "model": ModelScreen,
    "help": HelpScreen,
}


def test_every_action_has_its_method():
    for action in ACTIONS:
        _, method, _ = parse(action.method)
        assert callable(getattr(CLASSES[action.part], f"action_{method}", None)), action.id


def test_ids_are_unique_and_every_action_says_what_it_does():
    assert max(Counter(action.id for action in ACTIONS).values()) == 1
    for action in ACTIONS:
        assert action.tooltip
        assert action.title
        assert action.part in SECTIONS or action.part == "help"


def test_no_key_means_two_things_in_one_place():
    for part, where in CLASSES.items():
        screen = ImagesScreen if part in ImagesScreen.PARTS else MainScreen
        around = ("dialogue",) if issubclass(where, Dialogue) else (*screen.PARTS, "app")
        here = [a for a in ACTIONS if a.part == part or (a.part in around and (a.part == "dialogue" or not a.focused))]
        keys = Counter(key for action in here for key in action.all_keys.split(",") if key)
        if part not in ("help", "editor", "generate", "offers", "settings", "model", "prompt"):
            assert [key for key, count in keys.items() if count > 1] == []
