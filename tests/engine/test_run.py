"""A run measures what is missing, keeps each row at once, and goes on where it was stopped."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from eiftui.engine.here import Here
from eiftui.engine.plan import complete
from eiftui.engine.protocol import Result, Task
from eiftui.engine.run import load, run
from eiftui.errors import EiftuiError, InputError
from eiftui.influence.engine import RowResult
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS, Condition
from tests.engine.conftest import MakeSession
from tests.engine.test_measurer import odd_model
from tests.models.tiny import tiny_network


class Stopped(Exception):
    """What stops a run in these tests."""


def stop_after(number: int) -> object:
    left = iter(range(number))

    def watch(task: Task, result: Result) -> None:
        if next(left, None) is None:
            raise Stopped

    return watch


def journal(path: Path) -> Counter[tuple[str, str, str]]:
    """How often each cell stands in the file: (key, row, probe)."""
    records = map(json.loads, path.read_text().splitlines())
    return Counter(
        (record["key"], record["row"], probe)
        for record in records
        if record["kind"] == "measured"
        for probe in record["probes"]
    )


@pytest.mark.parametrize("number", [0, 1, 4, 9, 10, 11, 15])
def test_a_run_that_was_stopped_goes_on_and_measures_nothing_twice(
    make_session: MakeSession, here: Here, tmp_path: Path, number: int
) -> None:
    whole, path = make_session(), tmp_path / "s.eif"
    load(whole, here)
    run(whole, here)
    session = make_session(path=path)
    load(session, here)
    with pytest.raises(Stopped):
        run(session, here, stop_after(number))  # type: ignore[arg-type]
    session.close()
    before = journal(path)
    with Session.open(path) as again:
        load(again, here)
        run(again, here)
        for condition in CONDITIONS:
            np.testing.assert_allclose(again.matrix(condition), whole.matrix(condition), rtol=1e-4, atol=1e-6)
            assert again.floor(condition) == pytest.approx(whole.floor(condition), abs=1e-6)
    after = journal(path)
    assert before <= after
    assert set(after.values()) == {1}


def test_each_row_is_in_the_file_before_the_next_is_waited_for(
    make_session: MakeSession, here: Here, tmp_path: Path
) -> None:
    path = tmp_path / "s.eif"
    seen: list[tuple[int, int]] = []
    with make_session(path=path) as session:
        load(session, here)
        lines = len(path.read_bytes().splitlines())
        run(session, here, lambda task, result: seen.append((len(seen), len(path.read_bytes().splitlines()) - lines)))
    assert [kept for _, kept in seen] == [index + 1 for index, _ in seen]


@pytest.mark.parametrize("failing", ["predicted", "trained"])
def test_a_condition_that_fails_keeps_no_other_from_being_measured_and_is_told_at_the_end(
    make_session: MakeSession, here: Here, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    session, engine = make_session(), here.measurer
    load(session, here)
    results = engine._results

    def fail(task: Task, condition: Condition) -> Iterator[RowResult]:
        if condition == failing:
            raise MemoryError
        return results(task, condition)

    monkeypatch.setattr(engine, "_results", fail)
    with pytest.raises(EiftuiError, match="out of memory"):
        run(session, here)
    assert {condition for condition in CONDITIONS if session.measured(condition).all()} == {*CONDITIONS} - {failing}
    assert not session.measured(failing).any()


def test_a_session_that_cannot_be_written_ends_a_run_at_once(
    make_session: MakeSession, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, asked = make_session(), []
    load(session, here)

    def full(*_: object) -> None:
        asked.append(1)
        raise EiftuiError("the disk is full")

    monkeypatch.setattr(session, "append", full)
    with pytest.raises(EiftuiError, match="the disk is full"):
        run(session, here)
    assert len(asked) == 1


def test_a_model_that_was_loaded_before_is_not_recorded_again(
    make_session: MakeSession, here: Here, tmp_path: Path
) -> None:
    with make_session(path=tmp_path / "s.eif") as session:
        load(session, here)
        size = (tmp_path / "s.eif").stat().st_size
        load(session, here)
        assert (tmp_path / "s.eif").stat().st_size == size


def test_numbers_that_are_not_finite_are_measured_kept_and_counted(make_session: MakeSession, here: Here) -> None:
    session = make_session(conditions=("trained",), optimizer={"lr": 1e6}, draws=1)
    load(session, here)
    outcome = run(session, here)
    assert session.measured("trained").all()
    assert outcome.not_finite == (~np.isfinite(session.matrix("trained"))).sum() > 0


@pytest.mark.parametrize("optimizer", [{"name": "adamw", "lr": 1e-4}, {"lr": 1e-2, "momentum": 0.9, "epochs": 2}])
def test_the_two_engines_agree_through_a_run(
    make_session: MakeSession, here: Here, optimizer: dict[str, object]
) -> None:
    factors, reference = (
        make_session(draws=1, optimizer=optimizer, method={"engine": engine}) for engine in ("factors", "reference")
    )
    for session in (factors, reference):
        load(session, here)
        run(session, here)
    for condition in CONDITIONS:
        np.testing.assert_allclose(factors.matrix(condition), reference.matrix(condition), rtol=2e-2, atol=2e-5)


def test_settings_are_recorded_only_when_they_have_proved_usable(
    make_session: MakeSession, here: Here, tmp_path: Path
) -> None:
    path = tmp_path / "s.eif"
    with make_session(path=path, rows=("{A} is {B}.", "x"), draws=1) as session:
        load(session, here)
        before, settings = path.read_bytes(), session.settings
        unusable = {"name": "no-such-model"}, {"device": "toaster"}, {"start_token": "no such token"}
        unreadable = {"start_token": "none"}  # with it, nothing of a text of one token is scored
        for change in (*unusable, unreadable):
            model = settings.model.model_copy(update=change)
            with pytest.raises(InputError):
                load(session, here, settings=settings.model_copy(update={"model": model}))
            assert path.read_bytes() == before
        usable = settings.model_copy(update={"draws": 2, "seed": 3})
        load(session, here, settings=usable)
        assert session.settings == usable


def test_a_session_without_training_sets_or_probes_says_what_is_missing(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    for role, missing in (("probe", "no training set"), ("row", "no probe")):
        texts = tuple(text.model_copy(update={"role": role}) for text in session.sheet.texts)
        session.edit(session.sheet.model_copy(update={"texts": texts}))
        with pytest.raises(InputError, match=missing):
            load(session, here)
        assert not complete(session)
    session.edit(session.sheet.model_copy(update={"texts": ()}))
    with pytest.raises(InputError, match="no training set"):
        load(session, here)


def test_a_model_that_only_the_reference_can_measure_is_measured_once_and_told_once(
    make_session: MakeSession, tmp_path: Path
) -> None:
    path, odd = tmp_path / "s.eif", Here(lambda text, fraction: None, odd_model())
    with make_session(("{A} is.", "Snow is white."), ("{A} is.", "It is."), path, draws=1) as session:
        (notice,) = load(session, odd)
        assert "lm_head.weight" in notice.text
        with pytest.raises(Stopped):
            run(session, odd, stop_after(5))  # type: ignore[arg-type]
    with Session.open(path) as session:
        assert load(session, odd) == []
        run(session, odd)
        assert complete(session)
        assert session.notices == (notice,)
        session.configure(session.settings.by_reference())
        assert complete(session)
    assert set(journal(path).values()) == {1}


def test_who_asks_for_products_that_are_slow_here_is_told_once(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eiftui.engine.measurer.is_slower", lambda *of: True)
    slow = Here(lambda text, fraction: None)
    with make_session(draws=1, method={"products": "bfloat16"}) as session:
        (notice,) = load(session, slow)
        assert "choose float32 products" in notice.text
        assert load(session, slow) == []
    with make_session(draws=1) as session:
        assert load(session, slow) == []


def test_a_model_whose_files_have_changed_is_measured_anew_and_that_is_told(
    make_session: MakeSession, here: Here, tmp_path: Path, tiny_folder: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "model"))
    with make_session(path=tmp_path / "s.eif", model={"name": str(folder), "device": "cpu"}, draws=1) as session:
        load(session, here)
        run(session, here)
        assert complete(session)
        first = session.matrix("trained")

        tiny_network("llama", seed=7, dtype=torch.float32, max_position_embeddings=256).save_pretrained(folder)
        assert not complete(session)
        (notice,) = load(session, here)
        assert "has changed" in notice.text
        assert not session.measured("trained").any()
        run(session, here)
        assert complete(session)
        assert not np.allclose(session.matrix("trained"), first)

        os.utime(folder / "config.json")  # touched, and the same
        assert not complete(session)
        assert load(session, here) == []
        assert complete(session)
        shutil.rmtree(folder)  # as on a machine that never had it
        assert complete(session)
