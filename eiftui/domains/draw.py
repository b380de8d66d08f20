"""A draw, the unit of replication: one filling of the slots; and several domains as one, so that a draw fills all."""

from __future__ import annotations

from collections.abc import Sequence

from eiftui.domains.schema import Cell, Contrast, Domain
from eiftui.domains.words import made_up_words
from eiftui.errors import InputError
from eiftui.settings import Frozen


class Draw(Frozen):
    """Draw number `index` of `seed`, and the word it puts in each slot."""

    index: int
    seed: int
    words: dict[str, str]


def draw(slots: Sequence[str], index: int, seed: int) -> Draw:
    """Draw number `index` of `seed`, for a domain's `slots`."""
    return Draw(index=index, seed=seed, words=made_up_words(slots, index, seed))


def combine(domains: Sequence[Domain]) -> Domain:
    """One domain with the texts and contrasts of all of them, in order; a single domain is returned as it is.

    Ids and names of contrasts are prefixed with `DOMAIN/`, and contrasts stay within their domain. Slots of the same
    name share one word, as they do within a domain. Asking for the same domain twice is asking for it once.

    Raises InputError if two different domains have the same name, or there is none.
    """
    by_name: dict[str, Domain] = {}
    for domain in domains:
        if by_name.setdefault(domain.name, domain) != domain:
            raise InputError(f"two different domains are called {domain.name!r}; rename one of the files")
    if not by_name:
        raise InputError("no domain was given")
    if len(by_name) == 1:
        return domains[0]
    return Domain(
        name="+".join(by_name),
        title=" + ".join(domain.title for domain in by_name.values()),
        source="; ".join(dict.fromkeys(domain.source for domain in by_name.values() if domain.source)),
        texts=tuple(
            text.model_copy(update={"id": f"{domain.name}/{text.id}"})
            for domain in by_name.values()
            for text in domain.texts
        ),
        contrasts=tuple(
            prefixed(contrast, domain.name) for domain in by_name.values() for contrast in domain.contrasts
        ),
    )


def prefixed(contrast: Contrast, name: str) -> Contrast:
    """A contrast whose name and ids begin with `NAME/`."""
    lower, higher = (
        Cell(row=f"{name}/{cell.row}", probe=f"{name}/{cell.probe}") for cell in (contrast.lower, contrast.higher)
    )
    return contrast.model_copy(update={"name": f"{name}/{contrast.name}", "lower": lower, "higher": higher})
