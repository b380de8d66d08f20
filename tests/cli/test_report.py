"""`eiftui report`: the findings of a session, printed or in a file."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from eiftui.session.session import Session
from tests.cli.conftest import Command


def test_the_report_is_printed_with_every_section(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif")
    assert (answer.code, answer.err) == (0, "")
    for section in ("Desiderata", "Symmetry", "Sparsity", "First order", "Distribution of EIF", "How it was measured"):
        assert section in answer.lines


def test_the_same_goes_to_a_text_file_without_colours(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.txt")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    text = Path("report.txt").read_text(encoding="utf-8")
    assert "Symmetry" in text
    assert "\x1b" not in text


def test_refusals_are_reasons_in_the_report(measure: Command, eiftui: Command) -> None:
    Path("probes.txt").write_text("Something else.\nAnd more.\n")
    assert measure("--quiet", "--probe", "probes.txt").code == 0
    assert "trained: no answer: rows and probes differ" in eiftui("report", "s.eif").out


def test_a_session_without_numbers_is_refused(eiftui: Command, measure: Command) -> None:
    assert measure("--quiet", "--condition", "predicted").code == 0
    assert eiftui("report", "s.eif").code == 0
    answer = eiftui("report", "none.eif")
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)


def test_another_suffix_is_refused(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.pdf")
    assert answer.code == 2
    assert answer.err == "eiftui: cannot write a report to 'report.pdf': end its name in .txt or .html\n"


def test_an_html_report_is_one_file_that_asks_for_no_other(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.html")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    found = _Page.of(Path("report.html"))
    assert found.asked_for == []
    assert found.headings == [
        "Influence",
        "Desiderata",
        "Symmetry",
        "Sparsity and distribution",
        "Semantics",
        "First order",
        "Learning rate",
        "How it was measured",
    ]
    drawn = [script for script in found.scripts if "Plotly.newPlot" in script]
    assert len(drawn) == 6  # four heatmaps, a histogram and a scatter plot
    assert '"zmid":0' in drawn[0]


def test_sentences_are_text_and_not_markup_in_an_html_report(measure: Command, eiftui: Command) -> None:
    Path("texts.txt").write_text("{A} is <script>alert(1)</script>.\n<b>{A}</b> is \x1b[31mred.\n", encoding="utf-8")
    assert measure("--quiet").code == 0
    assert eiftui("report", "s.eif", "-o", "report.html").code == 0
    found = _Page.of(Path("report.html"))
    assert not [script for script in found.scripts if script.startswith("alert")]
    assert "<b>{A}" not in Path("report.html").read_text(encoding="utf-8")
    assert "\x1b" not in Path("report.html").read_text(encoding="utf-8")


def test_several_sessions_are_compared(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    with Session.open(Path("s.eif"), read_only=True) as session:
        session.save_as(Path("t.eif"))
    answer = eiftui("report", "s.eif", "t.eif")
    assert answer.code == 0
    start = answer.lines.index("All sessions")
    compared = [line.split() for line in answer.lines[start + 3 : start + 7]]
    assert compared[0][-6:] == compared[2][-6:]
    assert eiftui("report", "s.eif", "t.eif", "-o", "both.html").code == 0
    assert _Page.of(Path("both.html")).headings.count("Symmetry") == 2


class _Page(HTMLParser):
    """What an HTML file shows, runs and asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.scripts: list[str] = []
        self.asked_for: list[str] = []
        self._inside = ""

    @classmethod
    def of(cls, path: Path) -> _Page:
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
