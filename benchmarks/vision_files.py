"""Makes the files of the image experiment that come with eiftui; its base networks are made by `eiftui vision train`.

python -m benchmarks.vision_files [DATA_DIR]
for seed in 0 1 2; do
    eiftui vision train --seed $seed --out eiftui/models/networks/fashion-$seed.safetensors
done
"""

import sys
from pathlib import Path

import numpy as np

from eiftui.domains.digits import draw_digits
from eiftui.models.image_data import MNIST, images

EACH = 50


def main(folder=None):
    """The first draw of fifty digits of each class, of seed 0, from MNIST's training images."""
    pool = images(MNIST, "train", folder and Path(folder), lambda text, fraction: print(text))
    digits = draw_digits(pool, EACH, 0, 0)
    np.savez_compressed(
        Path(__file__).parents[1] / "eiftui" / "domains" / "builtin" / "digits.npz",
        pixels=digits.pixels,
        labels=digits.labels.astype(np.uint8),
        numbers=digits.numbers.astype(np.int32),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
