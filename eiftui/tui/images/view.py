"""What of a session of images is shown, and the matrix that this comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from eiftui.domains.noise import CLEAN, Noise
from eiftui.session.image_records import IMAGE_CONDITIONS, ImageCondition, ImageSettings, Treatment
from eiftui.session.readings import mean_over_draws
from eiftui.show import numbers
from eiftui.tui.picture import Array, Picture, Status

if TYPE_CHECKING:
    from eiftui.tui.images.document import ImageDocument

ImageShown = Literal["trained", "predicted", "beyond first order"]
IMAGE_SHOWN: tuple[ImageShown, ...] = ("trained", "predicted", "beyond first order")
"""The last is trained minus predicted."""
Scaling = Literal["raw", "cosine", "double-centred"]
SCALINGS: tuple[Scaling, ...] = ("raw", "cosine", "double-centred")
T = TypeVar("T")


@dataclass(frozen=True)
class ImageView:
    """A choice of what to show. What was not measured together is not chosen together."""

    level: Literal["classes", "images"] = "classes"
    shown: ImageShown = "trained"
    scaling: Scaling = "raw"
    network: int | None = None
    """None for the mean over networks; single images always are of one network and one draw."""
    draw: int | None = None
    train: Noise = CLEAN
    probe: Noise = CLEAN
    rate: int = 0
    """Place among the settings' optimisers."""
    shuffled: bool = False

    def treatment(self, settings: ImageSettings) -> Treatment:
        """How the numbers shown came about."""
        optimizer = settings.optimizers[min(self.rate, len(settings.optimizers) - 1)]
        return Treatment(optimizer=optimizer, train=self.train, probe=self.probe, shuffled=self.shuffled)

    def of_images(self) -> ImageView:
        """Single images instead of means by class."""
        return replace(self, level="images", network=self.network or 0, draw=self.draw or 0)

    def next_network(self, settings: ImageSettings, by: int) -> ImageView:
        return replace(self, network=_step(self._choices(len(settings.networks)), self.network, by))

    def next_draw(self, settings: ImageSettings, by: int) -> ImageView:
        return replace(self, draw=_step(self._choices(settings.draws), self.draw, by))

    def next_train_noise(self, settings: ImageSettings, by: int) -> ImageView:
        noise = _step((CLEAN, *settings.noises), self.train, by)
        probe = self.probe if self.probe in (CLEAN, noise) or noise == CLEAN else CLEAN
        return replace(self, train=noise, probe=probe, rate=0, shuffled=False)

    def next_probe_noise(self, settings: ImageSettings, by: int) -> ImageView:
        noise = _step((CLEAN, *settings.noises), self.probe, by)
        train = self.train if self.train in (CLEAN, noise) or noise == CLEAN else CLEAN
        return replace(self, train=train, probe=noise, rate=0, shuffled=False)

    def next_rate(self, settings: ImageSettings, by: int) -> ImageView:
        rate = _step(range(len(settings.optimizers)), self.rate, by)
        return replace(self, rate=rate, train=CLEAN, probe=CLEAN, shuffled=False)

    def other_labels(self) -> ImageView:
        """The control, in which images have each other's labels, or their own again."""
        return replace(self, shuffled=not self.shuffled, train=CLEAN, probe=CLEAN, rate=0)

    def _choices(self, count: int) -> Sequence[int | None]:
        single = self.level == "images" or count == 1
        return range(count) if single else (None, *range(count))


def picture(view: ImageView, document: ImageDocument) -> Picture:
    """The matrix that a view shows of a session."""
    values, floor = _values(view, document), _floor(view, document)
    places = np.arange(len(values))
    return Picture(
        rows=places,
        columns=places,
        values=values,
        halves=None,
        status=_status(values, view, document),
        running=np.zeros(len(values), np.bool_),
        limit=numbers.scale_limit(values, floor),
        floor=floor,
        warm=1,
        power=1.0,
        measured=float(np.isfinite(values).mean()),
    )


