"""The explorer on a measured session, without a terminal: the tests press keys and read the screen's characters."""

from __future__ import annotations

import os

for name in ("NO_COLOR", "SSH_CONNECTION"):
    os.environ.pop(name, None)
os.environ |= {"TERM": "xterm-256color", "COLORTERM": "", "TEXTUAL_COLOR_SYSTEM": "256", "TEXTUAL_ANIMATIONS": "none"}

from collections.abc import Callable, Iterator  # noqa: E402 Textual reads its environment when it is imported
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from textual.app import App  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from eiftui.domains.schema import Domain, Text  # noqa: E402
from eiftui.session.session import Session  # noqa: E402
from eiftui.settings import Settings  # noqa: E402
from eiftui.tui.app import Explorer  # noqa: E402
from eiftui.tui.document import Document  # noqa: E402
from eiftui.tui.mishaps import Mishap, SurvivingApp  # noqa: E402
from eiftui.tui.preferences import Preferences  # noqa: E402
from tests.session.conftest import Engine  # noqa: E402

KINDS = Domain(
    name="kinds",
    title="Kinds",
    source="",
    texts=(
        Text(id="ab", sentences=("{A} is a {B}.",)),
        Text(id="chain", sentences=("{A} is a {B}.", "Every {B} is a {C}."), role="row"),
        Text(id="ac", sentences=("{A} is a {C}.",)),
        Text(id="frog", sentences=("A frog is no toad.",), role="probe"),
    ),
)


@pytest.fixture(autouse=True)
def mishaps(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The log of mistakes. They fail the test, but for one that is about them."""

    def fail(app: Explorer, message: Mishap) -> None:
        try:
            raise message.error
        except Exception as error:
            App._handle_exception(app, error)

    monkeypatch.setattr("eiftui.tui.mishaps.mishaps_path", lambda: tmp_path / "mishaps.log")
    if "survives" not in request.node.name:
        monkeypatch.setattr(SurvivingApp, "on_mishap", fail)
    return tmp_path / "mishaps.log"


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Three draws, nothing measured; the model is loaded."""
    with Session.create(tmp_path / "kinds.eif", KINDS, Settings(draws=3, seed=5)) as session:
        Engine().load(session)
        session.ensure_draws()
        yield session


@pytest.fixture
def document(session: Session) -> Document:
    return Document(session)


@pytest.fixture
def measured(session: Session, engine: Engine) -> Document:
    engine.measure(session)
    return Document(session)


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Document], Explorer]:
    monkeypatch.setattr(Explorer, "NOTIFICATION_TIMEOUT", 600)  # however slow the machine
    return lambda document: Explorer(document, Preferences())


def screen_of(pilot: Pilot[None]) -> list[str]:
    """The characters on the screen, a string a line, without blanks at their ends."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


async def until(pilot: Pilot[None], shown: str) -> list[str]:
    """The screen once it shows a text, and nothing else of it is still on its way."""
    before: list[str] = []
    for _ in range(200):
        lines = screen_of(pilot)
        if any(shown in line for line in lines) and lines == before:
            return lines
        before = lines
        await pilot.pause(0.02)
    if any(shown in line for line in lines):
        return lines
    raise AssertionError(f"{shown!r} is not on the screen:\n" + "\n".join(lines))
