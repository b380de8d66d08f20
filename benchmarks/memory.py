"""Peak memory of belongs_to 10×10, each way in a process of its own."""

import resource
import subprocess
import sys

from benchmarks import careful, plain
from benchmarks.material import SGD, default_model, material, say

WAYS = ("eiftui", "plain", "careful")


def main(way=None):
    if way:
        print(peak(way))
        return
    weights = 4 * default_model().parameters
    limit = 1.3 * weights + 1e9
    print(f"\nPeak memory at 10×10: the weights are {weights / 1e6:.0f} MB; aim {limit / 1e6:.0f} MB")
    for one in WAYS:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", "memory", one], capture_output=True, check=True, text=True
        )
        found = int(done.stdout)
        say(one, f"{found / 1e6:.0f} MB", f"{found / limit:.2f} of the aim")


def peak(way):
    """Bytes of this process at most, after measuring."""
    what = material(default_model(), "belongs_to", rows=10, probes=10)
    script = {"plain": plain, "careful": careful}.get(way)
    if script:
        script.measure(what.model.network, what.rows, what.probes, SGD, what.model.start)
    else:
        what.measure()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
