"""Agreement of measured and predicted matrices, by hand."""

import numpy as np
import pytest

from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.first_order import agreement
from tests.analysis.conftest import MakeSession

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
