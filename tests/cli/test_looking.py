"""The jobs that measure nothing, or only to find out: domains, models, doctor, plan."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eiftui.domains.library import builtin_names, load_builtin, load_file
from eiftui.models.registry import ENTRIES, PRESETS
from tests.cli.conftest import ROOT, Command


def test_domains_lists_every_built_in_one_with_its_size(eiftui: Command) -> None:
    answer = eiftui("domains")
    assert answer.code == 0
    listed = {line.split()[0]: line for line in answer.lines}
    for name in builtin_names():
        domain = load_builtin(name)
        assert domain.title[:20] in listed[name]
        assert f" {len(domain.rows)} " in listed[name]


@pytest.mark.parametrize("name", builtin_names())
def test_a_domain_is_shown_with_its_texts_and_contrasts(eiftui: Command, name: str) -> None:
    answer = eiftui("domains", name)
    assert answer.code == 0
    assert load_builtin(name).title in answer.out
    for text in load_builtin(name).texts[:3]:
        assert text.label.split()[-1] in answer.out


def test_the_file_of_a_domain_can_be_taken_as_one_of_your_own(eiftui: Command) -> None:
    Path("MINE.toml").write_text(eiftui("domains", "negation", "--toml").out, encoding="utf-8")
    assert load_file(Path("MINE.toml")).contrasts == load_builtin("negation").contrasts
    assert (eiftui("domains", "--toml").code, eiftui("domains", "nosuch", "--toml").code) == (2, 2)


def test_the_domain_that_the_readme_writes_is_measured_and_reported(eiftui: Command, tiny_folder: Path) -> None:
    blocks = (ROOT / "README.md").read_text(encoding="utf-8").split("```")
    (written,) = [block.removeprefix("toml\n") for block in blocks if "[[contrasts]]" in block]
    Path("MINE.toml").write_text(written, encoding="utf-8")
    what = ("--domain-file", "MINE.toml", "--draws", "2", "--model", tiny_folder)
    assert eiftui("run", "--quiet", *what).code == 0
    assert "transitivity: the conclusion above its converse" in eiftui("report", "sessions/MINE.eif").out


def test_models_lists_every_known_one_and_the_presets(eiftui: Command) -> None:
    answer = eiftui("models")
    assert answer.code == 0
    for name in (*(entry.name for entry in ENTRIES), *PRESETS):
        assert name in answer.out


def test_the_ids_of_models_are_whole_on_a_terminal_of_80_columns(
    eiftui: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = eiftui("models")
    assert max(map(len, answer.lines)) <= 80
    for entry in ENTRIES:
        (line,) = (line for line in answer.lines if line.startswith(f"{entry.name} "))
        assert (entry.source if isinstance(entry.source, str) else entry.title) in line


def test_models_fetch_of_a_folder_says_what_it_is(eiftui: Command, tiny_folder: Path) -> None:
    answer = eiftui("models", "fetch", tiny_folder)
    assert answer.code == 0
    assert "24,800 weights" in answer.out


def test_doctor_says_what_is_here(eiftui: Command) -> None:
    answer = eiftui("doctor")
    assert answer.code == 0
    names = {line.split()[0] for line in answer.lines}
    assert {"eiftui", "python", "torch", "transformers", "device", "cache", "terminal"} <= names


def test_doctor_tries_a_model(eiftui: Command, tiny_folder: Path) -> None:
    answer = eiftui("doctor", "--model", tiny_folder)
    assert answer.code == 0
    assert "24,800 weights, llama" in answer.out
    assert "reads up to 256 tokens" in answer.out
    assert "factors, difference propagation" in answer.out


def test_a_plan_says_time_and_memory_and_writes_nothing(eiftui: Command, tiny_folder: Path) -> None:
    before = sorted(Path().iterdir())
    answer = eiftui("plan", "--train", "texts.txt", "--draws", "4", "--model", tiny_folder)
    assert answer.code == 0
    assert f"{3 * (4 * 8 + 1)} cells to measure" in answer.out
    for word in ("trained", "predicted", "prompted", "time", "memory", "weights"):
        assert word in answer.out
    assert sorted(Path().iterdir()) == before


def test_a_plan_of_what_is_measured_says_so_without_loading_the_model(
    eiftui: Command, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = ("--train", "texts.txt", "--draws", "1", "--model", tiny_folder, "--out", "s.eif", "--quiet")
    assert eiftui("run", *what).code == 0
    monkeypatch.setattr("eiftui.cli.plan._estimated", None)
    answer = eiftui("plan", "s.eif")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.endswith("× 1 draw: 0 cells to measure\n")


def test_a_plan_reads_its_texts_before_anything_that_takes_long() -> None:
    code = "import sys; from eiftui.cli.main import main; sys.exit(main(sys.argv[1:]) != 2 or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, "plan", "--train", "missing.txt"], cwd=ROOT).returncode == 0


def test_a_plan_says_that_its_time_is_that_of_one_worker(eiftui: Command, tiny_folder: Path) -> None:
    what = ("plan", "--train", "texts.txt", "--draws", "1", "--model", tiny_folder)
    assert "with one worker" in eiftui(*what, "--workers", "local:2").out
    assert "with one worker" not in eiftui(*what, "--workers", "local:1").out


def test_a_plan_of_a_session_is_of_what_it_lacks(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    before = Path("s.eif").read_bytes()
    assert " 0 cells to measure" in eiftui("plan", "s.eif").out
    assert f" {3 * 8} cells to measure" in eiftui("plan", "s.eif", "--draws", "3").out
    assert Path("s.eif").read_bytes() == before
