"""A session of images is measured block by block, goes on where it stopped, and is a file like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eiftui.domains.noise import CLEAN, Noise
from eiftui.engine.images import Block, measure, missing, planned, prepare
from eiftui.errors import InputError
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

    measure(session, prepare(session, None, lambda *told: None), saw)
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
    with pytest.raises(InputError, match="is a session of images: see `eiftui vision report"):
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
