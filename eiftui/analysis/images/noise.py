"""What noise on images does to their influence on each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from eiftui.analysis.estimates import Estimate, Floats
from eiftui.analysis.images.pairs import each, off_diagonals, over_pairs
from eiftui.domains.noise import Noise
from eiftui.session.image_records import Treatment
from eiftui.session.images import ImageSession


@dataclass(frozen=True)
class NoiseFinding:
    """Influence on other images, mean of abs(EIF) in nats, and how it compares with that between clean images."""

    noise: Noise
    clean_clean: Estimate
    clean_noisy: Estimate
    noisy_clean: Estimate
    noisy_noisy: Estimate
    train_ratio: Estimate
    """Of noisy training images on clean probes over clean on clean: M Eq. 5 wants it below 1."""
    probe_ratio: Estimate
    """Of clean training images on noisy probes over clean on clean: M Eq. 6 wants it below 1."""
    train_share: Estimate
    """Share of pairs of images of which Eq. 5 holds: noise on the training image lowers influence."""
    probe_share: Estimate
    """Likewise Eq. 6, and noise on the probe."""

    @property
    def quadrants(self) -> tuple[Estimate, Estimate, Estimate, Estimate]:
        """Clean training images on clean and on noisy probes, then noisy ones on both."""
        return self.clean_clean, self.clean_noisy, self.noisy_clean, self.noisy_noisy

    def verdict(self, ratio: Estimate) -> str:
        """Of Eq. 5 or 6, whose `ratio` it is: it *holds* where noise lowers influence, by the interval."""
        if ratio.high < 1:
            return "holds"
        return "violated" if ratio.low > 1 else "undecided"


def noise_findings(session: ImageSession) -> list[NoiseFinding]:
    """The four quadrants of each kind of noise."""
    optimizer = session.settings.optimizer
    clean = np.abs(off_diagonals(each(session, "trained")))
    found = []
    for noise in session.settings.noises:
        probes, trains, both = (
            np.abs(off_diagonals(each(session, "trained", Treatment(optimizer=optimizer, train=train, probe=probe))))
            for train, probe in ((Noise(), noise), (noise, Noise()), (noise, noise))
        )
        found.append(
            NoiseFinding(
                noise=noise,
                clean_clean=over_pairs(session, clean.mean(1)),
                clean_noisy=over_pairs(session, probes.mean(1)),
                noisy_clean=over_pairs(session, trains.mean(1)),
                noisy_noisy=over_pairs(session, both.mean(1)),
                train_ratio=over_pairs(session, trains.mean(1) / clean.mean(1)),
                probe_ratio=over_pairs(session, probes.mean(1) / clean.mean(1)),
                train_share=_share(session, trains, clean),
                probe_share=_share(session, probes, clean),
            )
        )
    return found


def _share(session: ImageSession, noisy: Floats, clean: Floats) -> Estimate:
    less = np.where(np.isfinite(noisy + clean), noisy < clean, math.nan)
    return over_pairs(session, less.mean(1))
