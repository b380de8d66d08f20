"""Influence between images: one fine-tuned classifier for each training image, all of them at once.

The gradients of all rows come from one vectorised backward, what they change in weights is stacked along a first axis,
and the steps are those of `torch.optim` on the stacks, whose rules act on every number alone. Only what that does to
losses is read row by row: many small convolutions at once are slower than one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.functional import cross_entropy

from eiftui.influence.logits import Logits, Weights
from eiftui.influence.pair import Pair
from eiftui.influence.reference import Intended
from eiftui.influence.rules import log_sum_exp
from eiftui.models.classifier import Classifier
from eiftui.settings import Optimizer


@dataclass(frozen=True)
class ImageBatch:
    """Images, and the class that each is given."""

    images: Tensor
    """(images, ...), in the form that the network takes."""
    labels: Tensor
    """(images,)"""


def losses(network: nn.Module, weights: Weights, batch: ImageBatch) -> Tensor:
    """Cross-entropy of each image's class, nats: (images,)."""
    return cross_entropy(functional_call(network, dict(weights), batch.images), batch.labels, reduction="none")


def gradients(network: nn.Module, weights: Weights, batch: ImageBatch, stacked: bool) -> Weights:
    """Of each image's own loss: (images, *weight). The weights are shared, or one set an image where `stacked`."""

    def loss(weights: Weights, image: Tensor, label: Tensor) -> Tensor:
        return losses(network, weights, ImageBatch(image[None], label[None]))[0]

    each: Weights = vmap(grad(loss), in_dims=(0 if stacked else None, 0, 0))(weights, batch.images, batch.labels)
    return each


def fine_tuned(network: Classifier, batch: ImageBatch, optimizer: Optimizer) -> Weights:
    """How `optimizer.epochs` steps on one image change the weights: (images, *weight), a change for each image.

    Steps are taken in float64: Adam makes whole steps of gradients that are all rounding.
    """
    kind = batch.images.dtype
    batch = ImageBatch(batch.images.double(), batch.labels)
    base = {name: weight.detach().double() for name, weight in network.named_parameters()}
    stacks = [weight.expand(len(batch.labels), *weight.shape) for weight in base.values()]
    intended = Intended(stacks, optimizer)
    changes = dict(zip(base, intended.change, strict=True))
    for step in range(optimizer.epochs):
        weights = {name: base[name] + change for name, change in changes.items()} if step else base
        each = gradients(network, weights, batch, stacked=step > 0)
        if optimizer.clip_norm is not None:
            each = _clipped(each, optimizer.clip_norm)
        for name, stack in zip(base, stacks, strict=True):
            stack.grad = each[name]
        intended.step(stacks)
    return {name: change.to(kind) for name, change in changes.items()}


@torch.no_grad()
def trained(network: Classifier, changes: Weights, probes: ImageBatch) -> Tensor:
    """EIF of each row's change of weights on each probe, nats: (rows, probes)."""
    logits = Logits(network, probes.images)
    rows = len(next(iter(changes.values())))
    moved = torch.stack([logits.change(of_row(changes, row)) for row in range(rows)])
    labels = probes.labels.expand(rows, -1).unsqueeze(-1)
    return log_sum_exp(Pair(logits.base, moved)).d - moved.gather(-1, labels)[..., 0]


def of_row(changes: Weights, row: int) -> Weights:
    """The change of weights that one row brought."""
    return {name: change[row] for name, change in changes.items()}


def predicted(network: nn.Module, changes: Weights, probes: ImageBatch) -> Tensor:
    """To first order: the change of all weights times the gradient of each probe's loss, nats: (rows, probes)."""
    base = dict(network.named_parameters())
    slopes = gradients(network, base, probes, stacked=False)
    parts = (changes[name].flatten(1) @ slopes[name].flatten(1).T for name in base)
    return torch.stack(list(parts)).sum(0)


@torch.no_grad()
def null_floor(network: Classifier, probes: ImageBatch) -> float:
    """The largest abs(EIF) that unchanged weights report, nats."""
    unchanged = {name: torch.zeros_like(weight)[None] for name, weight in network.named_parameters()}
    return float(trained(network, unchanged, probes).abs().max())


@torch.no_grad()
def probabilities(network: nn.Module, images: Tensor, change: Weights | None = None) -> Tensor:
    """Of each class, after a change of weights: (images, classes)."""
    weights = {name: weight + change[name] for name, weight in network.named_parameters()} if change else {}
    classes: Tensor = functional_call(network, weights, images).softmax(1)
    return classes


def _clipped(each: Weights, largest: float) -> Weights:
    """Each image's gradient, scaled so that its 2-norm is `largest` at most, as `clip_grad_norm_` does."""
    norms = torch.stack([gradient.flatten(1).square().sum(1) for gradient in each.values()]).sum(0).sqrt()
    scales = (largest / (norms + 1e-6)).clamp(max=1)
    return {name: scales.view(-1, *[1] * (gradient.ndim - 1)) * gradient for name, gradient in each.items()}
