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
    assert eiftui("export", "s.eif", "-o", "x.csv", "--draw", "1").code == 0
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


def test_an_export_replaces_an_earlier_one_and_says_nothing(eiftui: Command, session: Session) -> None:
    Path("x.csv").write_text("old")
    answer = eiftui("export", "s.eif", "-o", "x.csv")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert "old" not in Path("x.csv").read_text()


def test_an_export_never_overwrites_a_session(measure, eiftui, tmp_path):
    measure("--draws", "1")
    session = Path("s.eif").rename("s.json")
    before = session.read_bytes()
    answer = eiftui("export", session, "-o", session)
    assert answer.code == 2
    assert "is a session" in answer.err
    assert session.read_bytes() == before
