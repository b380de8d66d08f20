"""belongs_to 10×10 against two scripts: ratios of time, in turn, in one run; the largest difference of the numbers."""

from benchmarks import careful, plain
from benchmarks.material import ADAMW, SGD, default_model, material, matrix, say, seconds

ROUNDS = 2


def main():
    what = material(default_model(), "belongs_to", rows=10, probes=10)
    what.measure()  # everything is warm before anything is timed
    for name, optimizer in (("SGD", SGD), ("AdamW", ADAMW)):
        times, matrices = {}, {}
        for _ in range(ROUNDS):
            for script, work in jobs(what, optimizer).items():
                took, matrices[script] = seconds(work)
                times[script] = min(took, times.get(script, took))
        report(name, times, matrices)
    preview(what)


def jobs(what, optimizer):
    arguments = (what.model.network, what.rows, what.probes, optimizer, what.model.start)
    return {
        "plain script": lambda: plain.measure(*arguments),
        "careful script": lambda: careful.measure(*arguments),
        "eiftui": lambda: what.measure(optimizer),
        "eiftui, bfloat16 products": lambda: what.measure(optimizer, "bfloat16"),
    }


def report(name, times, matrices):
    print(f"\n10×10, {name}: seconds, times as fast as the plain and the careful script, largest difference from plain")
    for script, took in times.items():
        ratios = f"{times['plain script'] / took:.1f}×  {times['careful script'] / took:.1f}×"
        off = (matrices[script] - matrices["plain script"]).abs().max()
        say(script, f"{took:.1f} s", ratios, f"{off:.1e} of {matrices['plain script'].abs().max():.2f}")


def preview(what):
    engine = what.engine()
    first, _ = seconds(lambda: matrix(engine.predicted(what.rows, what.probes, SGD), what))
    rest, _ = seconds(lambda: matrix(engine.trained(what.rows, what.probes, SGD), what))
    print("\nFirst-order preview")
    say("there after this share of the time", f"{first / (first + rest):.2f}", f"{first:.1f} of {first + rest:.1f} s")
