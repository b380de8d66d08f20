"""Weight matrices as an evaluation meets them: with the changes that the steps of many rows have made (METHODS §8)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from eiftui.influence.linear import MakeUpdate, product
from eiftui.influence.pair import Pair
from eiftui.influence.weights import Matrix, Part


class Tape:
    """What the base weights made of the base activations, kept from the first chunk of rows for the others."""

    def __init__(self) -> None:
        self.kept: list[Tensor] = []
        self.place = 0

    def rewind(self) -> None:
        self.place = 0

    def next(self, make: Callable[[], Tensor]) -> Tensor:
        if self.place == len(self.kept):
            self.kept.append(make())
        self.place += 1
        return self.kept[self.place - 1]


class PairMatrix(Matrix):
    """A matrix that meets pairs: the base product is shared by all rows, and their own updates added (METHODS §8)."""

    def __init__(
        self,
        base: Tensor,
        name: str,
        dtype: torch.dtype,
        update: MakeUpdate,
        tape: Tape | None,
        products: torch.dtype | None,
        part: Part | None = None,
    ) -> None:
        super().__init__(base, name, dtype, part)
        self.update, self.tape, self.products = update, tape, products

    def product(self, x: Pair, out_in: bool) -> Pair:
        """W d + ΔW (x + d), of which only W d may be computed in a narrower format."""
        base, change = self._products_of(x, out_in)
        update = self.update(self.outputs)
        if update.decay is not None:
            change = change.mul_(1 + update.decay).add_(update.decay * base.reshape(1, -1, base.shape[-1]))
        update.add_to(change, x.after.reshape(len(x.d), -1, x.d.shape[-1]), x.memo)
        return Pair(base, change.view(len(x.d), *base.shape))

    def _products_of(self, x: Pair, out_in: bool) -> tuple[Tensor, Tensor]:
        """W x, (…, out), and W d, (rows, n, out): in one product where W x is not kept and formats agree."""
        d = x.d.reshape(len(x.d), -1, x.d.shape[-1])
        if self.tape is None and self.products is None:
            both = product(x.both.view(len(d) + 1, *d.shape[1:]), self.wanted, out_in)
            return both[0].view(*x.x.shape[:-1], -1), both[1:]
        narrow = d if self.products is None else d.to(self.products)
        change = product(narrow, self.wanted, out_in).to(d.dtype)
        base = self._base_product(x.x, out_in)
        return base, change

    def _base_product(self, x: Tensor, out_in: bool) -> Tensor:
        if self.tape is None:
            return product(x, self.wanted, out_in)
        return self.tape.next(lambda: product(x, self.wanted, out_in))

    def lookup(self, ids: Tensor, padding: int | None = None) -> Pair:
        base = super().lookup(ids)
        update = self.update()
        change = update.lookup(ids.flatten())
        if update.decay is not None:
            change = change.add_(update.decay * base.reshape(1, -1, base.shape[-1]))
        return Pair(base, change.view(len(change), *base.shape))
