"""The explorer leaves the processors to its workers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

OPEN = """
import os, sys
from contextlib import suppress
from pathlib import Path
import eiftui.cli.main
from eiftui.errors import InputError
from eiftui.tui.start import start
with suppress(InputError):
    start(Path(sys.argv[1]))  # which is no session
import numpy as np
np.linalg.eigh(np.eye(300))
print(len(os.listdir("/proc/self/task")), os.environ.get("OPENBLAS_NUM_THREADS"))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted as Linux shows them")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="with one processor there is one thread anyway")
@pytest.mark.parametrize(("said", "threads"), [(None, "1 None"), ("2", "2 2")])
def test_numpy_has_one_thread_or_what_the_environment_says_and_workers_inherit_nothing(said, threads, tmp_path):
    outer = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    asked = outer | ({"OPENBLAS_NUM_THREADS": said} if said else {})
    (tmp_path / "none.eif").write_text("This is no session.\n")
    command = [sys.executable, "-c", OPEN, str(tmp_path / "none.eif")]
    done = subprocess.run(command, env=asked, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == threads
