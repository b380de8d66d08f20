"""EIF step by step: over the sentences of a set, over epochs, and while something else is learned (METHODS §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.domains.schema import Text
from eiftui.session.readings import Flags, Readings
from eiftui.session.records import Sheet, Trajectory


@dataclass(frozen=True)
class Dynamics:
    """What a trajectory did to every probe after each of its sentences."""

    trajectory: Trajectory
    eif: Floats
    """Nats per token, NaN where not measured: (draws, steps, columns)"""
    measured: Flags
    retained: Estimate | None
    """Share of what the learned sentences did to their own text that is there at the end; None without such a probe,
    or without filler."""


def steps(session: Readings, sentences: Sequence[str]) -> Readings:
    """The session as it reads with a row for each beginning of `sentences`, in one epoch, and its probes.

    Repeating sentences is what epochs are, so that a beginning of several epochs is a row like any other.
    """
    rows = tuple(
        Text(id=f"step {count}", sentences=tuple(sentences[:count]), role="row")
        for count in range(1, len(sentences) + 1)
    )
    probes = tuple(text.model_copy(update={"role": "probe"}) for text in session.probes)
    optimizer = session.settings.optimizer.model_copy(update={"epochs": 1})
    return session.under(session.settings.model_copy(update={"optimizer": optimizer}), Sheet(texts=(*rows, *probes)))


def dynamics(session: Readings, trajectory: Trajectory) -> Dynamics:
    """What a trajectory of the session did. Raises NoAnswer if none of it is measured with the present settings."""
    view = steps(session, trajectory.sentences)
    eif, measured = view.with_draws(min(trajectory.draws, view.draws)).numbers("trained")
    if not measured.any():
        raise NoAnswer("it is not measured with the present probes, model and optimiser")
    return Dynamics(trajectory, eif, measured, _retained(view, trajectory, eif))


def _retained(view: Readings, trajectory: Trajectory, eif: Floats) -> Estimate | None:
    learned = trajectory.sentences[: trajectory.learned]
    times = {column: len(learned) // len(probe.sentences) for column, probe in enumerate(view.probes)}
    own = [column for column, probe in enumerate(view.probes) if probe.sentences * times[column] == learned]
    if not own or trajectory.learned == len(trajectory.sentences):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return estimate(eif[:, -1, own[0]] / eif[:, trajectory.learned - 1, own[0]])
