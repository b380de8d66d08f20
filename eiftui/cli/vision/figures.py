"""The figures of the HTML report on images, by plotly: digits stand beside the rows and columns of a matrix."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from eiftui.analysis.estimates import Estimate
from eiftui.analysis.images.classes import Blocks, LookAlikes
from eiftui.analysis.images.noise import NoiseFinding
from eiftui.analysis.images.rates import AtRate
from eiftui.cli.figures import BLUE, GREEN, GREY, ORANGE, as_matrix, coloured, drawn, layout
from eiftui.cli.vision.words import QUADRANTS
from eiftui.domains.digits import CLASSES, Pixels, image_names
from eiftui.session.image_records import IMAGE_CONDITIONS, ImageCondition
from eiftui.session.images import ImageSession
from eiftui.show import numbers
from eiftui.show.summary import mean_and_interval

Floats = NDArray[np.float64]
SHOWN_CELLS = 10_000
"""Of a scatter plot: more take a browser long, and hide each other."""


def class_map(session: ImageSession, found: list[list[Estimate]], condition: ImageCondition) -> Any:
    """Classes by classes, with the first digit of each in the first draw."""
    mean, half = (np.array([[getattr(cell, what) for cell in row] for row in found]) for what in ("mean", "half"))
    names, digits = [str(label) for label in range(CLASSES)], session.digits(0)
    trace = _hoverable(mean, half, names, numbers.largest_magnitude(mean))
    figure = as_matrix([trace], layout(f"{condition}, mean by class: change of loss, nats", "probe", "training image"))
    figure.update_layout(images=_beside(digits.pixels[digits.firsts()], names))
    return _squared(figure)


def digit_map(session: ImageSession) -> Any:
    """All digits of a draw, the mean over networks; with several draws, a menu leads to each."""
    matrices = session.matrix("trained")
    limit = numbers.scale_limit(matrices.mean(axis=0)) or 1.0
    traces, images = [], []
    for draw in range(session.settings.draws):
        digits = session.digits(draw)
        mean, half = mean_and_interval(matrices[:, draw])
        traces.append(_hoverable(mean, half, image_names(digits.labels), limit).update(visible=draw == 0))
        images.append(_beside(digits.pixels, image_names(digits.labels)))
    title = "trained, mean over networks: change of loss, nats"
    figure = as_matrix(traces, layout(title, "probe", "training image"))
    figure.update_layout(images=images[0], height=max(figure.layout.height, 620))
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(showticklabels=False)
    if len(traces) > 1:
        figure.update_layout(updatemenus=[_menu(images)])
    return _squared(figure)


def blocks(found: Blocks) -> Any:
    """Each way to look for classes, beside what pixels alone tell and beside the control."""
    ways = {
        "raw": found.raw,
        "cosine": found.cosine,
        "double-centred": found.double_centred,
        "pixels alone": found.pixels,
        "pixels, double-centred": found.pixels_centred,
        "control: label given": found.assigned,
        "control: digit seen": found.digit,
    }
    known = {name: way for name, way in ways.items() if way}
    figure = go.Figure(_marks(list(known), list(known.values()), ORANGE))
    figure.add_hline(y=0.5, line={"color": GREY, "dash": "dot"})
    figure.update_layout(height=380, **layout("", "", "chance (AUC), 0.5: blind to class"))
    return figure


def look_alikes(found: LookAlikes) -> Any:
    """All pairs of classes, the most teaching first."""
    names = [f"{first} and {second}" for first, second, _ in found.pairs]
    figure = go.Figure(_marks(names, [teaching for *_, teaching in found.pairs], ORANGE))
    figure.add_hline(y=0, line={"color": GREY})
    figure.update_layout(height=400, **layout("", "", "teaching beyond what each has with all, nats"))
    figure.update_xaxes(tickangle=-90, dtick=1)
    return figure


def noise(findings: Sequence[NoiseFinding]) -> Any:
    """How many times as large influence is with noise: below the line, Eq. 5 and Eq. 6 hold."""
    names = [found.noise.name for found in findings]
    figure = go.Figure()
    sides = {
        "Eq. 5: training noisy": ([found.train_ratio for found in findings], ORANGE),
        "Eq. 6: probe noisy": ([found.probe_ratio for found in findings], BLUE),
    }
    for name, (ratios, colour) in sides.items():
        figure.add_trace(_marks(names, ratios, colour).update(name=name))
    figure.add_hline(y=1, line={"color": GREY}, annotation_text="as clean", annotation_position="bottom right")
    figure.update_layout(
        scattermode="group",
        height=400,
        **layout("Below 1, noise lowers influence: the equation holds", "", "times that of clean images"),
    )
    return figure


def quadrants(findings: Sequence[NoiseFinding]) -> Any:
    """Mean abs(EIF) with clean and noisy training images and probes."""
    figure = go.Figure()
    for index, (name, colour) in enumerate(zip(QUADRANTS, (GREY, BLUE, ORANGE, GREEN), strict=True)):
        cells = [found.quadrants[index] for found in findings]
        figure.add_bar(
            x=[found.noise.name for found in findings],
            y=[drawn(cell.mean) for cell in cells],
            error_y=_bars(cells),
            marker_color=colour,
            name=name,
        )
    figure.update_layout(
        barmode="group", height=400, **layout("Training image → probe", "", "mean abs(EIF) on others, nats")
    )
    return figure


def first_order(session: ImageSession) -> Any:
    """Every cell's trained EIF over its prediction, or as many of them as can be looked at."""
    trained, predicted = (session.matrix(which).ravel() for which in IMAGE_CONDITIONS)
    known = np.flatnonzero(np.isfinite(trained) & np.isfinite(predicted))
    known = known[:: max(1, math.ceil(len(known) / SHOWN_CELLS))]
    ends = [float(np.min(predicted[known], initial=0.0)), float(np.max(predicted[known], initial=0.0))]
    look = {"mode": "markers", "marker": {"color": ORANGE, "size": 3}, "name": "cells"}
    figure = go.Figure(go.Scattergl(x=predicted[known], y=trained[known], **look))
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dot"}, name="equal")
    figure.update_layout(height=420, **layout("", "predicted to first order, nats", "trained, nats"))
    return figure


