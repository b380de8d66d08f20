"""Image files become white on black, in the size and place of MNIST's digits."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eiftui.domains.image_file import read_image
from eiftui.errors import InputError


def saved(grey: np.ndarray, path: Path) -> Path:
    Image.fromarray(grey.astype(np.uint8)).save(path)
    return path


@pytest.mark.parametrize("suffix", ["png", "pgm", "bmp"])
def test_ink_on_paper_of_any_size_is_fitted_and_centred_by_its_mass(tmp_path, suffix):
    page = np.full((200, 100), 255)
    page[150:190, 80:90] = 0
    found = read_image(saved(page, tmp_path / f"page.{suffix}"))
    assert found.shape == (28, 28)
    written = np.argwhere(found > 127)
    np.testing.assert_array_equal(written.min(0), (4, 12))
    np.testing.assert_array_equal(written.max(0), (23, 16))
    assert found[0, 0] == 0


def test_an_image_of_mnists_size_stays_as_it_is(tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (28, 28))
    np.testing.assert_array_equal(read_image(saved(grey, tmp_path / "same.png")), grey)


@pytest.mark.parametrize(
    ("content", "complaint"), [(b"what?", "no image of a kind that is known"), (b"\x89PNG\r\n\x1a\n\x00\x00", "image")]
)
def test_what_is_no_image_is_refused(tmp_path, content, complaint):
    (tmp_path / "no.png").write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        read_image(tmp_path / "no.png")


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InputError, match="not a regular file"):
        read_image(tmp_path / "pipe.png")


def test_a_cut_off_a_blank_and_a_missing_image_are_refused(tmp_path):
    whole = saved(np.random.default_rng(0).integers(0, 256, (99, 99)), tmp_path / "cut.png")
    whole.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(InputError, match="cannot read"):
        read_image(whole)
    with pytest.raises(InputError, match="blank"):
        read_image(saved(np.zeros((50, 50)), tmp_path / "blank.png"))
    with pytest.raises(InputError, match="No such file"):
        read_image(tmp_path / "none.png")
