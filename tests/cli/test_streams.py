"""What goes to standard output and standard error, and in which form."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from eiftui.cli.main import main
from eiftui.session.session import Session
from tests.cli.conftest import COMMAND, Answer, Command, environment, start
from tests.models.tiny import tiny_experts, tiny_tokenizer

COLOURS = re.compile(r"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m")
ESCAPE = "\x1b"


def on_a_terminal(*arguments: str, cwd: Path, **variables: str) -> str:
    """What the command writes to a terminal."""
    ours, its = pty.openpty()
    variables = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", **variables}
    options = {"stdout": its, "stderr": its, "cwd": cwd, "env": environment(**variables)}
    process = subprocess.Popen([*COMMAND, *arguments], stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    os.close(its)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(ours)
    assert process.wait() == 0
    return written.decode()


def test_quiet_prints_nothing(measure: Command) -> None:
    answer = measure("--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_quiet_says_nothing_of_a_model_that_the_factor_engine_cannot_carry(eiftui: Command, tmp_path: Path) -> None:
    tiny_experts().save_pretrained(tmp_path / "experts")
    tiny_tokenizer().save_pretrained(tmp_path / "experts")
    what = ("run", "--train", "texts.txt", "--draws", "1", "--model", "experts", "--out", "s.eif")
    assert eiftui(*what, "--quiet") == Answer(0, "", "")
    assert "experts" in next(line for line in eiftui("run", "s.eif").lines if line.startswith("note: "))


def test_json_progress_is_a_line_of_json_a_step_from_nothing_to_all(measure: Command) -> None:
    answer = measure("--json-progress")
    lines = [json.loads(line) for line in answer.err.splitlines()]
    assert all(set(line) == {"stage", "done", "total", "seconds", "left"} for line in lines)
    done = [line["done"] for line in lines]
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == lines[-1]["total"] == 3 * (9 + 8)
    assert "trained" in answer.out


def test_json_progress_goes_on_from_what_was_done(measure: Command) -> None:
    assert measure("--quiet", "--condition", "trained").code == 0
    answer = measure("--json-progress", "--condition", "trained,prompted")
    lines = [json.loads(line) for line in answer.err.splitlines()]
    assert (lines[-1]["done"], lines[-1]["total"]) == (34, 34)
    assert next(line["done"] for line in lines if line["done"]) >= 17


def test_a_run_in_a_pipe_has_progress_on_standard_error_and_no_escape_codes(measure: Command) -> None:
    answer = measure()
    assert "nats per token" in answer.out
    assert "nats per token" not in answer.err
    assert "/51" in answer.err
    assert ESCAPE not in answer.out + answer.err


def test_a_terminal_gets_colours_unless_no_color_is_set(measure: Command, tmp_path: Path) -> None:
    assert measure("--quiet").code == 0
    assert COLOURS.search(on_a_terminal("run", "s.eif", cwd=tmp_path))
    plain = on_a_terminal("run", "s.eif", cwd=tmp_path, NO_COLOR="1")
    assert not COLOURS.search(plain)
    assert "nats per token" in plain


def test_a_terminal_that_only_knows_ascii_gets_ascii(measure: Command, eiftui: Command, tmp_path: Path) -> None:
    Path("texts.txt").write_text("{A} ist schön → 雪.\nSnow is white.\n", encoding="utf-8")
    assert measure("--quiet").code == 0
    Path("d.toml").write_text("title = 'Schön'\nsource = '→ 雪'\n[[texts]]\nid = 'é'\ntext = '[b]ö[/b]'\n", "utf-8")
    ascii_only = environment(LC_ALL="C", PYTHONIOENCODING="ascii")
    studies = (("sweep", "s.eif", "--grid", "1e-4:1e-2"), ("dynamics", "s.eif", "--row", "1"))
    assert [eiftui(*study, "--quiet").code for study in studies] == [0, 0]
    lists = (("models",), ("domains",), ("domains", "belongs_to"))
    for arguments in (("run", "s.eif"), *studies, ("report", "s.eif"), *lists):
        with start(*arguments, cwd=tmp_path, env=ascii_only) as process:
            out, err = process.communicate()
        assert (process.returncode, err) == (0, ""), arguments
        assert out.isascii()
        assert out


def test_what_would_steer_a_terminal_is_shown_and_not_sent(measure: Command) -> None:
    Path("texts.txt").write_bytes(b"Snow \x1b[31mis\x07 [red]white[/red].\n{A} is {B}.\n")
    answer = measure()
    assert answer.code == 0
    assert not {ESCAPE, "\x07"} & set(answer.out + answer.err)
    assert "[red]white[/red]" in answer.out


@pytest.mark.parametrize("arguments", [("domains",), ("domains", "belongs_to"), ("models",), ("--help",)])
def test_a_reader_that_has_gone_is_no_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    process = start(*arguments, cwd=tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
    process.stderr.close()


def in_a_shell(command: str, redirection: str, cwd: Path, **variables: str) -> tuple[int, str, str]:
    """Exit code and output of `eiftui` and a command, with the shell's redirection of its streams."""
    line = f"{shlex.join(COMMAND)} {command} {redirection}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=cwd, env=environment(**variables), capture_output=True, encoding="utf-8"
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_output_is_one_line(measure: Command, tmp_path: Path, unbuffered: str) -> None:
    assert measure("--quiet").code == 0
    for command in ("domains", "run s.eif"):
        code, _, err = in_a_shell(command, ">/dev/full", tmp_path, PYTHONUNBUFFERED=unbuffered)
        assert (code, err) == (2, "eiftui: cannot write the output (No space left on device)\n")
        assert in_a_shell(command, ">/dev/full 2>/dev/full", tmp_path, PYTHONUNBUFFERED=unbuffered)[0] == 2


@pytest.mark.parametrize("closed", [">&-", "<&- >&-", "<&- >&- 2>&-"])
def test_with_streams_closed_a_run_measures_and_says_nothing(
    eiftui: Command, tiny_folder: Path, tmp_path: Path, closed: str
) -> None:
    what = f"run --train texts.txt --draws 1 --model {tiny_folder} --quiet --out s.eif"
    assert in_a_shell(what, closed, tmp_path) == (0, "", "")
    with Session.open(Path("s.eif"), read_only=True) as session:
        assert session.measured("trained").all()
    code, out, err = in_a_shell("run nowhere.eif", closed, tmp_path)
    assert (code, out, err.count("\n")) == (2, "", "2>&-" not in closed)


def test_a_run_whose_progress_nobody_reads_any_more_is_not_done(measure: Command, tmp_path: Path) -> None:
    assert measure("--quiet").code == 0
    process = start("run", "s.eif", "--json-progress", "--draws", "500", cwd=tmp_path)
    assert process.stderr is not None
    process.stderr.readline()
    process.stderr.close()
    assert process.wait() == 1
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("run", "--help"), ("export", "--help")])
def test_help_and_version_are_printed(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    out, err = capsys.readouterr()
    assert "eiftui" in out
    assert err == ""
