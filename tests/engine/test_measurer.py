"""The records that one loaded model answers with."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
import transformers as T
from torch.nn import functional as F

from eiftui.engine.measurer import Measurer
from eiftui.engine.protocol import Load, Task, What
from eiftui.errors import EiftuiError, InputError
from eiftui.models.load import LanguageModel
from eiftui.session.results import BaseRecord
from eiftui.session.written import text_id
from eiftui.settings import Method, ModelChoice, Optimizer, Settings
from tests.models.tiny import tiny_experts, tiny_model, tiny_network, tiny_tokenizer

ROWS = (("Snow is white.",), ("A dog", "barks."))
PROBES = (("Snow is cold.",), ("Dogs bark.", "Cats do not."))
SETTINGS = Settings(optimizer=Optimizer(lr=1e-2))
BOS = 1


def measurer(settings: Settings = SETTINGS) -> Measurer:
    one = Measurer()
    one.take(tiny_model(dtype=torch.float32), settings)
    return one


def measure(what: What, one: Measurer, settings: Settings = SETTINGS, **fields: Any) -> list[Any]:
    return list(one.measure(Task(what=what, **{"rows": ROWS, "probes": PROBES, "settings": settings, **fields})))


def ids(text: str) -> list[int]:
    return [BOS, *tiny_tokenizer().encode(text, add_special_tokens=False)]


def losses(network: Any, text: str) -> torch.Tensor:
    tokens = torch.tensor([ids(text)])
    return F.cross_entropy(network(tokens).logits[0, :-1], tokens[0, 1:], reduction="none")


@pytest.mark.parametrize("condition", ["trained", "predicted", "prompted"])
def test_a_row_says_what_it_is_and_what_determined_it(condition: Any) -> None:
    one = measurer()
    for record in measure(condition, one):
        row = ROWS[[text_id(row) for row in ROWS].index(record.row)]
        assert record.key == SETTINGS.key(condition, one.model.fingerprint)
        assert record.condition == condition
        assert record.sentences == row
        assert record.tokens == tuple(tuple(ids(sentence)[1:]) for sentence in row)
        assert record.probes == tuple(map(text_id, PROBES))
        assert record.seconds >= 0


def test_every_row_of_a_task_is_answered_once() -> None:
    assert sorted(record.row for record in measure("trained", measurer())) == sorted(map(text_id, ROWS))


def test_a_prediction_has_no_changes_of_tokens_and_the_others_have_one_for_each() -> None:
    one = measurer()
    assert all(record.changes is None for record in measure("predicted", one))
    for record in measure("trained", one) + measure("prompted", one):
        assert [len(change) for change in record.changes] == [len(ids("\n".join(probe))) - 1 for probe in PROBES]
        np.testing.assert_allclose(record.eif, [change.mean() for change in record.changes], rtol=1e-5)


def test_base_losses_are_those_of_the_network() -> None:
    one = measurer()
    record, texts = measure("base", one)
    assert isinstance(record, BaseRecord)
    assert ["".join(texts.texts[text_id(probe)]) for probe in PROBES] == ["\n".join(probe) for probe in PROBES]
    for probe, found in zip(PROBES, record.probes, strict=True):
        with torch.no_grad():
            expected = losses(one.model.network, "\n".join(probe))
        assert found.tokens == tuple(ids("\n".join(probe))[1:])
        np.testing.assert_allclose(found.losses, expected.numpy(), rtol=1e-5, atol=1e-6)


def test_trained_is_what_plain_steps_of_sgd_do() -> None:
    one = measurer()
    for record in measure("trained", one):
        network = copy.deepcopy(one.model.network).double().requires_grad_(True)
        probes = ["\n".join(probe) for probe in PROBES]
        before = [losses(network, probe).mean().item() for probe in probes]
        optimizer = torch.optim.SGD(network.parameters(), lr=1e-2)
        for sentence in record.sentences:
            optimizer.zero_grad()
            losses(network, sentence).mean().backward()
            optimizer.step()
        expected = [losses(network, probe).mean().item() - b for probe, b in zip(probes, before, strict=True)]
        np.testing.assert_allclose(record.eif, expected, rtol=1e-3, atol=1e-6)


def test_prompted_is_the_loss_after_the_prompt_and_the_end_of_its_line() -> None:
    one = measurer()
    for record in measure("prompted", one):
        prompt = "\n".join(record.sentences) + "\n"
        for probe, changes in zip(("\n".join(probe) for probe in PROBES), record.changes, strict=True):
            with torch.no_grad():
                expected = losses(one.model.network, prompt + probe)[-len(probe) :] - losses(one.model.network, probe)
            np.testing.assert_allclose(changes, expected.numpy(), rtol=1e-4, atol=1e-5)


def test_each_mechanism_is_named() -> None:
    one = measurer()
    named = {what: measure(what, one)[0].mechanism for what in ("trained", "predicted", "prompted")}
    assert named["trained"] == one.engine.mechanism
    assert named["predicted"] == "first order"
    assert named["prompted"] == "loss after minus loss before"


def test_the_reference_says_what_became_of_an_update_and_the_factors_do_not() -> None:
    reference = SETTINGS.model_copy(update={"method": Method(engine="reference")})
    (with_meter, _) = measure("trained", measurer(reference), reference)
    assert with_meter.moved > 0.5
    assert with_meter.realised == pytest.approx(1, abs=0.05)
    assert measure("trained", measurer())[0].moved is None


def test_nothing_changes_at_learning_rate_0_and_rounding_is_the_floor_of_the_prompt() -> None:
    one = measurer()
    floors = {floor.key: floor for floor in measure("floor", one)}
    trained, prompted = (floors[SETTINGS.key(what, one.model.fingerprint)] for what in ("trained", "prompted"))
    assert trained.value == 0
    assert 0 <= prompted.value < 1e-5
    assert len(floors) == 2


class Normed(T.LlamaForCausalLM):
    """A Llama that does with a weight matrix what no layer does."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        output = super().forward(*args, **kwargs)
        output.logits = output.logits / self.lm_head.weight.norm()
        return output


