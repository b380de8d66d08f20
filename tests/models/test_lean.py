"""What a worker process loads beside what it needs."""

import subprocess
import sys

import pytest
import torch

LOADS = """
import sys
from eiftui.engine import server
from eiftui.models.lean import transformers
transformers.PreTrainedModel, transformers.GenerationConfig  # what loads most of it
print(*[name for name in sys.argv[1:] if sys.modules.get(name)])
import scipy, torchvision
"""


@pytest.mark.skipif(torch.accelerator.is_available(), reason="triton is of use there")
def test_a_worker_goes_without_libraries_that_have_no_use() -> None:
    command = [sys.executable, "-c", LOADS, "scipy", "torchvision", "triton", "transformers.modeling_utils"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["transformers.modeling_utils"]
