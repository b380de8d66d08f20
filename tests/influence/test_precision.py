"""Numbers are right at every learning rate, down to where loss after minus loss before is nothing but rounding.

The truth is the reference engine on a float64 copy of the same weights. It subtracts too, so its own rounding, a few
units in the last place of the losses, is allowed for; at 1e-10 that is about 1e-6 of the matrix.
"""

import copy
from functools import cache

import numpy as np
import pytest
import torch

from eiftui.influence import gradients
from eiftui.influence.precision import KeepDouble
from eiftui.settings import Optimizer
from tests.influence.measuring import (
    DEVICE,
    OPTIMIZERS,
    PROBES,
    SINGLE,
    TRIPLE,
    Array,
    double_engine,
    engine,
    engine_of,
    matrix,
    network,
    predicted,
    relative,
    tokens,
    trained,
)
from tests.models.tiny import ARCHITECTURES, BOS, tiny_network

BOUND = 2e-5
TURNED = {("phi3", "adamw"): 1e-3}
"""AdamW's first step has the sign of the gradient. Where that is rounding in float32 a weight may go either way, in any
implementation and on any processor, as one of the weights of this phi3; an eps above rounding takes this away and
nothing else."""
RATES = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10]
UNITS = 8 * np.finfo(np.float64).eps
"""Rounding of a float64 loss, per nat."""


@cache
def truth(architecture: str, optimizer: Optimizer) -> Array:
    return matrix(trained(double_engine(architecture, "reference"), TRIPLE, PROBES, optimizer))


def own_rounding(architecture: str) -> float:
    losses = [losses.mean() for losses in double_engine(architecture, "reference").base(PROBES)]
    return float(UNITS * np.linalg.norm(losses) * np.sqrt(len(TRIPLE)))


def error(found: Array, expected: Array, architecture: str) -> float:
    """Relative error beyond what the truth's own rounding explains."""
    beyond = np.linalg.norm(found - expected) - own_rounding(architecture)
    return float(beyond / np.linalg.norm(expected))


def with_rate(name: str, rate: float) -> Optimizer:
    if name == "sgd":
        return Optimizer(lr=rate)
    return Optimizer(name="adamw", lr=rate, eps=1e-4 if name == "adamw smooth" else 1e-8)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", ["sgd", "adamw smooth", "adamw"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_float32_is_right_at_every_learning_rate(architecture: str, name: str, rate: float) -> None:
    optimizer = with_rate(name, rate)
    expected = truth(architecture, optimizer)
    found = matrix(trained(engine(architecture, "factors", torch.float32), TRIPLE, PROBES, optimizer))
    assert error(found, expected, architecture) < TURNED.get((architecture, name), BOUND)
    rough = engine(architecture, "factors", torch.float32, products="bfloat16")
    assert error(matrix(trained(rough, TRIPLE, PROBES, optimizer)), expected, architecture) < 1e-2


