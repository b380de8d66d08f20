"""Progress counts only this run, and suits where it is read."""

import io
import json
import math

from rich.console import Console

from eiftui.show.pace import Pace
from eiftui.show.progress import JsonProgress, ProgressReport, QuietProgress, RunProgress


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def plain(clock: Clock) -> tuple[RunProgress, io.StringIO]:
    stream = io.StringIO()
    return RunProgress(Console(file=stream, width=80, _environ={}), clock), stream


def test_time_left_counts_only_what_this_run_did() -> None:
    clock = Clock()
    pace = Pace(total=100, done=60, clock=clock)
    clock.now += 30
    pace.done += 10
    assert pace.rate == 10 / 30
    assert pace.left == 90
    assert str(pace) == "70/100 · 3.0s each · 1m30s left"


def test_time_left_is_unknown_before_the_first_step_and_none_at_the_end() -> None:
    assert math.isnan(Pace(total=5, done=2, clock=Clock()).left)
    assert Pace(total=5, done=5, clock=Clock()).left == 0


def test_what_was_estimated_counts_until_there_is_a_rate() -> None:
    clock = Clock()
    pace = Pace(total=10, done=0, clock=clock, expected=60)
    clock.now += 20
    assert pace.left == 40
    pace.done = 5
    assert pace.left == 20


def test_a_log_gets_a_line_every_tenth() -> None:
    clock = Clock()
    progress, stream = plain(clock)
    progress.start(100)
    for _ in range(100):
        clock.now += 0.01
        progress.advance(1, "row")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0] == "10/100 · 100/s · 0.9s left · row"


def test_a_log_gets_a_line_after_five_seconds() -> None:
    clock = Clock()
    progress, stream = plain(clock)
    progress.start(10_000)
    for _ in range(12):
        clock.now += 1
        progress.advance()
    assert [line.split()[0] for line in stream.getvalue().splitlines()] == ["5/10000", "10/10000"]


def test_a_log_is_not_flooded_by_stages() -> None:
    clock = Clock()
    progress, stream = plain(clock)
    progress.stage("loading")
    progress.start(1000)
    for row in range(1000):
        progress.stage(f"row {row}")
        clock.now += 0.001
        progress.advance()
    assert stream.getvalue().startswith("loading\n")
    assert len(stream.getvalue().splitlines()) == 11


def test_a_log_in_ascii_and_with_markup_is_written_as_it_is() -> None:
    raw = io.BytesIO()
    progress = RunProgress(Console(file=io.TextIOWrapper(raw, encoding="ascii", write_through=True), _environ={}))
    progress.stage("measuring “[red]” · 1")
    assert raw.getvalue() == b'measuring "[red]" . 1\n'


def test_a_terminal_gets_a_bar_that_is_gone_when_the_run_is_over() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = RunProgress(Console(file=stream, width=100, force_terminal=True, _environ={"TERM": "xterm"}), clock)
    progress.start(10, done=4)
    clock.now += 2
    progress.advance(1, "row [1]")
    progress.finish("done in [2s]")
    text = stream.getvalue()
    assert "row [1]" in text
    assert "5/10 · 2.0s each · 10s left" in text
    assert text.endswith("done in [2s]\n")
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1


def test_scripts_get_one_json_object_a_line() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = JsonProgress(stream, clock)
    progress.start(10, done=4)
    clock.now += 2
    progress.advance(2, "row")
    progress.finish()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines[0] == {"stage": "", "done": 4, "total": 10, "seconds": 0, "left": None}
    assert lines[1] == lines[2] == {"stage": "row", "done": 6, "total": 10, "seconds": 2, "left": 4}


def test_every_kind_can_stand_for_the_others() -> None:
    kinds: list[ProgressReport] = [plain(Clock())[0], JsonProgress(io.StringIO()), QuietProgress()]
    for progress in kinds:
        progress.stage("before")
        progress.start(0)
        progress.finish("after")
        progress.finish()