def title(view: ImageView, drawn: Picture, settings: ImageSettings) -> str:
    """What the matrix is, in words: `Trained · Δ loss, nats ×1e-2 · noise 1 on clean · mean of 3 networks, 5 draws`."""
    unit = {"raw": "Δ loss, nats", "cosine": "Δ loss, cosine", "double-centred": "Δ loss, nats, double-centred"}
    words = [view.shown.capitalize(), f"{unit[view.scaling]} {numbers.scale(drawn.exponent)}".strip()]
    words.append(f"η {numbers.compact(view.treatment(settings).optimizer.lr)}")
    words.append("each other's labels" if view.shuffled else f"{view.train.name} on {view.probe.name}")
    places = {"network": (view.network, len(settings.networks)), "draw": (view.draw, settings.draws)}
    means = [f"{count} {name}s" for name, (chosen, count) in places.items() if chosen is None and count > 1]
    ones = [
        f"{name} {(chosen or 0) + 1}/{count}"
        for name, (chosen, count) in places.items()
        if chosen is not None and count > 1
    ]
    return " · ".join([*words, *ones, *([f"mean of {' × '.join(means)}"] if means else [])])


def _values(view: ImageView, document: ImageDocument) -> Array:
    """(classes, classes), or the images of a draw and the person's own; nan where not known."""
    if view.shown != "beyond first order":
        return _of_condition(view, document, view.shown)
    return _of_condition(view, document, "trained") - _of_condition(view, document, "predicted")


def _status(values: Array, view: ImageView, document: ImageDocument) -> NDArray[np.int8]:
    """Of cells without a finite number it says whether there is one to come."""
    single = view.level == "images"
    lacking = np.full(values.shape, Status.PENDING, np.int8)
    if _is_measured(view, document):
        lacking[:] = Status.VALUE if single and view.scaling == "raw" else Status.UNDEFINED
    if single and document.own is not None:
        lacking[-1, :] = lacking[:, -1] = _status_of_own(view, document)
    return np.where(np.isfinite(values), np.int8(Status.VALUE), lacking)


def _is_measured(view: ImageView, document: ImageDocument) -> bool:
    """Whether nothing of the digits of the networks and draws that are shown is to be measured."""
    session, how = document.session, view.treatment(document.session.settings)
    conditions = IMAGE_CONDITIONS if view.shown == "beyond first order" else (view.shown,)
    return all(session.has(condition, *pair, how) for condition in conditions for pair in pairs(view, session.settings))


def _status_of_own(view: ImageView, document: ImageDocument) -> Status:
    """Of the person's own digit, of which trained, raw numbers are all that there is."""
    if view.shown != "trained" or view.scaling != "raw":
        return Status.UNDEFINED
    how = view.treatment(document.session.settings)
    found = document.influence_of_own(view.network or 0, view.draw or 0, how)
    return Status.PENDING if found is None else Status.VALUE


def pairs(view: ImageView, settings: ImageSettings) -> list[tuple[int, int]]:
    """The networks and draws that are shown."""
    networks, draws = range(len(settings.networks))[_only(view.network)], range(settings.draws)[_only(view.draw)]
    return [(network, draw) for network in networks for draw in draws]


def _of_condition(view: ImageView, document: ImageDocument, condition: ImageCondition) -> Array:
    how = view.treatment(document.session.settings)
    if view.level == "images":
        matrix = document.matrices(condition, how, view.scaling)[view.network or 0, view.draw or 0]
        return matrix if document.own is None else _with_own(matrix, view, document, condition)
    matrices = document.by_class(condition, how, view.scaling)
    chosen = matrices[_only(view.network)][:, _only(view.draw)].reshape(-1, *matrices.shape[2:])
    return mean_over_draws(chosen, ~np.isnan(chosen))


def _with_own(matrix: Array, view: ImageView, document: ImageDocument, condition: ImageCondition) -> Array:
    """The matrix with the person's own digit as the last row and column."""
    grown = np.full((len(matrix) + 1, len(matrix) + 1), np.nan)
    grown[:-1, :-1] = matrix
    how = view.treatment(document.session.settings)
    found = document.influence_of_own(view.network or 0, view.draw or 0, how)
    if found is not None and condition == "trained" and view.scaling == "raw":
        grown[-1, :], grown[:-1, -1] = found.row, found.column
    return grown


def _floor(view: ImageView, document: ImageDocument) -> float:
    """The largest null floor of the networks and draws that are shown; 0 where it is not known."""
    if view.shown != "trained" or view.scaling != "raw":
        return 0.0
    settings = document.session.settings
    how = view.treatment(settings)
    return max((document.session.floor(*pair, how) or 0.0 for pair in pairs(view, settings)), default=0.0)


def _only(chosen: int | None) -> slice:
    return slice(None) if chosen is None else slice(chosen, chosen + 1)


def _step(choices: Sequence[T], now: T, by: int) -> T:
    return choices[((choices.index(now) if now in choices else -by) + by) % len(choices)]