def odd_model() -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel.of(Normed(tiny_network("llama").config).double(), tiny_tokenizer(), ModelChoice(device="cpu"))


def test_what_the_factors_cannot_carry_is_measured_by_the_reference_and_the_record_names_the_weight() -> None:
    reference = SETTINGS.by_reference()
    fallen, asked = Measurer(), Measurer()
    fallen.take(odd_model(), SETTINGS)
    asked.take(odd_model(), reference)
    assert "lm_head.weight" in (fallen.record(SETTINGS).obstacle or "")
    assert asked.record(reference).obstacle is None
    for what in ("base", "trained", "predicted", "prompted", "floor"):
        for record, same in zip(measure(what, fallen), measure(what, asked, reference), strict=True):
            assert record.model_copy(update={"seconds": 0}) == same.model_copy(update={"seconds": 0})


@pytest.mark.parametrize("slower", [True, False])
def test_the_record_tells_whether_narrow_products_are_slow_here(slower: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("eiftui.engine.measurer.is_slower", lambda *of: asked.append(of) or slower)
    assert measurer().record(SETTINGS).slow_products == slower
    assert asked == [(torch.bfloat16, torch.device("cpu"))]


def test_a_task_is_measured_by_the_engine_it_asks_for_whatever_was_asked_for_before() -> None:
    one, reference = measurer(), SETTINGS.by_reference()
    for settings, mechanism in ((SETTINGS, "difference"), (reference, "reference"), (SETTINGS, "difference")):
        (record, _) = measure("trained", one, settings)
        assert record.mechanism.startswith(mechanism)
        assert record.key == settings.key("trained", one.model.fingerprint)


def test_a_mixture_of_experts_is_measured_by_the_reference() -> None:
    one = Measurer()
    one.take(LanguageModel.of(tiny_experts(), tiny_tokenizer(), ModelChoice(device="cpu")), SETTINGS)
    assert "experts" in (one.record(SETTINGS).obstacle or "")
    assert all(np.isfinite(record.eif).all() for record in measure("trained", one))


def test_a_text_without_tokens_and_one_that_is_too_long_are_refused() -> None:
    with pytest.raises(InputError, match="64"):
        measure("trained", measurer(), rows=(("x" * 70,),))
    too_long = {"rows": (("A dog.",), ("x" * 30,)), "probes": (("A cat.",), ("y" * 40,))}
    for what in ("prompted", "check"):
        with pytest.raises(InputError, match=r"'x{30}' as a prompt before 'y{40}' has 72 tokens with its start.* 64"):
            measure(what, measurer(), **too_long)
    without = SETTINGS.model_copy(update={"conditions": ("trained",)})
    assert measure("check", measurer(), without, **too_long) == []


def test_before_a_model_is_loaded_there_is_nothing_to_ask() -> None:
    with pytest.raises(EiftuiError, match="no model"):
        _ = Measurer().model


def test_a_loaded_model_is_described(tiny_folder: Any) -> None:
    one = Measurer()
    settings = Settings(model=ModelChoice(name=str(tiny_folder), device="cpu"))
    record = one.load(Load(settings=settings))
    assert record.choice == settings.model
    assert record.fingerprint == one.model.fingerprint
    assert (record.start, record.start_text) == (BOS, "<s>")
    assert record.context == 256
    assert record.parameters == sum(p.numel() for p in one.model.network.parameters())
    assert record.versions["torch"] == torch.__version__
