"""The other way to evaluate from the same factors: the forward of each fine-tuned model (METHODS §3), then subtract.

Every layer gives W x − η Dᵀ (X x), the rows being the batch, and losses before are subtracted from losses after. It is
what difference propagation is compared with.
"""

from functools import partial

import numpy as np
import torch

from eiftui.influence.engine import text_of
from eiftui.influence.evaluation import base_losses
from eiftui.influence.layout import groups, tree
from eiftui.influence.products import times
from eiftui.influence.row_weights import RowVector
from eiftui.influence.weights import Matrix


class Changed(Matrix):
    """A matrix in a forward whose batch axis is the rows, each with its own change; the head's gives a part."""

    def __init__(self, base, name, dtype, rows, update, part=None):
        super().__init__(base, name, dtype, part)
        self.rows, self.update = rows, update

    def product(self, x, out_in):
        assert out_in
        flat = x.reshape(self.rows, -1, x.shape[-1])
        y = times(flat, self.wanted)
        self.update(self.outputs).add_to(y, flat)
        return y.reshape(*x.shape[:-1], -1)

    def lookup(self, ids, padding=None):
        return super().lookup(ids) + self.update().lookup(ids.reshape(self.rows, -1))


class ChangedVector(RowVector):
    """A norm's weight or a bias of which each row has its own."""

    def __init__(self, base, name, dtype, values):
        super().__init__(base, name, dtype, None, values)

    def beside(self, x):
        return self.own.reshape(len(self.own), *[1] * (x.dim() - self.own.dim()), *self.own.shape[1:])


def measure(engine, rows, probes, optimizer):
    """The trained matrix: (rows, probes), float64."""
    before = engine.base(probes)
    texts = [text_of(probe, engine.start) for probe in probes]
    result = torch.empty(len(rows), len(probes), dtype=torch.float64)
    for block in engine._blocks(rows, optimizer, len({node for text in texts for node in beginnings(text)})):
        change = engine.change([rows[row] for row in block], optimizer)
        for part in groups(texts):
            layout = tree([[texts[index] for index in part]] * len(block), engine.forward.device)
            after = iter(base_losses(engine.forward, layout, weights(engine.forward, change)))
            for row in block:
                for index in part:
                    result[row, index] = float(np.mean(next(after).cpu().double().numpy() - before[index]))
    return result


def beginnings(text):
    return [text.tokens[:length] for length in range(1, len(text.tokens))]


def weights(forward, change):
    """Every changed weight, each row with its own."""
    changed = {}
    for name in change.matrices:
        base, update = forward.parameters[name], partial(change.update, name)
        part = forward.part if name == forward.head else None
        changed[name] = Changed(base, name, forward.dtype, change.rows, update, part)
    for name, vector in change.vectors.items():
        base = forward.parameters[name]
        changed[name] = ChangedVector(base, name, forward.dtype, base.to(forward.dtype) + vector)
    return changed
