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
    """Norm of the change that the weights show, over that of the change that was meant (in float32)."""


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
            self._step_all(steps, optimizer)
            yield self._meter(kept, steps, optimizer)
        finally:
            with torch.no_grad():
                for parameter, before, ask in zip(self.parameters, kept, asked, strict=True):
                    parameter.copy_(before)
                    parameter.requires_grad_(ask)
                    parameter.grad = None

    def _step_all(self, steps: Sequence[Tokens], optimizer: Optimizer) -> None:
        stepper = torch_optimizer(self.parameters, optimizer)
        for tokens in steps:
            stepper.zero_grad()
            ids, lengths = padded([tokens], self.forward.device)
            with torch.enable_grad():
                training_loss(self._logits(ids), ids, lengths).sum().backward()
            if optimizer.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(self.parameters, optimizer.clip_norm)
            stepper.step()

    def _logits(self, ids: Tensor) -> Tensor:
        with self.forward.precision():
            return self.network(input_ids=ids, use_cache=False).logits.to(self.forward.dtype)

    def _meter(self, kept: Sequence[Tensor], steps: Sequence[Tokens], optimizer: Optimizer) -> Meter:
        moved = sum(int((p != before).sum()) for p, before in zip(self.parameters, kept, strict=True))
        total = sum(before.numel() for before in kept)
        return Meter(moved / total, 1.0)
