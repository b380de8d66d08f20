"""belongs_to 10×10 against two scripts, in turn, each in a process of its own: seconds, ratios, largest difference."""

import json
import subprocess
import sys

import torch

from benchmarks import careful, plain
from benchmarks.material import ADAMW, SGD, default_model, material, matrix, say, seconds

ROUNDS = 3
WAYS = ("plain script", "careful script", "eiftui", "eiftui, bfloat16 products")
OPTIMIZERS = {"SGD": SGD, "AdamW": ADAMW}


def main(way=None, optimizer=None):
    if way:
        print(json.dumps(measure(way, OPTIMIZERS[optimizer])))
        return
    for name in OPTIMIZERS:
        times, matrices = {}, {}
        for _ in range(ROUNDS):
            for one in WAYS:
                took, values = in_a_process(one, name)
                times.setdefault(one, []).append(took)
                matrices[one] = torch.tensor(values)
        report(name, times, matrices)
    preview()


def in_a_process(way, optimizer):
    """Seconds and matrix. What one way asks of the allocator, or leaves in caches, is no other's."""
    command = [sys.executable, "-m", "benchmarks", "speed", way, optimizer]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(way, optimizer):
    """One way, after a small matrix that warms it up, with the same engine: it is made once for a model."""
    model = default_model()
    small, what = (material(model, "belongs_to", rows=size, probes=size) for size in (2, 10))
    work(way, small, optimizer)
    what.engines.update(small.engines)
    took, values = seconds(lambda: work(way, what, optimizer))
    return took, values.tolist()


def work(way, what, optimizer):
    if way.startswith("eiftui"):
        return what.measure(optimizer, "bfloat16" if "bfloat16" in way else "float32")
    script = {"plain script": plain, "careful script": careful}[way]
    return script.measure(what.model.network, what.rows, what.probes, optimizer, what.model.start)


def report(name, times, matrices):
    print(f"\n10×10, {name}: seconds, times as fast as the plain and the careful script, largest difference from plain")
    best = {way: min(took) for way, took in times.items()}
    for way in WAYS:
        ratios = f"{best['plain script'] / best[way]:.1f}×  {best['careful script'] / best[way]:.1f}×"
        off = (matrices[way] - matrices["plain script"]).abs().max()
        say(way, f"{best[way]:.1f} s", ratios, f"{off:.1e} of {matrices['plain script'].abs().max():.2f}")


def preview():
    what = material(default_model(), "belongs_to", rows=10, probes=10)
    what.measure()
    engine = what.engine()
    first, _ = seconds(lambda: matrix(engine.predicted(what.rows, what.probes, SGD), what))
    rest, _ = seconds(lambda: matrix(engine.trained(what.rows, what.probes, SGD), what))
    print("\nFirst-order preview")
    say("there after this share of the time", f"{first / (first + rest):.2f}", f"{first:.1f} of {first + rest:.1f} s")
