"""Every analysis of a session of images at once, for a report."""

from __future__ import annotations

from dataclasses import dataclass

from eiftui.analysis.estimates import Estimate
from eiftui.analysis.images.classes import Blocks, LookAlikes, blocks, classes, look_alikes
from eiftui.analysis.images.noise import NoiseFinding, noise_findings
from eiftui.analysis.images.rates import AtRate, Diverged, by_rate, diverged
from eiftui.analysis.images.symmetry import ImageSymmetry, image_symmetry
from eiftui.errors import InputError
from eiftui.session.image_records import IMAGE_CONDITIONS, ImageCondition
from eiftui.session.images import ImageSession


@dataclass(frozen=True)
class ImageFindings:
    """What a session's numbers say."""

    classes: dict[ImageCondition, list[list[Estimate]]]
    """EIF between classes of clean images, nats: classes by classes."""
    symmetry: ImageSymmetry
    blocks: Blocks
    look_alikes: LookAlikes
    noise: list[NoiseFinding]
    """Of each kind of noise; empty where none was asked for."""
    rates: list[AtRate]
    diverged: list[Diverged]
    """Of each learning rate that was too large; the other findings leave out such networks and draws."""


def analyse_images(session: ImageSession) -> ImageFindings:
    """All of it, from what is measured so far. Raises InputError if nothing is with the session's settings."""
    if not session.pairs("trained"):
        raise InputError(f"nothing to report: {session.path} has no influence between clean digits; run it first")
    return ImageFindings(
        classes={condition: classes(session, condition) for condition in IMAGE_CONDITIONS},
        symmetry=image_symmetry(session),
        blocks=blocks(session),
        look_alikes=look_alikes(session),
        noise=noise_findings(session),
        rates=by_rate(session),
        diverged=diverged(session),
    )
