"""`eiftui export`: the session's own numbers, in every form."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from eiftui.session.session import Session
from tests.cli.conftest import Command


@pytest.fixture
def session(measure: Command) -> Session:
    assert measure("--quiet").code == 0
    return Session.open(Path("s.eif"), read_only=True)


def table(path: str) -> list[list[str]]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("condition", [None, "trained", "predicted", "prompted", "gap"])
def test_a_matrix_csv_is_the_mean_over_draws(eiftui: Command, session: Session, condition: str | None) -> None:
    asked = () if condition is None else ("--condition", condition)
    assert eiftui("export", "s.eif", "-o", "x.csv", *asked).code == 0
    header, *lines = table("x.csv")
    assert header == ["train\\probe", *(probe.label for probe in session.probes)]
    assert [line[0] for line in lines] == [row.label for row in session.rows]
    numbers = np.array([[float(cell) for cell in line[1:]] for line in lines])
    np.testing.assert_allclose(numbers, session.mean(condition or "trained"), rtol=1e-8)  # type: ignore[arg-type]


def test_a_matrix_csv_of_one_draw_has_its_words(eiftui: Command, session: Session) -> None:
    assert eiftui("export", "s.eif", "-o", "x.csv", "--draw", "2").code == 0
    _, *lines = table("x.csv")
    assert [line[0] for line in lines] == [" || ".join(session.filled(row, 1)) for row in session.rows]
    numbers = np.array([[float(cell) for cell in line[1:]] for line in lines])
    np.testing.assert_allclose(numbers, session.matrix("trained")[1], rtol=1e-8)


def test_a_long_csv_has_a_line_for_each_cell_and_draw(eiftui: Command, session: Session) -> None:
    assert eiftui("export", "s.eif", "-o", "x.csv", "--layout", "long").code == 0
    header, *lines = table("x.csv")
    assert ",".join(header) == "draw,condition,train_index,train,probe_index,probe,loss_before,loss_after,eif"
    assert len(lines) == 3 * 2 * 9
    for line in (dict(zip(header, line, strict=True)) for line in lines):
        draw, row, column = int(line["draw"]), int(line["train_index"]), int(line["probe_index"])
        expected = session.matrix(line["condition"])[draw, row, column]  # type: ignore[arg-type]
        assert float(line["eif"]) == pytest.approx(expected, rel=1e-8)
        assert float(line["loss_before"]) == pytest.approx(session.baseline()[draw, column], rel=1e-8)
        assert float(line["loss_after"]) - float(line["loss_before"]) == pytest.approx(expected, abs=1e-7)
        assert line["train"] == " || ".join(session.filled(session.rows[row], draw))
        assert line["probe"] == " || ".join(session.filled(session.probes[column], draw))


def test_an_npz_loads_without_pickle_and_holds_every_condition(eiftui: Command, session: Session) -> None:
    assert eiftui("export", "s.eif", "-o", "x.npz").code == 0
    with np.load("x.npz", allow_pickle=False) as arrays:
        for condition in ("trained", "predicted", "prompted"):
            np.testing.assert_array_equal(arrays[condition], session.matrix(condition))  # type: ignore[arg-type]
        assert list(arrays["rows"]) == [row.label for row in session.rows]
        np.testing.assert_array_equal(arrays["baseline"], session.baseline())


def test_json_holds_what_is_needed_to_compute_any_number_again(eiftui: Command, session: Session) -> None:
    assert eiftui("export", "s.eif", "-o", "x.json").code == 0
    whole = json.loads(Path("x.json").read_text(encoding="utf-8"))
    assert whole["settings"] == session.settings.model_dump(mode="json")
    assert session.model is not None
    assert whole["model"]["fingerprint"] == session.model.fingerprint
    assert whole["model"]["start"] == 1
    assert set(whole["model"]["versions"]) >= {"torch", "transformers"}
    assert [draw["words"] for draw in whole["draws"]] == [session.words(draw) for draw in range(2)]
    assert len(whole["cells"]) == 3 * 2 * 9
    for cell in whole["cells"]:
        expected = session.matrix(cell["condition"])[cell["draw"], cell["row"], cell["probe"]]
        assert cell["eif"] == pytest.approx(expected, rel=1e-6)
        losses = whole["draws"][cell["draw"]]["probes"][cell["probe"]]["losses"]
        if cell["changes"] is not None:
            assert len(cell["changes"]) == len(losses)
            assert np.mean(cell["changes"]) == pytest.approx(expected, rel=1e-4, abs=1e-8)


def test_an_export_replaces_an_earlier_one(eiftui: Command, session: Session) -> None:
    Path("x.csv").write_text("old")
    assert eiftui("export", "s.eif", "-o", "x.csv").code == 0
    assert "old" not in Path("x.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x.csv",), "x.csv: 3 × 3, trained, mean of 2 draws"),
        (("x.csv", "--condition", "gap", "--draw", "1"), "x.csv: 3 × 3, gap, draw 1"),
        (("x.csv", "--draw", "all"), "x.csv: 3 × 3, trained, 2 draws"),
        (("x.csv", "--layout", "long"), "x.csv: 3 × 3, trained, predicted, prompted, 2 draws"),
        (("x.json", "--condition", "prompted"), "x.json: 3 × 3, prompted, 2 draws"),
    ],
)
def test_what_an_export_holds_is_said_in_a_line(
    eiftui: Command, session: Session, arguments: tuple[str, ...], said: str
) -> None:
    answer = eiftui("export", "s.eif", "-o", *arguments)
    assert (answer.code, answer.out, answer.err) == (0, said + "\n", "")


def test_what_is_not_measured_is_counted(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet", "--draws", "4", "--condition", "prompted").code == 0
    assert measure("--quiet", "--draws", "2", "--condition", "trained").code == 0
    with Session.open(Path("s.eif")) as session:
        session.configure(session.settings.model_copy(update={"draws": 4}))
    answer = eiftui("export", "s.eif", "-o", "x.csv")
    assert answer.out == "x.csv: 3 × 3, trained, mean of 2 of 4 draws\n"
    assert answer.err == "note: 16 of 36 cells are not measured\n"  # one has no slot, and is measured once
    assert "trained: change of loss, nats per token, mean of 2 of 4 draws" in eiftui("report", "s.eif").out


@pytest.mark.parametrize("kept", [0, 1, 99])
def test_damaged_records_are_told_with_what_is_left_and_with_the_error_that_nothing_is(
    measure: Command, eiftui: Command, kept: int
) -> None:
    assert measure("--quiet").code == 0
    lines = Path("s.eif").read_text().splitlines()
    broken = [place for place, line in enumerate(lines) if '"condition":"trained"' in line][kept:]
    for place in broken:
        lines[place] = lines[place].replace('"eif"', '"eef"')
    Path("s.eif").write_text("\n".join(lines) + "\n")
    told = [f"note: line {place + 1} of s.eif is damaged and was left out" for place in broken]
    answer = eiftui("export", "s.eif", "-o", "x.csv")
    assert answer.code == (0 if kept else 2)
    assert answer.err.splitlines()[: len(told)] == told
    assert ("damaged" in eiftui("report", "s.eif").err) == bool(told)


def test_an_export_never_overwrites_a_session(measure, eiftui, tmp_path):
    measure("--draws", "1")
    session = Path("s.eif").rename("s.json")
    before = session.read_bytes()
    answer = eiftui("export", session, "-o", session)
    assert answer.code == 2
    assert "is a session" in answer.err
    assert session.read_bytes() == before


def test_what_a_mean_leaves_out_is_told(eiftui: Command, measure: Command) -> None:
    assert measure("--lr", "1e6", "--condition", "trained", "--quiet").code == 0
    answer = eiftui("export", "s.eif", "-o", "x.csv")
    assert "18 of 18 cells are not finite numbers: a mean is of the other draws, where there are any" in answer.err


def test_what_stands_before_a_gap_is_told(eiftui: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        eiftui("export", "--help")
    assert "of the gap, loss_before is the loss when prompted" in " ".join(capsys.readouterr().out.split())
