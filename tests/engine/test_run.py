"""A run measures what is missing, keeps each row at once, and goes on where it was stopped."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eiftui.engine.here import Here
from eiftui.engine.protocol import Result, Task
from eiftui.engine.run import load, run
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS
from tests.engine.conftest import MakeSession


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
