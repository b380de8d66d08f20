"""Running a model's own forward on a packed layout, with other weights in place, its head a slice at a time."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from eiftui.influence.layout import Layout, Text, side_by_side, tree
from eiftui.influence.precision import KeepDouble
from eiftui.influence.weights import plain_weights

HEAD_NUMBERS = 1 << 22
"""Least number of logits, over all rows, that exist at once."""


class Forward:
    """How to call one causal language model: its trunk, the arguments it takes, the masks it follows.

    `follows_trees` says whether a tree's mask and positions give the losses that separate texts do; it is found out by
    trying, because no configuration says it.
    """

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.parameters = dict(network.named_parameters())
        first = next(iter(self.parameters.values()))
        self.device = first.device
        self.dtype = torch.promote_types(first.dtype, torch.float32)
        self.vocabulary: int = network.get_output_embeddings().weight.shape[0]  # type: ignore[operator]
        self.head_numbers = HEAD_NUMBERS
        self.plain = plain_weights(self.parameters)
        self._takes_positions = "position_ids" in inspect.signature(network.forward).parameters
        self._trunk = _trunk(network)
        self.follows_trees = self._takes_positions and self._try_tree()

    def precision(self) -> AbstractContextManager[Any]:
        """Keeps a float64 model in float64."""
        return KeepDouble() if self.dtype == torch.float64 else nullcontext()

    def logits(self, weights: Mapping[str, Any], ids: Tensor) -> Tensor:
        """Logits (rows, tokens, vocabulary) of plain causal sequences `ids` (rows, tokens)."""
        positions = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
        with self.precision():
            return self._call(weights, ids, positions, None)

    def read(self, weights: Mapping[str, Any], layout: Layout, rows: int) -> Iterator[tuple[slice, Any]]:
        """Logits at the places that `layout` reads, in slices: (slice of `layout.read`, (1, n, vocabulary)).

        The trunk runs once, the model's own head once a slice; `rows` models at once set how long a slice is.
        """
        length = max(1, self.head_numbers // (self.vocabulary * rows))
        mask = self._mask(layout)
        with self.precision(), self._sliced_head() as head:
            for start in range(0, len(layout.read), length):
                part = slice(start, start + length)
                head.places = layout.read[part]
                yield part, self._call(weights, layout.ids, layout.positions, mask)

    def _call(self, weights: Mapping[str, Any], ids: Tensor, positions: Tensor, mask: Any) -> Any:
        arguments: dict[str, Any] = {"input_ids": ids, "use_cache": False}
        if self._takes_positions:
            arguments["position_ids"] = positions
        if mask is not None:
            arguments["attention_mask"] = mask
        return functional_call(self.network, dict(weights), kwargs=arguments).logits

    def _mask(self, layout: Layout) -> Any:
        """The additive mask of a layout, for models with two kinds of attention one of each."""
        if layout.parents_seen is None:
            return None
        config = self.network.config
        window = getattr(config, "sliding_window", None)
        kinds = set(getattr(config, "layer_types", None) or ())
        full = self._additive(layout.parents_seen)
        if window is None:
            return full
        distance = layout.positions[:, :, None] - layout.positions[:, None, :]
        near = self._additive(layout.parents_seen & (distance < window))
        masks = {"full_attention": full, "sliding_attention": near}
        return (
            {kind: masks[kind] for kind in kinds} if len(kinds) > 1 else near if kinds != {"full_attention"} else full
        )

    def _additive(self, seen: Tensor) -> Tensor:
        hidden = torch.zeros(seen.shape, dtype=self.dtype, device=seen.device)
        return hidden.masked_fill_(~seen, torch.finfo(self.dtype).min)[:, None]

    @contextmanager
    def _sliced_head(self) -> Iterator[_SlicedTrunk]:
        """While open, the trunk runs at the first call only, and gives the head the places asked for."""
        sliced = _SlicedTrunk(self._trunk.forward)
        self._trunk.forward = sliced
        try:
            yield sliced
        finally:
            del self._trunk.forward

    def _try_tree(self) -> bool:
        texts = [Text(tokens, 1) for tokens in ((1, 2, 3, 4, 5, 6), (1, 2, 3, 7, 2), (1, 5, 4, 3), (1, 2, 6))]
        try:
            trees, lines = (
                self._first_logits(layout) for layout in (tree([texts], self.device), side_by_side(texts, self.device))
            )
        except (RuntimeError, ValueError, TypeError, KeyError, AttributeError, IndexError):
            return False
        return trees.shape == lines.shape and bool((trees - lines).abs().max() < 1e-3 * lines.abs().max())

    @torch.no_grad()
    def _first_logits(self, layout: Layout) -> Tensor:
        parts = [logits[0] for _, logits in self.read(self.plain, layout, 1)]
        pairs = torch.cat(parts)[layout.pair_read]
        return pairs[[pair for text in layout.texts for pair in text]]


class _SlicedTrunk:
    """Stands for a trunk's forward: runs it once, and gives only the hidden states of some places."""

    places: Tensor

    def __init__(self, forward: Any) -> None:
        self._forward = forward
        self._output: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._output is None:
            self._output = self._forward(*args, **kwargs)
        hidden = self._output[0]
        read = hidden.reshape(1, -1, hidden.shape[-1])[:, self.places]
        return type(self._output)(last_hidden_state=read)


def _trunk(network: nn.Module) -> nn.Module:
    """The module that turns tokens into hidden states: the outermost one that the causal model's forward calls."""
    body = network.base_model
    inner = getattr(body, "decoder", None)
    called: list[nn.Module] = []
    handles = [
        module.register_forward_hook(lambda module, *_: called.append(module))
        for module in (body, inner)
        if isinstance(module, nn.Module)
    ]
    first = next(network.parameters())
    with torch.no_grad():
        network(input_ids=torch.zeros(1, 2, dtype=torch.long, device=first.device), use_cache=False)
    for handle in handles:
        handle.remove()
    return called[-1]
