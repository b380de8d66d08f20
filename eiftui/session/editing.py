"""Edits of sentences: each takes the texts as they are, and returns them as they would be.

A text keeps its id as long as it is there, so that contrasts follow it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from eiftui.domains.draw import prefixed
from eiftui.domains.origin import How
from eiftui.domains.schema import OWN, Cell, Contrast, Domain, Role, Text, WithTexts
from eiftui.session.numbered import numbered
from eiftui.session.records import Origin, Sheet

ROLES: tuple[Role, ...] = ("both", "row", "probe")
Texts = tuple[Text, ...]


@dataclass(frozen=True)
class Wording:
    """Sentences that are to become a text, or another wording of one."""

    sentences: tuple[str, ...]
    how: How | None = None
    """How it came about; None if it was typed."""
    role: Role = "both"


def named(wordings: Iterable[Wording], taken: Collection[str]) -> tuple[Texts, tuple[Origin, ...]]:
    """New texts of some wordings, with ids that are not taken, and the origins of those that nobody typed."""
    ids = _fresh_ids(taken)
    pairs = [(wording, next(ids)) for wording in wordings]
    texts = tuple(Text(id=id, sentences=wording.sentences, role=wording.role) for wording, id in pairs)
    origins = (Origin(id=id, sentences=one.sentences, how=one.how) for one, id in pairs if one.how)
    return texts, tuple(origins)


def of_domain(
    domain: Domain, chosen: Sequence[Text], how: How, taken: Collection[str]
) -> tuple[Texts, tuple[Origin, ...], tuple[Contrast, ...]]:
    """Some texts of a domain under ids that are not taken, their origins, and the contrasts between them alone."""
    prefix = next(one for one in numbered(domain.name) if not any(f"{one}/{text.id}" in taken for text in chosen))
    texts = tuple(text.model_copy(update={"id": f"{prefix}/{text.id}"}) for text in chosen)
    origins = tuple(Origin(id=text.id, sentences=text.sentences, how=how) for text in texts)
    between = Sheet(texts=tuple(chosen), contrasts=domain.contrasts).live_contrasts
    return texts, origins, tuple(prefixed(contrast, prefix) for contrast in between)


def contrast(texts: WithTexts, lower: Cell, higher: Cell, name: str = "") -> Contrast:
    """That one cell ought to be lower than another, in a person's words or in those of the four texts."""
    rows, probes = ({text.id: text.label for text in some} for some in (texts.rows, texts.probes))
    low, high = (f"“{probes[cell.probe]}”" for cell in (lower, higher))
    if lower.row == higher.row:
        usual = f"“{rows[lower.row]}” teaches {low} more than {high}"
    else:
        usual = f"“{rows[lower.row]}” teaches {low} more than “{rows[higher.row]}” teaches {high}"
    return Contrast(name=name.strip() or usual, desideratum=OWN, lower=lower, higher=higher)


def inserted(texts: Sequence[Text], new: Sequence[Text], after: Text | None = None) -> Texts:
    """With new texts after one of them, or at the end."""
    place = list(texts).index(after) + 1 if after else len(texts)
    return (*texts[:place], *new, *texts[place:])


def replaced(texts: Sequence[Text], text: Text, instead: Text) -> Texts:
    """With another text in the place of one."""
    return tuple(instead if one == text else one for one in texts)


def deleted(texts: Sequence[Text], text: Text) -> Texts:
    """Without one of them."""
    return tuple(one for one in texts if one != text)


def moved(texts: Sequence[Text], text: Text, beside: Text) -> Texts:
    """With a text before another one that it followed, or after one that it preceded."""
    order = list(texts)
    place = order.index(beside)
    order.remove(text)
    order.insert(place, text)
    return tuple(order)


def next_role(role: Role) -> Role:
    """Trained on and probed, then trained on alone, then probed alone."""
    return ROLES[(ROLES.index(role) + 1) % len(ROLES)]


def _fresh_ids(taken: Collection[str]) -> Iterator[str]:
    return (id for id in (f"text:{number}" for number in count(1)) if id not in taken)
