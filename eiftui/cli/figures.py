"""The figures of the HTML report, by plotly. Texts are escaped, because plotly reads markup in them."""

from __future__ import annotations

import html
import itertools
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from eiftui.analysis import words
from eiftui.analysis.cells import own_cells
from eiftui.analysis.contrasts import Desideratum, Test
from eiftui.analysis.distributions import Histogram
from eiftui.analysis.dynamics import Dynamics
from eiftui.analysis.first_order import Met
from eiftui.analysis.rates import Sweep
from eiftui.session.readings import Array, Quantity, Readings
from eiftui.session.safetext import visible
from eiftui.show import numbers
from eiftui.show.summary import over_draws

ORANGE, BLUE, GREEN, GREY = "#d7600a", "#0a5fa5", "#1a7f37", "#8a8a8a"
SCALE = [[0.0, "#08306b"], [0.25, "#3182bd"], [0.5, "#f7f7f7"], [0.75, "#f08a24"], [1.0, "#7f2704"]]
"""Blue where a probe became more likely, orange where less; zero in the middle."""
AROUND = 1.3
"""How far beyond its rates a plateau is shaded, as a factor: one rate alone has no width."""
WIDTH = 60
"""Characters of a line of hover text."""


def heatmap(session: Readings, which: Quantity) -> Any:
    """The mean over draws of one condition; hovering tells both texts and the interval."""
    rows, columns = ([_wrapped(text.label) for text in texts] for texts in (session.rows, session.probes))
    title = f"{which}: change of loss, nats per token"
    return _map(session.matrix(which), rows, columns, which, layout(title, "probe", "training set"))


def steps(session: Readings, found: Dynamics) -> Any:
    """The mean over draws after each step of a trajectory; hovering tells the sentence and the probe."""
    rows, columns = map(_wrapped, found.trajectory.sentences), (_wrapped(text.label) for text in session.probes)
    title = "after each step: change of loss, nats per token"
    return _map(found.eif, list(rows), list(columns), "step", layout(title, "probe", "step"))


def _map(values: Array, rows: Sequence[str], columns: Sequence[str], what: str, axes: dict[str, Any]) -> Any:
    """The mean of `values` (draws, rows, columns) in colours around zero, with texts and intervals to hover over."""
    with np.errstate(invalid="ignore"):
        mean, half = over_draws(values)
    limit = numbers.scale_limit(mean) or 1.0
    hover = [
        [
            f"<b>{what}</b> {numbers.estimate(float(mean[i, j]), float(half[i, j]))} nats per token"
            f"<br><b>{i + 1}</b> {row}<br><b>→ {j + 1}</b> {column}"
            for j, column in enumerate(columns)
        ]
        for i, row in enumerate(rows)
    ]
    x, y = (list(range(1, len(texts) + 1)) for texts in (columns, rows))
    return as_matrix([coloured(mean, limit, x=x, y=y, text=hover, hoverinfo="text")], axes)


def coloured(values: Array, limit: float, **where: Any) -> Any:
    """The trace of a matrix (rows, columns) in colours around zero, at full strength from `limit` on."""
    return go.Heatmap(
        z=np.where(np.isfinite(values), values, np.nan),
        colorscale=SCALE,
        zmid=0,
        zmin=-limit,
        zmax=limit,
        xgap=1,
        ygap=1,
        colorbar={"title": "EIF"},
        **where,
    )


