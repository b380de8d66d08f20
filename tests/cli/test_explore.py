"""Which command lines open the explorer."""

from __future__ import annotations

import pytest

from eiftui.cli import explore
from eiftui.errors import InputError
from tests.cli.conftest import Command


@pytest.mark.parametrize(
    "line", ["", "a.eif", "--color 16", "--color=none a.eif", "a.eif --no-mouse --color auto", "--no-mouse"]
)
def test_a_session_at_most_and_what_the_screen_needs(line):
    assert explore.wanted(line.split())


@pytest.mark.parametrize("line", ["run", "run a.eif", "--help", "--version", "--color 16 run", "a.eif b.eif", "--co 9"])
def test_jobs_and_what_is_not_known_are_not_for_it(line):
    assert not explore.wanted(line.split())


def test_a_number_of_colours_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="auto, 256, 16 or none"):
        explore.main(["--color", "17"])


def test_it_ends_with_a_command_that_the_shell_finds(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["venv/bin/eiftui"])
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    for code, said in ((0, "saved in a b.eif; go on with: venv/bin/eiftui 'a b.eif'\n"), (130, "")):
        monkeypatch.setattr("eiftui.tui.start.start", lambda path, *how, code=code: (code, path))
        assert explore.main(["a b.eif"]) == code
        assert capsys.readouterr().out == said


@pytest.mark.parametrize("line", ["--model x", "a.eif --model x", "--no-mouse --device cpu"])
def test_options_of_jobs_are_told_to_be_none_of_the_explorers(line: str, eiftui: Command):
    answer = eiftui(*line.split())
    assert answer.code == 2
    (told,) = answer.err.splitlines()
    assert "not an option of the explorer" in told
    assert "--model" in told or "--device" in told
