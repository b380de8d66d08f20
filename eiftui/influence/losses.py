"""The one loss: mean negative log-probability per scored token, in nats per token (paper Eq. 7; METHODS §1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

Tokens = tuple[int, ...]
AT_ONCE = 16
"""Places whose logits are worked on together: about what a processor's cache holds."""


def with_start(tokens: Tokens, start: int | None) -> Tokens:
    """What the model reads: the start token, if there is one, and the text's."""
    return tokens if start is None else (start, *tokens)


def token_losses(logits: Tensor, targets: Tensor) -> Tensor:
    """−log P(target) at each place: `logits` (…, vocabulary), `targets` (…) → (…), nats."""
    return logits.logsumexp(-1) - logits.gather(-1, targets[..., None])[..., 0]


def padded(sequences: Sequence[Tokens], device: torch.device | str) -> tuple[Tensor, Tensor]:
    """Sequences of tokens as ids (rows, tokens), filled up on the right with 0, and their lengths (rows,)."""
    width = max(map(len, sequences))
    ids = torch.tensor([[*sequence, *[0] * (width - len(sequence))] for sequence in sequences], device=device)
    return ids, torch.tensor([len(sequence) for sequence in sequences], device=device)


def training_loss(logits: Tensor, ids: Tensor, lengths: Tensor) -> Tensor:
    """The loss of each row: `logits` (rows, tokens, vocabulary), `ids` (rows, tokens) with `lengths` → (rows,)."""
    losses = token_losses(logits[:, :-1], ids[:, 1:])
    real = torch.arange(1, ids.shape[1], device=ids.device) < lengths[:, None]
    return (losses * real).sum(1) / (lengths - 1)


class RecordedLoss(torch.autograd.Function):
    """The sum of `token_losses`, each times a share, for a backward that keeps the gradient at the logits.

    That gradient, softmax less one at the target, is made where the logits were, which nothing else needs by then; by
    autograd's own rules it would pass through several buffers of that size.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor, shares: Tensor) -> Tensor:
        """`logits` (1, places, vocabulary), `targets` (1, places), `shares` (1, places)."""
        totals = torch.cat([part.logsumexp(-1) for part in logits.split(AT_ONCE, 1)], 1)
        ctx.logits = logits.detach()
        ctx.save_for_backward(targets, shares, totals)
        return ((totals - logits.gather(-1, targets[..., None])[..., 0]) * shares).sum()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        targets, shares, totals = (saved.split(AT_ONCE, 1) for saved in ctx.saved_tensors)
        for own, target, share, total in zip(ctx.logits.split(AT_ONCE, 1), targets, shares, totals, strict=True):
            own.sub_(total[..., None]).exp_()
            own.scatter_add_(2, target[..., None], own.new_full((*target.shape, 1), -1.0))
            own.mul_(gradient * share[..., None])
        return ctx.logits, None, None