def as_matrix(traces: Sequence[Any], axes: dict[str, Any]) -> Any:
    """A figure of matrices of the same size, the first row on top."""
    rows, columns = np.shape(traces[0].z)
    figure = go.Figure(traces)
    figure.update_layout(height=min(900, 160 + 42 * max(rows, 4)), **axes)
    figure.update_layout(margin_t=100, title={"y": 0.97, "yanchor": "top"})  # the axis at the top has a title, too
    figure.update_yaxes(autorange="reversed", dtick=max(1, rows // 20))
    figure.update_xaxes(dtick=max(1, columns // 20), side="top")
    return figure


def contrasts(found: Sequence[Desideratum]) -> Any:
    """Each contrast's mean and interval, trained and prompted, over its draws."""
    figure = go.Figure()
    names = [f"{index}. {_escaped(one.contrast.name)}" for index, one in enumerate(found, start=1)]
    for which, colour, shift in (("trained", ORANGE, -0.17), ("prompted", BLUE, 0.17)):
        tests: list[Test] = [getattr(one, which) for one in found]
        places = [index + shift for index in range(len(tests))]
        points = [(value, place) for test, place in zip(tests, places, strict=True) for value in test.estimate.points]
        figure.add_scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            mode="markers",
            marker={"color": colour, "size": 5, "opacity": 0.35},
            name=f"{which}, a draw",
            hoverinfo="x",
        )
        figure.add_scatter(
            x=[test.estimate.mean for test in tests],
            y=places,
            error_x={"array": [drawn(test.estimate.half) for test in tests], "color": colour, "thickness": 2},
            mode="markers",
            marker={"color": colour, "size": 11, "symbol": "diamond"},
            text=[f"{which}: {test.verdict}, p {numbers.p_value(test.corrected)}" for test in tests],
            hoverinfo="x+text",
            name=f"{which}, mean and 95 % interval",
        )
    figure.add_vline(x=0, line={"color": GREY})
    title = "Lower minus higher cell: left of zero, the desideratum holds"
    figure.update_layout(height=160 + 70 * len(found), **layout(title, "nats per token", ""))
    labels = ["<br>".join(textwrap.wrap(name, 45)) for name in names]
    figure.update_yaxes(tickvals=list(range(len(found))), ticktext=labels, autorange="reversed")
    return figure


def histogram(found: Histogram) -> Any:
    """Trained, prompted and predicted, as shares of cells."""
    figure = go.Figure()
    for (name, counts), colour in zip(found.counts.items(), (ORANGE, BLUE, GREY), strict=False):
        figure.add_bar(x=found.middles, y=counts / max(1, counts.sum()), name=name, marker_color=colour, opacity=0.6)
    figure.update_layout(
        barmode="overlay", bargap=0.02, height=380, **layout("", "EIF, nats per token", "share of cells")
    )
    return figure


def scatter(session: Readings) -> Any:
    """Every cell's trained EIF over its prediction."""
    trained, predicted = session.mean("trained"), session.mean("predicted")
    known = np.isfinite(trained) & np.isfinite(predicted)
    ends = [float(np.min(predicted[known], initial=0.0)), float(np.max(predicted[known], initial=0.0))]
    figure = go.Figure(
        go.Scatter(x=predicted[known], y=trained[known], mode="markers", marker={"color": ORANGE}, name="cells")
    )
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dot"}, name="equal")
    figure.update_layout(
        height=420, **layout("", "predicted to first order, nats per token", "trained, nats per token")
    )
    return figure


def first_order(found: Sequence[Met]) -> Any:
    """The error of the prediction over learning rates, a line for each optimiser."""
    figure = go.Figure()
    rules = dict.fromkeys(words.rule(one.optimizer) for one in found)
    for name, colour in zip(rules, itertools.cycle((ORANGE, BLUE, GREEN, GREY))):
        those = [one for one in found if words.rule(one.optimizer) == name]
        figure.add_scatter(
            x=[one.optimizer.lr for one in those],
            y=[drawn(one.agreement.error.mean) for one in those],
            name=name,
            mode="lines+markers",
            line={"color": colour},
        )
    axes = layout("", "learning rate", "error of the prediction, a share")
    figure.update_layout(height=380, showlegend=True, **axes)
    figure.update_xaxes(type="log", exponentformat="power")
    figure.update_yaxes(type="log", exponentformat="power")
    return figure


def semantics(session: Readings) -> Any | None:
    """EIF over the cosine of embeddings in the first draw, own texts left out; None where texts are not embedded."""
    cosine = session.likeness(0)
    figure = go.Figure()
    for which, colour in (("trained", ORANGE), ("prompted", BLUE)):
        eif = session.matrix(which)[0]  # type: ignore[arg-type]
        known = np.isfinite(eif) & np.isfinite(cosine) & ~own_cells(session)
        if known.any():
            figure.add_scatter(x=cosine[known], y=eif[known], mode="markers", marker={"color": colour}, name=which)
    figure.update_layout(height=400, **layout("", "cosine of embeddings, first draw", "EIF, nats per token"))
    return figure if figure.data else None


def sweep(found: Sweep) -> Any:
    """Sizes of EIF over learning rates, with the plateau shaded."""
    rates = [one.rate for one in found.rates]
    figure = go.Figure()
    own = [abs(one.own.mean) for one in found.rates if one.own is not None]
    others = [one.others.mean for one in found.rates]
    for name, sizes, colour in (("own texts", own, ORANGE), ("other texts", others, BLUE)):
        if sizes:
            figure.add_scatter(x=rates, y=[drawn(size) for size in sizes], name=name, line={"color": colour})
    errors = [drawn(one.error) for one in found.rates]
    figure.add_scatter(x=rates, y=errors, name="first-order error (a share)", line={"color": GREY, "dash": "dot"})
    if found.plateau is not None:
        low, high = (rates[index] for index in found.plateau)
        figure.add_vrect(
            x0=low / AROUND,
            x1=high * AROUND,
            fillcolor=GREEN,
            opacity=0.15,
            line_width=0,
            label={"text": "plateau", "textposition": "top center"},
        )
    figure.update_layout(height=400, **layout("", "learning rate", "abs EIF, nats per token"))
    figure.update_xaxes(type="log", exponentformat="power")
    figure.update_yaxes(type="log", exponentformat="power")
    return figure


def layout(title: str, x: str, y: str) -> dict[str, Any]:
    """What all figures have in common, with the titles of one and of its axes."""
    return {
        "title": title,
        "template": "plotly_white",
        "xaxis_title": x,
        "yaxis_title": y,
        "margin": {"l": 60, "r": 20, "t": 70 if title else 30, "b": 50},
        "legend": {"orientation": "h", "y": -0.2},
    }


def drawn(value: float) -> float | None:
    """What JSON has no number for is not drawn."""
    return value if np.isfinite(value) else None


def _wrapped(text: str) -> str:
    return "<br>".join(_escaped(line) for line in textwrap.wrap(visible(text), WIDTH))


def _escaped(text: str) -> str:
    return html.escape(visible(text))
