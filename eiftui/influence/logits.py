"""What changed weights change in the logits of the image classifier, carried through its layers as a difference.

Loss after minus loss before drowns in rounding where weights hardly change. So, as for language models (`rules`), the
change of a layer's outputs is computed from that of its inputs, and nearly equal numbers are never subtracted.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv2d, linear, max_pool2d, relu

from eiftui.models.classifier import Classifier, pooled

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Rectified:
    """Outputs of the base network that are the largest of their inputs and zero: of one input, or of 2×2."""

    outputs: Tensor
    beyond: Tensor
    """Each input less the output that it is an input of: at most 0."""

    @classmethod
    def of(cls, inputs: Tensor) -> Rectified:
        """Of one input each."""
        outputs = relu(inputs)
        return cls(outputs, inputs - outputs)

    @classmethod
    def of_windows(cls, inputs: Tensor) -> Rectified:
        """Of 2×2 inputs each: (images, channels, height, width)."""
        outputs = pooled(inputs)
        return cls(outputs, inputs - outputs.repeat_interleave(2, -1).repeat_interleave(2, -2))

    def to(self, kind: torch.dtype) -> Rectified:
        """The same in another number format."""
        return Rectified(self.outputs.to(kind), self.beyond.to(kind))

    def change(self, d: Tensor) -> Tensor:
        """Of the outputs, where the inputs change by `d`."""
        reached = self.beyond + d
        if reached.shape != self.outputs.shape:
            reached = max_pool2d(reached, 2)
        return torch.maximum(reached, -self.outputs)


class Logits:
    """The base network's logits of some images, and how far changed weights move them.

    The base network computes in float64, so that rounding does not choose the largest input of a window.
    """

    def __init__(self, network: Classifier, patches: Tensor) -> None:
        self.network, self.patches = network, patches
        exact, kind = copy.deepcopy(network).double(), patches.dtype
        first = Rectified.of_windows(exact.conv1(patches.double()).movedim(-1, 1))
        second = Rectified.of_windows(exact.conv2(first.outputs))
        hidden = Rectified.of(exact.hidden(second.outputs.flatten(1)))
        self.base: Tensor = exact.out(hidden.outputs).to(kind)
        """(images, classes)"""
        self._first, self._second, self._hidden = (layer.to(kind) for layer in (first, second, hidden))
        self._flat = self._second.outputs.flatten(1)

    def change(self, weights: Weights) -> Tensor:
        """Of the logits, where weights change by `weights`, by name: (images, classes)."""
        d = linear(self.patches, weights["conv1.weight"], weights["conv1.bias"])
        d = self._first.change(d.movedim(-1, 1))
        kernels = weights["conv2.weight"]
        d = conv2d(d, self.network.conv2.weight + kernels, padding=1).add_(
            conv2d(self._first.outputs, kernels, weights["conv2.bias"], padding=1)
        )
        d = self._second.change(d).flatten(1)
        d = self._hidden.change(self._linear("hidden", self._flat, d, weights))
        return self._linear("out", self._hidden.outputs, d, weights)

    def _linear(self, layer: str, x: Tensor, d: Tensor, weights: Weights) -> Tensor:
        """Of a linear layer's outputs, where its weights and, by `d`, its inputs `x` change."""
        weight = weights[f"{layer}.weight"]
        return linear(d, self.network.get_parameter(f"{layer}.weight") + weight) + linear(
            x, weight, weights[f"{layer}.bias"]
        )
