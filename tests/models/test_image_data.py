"""Collections of images are found where people keep them, and are what they should be."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eiftui.errors import EiftuiError, InputError
from eiftui.models import idx
from eiftui.models.image_data import MNIST, Collection, images
from eiftui.models.mnist_wheel import ArrayUnpickler, save_mnist
from tests.models.packing import wheel_of

PIXELS = np.arange(3 * 28 * 28, dtype=np.uint8).reshape(3, 28, 28)
LABELS = np.array([7, 0, 9], np.uint8)
FILES = {"train-images-idx3-ubyte": idx.encode(PIXELS), "train-labels-idx1-ubyte": idx.encode(LABELS)}
TINY = replace(MNIST, hashes={name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()})


def silent(stage: str, fraction: float | None) -> None:
    pass


def put(folder: Path, packed: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


@pytest.mark.parametrize("place", ["MNIST/raw", ".", "mnist"])
@pytest.mark.parametrize("packed", [False, True])
def test_images_are_found_as_torchvision_and_others_keep_them(tmp_path: Path, place: str, packed: bool) -> None:
    put(tmp_path / place, packed)
    digits = images(TINY, "train", tmp_path, silent)
    np.testing.assert_array_equal(digits.pixels, PIXELS)
    assert digits.labels.tolist() == [7, 0, 9]
    assert digits.numbers.tolist() == [0, 1, 2]


def test_a_folder_without_them_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no MNIST: expected MNIST/raw/train-images-idx3-ubyte"):
        images(TINY, "train", tmp_path, silent)


def test_a_file_with_another_content_is_refused(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte is not MNIST's.*: give another folder with"):
        images(MNIST, "train", tmp_path, silent)


def test_of_our_own_files_one_with_another_content_is_to_be_deleted(cache: Path) -> None:
    put(cache / "images")
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte is not MNIST's.*: delete it and try again"):
        images(MNIST, "train", None, silent)


def test_half_a_gzip_file_is_refused(tmp_path: Path) -> None:
    put(tmp_path, packed=True)
    packed = tmp_path / "train-images-idx3-ubyte.gz"
    packed.write_bytes(packed.read_bytes()[:50])
    with pytest.raises(InputError, match="not a whole gzip file"):
        images(TINY, "train", tmp_path, silent)


def test_images_in_a_systems_folder_are_found_without_being_asked_for(tmp_path: Path, cache: Path) -> None:
    put(tmp_path / "system", packed=True)
    collection: Collection = replace(TINY, elsewhere=(tmp_path / "system",))
    assert len(images(collection, "train", None, silent)) == 3


@pytest.mark.parametrize("left", ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"])
def test_images_come_out_of_a_wheel_though_an_earlier_attempt_left_a_file(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    packed = tmp_path / "mnist.pkl.gz"
    part = (np.zeros((1, 28 * 28), np.float32), LABELS[:1].astype(np.int64))
    packed.write_bytes(gzip.compress(pickle.dumps((part, part, part), protocol=4)))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    folder = cache / "images" / "MNIST" / "raw"
    folder.mkdir(parents=True)
    (folder / left).write_bytes(b"half")
    save_mnist(folder, silent, wheel_of(packed, tmp_path))
    assert {path.name for path in folder.iterdir()} == {*MNIST.hashes, left}
    assert idx.decode((folder / "train-labels-idx1-ubyte").read_bytes()).tolist() == [7, 7]


def test_arrays_written_as_idx_are_read_back() -> None:
    np.testing.assert_array_equal(idx.decode(idx.encode(PIXELS)), PIXELS)
    with pytest.raises(ValueError, match="not an idx file"):
        idx.decode(b"GIF89a")


def test_a_pickle_of_arrays_is_read() -> None:
    read = ArrayUnpickler(io.BytesIO(pickle.dumps((PIXELS, [LABELS]), protocol=4)), encoding="latin1").load()
    np.testing.assert_array_equal(read[0], PIXELS)


@pytest.mark.parametrize("thing", [print, np.load, Path("x")])
def test_a_pickle_that_names_anything_else_is_refused(thing: object) -> None:
    with pytest.raises(EiftuiError, match="only arrays are let in"):
        ArrayUnpickler(io.BytesIO(pickle.dumps(thing, protocol=2)), encoding="latin1").load()
