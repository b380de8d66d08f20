"""A page of HTML that needs nothing else: what reports on sentences and on images have in common."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

import plotly
from plotly.offline import get_plotlyjs

from eiftui.session.safetext import visible
from eiftui.session.written import eiftui_version

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1100px; margin: 2em auto; padding: 0 1em }
h1 { margin-bottom: 0 } h2 { margin-top: 2.2em; border-bottom: 1px solid #ccc }
.note { color: #555 } pre { white-space: pre-wrap; background: #f6f6f6; padding: .8em; border-radius: 6px }
.side { display: grid; grid-template-columns: repeat(auto-fill, minmax(460px, 1fr)); gap: 1em }
.side > * { min-width: 0 }
table { border-collapse: collapse; font-size: 14px }
th, td { text-align: left; padding: .3em .7em; vertical-align: top }
tr { border-top: 1px solid #e4e4e4 } .holds { color: #1a7f37 } .violated { color: #b3261e } .undecided { color: #777 }
"""


def page(title: str, body: Iterable[str]) -> str:
    """The whole file: plotly's own script stands in it, so that it needs no network."""
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escaped(title)}</title><style>{STYLE}</style>',
            f"<script>{get_plotlyjs()}</script></head><body>",
            *body,
            "</body></html>",
        )
    )


def shown(figure: Any) -> str:
    """A figure of plotly, in place."""
    config = {"displaylogo": False, "responsive": True}
    return str(figure.to_html(full_html=False, include_plotlyjs=False, config=config))


def side_by_side(parts: Iterable[str]) -> str:
    """As many in a row as there is room for."""
    return f'<div class="side">{"".join(parts)}</div>'


def preformatted(lines: Iterable[str]) -> str:
    """Lines of text as they stand."""
    return f"<pre>{html.escape(chr(10).join(map(visible, lines)))}</pre>"


def verdict(word: str) -> str:
    """The word for what a test found, in its colour."""
    return f'<b class="{word.replace(" ", "-")}">{word}</b>'


def made_by() -> str:
    """With what the page was made."""
    return f"eiftui {eiftui_version()}, figures by plotly {plotly.__version__}"


def escaped(text: str) -> str:
    """A text that is no markup."""
    return html.escape(visible(text))
