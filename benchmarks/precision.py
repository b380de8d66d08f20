"""Relative error (Frobenius, against float64) of the trained matrix by learning rate, and what it costs."""

import copy

import torch

from benchmarks import plain
from benchmarks.material import Material, default_model, material, say, seconds
from eiftui.settings import Optimizer

RATES = (1e-2, 1e-3, 1e-5, 1e-6, 1e-8, 1e-10)


def main():
    what = material(default_model(), "belongs_to", rows=10, probes=10)
    double = copy.deepcopy(what.model.network).double()
    truth_model = Material(what.model.of(double, what.model.tokenizer, what.model.choice), what.rows, what.probes, [])
    half = copy.deepcopy(what.model.network).bfloat16()
    print("\nRelative error by learning rate (Frobenius, against float64), SGD, belongs_to 10×10")
    say("rate, largest EIF", "plain fp32", "plain bf16", "eiftui fp32", "eiftui bf16 products", "seconds of each")
    for lr in RATES:
        optimizer = Optimizer(lr=lr)
        truth = truth_model.measure(optimizer)
        ways = {
            "plain": lambda o=optimizer: script(what.model.network, what, o),
            "half": lambda o=optimizer: script(half, what, o),
            "exact": lambda o=optimizer: what.measure(o),
            "narrow": lambda o=optimizer: what.measure(o, "bfloat16"),
        }
        found = {name: seconds(work) for name, work in ways.items()}
        errors = [f"{error(values, truth):10.1e}" for _, values in found.values()]
        say(f"{lr:g}, {truth.abs().max():.1e}", *errors, " ".join(f"{took:.1f}" for took, _ in found.values()))


def script(network, what, optimizer):
    return plain.measure(network, what.rows, what.probes, optimizer, what.model.start)


def error(values, truth):
    return float((values - truth).norm() / truth.norm()) if torch.isfinite(values).all() else float("nan")
