"""Reads reports in HTML: what a page shows, runs and asks for, and the figures in it."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MOST = 1_000_000
"""Characters of a script that draws a figure, unlike the library's."""


class Page(HTMLParser):
    """What an HTML file shows, runs and asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.scripts: list[str] = []
        self.styles = ""
        self.asked_for: list[str] = []
        self._inside = ""

    @classmethod
    def of(cls, path: Path) -> Page:
        page = cls()
        page.feed(path.read_text(encoding="utf-8"))
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.asked_for += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "h2":
            self.headings.append(data)
        if self._inside == "script":
            self.scripts.append(data)
        if self._inside == "style":
            self.styles += data

    @property
    def figures(self) -> list[Figure]:
        calls = (script.partition("Plotly.newPlot(")[2] for script in self.scripts if len(script) < MOST)
        return [Figure(call) for call in calls if call]


class Figure:
    """What a call of `Plotly.newPlot` draws: arguments are an id, traces and a layout, each as JSON."""

    def __init__(self, call: str) -> None:
        decoder, at = json.JSONDecoder(), 0
        found = []
        for _ in range(3):
            start = at + re.match(r"[\s,]*", call[at:]).end()  # type: ignore[union-attr]
            value, at = decoder.raw_decode(call, start)
            found.append(value)
        _, self.traces, self.layout = found

    @property
    def kinds(self) -> list[str]:
        return [trace["type"] for trace in self.traces]

    @property
    def title(self) -> str:
        return str(self.layout["title"]["text"])

    def array(self, trace: int, axis: str) -> NDArray[np.float64]:
        """The numbers of a trace, which plotly may pack."""
        values = self.traces[trace][axis]
        if not isinstance(values, dict):
            return np.array(values, dtype=float)
        packed = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).astype(float)
        return packed.reshape([int(side) for side in values["shape"].split(",")]) if "shape" in values else packed
