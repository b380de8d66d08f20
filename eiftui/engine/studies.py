"""What is missing of a learning-rate sweep or of a trajectory, as tasks; it needs nobody who computes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from eiftui.analysis.dynamics import steps
from eiftui.analysis.rates import LEAST_RATES, at_rate
from eiftui.engine.plan import condition_tasks
from eiftui.engine.protocol import Task
from eiftui.errors import InputError
from eiftui.session.records import Trajectory
from eiftui.session.session import Session
from eiftui.settings import LEAST_RATE

GRID = "1e-8:1e-1"
"""Learning rates that are swept where nobody says which, as `parse_grid` reads them."""
DRAWS = 3
"""How many draws are measured where nobody says how many."""
LARGEST = 1000.0
MOST = 400
"""Rates of one sweep."""
MOST_STEPS = 500


def grid(low: float, high: float, per_decade: int = 1) -> tuple[float, ...]:
    """Rates from `low` to `high`, so many in every tenfold, evenly apart on a log scale and of three digits.

    Raises InputError if they are no rising rates, or more than `MOST`.
    """
    if not (LEAST_RATE <= low < high <= LARGEST) or per_decade < 1:
        raise InputError(
            f"a sweep goes from a rate to a higher one, {LEAST_RATE:g} to {LARGEST:g}, by at least one step"
        )
    steps = max(1, round(math.log10(high / low) * per_decade))
    if steps >= MOST:
        raise InputError(f"{steps + 1} rates are too many for a sweep: at most {MOST}")
    return tuple(dict.fromkeys(float(f"{low * (high / low) ** (step / steps):.3g}") for step in range(steps + 1)))


def parse_grid(text: str, option: str = "") -> tuple[float, ...]:
    """The rates of `LOW:HIGH` or `LOW:HIGH:N`, N to a tenfold, which an option may have given.

    Raises InputError if it is not that, or too few.
    """
    given = f"{option} {text or repr(text)}".strip()
    try:
        low, high, *per_decade = text.split(":")
        if len(per_decade) > 1:
            raise ValueError
        rates = grid(float(low), float(high), *map(int, per_decade))
    except InputError as error:
        raise InputError(f"{given}: {error}") from None
    except ValueError:
        raise InputError(f"{given}: give LOW:HIGH or LOW:HIGH:N, such as {GRID}") from None
    if len(rates) < LEAST_RATES:
        raise InputError(f"{given}: a sweep needs {LEAST_RATES} rates; give LOW:HIGH:N, with N to a tenfold")
    return rates


def sweep_tasks(session: Session, rates: Sequence[float], draws: int) -> Iterator[Task]:
    """What is missing of a sweep, draw by draw. The prediction at one rate tells that at any other."""
    views = [at_rate(session, rate) for rate in rates]
    for draw in range(draws):
        yield from condition_tasks(session, "predicted", draw)
        for view in views:
            yield from condition_tasks(view, "trained", draw)


def trajectory_tasks(session: Session, trajectory: Trajectory) -> Iterator[Task]:
    """What is missing of a trajectory, draw by draw.

    Raises InputError if a sentence has a slot that the session has no words for.
    """
    view = steps(session, trajectory.sentences)
    if unknown := set(view.sheet.slots) - set(session.sheet.slots):
        raise InputError(f"no text of the session has the slot {{{min(unknown)}}}")
    for draw in range(min(trajectory.draws, view.draws)):
        yield from condition_tasks(view, "trained", draw)


def trajectory(session: Session, row: int, epochs: int = 1, then: Sequence[int] = (), draws: int = DRAWS) -> Trajectory:
    """Learn the training set number `row`, from 1, so many times, and then others.

    Raises InputError if there is no such training set, nothing to do, or more than `MOST_STEPS` to do.
    """
    for name, number in (("epochs", epochs), ("draws", draws)):
        if number < 1:
            raise InputError(f"{number} {name}: at least one")
    learned = _sentences(session, row) * min(epochs, MOST_STEPS + 1)
    filler = tuple(sentence for number in then for sentence in _sentences(session, number))
    if len(learned) + len(filler) > MOST_STEPS:
        raise InputError(f"too many steps: at most {MOST_STEPS}")
    return Trajectory(sentences=(*learned, *filler), learned=len(learned), draws=min(draws, session.draws))


def _sentences(session: Session, number: int) -> tuple[str, ...]:
    if not 1 <= number <= len(session.rows):
        raise InputError(f"there is no training set {number}: the session has 1 to {len(session.rows)}")
    return session.rows[number - 1].sentences
