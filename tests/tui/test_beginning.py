"""Which session the explorer opens on, and what is said of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eiftui.analysis.estimates import least_draws
from eiftui.tui.app import Explorer
from eiftui.tui.beginning import FOLDER, begin, usual
from eiftui.tui.preferences import Preferences
from tests.tui.conftest import until

WRITES = """
import sys
from pathlib import Path
from eiftui.session.session import Session
with Session.open(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_name_the_session_of_before_is_gone_on_with():
    first = begin(None)
    first.edit(first.rows[:1])
    first.close()
    again = begin(None)
    assert again.session.path == FOLDER / "session.eif"
    assert len(again.rows) == 1
    again.close()


def test_without_a_name_a_session_that_another_process_writes_is_left_to_it():
    begin(None).close()
    command = [sys.executable, "-c", WRITES, str(FOLDER / "session.eif")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"open\n"
        assert usual() == FOLDER / "session-2.eif"
    assert usual() == FOLDER / "session.eif"


@pytest.mark.parametrize("is_new", [True, False])
async def test_of_a_new_name_it_is_said_that_it_is_new(is_new):
    app = Explorer(begin(Path("slip.eif")), Preferences(), is_new=is_new)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        lines = await until(pilot, "New session slip.eif; S shows the others" if is_new else "Training sets")
        assert any("New session" in line for line in lines) == is_new
    app.document.close()


def test_the_first_session_can_reach_a_verdict_on_its_contrasts():
    document = begin(None)
    contrasts = document.session.sheet.live_contrasts
    assert len(contrasts) == 2
    assert document.session.draws >= least_draws(len(contrasts))
    document.close()
