"""A session of images is measured block by block, goes on where it stopped, and is a file like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eiftui.domains.noise import CLEAN, Noise
from eiftui.engine.image_requests import ImageSet, LookAtImages
from eiftui.engine.images import looked, measure, prepare, records
from eiftui.errors import InputError
from eiftui.session.image_plan import Block, missing, planned
from eiftui.session.image_records import ImageDraw, ImageSettings, Treatment
from eiftui.session.images import ImageSession
from eiftui.session.session import Session
from eiftui.settings import Optimizer

NOISE = Noise(sigma=1.0)
SETTINGS = ImageSettings(per_class=1, noises=(NOISE,), rates=(1e-5,))


class Stopped(Exception):
    pass


def run(session: ImageSession, stop_after: int | None = None) -> list[Block]:
    done: list[Block] = []

    def saw(block: Block) -> None:
        done.append(block)
        if len(done) == stop_after:
            raise Stopped

    measure(session, prepare(session, session.settings, None, lambda *told: None), saw)
    return done


@pytest.fixture
def session(tmp_path: Path) -> ImageSession:
    session = ImageSession.create(tmp_path / "s.eif", SETTINGS)
    run(session)
    return session


def test_every_treatment_is_measured_of_every_network_and_draw(session: ImageSession) -> None:
    assert len(planned(session)) == 6
    assert missing(session) == []
    for how in SETTINGS.treatments():
        for condition in ("trained", "predicted"):
            assert np.isfinite(session.matrix(condition, how)).all()  # type: ignore[arg-type]
    assert session.matrix("trained").shape == (1, 1, 10, 10)


def test_what_is_measured_is_not_measured_again(session: ImageSession) -> None:
    assert run(session) == []
    session.configure(SETTINGS.model_copy(update={"draws": 2}))
    assert {block.draw for block in run(session)} == {1}


def test_other_settings_have_numbers_of_their_own_and_the_earlier_come_back(session: ImageSession) -> None:
    before = session.matrix("trained")
    session.configure(SETTINGS.model_copy(update={"optimizer": Optimizer(lr=1e-2)}))
    assert np.isnan(session.matrix("trained")).all()
    session.configure(SETTINGS)
    np.testing.assert_array_equal(session.matrix("trained"), before)


def test_a_run_that_stopped_goes_on(tmp_path: Path, session: ImageSession) -> None:
    path = tmp_path / "stopped.eif"
    with ImageSession.create(path, SETTINGS) as stopped, pytest.raises(Stopped):
        run(stopped, stop_after=2)
    with ImageSession.open(path) as resumed:
        assert len(run(resumed)) == 4
        for how in SETTINGS.treatments():
            np.testing.assert_array_equal(resumed.matrix("trained", how), session.matrix("trained", how))


def test_the_file_alone_holds_images_and_numbers(session: ImageSession) -> None:
    session.close()
    again = ImageSession.open(session.path, read_only=True)
    np.testing.assert_array_equal(again.matrix("trained"), session.matrix("trained"))
    np.testing.assert_array_equal(again.images(0, NOISE), session.images(0, NOISE))
    base = again.base(0, 0, CLEAN)
    assert base is not None
    np.testing.assert_allclose(np.sum(base.probabilities, axis=1), 1, atol=1e-5)
    assert again.floor(0, 0) is not None


def test_a_batch_of_shuffled_labels_teaches_those_labels(session: ImageSession) -> None:
    own, shuffled = (
        session.matrix("trained", Treatment(optimizer=SETTINGS.optimizer, shuffled=shuffled))
        for shuffled in (False, True)
    )
    assert not np.allclose(own, shuffled)


def test_a_session_of_sentences_is_told_apart(session: ImageSession) -> None:
    session.close()
    with pytest.raises(InputError, match="is a session of images, which `eiftui vision` is for"):
        Session.open(session.path)


def test_too_many_draws_for_the_digits_that_there_are_are_refused(tmp_path: Path) -> None:
    wanted = ImageSession.create(tmp_path / "s.eif", ImageSettings(per_class=30, draws=2))
    with pytest.raises(InputError, match="there are 50 of class 0"):
        run(wanted)


def test_a_draw_whose_pixels_do_not_fit_its_labels_is_damaged(session: ImageSession) -> None:
    drawn = session.drawn(0)
    assert drawn is not None
    with pytest.raises(ValueError, match="not one label and one number for each image"):
        ImageDraw.model_validate({**drawn.model_dump(), "labels": [1, 2]})


def test_a_damaged_record_is_left_out_with_a_notice(session: ImageSession) -> None:
    session.close()
    with session.path.open("ab") as file:
        file.write(b'{"kind":"image_floor","key":7}\n')
    again = ImageSession.open(session.path, read_only=True)
    assert again.notices == ["a record of s.eif is damaged and was left out"]
    assert missing(again) == []


def test_a_worker_hands_on_what_a_session_lacks(tmp_path: Path, session: ImageSession) -> None:
    with ImageSession.create(tmp_path / "empty.eif", SETTINGS) as empty:
        for record in records(empty.path, lambda *told: None):
            empty.append(record)
        assert missing(empty) == []
        for how in SETTINGS.treatments():
            np.testing.assert_array_equal(empty.matrix("trained", how), session.matrix("trained", how))
        assert empty.base(0, 0, NOISE) is not None
        assert list(records(empty.path, lambda *told: None)) == []


def test_a_look_at_images_agrees_with_what_is_measured(session: ImageSession) -> None:
    labels = session.digits(0).labels
    train, probes = (ImageSet.of(session.images(0, noise), labels) for noise in (NOISE, CLEAN))
    found = looked(LookAtImages(network="fashion-0", optimizer=SETTINGS.optimizer, train=train, probes=probes))
    measured = session.matrix("trained", Treatment(optimizer=SETTINGS.optimizer, train=NOISE))[0, 0]
    np.testing.assert_allclose(np.array(found.eif), measured, atol=1e-6)
    base = session.base(0, 0, CLEAN)
    assert base is not None
    np.testing.assert_allclose(np.array(found.before), np.array(base.probabilities), atol=1e-6)
    after = np.array(found.after).reshape(10, 10, 10)
    own = np.arange(10)
    changes = np.log(np.array(found.before)[own, labels]) - np.log(after[:, own, labels])
    np.testing.assert_allclose(changes, measured, atol=1e-4)


def test_images_that_do_not_fit_their_labels_are_refused() -> None:
    whole = ImageSet.of(np.zeros((2, 28, 28), np.float32), np.array([1, 2]))
    np.testing.assert_array_equal(whole.images(), 0)
    for labels, pixels in (((1,), whole.pixels), ((1, 2), "?")):
        with pytest.raises(ValueError, match=r"not one label|cannot be read"):
            ImageSet(pixels=pixels, labels=labels)
