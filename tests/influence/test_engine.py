"""Numbers do not depend on how the work was cut, and what cannot be measured is said."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import transformers as T
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.overrides import TorchFunctionMode

from eiftui.errors import UnsupportedModel
from eiftui.influence import updates
from eiftui.influence.engine import Engine, FactorEngine, engine_for
from eiftui.influence.gradients import KeptGradients
from eiftui.influence.pair import Pair
from eiftui.settings import Method, Optimizer
from tests.influence.measuring import (
    ADAMW,
    DEVICE,
    OPTIMIZERS,
    PROBES,
    PROMPTS,
    SGD,
    SGD_ALL,
    SINGLE,
    TRIPLE,
    Array,
    engine,
    engine_of,
    in_order,
    matrix,
    network,
    predicted,
    tokens,
    trained,
)
from tests.models.tiny import ARCHITECTURES, BOS, tiny_network

ROWS = (*SINGLE, *TRIPLE, ((9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9),), ((9, 3),), ((1, 2, 3, 4, 5, 6, 7), (8, 9)))
ONE_BYTE = 1e-9
"""GiB. Not even one row fits, so everything is done a row at a time."""


def same(found: Array, expected: Array) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def everything(one: Engine, optimizer: Optimizer) -> tuple[Array, Array, Array]:
    prompted = tokens(in_order(list(one.prompted(PROMPTS, PROBES))))
    return tokens(trained(one, ROWS, PROBES, optimizer)), predicted(one, ROWS, PROBES, optimizer), prompted


class Backwards(TorchFunctionMode):
    """Counts the backward passes that torch is asked for."""

    count = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += getattr(func, "__name__", "") == "backward"
        return func(*args, **(kwargs or {}))


def backwards_of(work: Callable[[], object]) -> int:
    with Backwards() as mode:
        work()
    return mode.count


def test_as_many_tokens_as_heads_are_told_from_heads() -> None:
    rows = [((5, 9),), ((3, 8),)]  # read together in four places; of four heads, whose norm has places behind heads
    found, expected = (matrix(trained(engine("phi", kind), rows, PROBES, SGD)) for kind in ("factors", "reference"))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gemma2", "bloom"])
def test_numbers_do_not_depend_on_the_memory_budget(architecture: str, optimizer: str) -> None:
    model, how = network(architecture), OPTIMIZERS[optimizer]
    roomy = everything(engine_for(model, BOS, Method()), how)
    for budget in (ONE_BYTE, 1e-3):
        for found, expected in zip(everything(engine_for(model, BOS, Method(), budget), how), roomy, strict=True):
            same(found, expected)


@pytest.mark.parametrize("architecture", ["llama", "bloom"])
def test_numbers_do_not_depend_on_the_order_of_rows(architecture: str) -> None:
    one = engine_of(network(architecture))
    order = np.random.default_rng(0).permutation(len(ROWS))
    for optimizer in (SGD_ALL, ADAMW):
        expected = tokens(trained(one, ROWS, PROBES, optimizer))
        shuffled = tokens(trained(engine_of(network(architecture)), [ROWS[i] for i in order], PROBES, optimizer))
        same(shuffled, expected[order])


@given(st.lists(st.sampled_from(range(len(PROBES))), min_size=1, max_size=6))
@settings(max_examples=15)
def test_numbers_do_not_depend_on_the_other_probes(chosen: list[int]) -> None:
    for architecture in ("llama", "bloom"):
        one = engine(architecture, "factors")
        expected = matrix(trained(one, TRIPLE, PROBES, SGD))[:, chosen]
        same(matrix(trained(one, TRIPLE, [PROBES[index] for index in chosen], SGD)), expected)


def test_many_probes_in_several_trees_have_the_numbers_of_each_alone() -> None:
    choice = np.random.default_rng(1)
    probes = [tuple(choice.integers(3, 97, 40).tolist()) for _ in range(40)]
    one = engine_of(network("llama"))
    together = matrix(trained(one, SINGLE, probes, SGD))
    same(together, np.concatenate([matrix(trained(one, SINGLE, [probe], SGD)) for probe in probes], axis=1))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_eif_of_a_probe_is_the_mean_over_its_tokens(optimizer: str) -> None:
    for result in trained(engine_of(network("llama")), ROWS, PROBES, OPTIMIZERS[optimizer]):
        assert result.changes is not None
        assert [len(changes) for changes in result.changes] == [len(probe) for probe in PROBES]
        np.testing.assert_allclose(result.eif, [changes.mean() for changes in result.changes], rtol=1e-14)


def test_every_row_is_reported_once() -> None:
    one = engine_of(network("llama"))
    assert sorted(result.row for result in one.trained(ROWS, PROBES, SGD)) == list(range(len(ROWS)))
    assert sorted(result.row for result in one.predicted(ROWS, PROBES, SGD)) == list(range(len(ROWS)))
    assert sorted(result.row for result in one.prompted(PROMPTS, PROBES)) == list(range(len(PROMPTS)))


def test_rows_that_are_alike_have_the_same_numbers() -> None:
    found = matrix(trained(engine_of(network("llama")), [SINGLE[0], TRIPLE[1], SINGLE[0]], PROBES, SGD))
    np.testing.assert_array_equal(found[0], found[2])


def test_a_new_probe_or_learning_rate_needs_no_new_backward() -> None:
    one = engine_of(network("llama"))
    assert backwards_of(lambda: trained(one, SINGLE, PROBES[:2], SGD)) > 0
    assert backwards_of(lambda: trained(one, SINGLE, PROBES, SGD)) == 0
    assert backwards_of(lambda: trained(one, SINGLE[::-1], PROBES, SGD.model_copy(update={"lr": 1e-5}))) == 0
    assert backwards_of(lambda: trained(one, SINGLE, PROBES, ADAMW)) == 0


def test_a_new_probe_of_several_sentences_needs_none_either_but_another_learning_rate_does() -> None:
    one = engine_of(network("llama"))
    trained(one, TRIPLE, PROBES[:2], SGD)
    assert backwards_of(lambda: trained(one, TRIPLE, PROBES, SGD)) == 0
    slower = SGD.model_copy(update={"lr": 1e-5})
    assert backwards_of(lambda: trained(one, TRIPLE, PROBES, slower)) > 0, "later steps begin at other weights"
    fresh = trained(engine_of(network("llama")), TRIPLE, PROBES, slower)
    same(matrix(trained(one, TRIPLE, PROBES, slower)), matrix(fresh))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_rows_side_by_side_as_on_a_gpu_have_the_numbers_of_each_alone(
    optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = everything(engine_of(network("llama")), OPTIMIZERS[optimizer])
    monkeypatch.setattr(updates, "_side_by_side", lambda like: True)
    for found, alone in zip(everything(engine_of(network("llama")), OPTIMIZERS[optimizer]), expected, strict=True):
        same(found, alone)


def test_later_sentences_are_recorded_along_with_the_first_of_other_rows() -> None:
    one = engine_of(network("llama"))
    assert isinstance(one, FactorEngine)
    gradients = KeptGradients(one.forward, replace(one.budget, bytes=1))  # of 16 tokens in a line
    seven = [tuple(range(start, start + 7)) for start in (5, 15, 25, 35)]
    assert backwards_of(lambda: gradients.change([seven[:2], seven[2:3], seven[3:]], SGD)) == 2


def test_a_network_whose_weights_ask_for_gradients_is_measured_like_any() -> None:
    asking = engine_of(tiny_network("llama").requires_grad_())
    expected = matrix(trained(engine("llama", "factors"), TRIPLE, PROBES, SGD_ALL))
    same(matrix(trained(asking, TRIPLE, PROBES, SGD_ALL)), expected)


def test_a_prediction_needs_the_gradients_of_what_is_new_only() -> None:
    one = engine_of(network("llama"))
    predicted(one, SINGLE, PROBES, SGD)
    assert backwards_of(lambda: trained(one, SINGLE, PROBES, SGD)) == 0
    assert backwards_of(lambda: predicted(one, SINGLE, PROBES[:2], ADAMW)) == 0
    assert backwards_of(lambda: predicted(one, SINGLE, [(50, 51)], SGD)) == 1


class NoRoom:
    """A hook that has memory run out whenever more than `largest` rows pass a module, until `patience` is used up."""

    def __init__(self, largest: int, patience: float = math.inf) -> None:
        self.largest, self.patience, self.refused = largest, patience, 0

    def __call__(self, module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        rows = len(args[0].d) if isinstance(args[0], Pair) else args[0].shape[0]
        if rows > self.largest and self.refused < self.patience:
            self.refused += 1
            raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.parametrize(("largest", "patience"), [(1, 1), (1, math.inf), (2, math.inf)])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_block_that_does_not_fit_is_halved_and_gives_the_same_numbers(
    optimizer: str, largest: int, patience: float
) -> None:
    how = OPTIMIZERS[optimizer]
    expected = everything(engine_of(network("llama")), how)
    model = tiny_network("llama")
    one, hook = engine_of(model), NoRoom(largest, patience)
    model.get_submodule("model.layers.1.mlp.down_proj").register_forward_pre_hook(hook)
    for found, roomy in zip(everything(one, how), expected, strict=True):
        same(found, roomy)
    assert hook.refused >= min(patience, 2)


def test_a_single_row_that_does_not_fit_is_an_error() -> None:
    model = tiny_network("llama")
    one = engine_of(model)
    model.get_submodule("model.layers.1.mlp.down_proj").register_forward_pre_hook(NoRoom(0))
    with pytest.raises(torch.OutOfMemoryError):
        trained(one, SINGLE, PROBES, SGD)


def test_after_memory_ran_out_the_network_still_works() -> None:
    model = tiny_network("llama")
    one, expected = engine_of(model), engine_of(network("llama")).base(PROBES)
    handle = model.get_submodule("model.layers.1.mlp.down_proj").register_forward_pre_hook(NoRoom(0))
    with pytest.raises(torch.OutOfMemoryError):
        one.base(PROBES)
    handle.remove()
    for found, losses in zip(one.base(PROBES), expected, strict=True):
        np.testing.assert_array_equal(found, losses)


class Mixture(T.LlamaForCausalLM):
    """A Llama with a weight of three axes, as mixtures of experts have."""

    def __init__(self, config: T.LlamaConfig) -> None:
        super().__init__(config)
        self.experts = torch.nn.Parameter(torch.full((2, 3, 4), 0.1))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        output = super().forward(*args, **kwargs)
        output.logits = output.logits * (1 + self.experts.mean())
        return output


class Normed(T.LlamaForCausalLM):
    """A Llama that does with a weight matrix what no layer does."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        output = super().forward(*args, **kwargs)
        output.logits = output.logits / self.lm_head.weight.norm()
        return output


