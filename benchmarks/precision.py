"""Relative error (Frobenius, against float64) of the trained matrix by learning rate, and what it costs.

`python -m benchmarks precision FILE.svg` also draws the errors.
"""

import copy
import io
import math

import torch
from rich.console import Console

from benchmarks import corrected, plain
from benchmarks.material import Material, default_model, material, say, seconds
from eiftui.settings import Optimizer
from eiftui.tui.plots import curves

RATES = (1e-2, 1e-3, 1e-5, 1e-6, 1e-8, 1e-10)
WAYS = ("plain fp32", "plain bf16", "corrected fp32", "eiftui fp32", "eiftui bf16 products")
"""The corrected forward subtracts losses, from the same factors; eiftui carries differences."""


def main(file=None):
    model = default_model()
    double, half = copy.deepcopy(model.network).double(), copy.deepcopy(model.network).bfloat16()
    errors = table(model, double, half, "sgd", 10)
    table(model, double, half, "adamw", 3)
    if file:
        draw(errors, file)


def table(model, double, half, optimizer, size):
    """Errors by way and rate, printed and returned."""
    what = material(model, "belongs_to", rows=size, probes=size)
    truth_model = Material(model.of(double, model.tokenizer, model.choice), what.rows, what.probes, [])
    work = dict(zip(WAYS, ways(what, half), strict=True))
    for warm_up in WAYS[2:]:
        work[warm_up](Optimizer(name=optimizer, lr=1e-3))
    print(f"\nRelative error by learning rate (Frobenius, against float64), {optimizer}, belongs_to {size}×{size}")
    say("rate, largest EIF", *WAYS, "seconds of each")
    errors = {way: [] for way in WAYS}
    for lr in RATES:
        how = Optimizer(name=optimizer, lr=lr)
        truth = truth_model.measure(how)
        found = {way: seconds(lambda way=way, how=how: work[way](how)) for way in WAYS}
        for way, (_, values) in found.items():
            errors[way].append(error(values, truth))
        now = [f"{errors[way][-1]:10.1e}" for way in WAYS]
        say(f"{lr:g}, {truth.abs().max():.1e}", *now, " ".join(f"{took:.1f}" for took, _ in found.values()))
    return errors


def ways(what, half):
    """What gives the matrix at the rate of an optimiser, in the order of `WAYS`."""
    yield lambda optimizer: script(what.model.network, what, optimizer)
    yield lambda optimizer: script(half, what, optimizer)
    yield lambda optimizer: corrected.measure(what.engine(), what.rows, what.probes, optimizer)
    yield lambda optimizer: what.measure(optimizer)
    yield lambda optimizer: what.measure(optimizer, "bfloat16")


def script(network, what, optimizer):
    return plain.measure(network, what.rows, what.probes, optimizer, what.model.start)


def error(values, truth):
    return float((values - truth).norm() / truth.norm()) if torch.isfinite(values).all() else float("nan")


def draw(errors, file):
    """Errors over rates, both as powers of ten, as a picture of a terminal."""
    rates = [math.log10(rate) for rate in RATES]
    shown = ("plain bf16", "plain fp32", "eiftui bf16 products", "eiftui fp32")
    series = {way: (rates, [math.log10(one) if one > 0 else math.nan for one in errors[way]]) for way in shown}
    ticks = {at: f"1e{at:.0f}" for at in rates}
    plot = curves(series, (96, 26), "learning rate", "log10 of the relative error; 0 is as wrong as large", True, ticks)
    console = Console(record=True, width=98, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(plot)
    console.save_svg(file, title="Relative error of the trained matrix, by learning rate")
