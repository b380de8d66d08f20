"""Time per cell at 100×100 against 10×10, what a new probe costs, and a sweep of 13 learning rates."""

import dataclasses

from benchmarks.material import SGD, default_model, material, matrix, say, seconds
from eiftui.settings import Optimizer

RATES = [10.0**-exponent for exponent in range(1, 14)]


def main():
    model = default_model()
    large, small = material(model, "random_claim_100"), material(model, "belongs_to", rows=10, probes=10)
    small.measure()
    few, _ = seconds(small.measure)
    many, _ = seconds(large.measure)
    print("\nTime per cell")
    say("belongs_to 10×10", f"{1e3 * few / 100:.1f} ms a cell")
    say("random_claim_100 100×100", f"{1e3 * many / 10_000:.1f} ms a cell", f"ratio {many / few / 100:.2f}")
    new_probe(small)
    sweep(small)


def new_probe(what):
    """A probe added to ten rows that are already measured: their gradients are still there."""
    engine = what.engine()
    whole, _ = seconds(lambda: matrix(engine.trained(what.rows, what.probes, SGD), what))
    one = dataclasses.replace(what, probes=[what.probes[0][::-1]])
    added, _ = seconds(lambda: matrix(engine.trained(one.rows, one.probes, SGD), one))
    print("\nA new probe beside ten measured rows")
    say("share of the whole matrix's time", f"{added / whole:.2f}", f"{added:.1f} of {whole:.1f} s")


def sweep(what):
    """Thirteen rates from the same gradients, on single sentences; a new engine for each is the comparison."""
    single = dataclasses.replace(what, rows=[row for row in what.rows if len(row) == 1])
    engine = single.engine()
    first, _ = seconds(lambda: matrix(engine.trained(single.rows, single.probes, Optimizer(lr=RATES[0])), single))
    recorded = set(engine.recorded)
    others, _ = seconds(
        lambda: [matrix(engine.trained(single.rows, single.probes, Optimizer(lr=lr)), single) for lr in RATES[1:]]
    )
    print("\nA sweep of 13 learning rates")
    say("backwards after the first rate", str(len(engine.recorded - recorded)))
    say("each further rate, of the first's time", f"{others / 12 / first:.2f}", f"{others / 12:.1f} of {first:.1f} s")