@pytest.mark.parametrize(("kind", "name"), [(Mixture, "experts"), (Normed, "lm_head.weight")])
def test_a_weight_that_cannot_be_carried_is_named_and_the_reference_engine_measures_it(
    kind: type[T.LlamaForCausalLM], name: str
) -> None:
    config = tiny_network("llama").config
    torch.manual_seed(0)
    model = kind(config).double().eval().requires_grad_(False)
    with pytest.raises(UnsupportedModel, match=name):
        trained(engine_of(model), SINGLE, PROBES, SGD)
    assert np.isfinite(matrix(trained(engine_of(model, "reference"), SINGLE, PROBES, SGD))).all()


@pytest.mark.parametrize("kind", ["factors", "reference"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_base_losses_are_the_cross_entropies_of_a_plain_forward(architecture: str, kind: str) -> None:
    model = network(architecture, torch.float32)
    for probe, losses in zip(PROBES, engine(architecture, kind, torch.float32).base(PROBES), strict=True):
        ids = torch.tensor([[BOS, *probe]], device=DEVICE)
        with torch.no_grad():
            expected = F.cross_entropy(model(ids).logits[0, :-1], ids[0, 1:], reduction="none")
        np.testing.assert_allclose(losses, expected.cpu().numpy(), rtol=2e-5, atol=1e-6)


def test_the_two_engines_say_how_they_measured() -> None:
    model = network("llama", torch.float32)
    assert "bfloat16" in engine_of(model, products="bfloat16").mechanism
    assert engine_of(model, "reference").mechanism.startswith("reference")


def test_the_reference_says_what_became_of_an_update() -> None:
    one = engine_of(network("llama"), "reference")
    (moved, still) = (trained(one, SINGLE[:1], PROBES, Optimizer(lr=rate))[0].meter for rate in (1e-2, 0.0))
    assert moved is not None
    assert still is not None
    assert moved.moved > 0.5
    assert still.moved == 0
