"""`eiftui run`: what it prints, what it keeps, and how it goes on."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from eiftui.domains.library import load_builtin
from eiftui.engine.measurer import Measurer
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS
from tests.cli.conftest import Command
from tests.models.tiny import tiny_network


def session(path: str = "s.eif") -> Session:
    return Session.open(Path(path), read_only=True)


def cells(path: str = "s.eif") -> Counter[tuple[str, str, str]]:
    """How often each cell stands in the file: (key, row, probe)."""
    records = map(json.loads, Path(path).read_text().splitlines())
    return Counter(
        (record["key"], record["row"], probe)
        for record in records
        if record["kind"] == "measured"
        for probe in record["probes"]
    )


def test_a_run_prints_each_condition_and_where_it_is_saved(measure: Command) -> None:
    answer = measure()
    assert answer.code == 0
    for words in (
        "trained",
        "predicted",
        "prompted",
        "nats per token",
        "cannot be told from zero",
        "saved in s.eif",
        "{A} is {B}.",
    ):
        assert words in answer.out
    assert "not finite" not in answer.out
    with session() as found:
        assert all(found.measured(condition).all() for condition in CONDITIONS)
        assert all(np.isfinite(found.matrix(condition)).all() for condition in CONDITIONS)
        assert found.draws == 2


def test_text_files_give_rows_probes_slots_and_sentences_in_order(measure: Command) -> None:
    Path("probe.txt").write_text("Is {A} {B}?\nSnow is white.\n")
    assert measure("--quiet", "--probe", "probe.txt", "--condition", "predicted").code == 0
    with session() as found:
        assert [text.label for text in found.rows] == ["{A} is {B}.", "{B} is {C}. || {A} is {B}.", "Snow is white."]
        assert [text.label for text in found.probes] == ["Is {A} {B}?", "Snow is white."]
        assert found.filled(found.rows[0], 0) != found.filled(found.rows[0], 1)
        words = found.words(0)
        assert found.filled(found.probes[0], 0) == (f"Is {words['A']} {words['B']}?",)
        assert set(found.settings.conditions) == {"predicted"}


def test_several_domains_are_measured_together(eiftui: Command, tiny_folder: Path) -> None:
    answer = eiftui(
        *("run", "--quiet", "--domain", "is_a", "--domain", "negation", "--train", "texts.txt", "--draws", "1"),
        *("--condition", "predicted", "--model", tiny_folder, "--out", "both.eif"),
    )
    assert answer.code == 0, answer
    with session("both.eif") as found:
        assert len(found.rows) == len(load_builtin("is_a").rows) + len(load_builtin("negation").rows) + 3
        assert found.measured("predicted").all()
        assert len(found.sheet.live_contrasts) == len(found.sheet.contrasts) > 0


def test_a_session_without_a_name_is_kept_under_its_domain(eiftui: Command, tiny_folder: Path) -> None:
    answer = eiftui("run", "--quiet", "--train", "texts.txt", "--draws", "1", "--model", tiny_folder)
    assert answer.code == 0
    assert Path("sessions/texts.eif").is_file()


def test_a_preset_sets_what_is_not_said(measure: Command) -> None:
    assert measure("--quiet", "--preset", "paper-adamw", "--condition", "trained").code == 0
    with session() as found:
        assert (found.settings.optimizer.name, found.settings.optimizer.lr) == ("adamw", 1e-6)
        assert found.settings.draws == 2
        assert found.measured("trained").all()


def test_settings_that_are_not_given_again_are_the_sessions_own(measure: Command) -> None:
    assert measure("--quiet", "--lr", "3e-3", "--epochs", "2").code == 0
    assert measure("--quiet", "--seed", "0").code == 0
    with session() as found:
        assert (found.settings.optimizer.lr, found.settings.optimizer.epochs) == (3e-3, 2)


def test_other_settings_and_back_measure_nothing_twice(measure: Command) -> None:
    assert measure("--quiet", "--lr", "1e-3").code == 0
    with session() as found:
        first = found.matrix("trained")
    assert measure("--quiet", "--lr", "1e-2").code == 0
    with session() as found:
        assert not np.allclose(found.matrix("trained"), first)
    kept = cells()
    answer = measure("--lr", "1e-3")
    assert answer.code == 0
    assert cells() == kept
    assert set(kept.values()) == {1}
    with session() as found:
        np.testing.assert_array_equal(found.matrix("trained"), first)


def test_more_draws_keep_those_that_were_there(measure: Command) -> None:
    assert measure("--quiet").code == 0
    with session() as found:
        first = found.matrix("trained")
    assert measure("--quiet", "--draws", "4").code == 0
    with session() as found:
        np.testing.assert_array_equal(found.matrix("trained")[:2], first)
        assert found.measured("trained").all()
    assert set(cells().values()) == {1}


def test_a_complete_session_is_shown_again_and_not_changed(measure: Command) -> None:
    first = measure()
    before = Path("s.eif").read_bytes()
    again = measure()
    assert again.code == 0
    assert again.lines[-6:] == first.lines[-6:]
    assert again.err == ""
    assert Path("s.eif").read_bytes() == before


def test_a_new_session_in_which_nothing_was_measured_is_not_left_behind_whatever_went_wrong(
    measure: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("out of luck")

    with monkeypatch.context() as patch:
        patch.setattr(Measurer, "measure", fail)
        with pytest.raises(RuntimeError, match="out of luck"):
            measure("--quiet")
    assert not Path("s.eif").exists()
    assert measure("--quiet").code == 0


def test_a_floor_that_was_not_reached_is_measured_when_the_run_goes_on(measure: Command) -> None:
    assert measure("--quiet").code == 0
    lines = Path("s.eif").read_text().splitlines(keepends=True)
    Path("s.eif").write_text("".join(line for line in lines if json.loads(line)["kind"] != "floor"))
    assert measure("--quiet").code == 0
    with session() as found:
        assert found.floor("trained") == pytest.approx(2e-5 * np.abs(found.matrix("trained")).max())


def test_in_float64_both_engines_agree_to_all_digits_that_a_session_keeps(measure: Command) -> None:
    asked = ("--quiet", "--dtype", "float64", "--condition", "trained", "--draws", "1")
    assert measure(*asked).code == 0
    with session() as found:
        factors, floor = found.matrix("trained"), found.floor("trained") or pytest.fail("no floor")
        record, _ = found.cell("trained", 0, 0, 0) or pytest.fail("not measured")
    assert record.mechanism == "difference propagation, float64 products"
    assert measure(*asked, "--engine", "reference").code == 0
    with session() as found:
        np.testing.assert_allclose(found.matrix("trained"), factors, rtol=2e-7, atol=0)
    assert floor < 1e-9 * np.abs(factors).max()


def test_the_reference_engine_can_be_asked_for(measure: Command) -> None:
    assert measure("--quiet", "--condition", "trained").code == 0
    assert measure("--quiet", "--engine", "reference").code == 0
    with session() as found:
        record, _ = found.cell("trained", 0, 0, 0) or pytest.fail("not measured")
        assert record.mechanism.startswith("reference")


def test_a_learning_rate_far_too_high_is_measured_kept_marked_and_told(measure: Command, eiftui: Command) -> None:
    answer = measure("--lr", "1e6", "--condition", "trained")
    assert answer.code == 0
    with session() as found:
        assert found.measured("trained").all()
        count = int((~np.isfinite(found.matrix("trained"))).sum())
    assert count > 0
    assert f"{count} cells are not finite" in answer.out
    assert "1e6" in answer.out
    assert eiftui("export", "s.eif", "-o", "x.csv", "--draw", "all").code == 0
    numbers = [cell for line in Path("x.csv").read_text().splitlines()[1:] for cell in line.split(",")]
    assert sum(cell in ("nan", "inf", "-inf") for cell in numbers) == count


def test_a_step_that_overshoots_is_told_with_what_to_do(measure: Command, eiftui: Command) -> None:
    said = r"learning [1-3, ]+ raised (its|their) own loss: the step overshoots; try `eiftui sweep s\.eif --adopt`"
    assert re.search(said, measure("--lr", "3").out)
    assert "the step overshoots; try `eiftui sweep SESSION --adopt`" in eiftui("report", "s.eif").out
    assert "overshoots" not in measure("--lr", "1e-4").out


def test_that_cells_are_not_finite_is_said_even_where_nothing_else_is(measure: Command) -> None:
    answer = measure("--lr", "1e6", "--condition", "trained", "--quiet")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "18 cells are not finite numbers: the learning rate 1e6 is too high\n"
    assert measure("--lr", "1e-3", "--quiet").err == ""


@pytest.mark.parametrize("rate", ["1e3", "1e6"])
def test_no_floor_is_given_beside_cells_that_are_not_finite(measure: Command, eiftui: Command, rate: str) -> None:
    assert "cannot be told from zero (null floor and number format), up to: prompted" in measure("--lr", rate).out
    report = eiftui("report", "s.eif").out
    assert "prompted: up to" in report
    assert "trained: up to" not in report


def test_a_memory_budget_changes_no_number(measure: Command, eiftui: Command, tiny_folder: Path) -> None:
    assert measure("--quiet").code == 0
    new = ("--train", "texts.txt", "--draws", "2", "--model", tiny_folder, "--out", "small.eif")
    assert eiftui("run", "--quiet", *new, "--memory-budget", "1e-4").code == 0
    with session() as found, session("small.eif") as small:
        for condition in CONDITIONS:
            np.testing.assert_allclose(small.matrix(condition), found.matrix(condition), rtol=1e-3, atol=1e-6)


def test_a_complete_session_is_measured_anew_where_its_models_weights_have_changed(
    eiftui: Command, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "model"))
    what = ("run", "--train", "texts.txt", "--draws", "1", "--model", folder, "--out", "s.eif", "--quiet")
    assert eiftui(*what).code == 0
    with session() as found:
        first = found.matrix("trained")
    tiny_network("llama", seed=7, dtype=torch.float32, max_position_embeddings=256).save_pretrained(folder)
    answer = eiftui("run", "s.eif")
    assert "has changed since it was last loaded" in answer.out
    with session() as found:
        assert found.measured("trained").all()
        assert not np.allclose(found.matrix("trained"), first)


def test_a_session_measured_with_a_folder_near_by_goes_on_from_anywhere(
    eiftui: Command, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "tiny"))
    what = ("--train", "texts.txt", "--draws", "1", "--model", "tiny", "--out", "s.eif", "--quiet")
    assert eiftui("run", *what).code == 0
    before = Path("s.eif").read_bytes()
    assert eiftui("run", "s.eif", "--model", "./tiny", "--quiet").code == 0
    assert Path("s.eif").read_bytes() == before  # it is the same model

    other = tmp_path / "other"
    other.mkdir()
    tiny_network("llama", seed=7, dtype=torch.float32, max_position_embeddings=256).save_pretrained(other / "tiny")
    monkeypatch.chdir(other)
    assert eiftui("run", "../s.eif", "--draws", "2", "--quiet").code == 0
    with session("../s.eif") as found:
        assert found.measured("trained").all()
        assert not any("has changed" in notice.text for notice in found.notices)

    folder.rename(tmp_path / "moved")
    answer = eiftui("run", "../s.eif", "--draws", "3")
    assert answer.code == 2
    assert str(folder) in answer.err


def test_the_advice_can_be_typed_as_it_stands_and_asks_for_draws_only_where_there_are_slots(
    measure: Command, eiftui: Command, tiny_folder: Path
) -> None:
    assert "--draws 4" in measure().out
    Path("plain.txt").write_text("Snow is white.\nA dog barks.\n")
    place = "two words/it's.eif"
    answer = eiftui("run", "--train", "plain.txt", "--model", tiny_folder, "--out", place)
    assert "--draws" not in answer.out
    commands = [shlex.split(line)[1:5] for line in answer.lines if line.startswith("  eiftui ")]
    assert commands == [["export", place, "-o", "matrix.csv"], ["export", place, "-o", "all.json"]]


def test_where_there_are_contrasts_a_run_says_what_a_verdict_needs(measure: Command) -> None:
    assert "verdict on contrasts needs" in measure("--domain", "is_a", "--draws", "1").out
    few = measure("--draws", "2").out
    assert "eiftui report s.eif" in few
    needed = int(re.search(r"verdict on contrasts needs (\d+)", few)[1])
    assert f"--draws {needed} " in few
    assert 2 < needed <= 2 * 8
    enough = measure("--draws", str(needed)).out
    assert "verdict on contrasts" not in enough
    assert f"--draws {2 * needed} " in enough


def test_two_engines_on_bfloat16_weights_share_no_number(measure: Command) -> None:
    assert measure("--quiet", "--dtype", "bfloat16", "--draws", "1").code == 0
    with session() as found:
        factors = [found.matrix(condition) for condition in CONDITIONS]
    assert measure("--quiet", "--engine", "reference").code == 0
    with session() as found:
        for condition, matrix in zip(CONDITIONS, factors, strict=True):
            assert found.measured(condition).all()
            assert not np.array_equal(found.matrix(condition), matrix)
    assert set(cells().values()) == {1}
    records = map(json.loads, Path("s.eif").read_text().splitlines())
    assert len({record["key"] for record in records if record["kind"] == "base"}) == 2


def test_a_cell_without_slots_has_no_interval(measure: Command) -> None:
    shown = measure("--draws", "3", "--lr", "1e-2").out
    assert "mean of 3 draws" in shown
    assert "±" in next(line for line in shown.splitlines() if line.startswith("1 {A} is {B}."))
    plain = next(line for line in shown.splitlines() if line.startswith("3 Snow is white."))
    assert len(re.findall("±", plain)) == 2  # of its three cells, one has no slot


def test_a_rate_that_no_sweep_suggests_and_draws_that_would_be_the_same_are_told(
    measure: Command, eiftui: Command, tiny_folder: Path
) -> None:
    Path("plain.txt").write_text("Snow is white.\nA dog barks.\nSnow is white.\n")
    what = ("--train", "plain.txt", "--model", tiny_folder, "--draws", "10", "--lr", "auto")
    rate = "note: no sweep suggests a learning rate: the model's own 1e-3"
    draws = "so that all draws are the same: 1 instead of 10"
    for answer in (eiftui("plan", *what), eiftui("run", *what, "--out", "plain.eif")):
        assert rate in answer.out
        assert draws in answer.out
    assert "sentences: plain.txt (1 repeated line counted once)" in answer.out
    assert eiftui("run", *what, "--out", "plain.eif", "--quiet").out == ""
    assert "note: no s" not in measure().out


def test_the_advice_names_the_command_as_it_was_called(
    measure: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("on the path", "venv/bin"):
        command = tmp_path / folder / "eiftui"
        command.parent.mkdir(parents=True)
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "on the path"))
    monkeypatch.setattr(sys, "argv", ["venv/bin/eiftui"])
    assert "  venv/bin/eiftui export s.eif -o matrix.csv" in measure().lines[-3]
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "on the path" / "eiftui")])
    assert "  eiftui export s.eif -o matrix.csv" in measure().lines[-3]
