"""A request is interrupted wherever it computes, and nowhere where something is put back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from eiftui.engine.interrupts import Interrupted, Interrupts
from eiftui.engine.measurer import Measurer
from eiftui.engine.protocol import Task
from eiftui.influence.forward import Forward
from eiftui.influence.reference import Reference
from eiftui.settings import Method, Settings
from tests.models.tiny import tiny_model

PROBES = (("Snow is cold.",), ("Dogs bark.",))
REFERENCE = Settings(method=Method(engine="reference"))


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    before = signal.getsignal(signal.SIGALRM)
    yield Interrupts()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def measurer(settings: Settings) -> Measurer:
    one = Measurer()
    one.take(tiny_model(dtype=torch.float32), settings)
    return one


def weights(one: Measurer) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in one.model.network.parameters()]


def strike(*_: Any) -> None:
    signal.raise_signal(signal.SIGALRM)


@pytest.mark.parametrize("condition", ["trained", "predicted", "prompted"])
@pytest.mark.parametrize("engine", ["factors", "reference"])
def test_every_condition_is_interrupted_where_the_model_computes(
    interrupts: Interrupts, condition: Any, engine: Any
) -> None:
    settings = Settings(method=Method(engine=engine))
    one = measurer(settings)
    one.model.network.get_input_embeddings().register_forward_pre_hook(strike)
    interrupts.cancel(1)
    with pytest.raises(Interrupted), interrupts.during(1):
        list(one.measure(Task(what=condition, rows=PROBES, probes=PROBES, settings=settings)))


def test_another_request_than_the_cancelled_one_is_not_interrupted(interrupts: Interrupts) -> None:
    one = measurer(REFERENCE)
    one.model.network.get_input_embeddings().register_forward_pre_hook(strike)
    interrupts.cancel(1)
    interrupts.cancel(3)
    with interrupts.during(2):
        assert list(one.measure(Task(what="trained", rows=PROBES, probes=PROBES, settings=REFERENCE)))
    with pytest.raises(Interrupted), interrupts.during(3):
        interrupts.check(3)


def test_while_weights_are_put_back_nothing_is_interrupted(interrupts: Interrupts) -> None:
    reference = Reference(Forward(tiny_model(dtype=torch.float32).network))
    before = [parameter.clone() for parameter in reference.parameters]
    struck: list[bool] = []
    with interrupts.during(1):
        with reference.trained([(1, 2, 3)], REFERENCE.optimizer):
            interrupts.cancel(1)
            reference.parameters = Striking(reference.parameters, struck)
        with pytest.raises(Interrupted):
            interrupts.check(1)
    assert struck
    for parameter, kept in zip(reference.parameters, before, strict=True):
        assert torch.equal(parameter, kept)


class Striking(list[Any]):
    """Tries to interrupt whoever goes through it."""

    def __init__(self, items: list[Any], struck: list[bool]) -> None:
        super().__init__(items)
        self.struck = struck

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            self.struck.append(True)
            strike()
            yield item


def test_weights_are_what_they_were_whenever_a_run_on_the_real_weights_is_interrupted(interrupts: Interrupts) -> None:
    one = measurer(REFERENCE)
    before = weights(one)
    task = Task(what="trained", rows=PROBES * 30, probes=PROBES, settings=REFERENCE)

    def measure_a_while(number: int) -> None:
        threading.Timer(number / 1000, interrupts.cancel, [number]).start()
        list(one.measure(task))

    for number in range(1, 40):
        with pytest.raises(Interrupted), interrupts.during(number):
            measure_a_while(number)
        assert all(torch.equal(now, then) for now, then in zip(weights(one), before, strict=True))
