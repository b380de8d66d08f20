"""Running a model's own forward on a packed layout, with other weights in place, its head a slice at a time."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from eiftui.influence.layout import Layout, Places, Text, side_by_side, tree
from eiftui.influence.precision import KeepDouble
from eiftui.influence.weights import Matrix, Part, plain_weights

HEAD_NUMBERS = 1 << 20
"""Least number of logits, over all rows, that exist at once: about what a processor's cache holds."""
PARTS_OF = 64
"""Parts of the vocabulary are multiples of this, for products of matrices to be quick."""


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
        """Number format of activations: that of the weights, but never narrower than float32."""
        head: Tensor = network.get_output_embeddings().weight  # type: ignore[operator]
        self.vocabulary = head.shape[0]
        self.head = next(name for name, parameter in self.parameters.items() if parameter is head)
        """Name of the matrix that makes logits."""
        self.part = Part()
        """Which logits a stand-in for that matrix makes."""
        self.head_numbers = HEAD_NUMBERS
        self.plain = plain_weights(self.parameters, self.dtype)
        self._buffers: dict[str, Tensor] = {}
        self._takes_positions = "position_ids" in inspect.signature(network.forward).parameters
        self._trunk = _trunk(network)
        self.follows_trees = self._takes_positions and self._try_tree()
        self.heads = {getattr(network.config, name, 0) for name in ("num_attention_heads", "num_key_value_heads")}
        """Lengths of an axis of attention heads."""

    def in_float64(self) -> Forward:
        """The same with activations in float64; the weights are widened one at a time, as they are met."""
        wide = copy(self)
        wide.dtype = torch.float64
        wide.plain = plain_weights(self.parameters, wide.dtype)
        wide._buffers = {name: b.double() for name, b in self.network.named_buffers() if b.is_floating_point()}
        return wide

    def precision(self) -> AbstractContextManager[Any]:
        """Keeps a model whose activations are float64 in float64."""
        return KeepDouble() if self.dtype == torch.float64 else nullcontext()

    def logits(self, weights: Mapping[str, Any], places: Places) -> Tensor:
        """Logits (batch, places, vocabulary)."""
        mask = self._mask(places)
        with self.precision():
            call = _Around(self.network, lambda network: self._call(network, places, mask))
            return functional_call(call, self._inside(weights), args=())

    def read(
        self, weights: Mapping[str, Any], layout: Layout, rows: int, passes: Iterable[Callable[[slice, Any], None]]
    ) -> None:
        """Give each of `passes` the logits at the places that `layout` reads: (part of the vocabulary, (1, read, its)).

        The trunk runs once, the model's own head once a part, because all logits of all rows would fill the memory.
        `rows` models at once set how long a part is. The head's weight must be a stand-in that follows `self.part`.
        """
        length = max(PARTS_OF, self.head_numbers // (len(layout.read) * rows) // PARTS_OF * PARTS_OF)
        mask = self._mask(layout)

        def in_parts(network: nn.Module) -> None:
            for each in passes:
                for start in range(0, self.vocabulary, length):
                    self.part.now = slice(start, min(start + length, self.vocabulary))
                    each(self.part.now, self._call(network, layout, mask))

        with self.precision(), self._trunk_once(layout.read):
            functional_call(_Around(self.network, in_parts), self._inside(weights), args=())

    def reading(self, weights: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Weights for `read`: those of the base model but for `weights`, of which one stands in for the head's."""
        head = Matrix(self.parameters[self.head], self.head, self.dtype, self.part)
        return {**self.plain, self.head: head, **(weights or {})}

    def _inside(self, weights: Mapping[str, Any]) -> dict[str, Any]:
        return {f"network.{name}": weight for name, weight in (*self._buffers.items(), *weights.items())}

    def _call(self, network: nn.Module, places: Places, mask: Any) -> Any:
        arguments: dict[str, Any] = {"input_ids": places.ids, "use_cache": False}
        if self._takes_positions:
            arguments["position_ids"] = places.positions
        if mask is not None:
            arguments["attention_mask"] = mask
        return network(**arguments).logits

    def _mask(self, layout: Places) -> Any:
        """The additive mask of some places, for models with two kinds of attention one of each."""
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
    def _trunk_once(self, places: Tensor) -> Iterator[None]:
        """While open, the trunk runs at the first call only, and gives the head these places."""
        self._trunk.forward = _Once(self._trunk.forward, places)
        try:
            yield
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
        parts: list[Tensor] = []
        self.read(self.reading(), layout, 1, [lambda _, logits: parts.append(logits[0])])
        pairs = torch.cat(parts, 1)[layout.pair_read]
        return pairs[[pair for text in layout.texts for pair in text]]


class _Around(nn.Module):
    """Something done with a network, as a module, so that its weights are replaced once for all of it."""

    def __init__(self, network: nn.Module, work: Callable[[nn.Module], Any]) -> None:
        super().__init__()
        self.network, self._work = network, work

    def forward(self) -> Any:
        return self._work(self.network)


class _Once:
    """Stands for a trunk's forward: runs it once, and gives only the hidden states of some places."""

    def __init__(self, forward: Any, places: Tensor) -> None:
        self._forward, self._places = forward, places
        self._output: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._output is None:
            output = self._forward(*args, **kwargs)
            hidden = output[0]
            read = hidden.reshape(1, -1, hidden.shape[-1])[:, self._places]
            self._output = type(output)(last_hidden_state=read)
        return self._output


def _trunk(network: nn.Module) -> nn.Module:
    """The module that turns tokens into hidden states: the first that the causal model's forward calls."""
    called: list[nn.Module] = []
    inside = (module for module in network.modules() if module is not network)
    handles = [module.register_forward_pre_hook(lambda module, _: called.append(module)) for module in inside]
    first = next(network.parameters())
    with torch.no_grad():
        network(input_ids=torch.zeros(1, 2, dtype=torch.long, device=first.device), use_cache=False)
    for handle in handles:
        handle.remove()
    return called[0]
