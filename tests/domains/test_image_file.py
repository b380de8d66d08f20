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


def test_an_image_of_mnists_size_stays_as_it_is_but_white_on_black(tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (28, 28))
    grey[[0, -1]] = grey[:, [0, -1]] = 0
    np.testing.assert_array_equal(read_image(saved(grey, tmp_path / "same.png")), grey)
    np.testing.assert_array_equal(read_image(saved(255 - grey, tmp_path / "paper.png")), grey)


@pytest.mark.parametrize("size", [28, 200])
def test_what_is_transparent_is_paper(tmp_path, size):
    pixels = np.zeros((size, size, 4), np.uint8)
    pixels[size // 4 : size // 2, size // 4 : size // 2, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "stroke.png")
    found = read_image(tmp_path / "stroke.png")
    assert (found[0, 0], found[13, 13]) == (0, 255)


@pytest.mark.parametrize("suffix", ["png", "pgm"])
def test_sixteen_bits_are_scaled_to_eight(tmp_path, suffix):
    grey = np.random.default_rng(0).integers(0, 256, (28, 28))
    grey[[0, -1]] = grey[:, [0, -1]] = 0
    Image.fromarray((grey * 257).astype(np.uint16)).save(tmp_path / f"deep.{suffix}")
    np.testing.assert_array_equal(read_image(tmp_path / f"deep.{suffix}"), grey)


@pytest.mark.parametrize("side", [8_000, 20_000])
def test_an_image_that_is_too_large_is_called_so(tmp_path, side):
    Image.new("1", (side, side)).save(tmp_path / "large.png")
    with pytest.raises(InputError, match="pixels are too many"):
        read_image(tmp_path / "large.png")


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
    for blank in (np.zeros((50, 50)), np.full((1, 1), 90), np.full((28, 28), 255)):
        with pytest.raises(InputError, match="blank"):
            read_image(saved(blank, tmp_path / "blank.png"))
    with pytest.raises(InputError, match="No such file"):
        read_image(tmp_path / "none.png")
