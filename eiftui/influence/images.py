"""Influence between images: one fine-tuned classifier for each training image, all of them at once.

The gradients of all rows come from one vectorised backward, their weights are stacked along a first axis, and the
steps are those of `torch.optim` on the stacks, whose rules act on every number alone. Only reading the losses goes row
by row: many small convolutions at once are slower than one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.functional import cross_entropy

from eiftui.influence.reference import torch_optimizer
from eiftui.settings import Optimizer

Weights = Mapping[str, Tensor]


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


def fine_tuned(network: nn.Module, batch: ImageBatch, optimizer: Optimizer) -> Weights:
    """The weights after `optimizer.epochs` steps on one image: (images, *weight), a set for each image."""
    base = dict(network.named_parameters())
    rows = len(batch.labels)
    stacks = {name: weight.detach().expand(rows, *weight.shape).clone() for name, weight in base.items()}
    rule = torch_optimizer(list(stacks.values()), optimizer)
    for step in range(optimizer.epochs):
        each = (
            gradients(network, stacks, batch, stacked=True) if step else gradients(network, base, batch, stacked=False)
        )
        if optimizer.clip_norm is not None:
            each = _clipped(each, optimizer.clip_norm)
        for name, stack in stacks.items():
            stack.grad = each[name]
        rule.step()
    for stack in stacks.values():
        stack.grad = None
    return stacks


@torch.no_grad()
def trained(network: nn.Module, tuned: Weights, probes: ImageBatch) -> Tensor:
    """EIF of each row's weights on each probe, nats: (rows, probes)."""
    before = losses(network, {}, probes)
    rows = len(next(iter(tuned.values())))
    after = [losses(network, {name: stack[row] for name, stack in tuned.items()}, probes) for row in range(rows)]
    return torch.stack(after) - before


def predicted(network: nn.Module, tuned: Weights, probes: ImageBatch) -> Tensor:
    """To first order: the change of all weights times the gradient of each probe's loss, nats: (rows, probes)."""
    base = dict(network.named_parameters())
    slopes = gradients(network, base, probes, stacked=False)
    parts = ((tuned[name] - base[name]).flatten(1) @ slopes[name].flatten(1).T for name in base)
    return torch.stack(list(parts)).sum(0)


@torch.no_grad()
def null_floor(network: nn.Module, probes: ImageBatch) -> float:
    """The largest abs(EIF) that unchanged weights report when the probes are cut into other batches, nats."""
    whole = losses(network, {}, probes)
    one_by_one = [
        losses(network, {}, ImageBatch(image[None], label[None]))
        for image, label in zip(probes.images, probes.labels, strict=True)
    ]
    return float((whole - torch.cat(one_by_one)).abs().max())


@torch.no_grad()
def probabilities(network: nn.Module, weights: Weights, images: Tensor) -> Tensor:
    """Of each class: (images, classes)."""
    classes: Tensor = functional_call(network, dict(weights), images).softmax(1)
    return classes


def _clipped(each: Weights, largest: float) -> Weights:
    """Each image's gradient, scaled so that its 2-norm is `largest` at most, as `clip_grad_norm_` does."""
    norms = torch.stack([gradient.flatten(1).square().sum(1) for gradient in each.values()]).sum(0).sqrt()
    scales = (largest / (norms + 1e-6)).clamp(max=1)
    return {name: scales.view(-1, *[1] * (gradient.ndim - 1)) * gradient for name, gradient in each.items()}