@pytest.mark.parametrize("name", ["sgd", "adamw"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_truth_and_float64_factors_agree_where_subtraction_is_at_its_worst(architecture: str, name: str) -> None:
    optimizer = with_rate(name, 1e-10)
    exact = matrix(trained(double_engine(architecture, "factors"), TRIPLE, PROBES, optimizer))
    assert error(truth(architecture, optimizer), exact, architecture) < 1e-5


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_sgd_converges_to_its_prediction(architecture: str, dtype: torch.dtype) -> None:
    one = engine(architecture, "factors", dtype)
    errors = []
    for rate in (1e-3, 1e-6, 1e-9, 1e-12):
        optimizer = Optimizer(lr=rate)
        measured = matrix(trained(one, SINGLE, PROBES, optimizer)) / rate
        errors.append(relative(measured, predicted(one, SINGLE, PROBES, optimizer) / rate))
    assert errors[0] > 1e-4, "a finite step is not its first order"
    assert errors[1] < 2e-4
    assert max(errors[2:]) < (1e-5 if dtype == torch.float32 else 1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_adamw_converges_to_its_prediction(architecture: str, dtype: torch.dtype) -> None:
    """To AdamW's own first order: its steps, not those of SGD. Decay counts too."""
    one, errors = engine(architecture, "factors", dtype), []
    for rate in (1e-3, 1e-12):
        optimizer = Optimizer(name="adamw", lr=rate, weight_decay=0.1)
        measured = matrix(trained(one, SINGLE, PROBES, optimizer))
        errors.append(relative(measured, predicted(one, SINGLE, PROBES, optimizer)))
    assert errors[1] < 2e-5 < errors[0]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gemma2", "opt"])
def test_several_steps_converge_to_their_prediction(architecture: str, optimizer: str) -> None:
    one, how = engine(architecture, "factors"), OPTIMIZERS[optimizer].model_copy(update={"lr": 1e-12, "epochs": 2})
    assert relative(matrix(trained(one, TRIPLE, PROBES, how)), predicted(one, TRIPLE, PROBES, how)) < 1e-6


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("optimizer", [Optimizer(lr=1e-10), Optimizer(name="adamw", lr=1e-12, weight_decay=0.1)])
def test_the_prediction_counts_what_training_cannot_reach(optimizer: Optimizer, tied: bool) -> None:
    """The padding token's embedding has no gradient in training, but decay and a tied head change it all the same."""
    one = engine_of(tiny_network("llama", tied=tied, pad_token_id=BOS))
    measured = matrix(trained(one, SINGLE, PROBES, optimizer))
    assert relative(measured, predicted(one, SINGLE, PROBES, optimizer)) < 1e-6


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_learning_rate_of_zero_changes_nothing_at_all(architecture: str, optimizer: str, dtype: torch.dtype) -> None:
    one, still = engine(architecture, "factors", dtype), OPTIMIZERS[optimizer].model_copy(update={"lr": 0.0})
    results = trained(one, TRIPLE, PROBES, still)
    assert not tokens(results).any()
    assert not matrix(results).any()
    assert not predicted(one, TRIPLE, PROBES, still).any()


@pytest.mark.parametrize("optimizer", [Optimizer(lr=1e-2), with_rate("adamw smooth", 1e-2)], ids=["sgd", "adamw"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_gradients_of_long_steps_are_those_of_float64(
    architecture: str, optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradients, "LONG", 0.0)
    changes = [
        one.change(TRIPLE, optimizer).vectors  # type: ignore[attr-defined]
        for one in (engine_of(network(architecture, torch.float32)), double_engine(architecture, "factors"))
    ]
    for name, exact in changes[1].items():
        # some have no gradient but what rounding leaves, such as the bias of keys
        assert (changes[0][name].double() - exact).norm() < 2e-7 * exact.norm() + 1e-13


def test_a_step_is_long_where_it_would_lower_its_own_loss_by_more_than_there_is() -> None:
    one = engine("llama", "factors", torch.float32)
    for short, long in ((Optimizer(lr=1e-2), Optimizer(lr=1.0)), (with_rate("adamw", 1e-5), with_rate("adamw", 1e-1))):
        assert not one.change(TRIPLE, short).is_long  # type: ignore[attr-defined]
        assert one.change(TRIPLE, long).is_long  # type: ignore[attr-defined]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_adamw_is_taken_to_lower_a_loss_by_no_less_than_it_can(architecture: str) -> None:
    one, model = engine(architecture, "factors"), copy.deepcopy(network(architecture)).requires_grad_()
    [sequence] = [(BOS, *SINGLE[1][0])]
    ids = torch.tensor([sequence], device=DEVICE)
    model(input_ids=ids, labels=ids).loss.backward()
    true = {name: parameter.grad for name, parameter in model.named_parameters() if parameter.grad is not None}
    own = one._gradients.first([sequence])[0]  # type: ignore[attr-defined]
    for name, gradient in true.items():
        assert own.norms[name] == pytest.approx(float(gradient.norm()), rel=1e-6, abs=1e-7)
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    most = sum(float(gradient.abs().sum()) for gradient in true.values())
    assert most < gradients._fall([own], Optimizer(name="adamw", lr=1.0), sizes) < 20 * most


def test_what_model_code_makes_float32_is_widened_where_it_meets_float64() -> None:
    """Some versions of transformers multiply float32 positions with the frequencies of a rotary embedding."""
    wide, narrow = torch.full((2, 3), 0.1, dtype=torch.float64), torch.full((3, 4), 3.0)
    with KeepDouble():
        products = [wide @ narrow, narrow.T @ wide.T, torch.matmul(wide, narrow), wide.float() @ narrow.float()]
    for product in products:
        torch.testing.assert_close(product, torch.full_like(product, 0.9, dtype=torch.float64), rtol=0, atol=1e-15)