def rates(findings: Sequence[AtRate]) -> Any:
    """How symmetric influence is over learning rates, and how well it is predicted."""
    figure = go.Figure()
    shown = {
        "S, symmetry": ([at.share for at in findings], ORANGE),
        "r with the prediction": ([at.agreement.pearson for at in findings], BLUE),
    }
    for name, (values, colour) in shown.items():
        figure.add_trace(_marks([at.lr for at in findings], values, colour).update(name=name, mode="lines+markers"))
    figure.update_layout(height=380, **layout("", "learning rate", "share, correlation"))
    figure.update_xaxes(type="log", exponentformat="power")
    return figure


def _hoverable(mean: Floats, half: Floats, names: list[str], limit: float) -> Any:
    """A matrix whose hover text tells both images, the number and its interval."""
    within = " ± %{customdata:.2g}" if np.isfinite(half).any() else ""
    told = f"learned %{{y}}, probed %{{x}}<br><b>%{{z:.3g}}</b>{within} nats<extra></extra>"
    return coloured(mean, limit or 1.0, x=names, y=names, customdata=half, hovertemplate=told)


def _squared(figure: Any) -> Any:
    """With room for images beside the axes, whose texts are names, not numbers."""
    figure.update_xaxes(type="category", ticklabelstandoff=26)
    figure.update_yaxes(type="category", ticklabelstandoff=26)
    figure.update_layout(margin={"l": 110, "t": 140})
    return figure


def _beside(pixels: Pixels, names: Sequence[str]) -> list[dict[str, Any]]:
    """Images at the left of their rows and above their columns, which stay there when one looks closer."""
    placed = []
    for image, name in zip(pixels, names, strict=True):
        source = _png(image)
        row = {"xref": "paper", "x": -0.004, "xanchor": "right", "yref": "y", "y": name, "yanchor": "middle"}
        column = {"yref": "paper", "y": 1.004, "yanchor": "bottom", "xref": "x", "x": name, "xanchor": "center"}
        placed.append({"source": source, "sizex": 0.05, "sizey": 0.9, **row})
        placed.append({"source": source, "sizex": 0.9, "sizey": 0.05, **column})
    return placed


def _png(image: Pixels) -> str:
    """An image (28, 28) as an address that holds it, dark on white."""
    file = io.BytesIO()
    Image.fromarray(255 - image).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _menu(images: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Leads to each draw."""
    draws = range(len(images))
    buttons = [
        {
            "label": f"draw {draw + 1}",
            "method": "update",
            "args": [{"visible": [other == draw for other in draws]}, {"images": images[draw]}],
        }
        for draw in draws
    ]
    return {"buttons": buttons, "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom", "pad": {"b": 60}}


def _marks(x: Sequence[Any], values: Sequence[Estimate], colour: str) -> Any:
    """Means with their intervals."""
    return go.Scatter(
        x=list(x),
        y=[drawn(value.mean) for value in values],
        error_y=_bars(values),
        mode="markers",
        marker={"color": colour, "size": 9},
    )


def _bars(values: Sequence[Estimate]) -> dict[str, Any]:
    return {"array": [drawn(value.half) for value in values], "thickness": 1.5}
