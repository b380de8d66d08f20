"""This process and workers beside it measure the same, and a worker that dies costs nothing measured."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from eiftui.engine.here import Here
from eiftui.engine.protocol import Result, Task
from eiftui.engine.run import load, run
from eiftui.engine.team import Workers, make_team
from eiftui.errors import EiftuiError, InputError
from eiftui.session.results import Measured
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS
from tests.engine.conftest import MakeSession


@contextmanager
def team(workers: str) -> Iterator[Workers]:
    told: list[str] = []
    with closing(make_team(workers, lambda text, fraction: told.append(text))) as made:
        assert isinstance(made, Workers)
        yield made
    assert told


def cells(records: list[Result]) -> list[tuple[str, str, str]]:
    return [
        (record.key, record.row, probe) for record in records if isinstance(record, Measured) for probe in record.probes
    ]


def test_two_workers_measure_what_this_process_does_and_share_the_rows(make_session: MakeSession, here: Here) -> None:
    alone, shared = make_session(), make_session()
    load(alone, here)
    run(alone, here)
    records: list[Result] = []
    with team("local:2") as workers:
        load(shared, workers)
        run(shared, workers, lambda task, result: records.append(result))
    assert shared.model == alone.model
    for condition in CONDITIONS:
        np.testing.assert_allclose(shared.matrix(condition), alone.matrix(condition), rtol=1e-4, atol=1e-6)
        assert shared.floor(condition) == pytest.approx(alone.floor(condition), abs=1e-6)
    np.testing.assert_allclose(shared.baseline(), alone.baseline(), rtol=1e-6)
    assert len(cells(records)) == len(set(cells(records)))


def test_what_was_measured_before_a_worker_was_killed_is_kept_and_the_rest_is_measured_after(
    make_session: MakeSession, here: Here, tmp_path: Path
) -> None:
    session = make_session(path=tmp_path / "s.eif", draws=20)
    records: list[Result] = []
    with team("local:1") as workers:

        def kill_at_the_fifth(task: Task, result: Result) -> None:
            records.append(result)
            if len(records) == 5:
                os.kill(workers.clients[0].pid or 0, signal.SIGKILL)

        load(session, workers)
        with pytest.raises(EiftuiError, match=r"worker 1 ended unexpectedly"):
            run(session, workers, kill_at_the_fifth)
    session.close()
    with Session.open(tmp_path / "s.eif") as again:
        kept = sum(int(again.measured(condition).sum()) for condition in CONDITIONS)
        assert kept >= len(cells(records)) > 0
        assert not again.measured("trained").all()
        load(again, here)
        run(again, here, lambda task, result: records.append(result))
        assert all(again.measured(condition).all() for condition in CONDITIONS)
    assert len(cells(records)) == len(set(cells(records)))


def test_a_worker_that_died_between_two_tasks_is_one_clear_error(make_session: MakeSession) -> None:
    session = make_session()
    with team("local:1") as workers:
        load(session, workers)
        os.kill(workers.clients[0].pid or 0, signal.SIGKILL)
        with pytest.raises(EiftuiError, match=r"worker 1 ended unexpectedly \(killed by signal 9"):
            run(session, workers)


def test_bad_input_is_bad_input_in_a_worker_too_and_numbers_that_are_not_finite_arrive(
    make_session: MakeSession,
) -> None:
    wild = make_session(conditions=("trained",), optimizer={"lr": 1e6}, draws=1)
    with team("local:1") as workers:
        load(wild, workers)
        outcome = run(wild, workers)
        assert outcome.not_finite == (~np.isfinite(wild.matrix("trained"))).sum() > 0
        long = make_session(rows=("x" * 300,))
        with pytest.raises(InputError, match="256"):
            load(long, workers)
        with pytest.raises(InputError, match="no-such-model"):
            load(make_session(model={"name": "no-such-model"}), workers)


@pytest.mark.parametrize("asked", ["", "local:0", "local:-1", "local:x", "far", "here:2"])
def test_workers_that_cannot_be_are_refused(asked: str) -> None:
    with pytest.raises(InputError, match="local:N"):
        make_team(asked, lambda text, fraction: None)
