"""The slow, plain truth: real `torch.optim` steps on real weights, put back after each training set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from eiftui.influence.forward import Forward
from eiftui.influence.layout import Text
from eiftui.influence.losses import Tokens, padded, token_losses, training_loss
from eiftui.settings import Optimizer


@dataclass(frozen=True)
class Meter:
    """What became of an update in the weights' own number format."""

    moved: float
    """Fraction of weights that are not what they were."""
    realised: float
    """Norm of the change that the weights show, over that of the change that the optimiser means."""


class Intended:
    """The change that an optimiser means to make, kept beside the weights `base` in float32 or better.

    It is what `torch.optim` does to zeros, with the decay of the weights themselves added.
    """

    def __init__(self, base: Sequence[Tensor], optimizer: Optimizer) -> None:
        self.base, self.optimizer = base, optimizer
        self.change = [torch.zeros_like(p, dtype=torch.promote_types(p.dtype, torch.float32)) for p in base]
        self._stepper = torch_optimizer(self.change, optimizer)

    @torch.no_grad()
    def step(self, parameters: Sequence[Tensor]) -> None:
        """Take the step of the gradients that `parameters` have now."""
        decay, sgd = self.optimizer.weight_decay, self.optimizer.name == "sgd"
        for change, parameter, base in zip(self.change, parameters, self.base, strict=True):
            if parameter.grad is not None:
                change.grad = parameter.grad.to(change.dtype).add(base, alpha=decay if sgd else 0.0)
        self._stepper.step()
        if decay and not sgd:
            for change, parameter, base in zip(self.change, parameters, self.base, strict=True):
                if parameter.grad is not None:
                    change.sub_(base, alpha=self.optimizer.lr * decay)

    def norm(self) -> float:
        return float(torch.stack([change.double().square().sum() for change in self.change]).sum().sqrt())


def torch_optimizer(parameters: Sequence[Tensor], optimizer: Optimizer) -> torch.optim.Optimizer:
    if optimizer.name == "adamw":
        return torch.optim.AdamW(
            parameters, lr=optimizer.lr, betas=optimizer.betas, eps=optimizer.eps, weight_decay=optimizer.weight_decay
        )
    return torch.optim.SGD(
        parameters, lr=optimizer.lr, momentum=optimizer.momentum, weight_decay=optimizer.weight_decay
    )


class Reference:
    """Fine-tunes a network for real, one training set at a time, and restores it."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.network: nn.Module = forward.network
        self.parameters = list(forward.parameters.values())

    @torch.no_grad()
    def losses(self, texts: Sequence[Text]) -> list[Tensor]:
        """The loss of each scored token at the weights as they are, nats: a tensor (tokens,) a text."""
        result = []
        for text in texts:
            ids, _ = padded([text.tokens], self.forward.device)
            losses = token_losses(self._logits(ids)[:, :-1], ids[:, 1:])[0]
            result.append(losses[text.scored_from - 1 :])
        return result

    @contextmanager
    def trained(self, steps: Sequence[Tokens], optimizer: Optimizer) -> Iterator[Meter]:
        """Inside, the network is fine-tuned on `steps`, one optimiser step each; afterwards it is as it was."""
        kept = [parameter.detach().clone() for parameter in self.parameters]
        asked = [parameter.requires_grad for parameter in self.parameters]
        try:
            for parameter in self.parameters:
                parameter.requires_grad_()
            intended = self._step_all(steps, optimizer, kept)
            yield self._meter(intended)
        finally:
            self._restore(kept, asked)

    def predicted(self, steps: Sequence[Tokens], probes: Sequence[Text], optimizer: Optimizer) -> list[float]:
        """First order: the change the optimiser means to make of gradients at the base weights, along each probe's."""
        asked = [parameter.requires_grad for parameter in self.parameters]
        try:
            for parameter in self.parameters:
                parameter.requires_grad_()
            intended = Intended([parameter.detach() for parameter in self.parameters], optimizer)
            for tokens in steps:
                self._gradient(tokens, optimizer)
                intended.step(self.parameters)
            return [self._along(intended, probe, optimizer) for probe in probes]
        finally:
            self._restore([], asked)

    def _along(self, intended: Intended, probe: Text, optimizer: Optimizer) -> float:
        self._gradient(probe.tokens, optimizer.model_copy(update={"clip_norm": None}))
        pairs = zip(intended.change, self.parameters, strict=True)
        return sum(float((change.double() * p.grad.double()).sum()) for change, p in pairs if p.grad is not None)

    def _step_all(self, steps: Sequence[Tokens], optimizer: Optimizer, base: Sequence[Tensor]) -> Intended:
        stepper, intended = torch_optimizer(self.parameters, optimizer), Intended(base, optimizer)
        for tokens in steps:
            self._gradient(tokens, optimizer)
            intended.step(self.parameters)
            stepper.step()
        return intended

    def _gradient(self, tokens: Tokens, optimizer: Optimizer) -> None:
        """Leave the gradient of the loss of `tokens`, clipped as `optimizer` asks, on the parameters."""
        for parameter in self.parameters:
            parameter.grad = None
        ids, lengths = padded([tokens], self.forward.device)
        with torch.enable_grad():
            training_loss(self._logits(ids), ids, lengths).sum().backward()
        if optimizer.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.parameters, optimizer.clip_norm)

    @torch.no_grad()
    def _restore(self, kept: Sequence[Tensor], asked: Sequence[bool]) -> None:
        for parameter, before in zip(self.parameters, kept):  # noqa: B905  (nothing is kept where nothing was changed)
            parameter.copy_(before)
        for parameter, ask in zip(self.parameters, asked, strict=True):
            parameter.requires_grad_(ask)
            parameter.grad = None

    def _logits(self, ids: Tensor) -> Tensor:
        with self.forward.precision():
            return self.network(input_ids=ids, use_cache=False).logits.to(self.forward.dtype)

    def _meter(self, intended: Intended) -> Meter:
        pairs = list(zip(self.parameters, intended.base, strict=True))
        moved = sum(int((p != before).sum()) for p, before in pairs)
        square = sum(float((p.detach().double() - before.double()).square().sum()) for p, before in pairs)
        meant = intended.norm()
        return Meter(moved / sum(p.numel() for p, _ in pairs), square**0.5 / meant if meant else 1.0)
