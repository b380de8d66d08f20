"""How the explorer's own process computes: with one thread, for the processors are the workers'."""

from __future__ import annotations

import os

THREADS = "OPENBLAS_NUM_THREADS"
"""What numpy's library of linear algebra reads when it is loaded."""


def load_numpy() -> None:
    """Load it with one thread, unless the environment says how many.

    Several wait for each other: 200 eigenvectors that one finds in 10 ms take a second while a model is at work. The
    environment stays as it was, for workers inherit it, and torch's own library reads the same.
    """
    if THREADS in os.environ:
        return
    os.environ[THREADS] = "1"
    import numpy as _  # noqa: F401

    del os.environ[THREADS]
