"""Agreement of measured and predicted matrices, by hand."""

import numpy as np
import pytest

from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.first_order import agreement, at, by_optimizer
from eiftui.session.records import Swept
from eiftui.settings import Optimizer
from tests.analysis.conftest import MakeSession, record

TRAINED = np.random.default_rng(0).normal(size=(3, 3, 3))


def test_a_prediction_twice_too_large_is_perfectly_correlated_and_wholly_wrong(session_of: MakeSession) -> None:
    found = agreement(session_of(trained=TRAINED, predicted=2 * TRAINED))
    assert found.pearson.mean == pytest.approx(1.0)
    assert found.spearman.mean == pytest.approx(1.0)
    assert found.error.mean == pytest.approx(1.0)


def test_only_cells_that_have_both_count(session_of: MakeSession) -> None:
    predicted = TRAINED.copy()
    predicted[0, 0, 0], predicted[1] = np.nan, np.nan
    assert len(agreement(session_of(trained=TRAINED, predicted=predicted)).error.points) == 2


def test_a_session_without_prediction_has_no_answer(session_of: MakeSession) -> None:
    with pytest.raises(NoAnswer, match="too few cells"):
        agreement(session_of(trained=TRAINED))


def test_every_optimiser_and_rate_that_has_numbers_is_compared_with_its_own_prediction(session_of: MakeSession) -> None:
    session = session_of(trained=TRAINED, predicted=TRAINED)
    session.append(Swept(rates=(1e-4, 1e-3, 1e-2), draws=3))
    sgd, adamw = session.settings.optimizer, Optimizer(name="adamw", lr=1e-5)
    record(session, "trained", 20 * TRAINED[:2], at(session, sgd, 1e-2).settings)
    session.configure(at(session, adamw, 1e-5).settings)
    record(session, "trained", TRAINED, session.settings)
    record(session, "predicted", -TRAINED, session.settings)
    found = by_optimizer(session)
    assert [(one.optimizer.name, one.optimizer.lr, one.draws) for one in found] == [
        ("sgd", 1e-3, 3),
        ("sgd", 1e-2, 2),
        ("adamw", 1e-5, 3),
    ]
    assert [one.agreement.error.mean for one in found] == pytest.approx([0.0, 0.5, 2.0], abs=1e-6)


def test_a_copy_without_history_knows_the_optimisers_too(session_of: MakeSession) -> None:
    session = session_of(trained=TRAINED, predicted=TRAINED)
    session.configure(at(session, session.settings.optimizer, 1e-2).settings)
    assert [one.optimizer.lr for one in by_optimizer(session.copy())] == [1e-3]
