"""Blocks, noise, look-alikes and rates say what was put into made-up matrices of influence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from eiftui.analysis.images.classes import auc, blocks, look_alikes
from eiftui.analysis.images.likeness import cosine
from eiftui.analysis.images.noise import noise_findings
from eiftui.analysis.images.rates import by_rate
from eiftui.analysis.images.symmetry import image_symmetry
from eiftui.domains.digits import builtin_digits, draw_digits
from eiftui.domains.noise import Noise
from eiftui.session.image_records import ImageBlock, ImageDraw, ImageNetwork, ImageSettings, Treatment
from eiftui.session.images import ImageSession

NOISE = Noise(sigma=1.0)
SETTINGS = ImageSettings(networks=("a", "b"), per_class=2, draws=2, noises=(NOISE,), rates=(1e-2,))
LABELS = np.repeat(np.arange(10), 2)
SAME = LABELS[:, None] == LABELS[None, :]


@pytest.fixture
def session(tmp_path: Path) -> ImageSession:
    """Two networks and two draws, in which digits of a class teach each other 1 nat, and 4 and 9 half of it."""
    session = ImageSession.create(tmp_path / "s.eif", SETTINGS)
    session.append(*(ImageNetwork(name=name, fingerprint=name, facts={}, versions={}) for name in "ab"))
    for draw in range(2):
        session.append(ImageDraw.of(draw_digits(builtin_digits(), 2, draw, 0), SETTINGS, draw))
    return session


def put(session: ImageSession, how: Treatment, eif: NDArray[np.float64], foretold: NDArray[np.float64]) -> None:
    """`eif` (images, images) in every network and draw, a little more in one than in the other."""
    for network, draw in np.ndindex(2, 2):
        key = session.key(network, draw, how)
        assert key is not None
        for condition, values in (("trained", eif), ("predicted", foretold)):
            rows = tuple(values * (1 + 0.01 * network + 0.02 * draw))
            session.append(
                ImageBlock.model_validate(
                    {"key": key, "condition": condition, "treatment": how, "eif": rows, "seconds": 0}
                )
            )


def influence() -> NDArray[np.float64]:
    matrix = -0.1 - 0.9 * SAME
    for one, other in ((4, 9), (9, 4)):
        matrix[np.ix_(one == LABELS, other == LABELS)] = -0.5
    return matrix


CLEAN = Treatment(optimizer=SETTINGS.optimizer)


def test_auc_counts_pairs() -> None:
    labels = np.array([0, 0, 1])
    similar = np.array([[0, 5, 1], [2, 0, 3], [1, 1, 0]], dtype=float)
    # within 5 and 2, between 1, 3, 1, 1: 2 is below 3 alone
    assert auc(similar, labels) == pytest.approx(7 / 8)


def test_auc_leaves_out_what_is_not_known_and_the_diagonal() -> None:
    similar = np.array([[9, 5, np.nan], [2, 9, 3], [1, 1, -9]], dtype=float)
    assert auc(similar, np.array([0, 0, 1])) == pytest.approx(5 / 6)
    assert np.isnan(auc(similar, np.array([0, 1, 2])))


def test_blocks_of_perfect_classes(session: ImageSession) -> None:
    put(session, CLEAN, influence(), influence())
    found = blocks(session)
    assert found.raw.points == pytest.approx([1.0] * 4)
    assert found.cosine.mean == found.double_centred.mean == pytest.approx(1.0)
    assert 0.5 < found.pixels.mean < found.pixels_centred.mean < 1
    assert len(found.pixels.points) == len(found.pixels_centred.points) == 2
    assert found.assigned is None


def test_cosines_do_not_depend_on_how_large_influence_is() -> None:
    unsure = influence()
    unsure[0, 0] = 1e-6
    np.testing.assert_allclose(cosine(unsure * 1e-12), cosine(unsure))
    assert np.isnan(cosine(unsure)[0]).all()
    assert np.isfinite(cosine(unsure)[1:, 1:]).all()


def test_the_control_follows_the_labels_that_were_given(session: ImageSession) -> None:
    put(session, CLEAN, influence(), influence())
    for network, draw in np.ndindex(2, 2):
        given = session.digits(draw).shuffled(draw, 0).labels
        how = CLEAN.model_copy(update={"shuffled": True})
        rows = tuple(-0.1 - 0.9 * (given[:, None] == given[None, :]))
        key = session.key(network, draw, how)
        session.append(
            ImageBlock.model_validate({"key": key, "condition": "trained", "treatment": how, "eif": rows, "seconds": 0})
        )
    found = blocks(session)
    assert found.assigned is not None
    assert found.digit is not None
    assert found.assigned.mean == pytest.approx(1.0)
    assert found.digit.mean < 0.7


def test_look_alikes_come_first(session: ImageSession) -> None:
    put(session, CLEAN, influence(), influence())
    first, second, teaching = look_alikes(session).pairs[0]
    assert (first, second) == (4, 9)
    assert teaching.low > 0


def test_symmetry_is_told_beside_its_prediction(session: ImageSession) -> None:
    lopsided = influence() + np.triu(np.full((20, 20), 0.2), 1)
    put(session, CLEAN, lopsided, influence())
    found = image_symmetry(session)
    assert found.foretold.mean == pytest.approx(1.0)
    assert 0.5 < found.share.mean < 1


def test_noise_that_lowers_influence_holds_and_noise_that_raises_it_is_a_violation(session: ImageSession) -> None:
    put(session, CLEAN, influence(), influence())
    for train, probe, times in ((NOISE, Noise(), 3.0), (Noise(), NOISE, 0.25), (NOISE, NOISE, 1.0)):
        how = Treatment(optimizer=SETTINGS.optimizer, train=train, probe=probe)
        put(session, how, times * influence(), influence())
    (found,) = noise_findings(session)
    assert found.train_ratio.mean == pytest.approx(3.0, rel=1e-5)
    assert found.train_share.mean == 0
    assert found.verdict(found.train_ratio) == "violated"
    assert found.probe_ratio.mean == pytest.approx(0.25, rel=1e-5)
    assert found.probe_share.mean == 1
    assert found.verdict(found.probe_ratio) == "holds"


def test_noise_whose_interval_reaches_one_is_undecided(session: ImageSession) -> None:
    put(session, CLEAN, influence(), influence())
    for train, probe in ((NOISE, Noise()), (Noise(), NOISE), (NOISE, NOISE)):
        how = Treatment(optimizer=SETTINGS.optimizer, train=train, probe=probe)
        put(session, how, influence(), influence())
    (found,) = noise_findings(session)
    assert found.verdict(found.train_ratio) == found.verdict(found.probe_ratio) == "undecided"


def test_rates_are_told_in_order_with_how_good_the_prediction_is(session: ImageSession) -> None:
    put(session, CLEAN, influence(), influence())
    fast = Treatment(optimizer=SETTINGS.optimizers[1])
    put(session, fast, 10 * influence() + 1, 10 * influence())
    slow, found = by_rate(session)
    assert (slow.lr, found.lr) == (1e-3, 1e-2)
    assert slow.agreement.error.mean == pytest.approx(0, abs=1e-6)
    assert found.agreement.error.mean > 0.1
    assert slow.own.mean == pytest.approx(-1.015, rel=1e-4)
