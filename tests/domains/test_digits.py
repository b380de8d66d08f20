"""The digits that come with eiftui, the draws taken from them, and the noise that is added."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.domains.digits import CLASSES, builtin_digits, draw_digits
from eiftui.domains.noise import CLEAN, Noise, noises, with_noise
from eiftui.errors import InputError


def test_fifty_digits_of_each_class_come_with_eiftui() -> None:
    digits = builtin_digits()
    assert digits.pixels.shape == (500, 28, 28)
    assert np.bincount(digits.labels).tolist() == [50] * CLASSES
    assert len(set(digits.numbers.tolist())) == 500


def test_a_draw_is_the_same_each_time_and_ordered_by_class() -> None:
    one, again = (draw_digits(builtin_digits(), 3, 1, seed=5) for _ in range(2))
    assert one.labels.tolist() == [label for label in range(CLASSES) for _ in range(3)]
    np.testing.assert_array_equal(one.numbers, again.numbers)


def test_draws_of_a_seed_share_no_image() -> None:
    drawn = [draw_digits(builtin_digits(), 10, draw, seed=0).numbers for draw in range(5)]
    assert len(set(np.concatenate(drawn).tolist())) == 500


def test_more_draws_than_there_are_digits_for_are_refused() -> None:
    with pytest.raises(InputError, match="draws 6 of 10 digits a class need 60 of each, and there are 50"):
        draw_digits(builtin_digits(), 10, 5, seed=0)


def test_shuffled_labels_are_the_same_labels_on_other_images() -> None:
    digits = draw_digits(builtin_digits(), 10, 0, seed=0)
    shuffled = digits.shuffled(0, 0)
    assert sorted(shuffled.labels) == sorted(digits.labels)
    assert (shuffled.labels == digits.labels).mean() < 0.4


def test_clean_images_are_the_pixels_from_0_to_1() -> None:
    digits = draw_digits(builtin_digits(), 1, 0, seed=0)
    np.testing.assert_allclose(with_noise(digits, CLEAN, 0, 0) * 255, digits.pixels, atol=1e-4)


def test_noise_has_the_strength_that_it_says() -> None:
    digits = draw_digits(builtin_digits(), 10, 0, seed=0)
    added = with_noise(digits, Noise(sigma=0.5), 0, 0) - with_noise(digits, CLEAN, 0, 0)
    assert added.std() == pytest.approx(0.5, rel=0.01)
    assert added.mean() == pytest.approx(0, abs=0.01)


def test_clipped_noise_is_the_same_noise_clipped() -> None:
    digits = draw_digits(builtin_digits(), 1, 0, seed=0)
    free, clipped = (with_noise(digits, Noise(sigma=1, clipped=clipped), 0, 0) for clipped in (False, True))
    np.testing.assert_array_equal(np.clip(free, 0, 1), clipped)


def test_pure_noise_is_what_noise_adds() -> None:
    digits = draw_digits(builtin_digits(), 1, 0, seed=0)
    pure, noisy = (with_noise(digits, Noise(sigma=1, pure=pure), 0, 0) for pure in (True, False))
    np.testing.assert_allclose(noisy - with_noise(digits, CLEAN, 0, 0), pure, atol=1e-6)


def test_a_list_of_noises_is_read_with_and_without_clipping() -> None:
    assert [noise.name for noise in noises("clean,0.5, pure", "both")] == [
        "noise 0.5",
        "noise 0.5 clipped",
        "pure noise",
        "pure noise clipped",
    ]
    assert noises("1,1", "yes") == (Noise(sigma=1, clipped=True),)


@pytest.mark.parametrize("wrong", ["loud", "0", "-1", "nan", "inf"])
def test_a_noise_that_cannot_be_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match=f"--noise {wrong}: give standard deviations"):
        noises(wrong, "no")
