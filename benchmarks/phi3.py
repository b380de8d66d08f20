"""A randomly initialised model of Phi-3-mini's exact shape (3.8 B, bfloat16) measures belongs_to on this machine."""

import resource
import subprocess
import sys

import torch
from transformers import AutoModelForCausalLM, Phi3Config

from benchmarks.material import SGD, default_model, material, matrix, say, seconds
from eiftui.influence.engine import engine_for
from eiftui.settings import Method


def main(here=None):
    if here is None:
        subprocess.run([sys.executable, "-m", "benchmarks", "phi3", "here"], check=True)
        return
    what = material(default_model(), "belongs_to", rows=10, probes=10)
    network = random_network().eval().requires_grad_(False)
    weights = sum(parameter.numel() for parameter in network.parameters())
    vocabulary = network.config.vocab_size
    rows = [tuple(tuple(token % vocabulary for token in sentence) for sentence in row) for row in what.rows]
    probes = [tuple(token % vocabulary for token in probe) for probe in what.probes]
    engine = engine_for(network, 1, Method(products="bfloat16"))
    took, values = seconds(lambda: matrix(engine.trained(rows, probes, SGD), what))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"\nPhi-3-mini's shape, {weights / 1e9:.2f} B random weights, bfloat16, belongs_to 10×10, SGD")
    finite = "every cell finite" if torch.isfinite(values).all() else "not every cell finite"
    say("time, peak memory", f"{took:.0f} s", f"{peak / 1e9:.1f} GB", finite)


def random_network():
    """Phi-3-mini-4k-instruct's configuration: 32 layers, hidden 3072, intermediate 8192, vocabulary 32064."""
    torch.manual_seed(0)
    config = Phi3Config(tie_word_embeddings=False)
    return AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="eager")
