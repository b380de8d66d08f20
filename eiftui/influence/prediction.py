"""The first-order prediction: ⟨ΔW, ∇L(probe)⟩ with the optimiser's own ΔW (METHODS §2).

All gradients are taken at the base weights, those of every sentence and epoch of a training set too: ΔW is what the
optimiser makes of them, and not the ΔW of training, whose later gradients are taken where earlier steps have led.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from eiftui.influence.factors import along, joined
from eiftui.influence.forward import Forward
from eiftui.influence.recording import Change, Gradients


@torch.no_grad()
def first_order(forward: Forward, change: Change, probes: Sequence[Gradients]) -> Tensor:
    """Predicted EIF of every row on every probe: (rows, probes), nats per token.

    `probes` are the gradients of the probes' losses at the base weights.
    """
    total = torch.zeros(change.rows, len(probes), dtype=torch.float64)
    for name in change.matrices:
        update = change.update(name)
        for same in zip(*(probe.matrices[name] for probe in probes), strict=True):
            factor = joined(same)
            tokens = torch.tensor([own.inputs.shape[1] for own in same])
            probe = torch.arange(len(probes)).repeat_interleave(tokens)
            total.index_add_(1, probe, update.inner(factor).cpu().double())
            if update.decay is not None:
                decay = update.decay[:, 0].cpu().double() * along(forward.parameters[name], factor).cpu().double()
                total.index_add_(1, probe, decay)
    for name, vector in change.vectors.items():
        gradients = torch.stack([probe.vectors[name] for probe in probes])
        total += vector.flatten(1).cpu().double() @ gradients.flatten(1).cpu().double().T
    return total
