"""The factor engine gives what real optimiser steps on real weights give, on every architecture."""

import copy

import numpy as np
import pytest
import torch

from eiftui.settings import Optimizer
from tests.influence.measuring import (
    ADAMW,
    DEVICE,
    OPTIMIZERS,
    PROBES,
    PROMPTS,
    SGD,
    SINGLE,
    TRIPLE,
    distance,
    double_engine,
    engine,
    engine_of,
    in_order,
    matrix,
    network,
    tokens,
    trained,
)
from tests.models.tiny import ARCHITECTURES, BOS, tiny_network

ROWS = {"one sentence": (SINGLE, 1), "three sentences": (TRIPLE, 1), "two epochs": (TRIPLE, 2)}


MOST, TURNED = 0.95, 5
"""AdamW steps as far for a gradient of nothing but rounding as for any other, and other processors turn other weights:
a few single tokens, not means over them, feel that by up to so many times the bound."""


def allowed(optimizer: Optimizer, dtype: torch.dtype) -> float:
    """What rounding explains, per largest EIF."""
    if dtype == torch.float64:
        return 1e-5
    return 5e-4 if optimizer.name == "adamw" else 1e-4


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_factors_equal_the_reference(architecture: str, dtype: torch.dtype, optimizer: str, rows: str) -> None:
    """In float32 too the truth is the reference in float64: its own rounding can turn a weight of AdamW's."""
    sets, epochs = ROWS[rows]
    how = OPTIMIZERS[optimizer].model_copy(update={"epochs": epochs})
    exact = engine(architecture, "reference") if dtype == torch.float64 else double_engine(architecture, "reference")
    found, truth = (trained(one, sets, PROBES, how) for one in (engine(architecture, "factors", dtype), exact))
    bound = allowed(how, dtype)
    np.testing.assert_allclose(matrix(found), matrix(truth), rtol=0, atol=bound * np.abs(matrix(truth)).max() + 1e-6)
    off = np.abs(tokens(found) - tokens(truth))
    least = bound * np.abs(tokens(truth)).max() + 2e-6
    is_turning = (dtype, how.name) == (torch.float32, "adamw")
    assert np.quantile(off, MOST if is_turning else 1) <= least
    assert off.max() <= least * (TURNED if is_turning else 1)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_reference_in_float32_is_near_that_in_float64(architecture: str, optimizer: str) -> None:
    how = OPTIMIZERS[optimizer]
    narrow, wide = engine(architecture, "reference", torch.float32), double_engine(architecture, "reference")
    found, truth = (matrix(trained(one, TRIPLE, PROBES, how)) for one in (narrow, wide))
    assert distance(found, truth) < (2e-3 if how.name == "adamw" else 1e-4)


@pytest.mark.parametrize("optimizer", [SGD, ADAMW], ids=["sgd", "adamw"])
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("architecture", ["llama", "gpt2", "opt", "gpt_neox", "gemma3", "bloom"])
def test_tied_and_untied_embeddings_equal_the_reference(architecture: str, tied: bool, optimizer: Optimizer) -> None:
    model = network(architecture, tied=tied)
    assert (model.get_output_embeddings().weight is model.get_input_embeddings().weight) == tied
    found, truth = (trained(engine_of(model, kind), TRIPLE, PROBES, optimizer) for kind in ("factors", "reference"))
    assert distance(matrix(found), matrix(truth)) < 1e-5


@pytest.mark.parametrize("optimizer", [SGD, ADAMW], ids=["sgd", "adamw"])
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("architecture", ["llama", "opt"])
def test_a_start_token_that_is_the_padding_token_too_trains_as_in_torch(
    architecture: str, tied: bool, optimizer: Optimizer
) -> None:
    """Torch gives a padding token's line of the input embedding no gradient; many models pad with their start token."""
    model = tiny_network(architecture, tied=tied, pad_token_id=BOS)
    found, truth = (trained(engine_of(model, kind), TRIPLE, PROBES, optimizer) for kind in ("factors", "reference"))
    assert distance(matrix(found), matrix(truth)) < 1e-5


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "falcon"])
def test_without_a_start_token_the_first_token_is_not_scored(architecture: str) -> None:
    factors, reference = (engine_of(network(architecture), kind, start=None) for kind in ("factors", "reference"))
    assert [len(losses) for losses in factors.base(PROBES)] == [len(probe) - 1 for probe in PROBES]
    found, truth = (trained(one, TRIPLE, PROBES, SGD) for one in (factors, reference))
    assert distance(tokens(found), tokens(truth)) < 1e-5


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_token_of_a_probe_is_scored_after_a_start_token(architecture: str) -> None:
    base = engine(architecture, "factors").base(PROBES)
    truth = engine(architecture, "reference").base(PROBES)
    assert [len(losses) for losses in base] == [len(probe) for probe in PROBES]
    for found, expected in zip(base, truth, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("start", [1, None])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_prompts_equal_the_reference(architecture: str, start: int | None) -> None:
    engines = [engine_of(network(architecture), kind, start=start) for kind in ("factors", "reference")]
    found, truth = (in_order(list(one.prompted(PROMPTS, PROBES))) for one in engines)
    assert distance(tokens(found), tokens(truth)) < 1e-9
    assert distance(matrix(found), matrix(truth)) < 1e-9


@pytest.mark.parametrize("optimizer", [SGD, ADAMW], ids=["sgd", "adamw"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_bfloat16_weights_are_read_exactly(architecture: str, optimizer: Optimizer) -> None:
    narrow = tiny_network(architecture, dtype=torch.bfloat16)
    wide = copy.deepcopy(narrow).float()
    found, truth = (trained(engine_of(model), TRIPLE, PROBES, optimizer) for model in (narrow, wide))
    assert distance(matrix(found), matrix(truth)) < (1e-4 if optimizer is ADAMW else 1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_network_is_left_as_it_was(architecture: str) -> None:
    model = tiny_network(architecture).to(DEVICE)
    before = copy.deepcopy(model.state_dict())
    for kind in ("factors", "reference"):
        trained(engine_of(model, kind), SINGLE, PROBES, SGD)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert not any(parameter.requires_grad for parameter in model.parameters())
