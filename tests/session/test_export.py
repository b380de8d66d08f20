"""Every export, read back by the plain tools, holds the session's own numbers."""

import csv
import json
import resource

import numpy as np
import pytest

from eiftui.domains.schema import Domain, Text
from eiftui.errors import InputError
from eiftui.session.export import export
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS, Settings
from eiftui.show.summary import over_draws


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def values(lines, first=1):
    return np.array([[float(value) for value in line[first:]] for line in lines])


@pytest.fixture
def partial(domain, settings, engine):
    """Trained and prompted are measured for the first row of the first draw only."""
    session = Session.in_memory(domain, settings)
    engine.load(session)
    for condition in ("trained", "prompted"):
        session.append(engine.row(session, condition, 0, 0, (0, 1)))
    return session


def test_a_matrix_is_the_mean_over_draws_beside_the_templates(measured, tmp_path):
    export(measured, tmp_path / "m.csv")
    header, *lines = read_csv(tmp_path / "m.csv")
    assert header == ["train\\probe", *(text.label for text in measured.probes)]
    assert [line[0] for line in lines] == [text.label for text in measured.rows]
    assert lines[1][0] == "{A} is a {B}. || {B} is a {C}."
    np.testing.assert_allclose(values(lines), measured.matrix("trained").mean(axis=0), rtol=1e-8)


@pytest.mark.parametrize("condition", [*CONDITIONS, "gap"])
def test_a_matrix_of_one_draw_has_its_words(measured, tmp_path, condition):
    export(measured, tmp_path / "m.csv", condition, draw=1)
    header, *lines = read_csv(tmp_path / "m.csv")
    assert header[1:] == [" || ".join(measured.filled(text, 1)) for text in measured.probes]
    assert [line[0] for line in lines] == [" || ".join(measured.filled(text, 1)) for text in measured.rows]
    np.testing.assert_allclose(values(lines), measured.matrix(condition)[1], rtol=1e-8)


def test_a_matrix_of_all_draws_tells_them_apart_in_a_first_column(measured, tmp_path):
    export(measured, tmp_path / "m.csv", draw="all")
    header, *lines = read_csv(tmp_path / "m.csv")
    assert header[:2] == ["draw", "train\\probe"]
    assert [line[0] for line in lines] == list("000111222")
    np.testing.assert_allclose(values(lines, 2).reshape(3, 3, 3), measured.matrix("trained"), rtol=1e-8)


def test_numbers_have_nine_significant_digits(measured, tmp_path):
    export(measured, tmp_path / "m.csv", draw=0)
    shown = read_csv(tmp_path / "m.csv")[1][1]
    assert shown == f"{measured.matrix('trained')[0, 0, 0]:.9g}"


def test_what_is_not_measured_is_empty_in_a_matrix_and_absent_from_a_long_table(partial, tmp_path):
    export(partial, tmp_path / "m.csv")
    lines = read_csv(tmp_path / "m.csv")[1:]
    assert [[value != "" for value in line[1:]] for line in lines] == [[True, True, False], [False] * 3, [False] * 3]
    export(partial, tmp_path / "l.csv", layout="long")
    cells = read_csv(tmp_path / "l.csv")[1:]
    assert [line[:3] + line[4:5] for line in cells] == [
        ["0", condition, "0", column] for condition in ("trained", "prompted") for column in "01"
    ]
    assert {(line[6], line[7]) for line in cells} == {("", "")}  # the base losses are not known


def test_a_number_that_is_not_finite_is_not_empty(domain, settings, engine, tmp_path):
    session = Session.in_memory(domain, settings)
    engine.load(session)
    record = engine.row(session, "trained", 0, 0, (0, 1))
    session.append(record.model_copy(update={"eif": [np.nan, np.inf]}))
    export(session, tmp_path / "m.csv")
    assert read_csv(tmp_path / "m.csv")[1][1:] == ["nan", "inf", ""]


def test_a_mean_is_of_the_draws_that_are_finite_wherever_it_is_shown(measured, engine, tmp_path):
    record = engine.row(measured, "trained", 1, 0, (0,))
    measured.append(record.model_copy(update={"eif": [np.inf], "changes": None}))
    others = np.mean(measured.matrix("trained")[[0, 2], 0, 0])
    assert export(measured, tmp_path / "m.csv").not_finite == 1
    assert float(read_csv(tmp_path / "m.csv")[1][1]) == pytest.approx(others)
    assert measured.mean("trained")[0, 0] == pytest.approx(others)
    mean, half = over_draws(measured.matrix("trained"))
    assert mean[0, 0] == pytest.approx(others)
    assert np.isfinite(half).all()


def test_a_long_table_has_a_line_a_cell_and_draw_of_every_condition(measured, tmp_path):
    export(measured, tmp_path / "l.csv", layout="long")
    header, *lines = read_csv(tmp_path / "l.csv")
    assert ",".join(header) == "draw,condition,train_index,train,probe_index,probe,loss_before,loss_after,eif"
    assert len(lines) == 3 * 3 * 3 * len(CONDITIONS)
    baseline = measured.baseline()
    for draw, condition, row, train, column, probe, before, after, eif in lines:
        cell = (int(draw), int(row), int(column))
        assert train == " || ".join(measured.filled(measured.rows[cell[1]], cell[0]))
        assert probe == " || ".join(measured.filled(measured.probes[cell[2]], cell[0]))
        assert float(eif) == pytest.approx(measured.matrix(condition)[cell], rel=1e-8)
        assert float(before) == pytest.approx(baseline[cell[0], cell[2]], rel=1e-8)
        assert float(after) == pytest.approx(float(before) + float(eif), abs=1e-8)


def test_a_long_table_of_the_gap_goes_from_prompted_to_trained(measured, tmp_path):
    export(measured, tmp_path / "l.csv", "gap", "long", draw=2)
    lines = read_csv(tmp_path / "l.csv")[1:]
    assert {(line[0], line[1]) for line in lines} == {("2", "gap")}
    for _, _, row, _, column, _, before, after, _ in lines:
        base = measured.baseline()[2, int(column)]
        assert float(before) == pytest.approx(base + measured.matrix("prompted")[2, int(row), int(column)], abs=1e-8)
        assert float(after) == pytest.approx(base + measured.matrix("trained")[2, int(row), int(column)], abs=1e-8)


def test_npz_holds_the_arrays_and_opens_without_pickle(measured, tmp_path):
    export(measured, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        for condition in CONDITIONS:
            np.testing.assert_array_equal(arrays[condition], measured.matrix(condition))
            assert arrays[f"{condition}_measured"].all()
        np.testing.assert_array_equal(arrays["baseline"], measured.baseline())
        assert arrays["rows"].tolist() == [text.label for text in measured.rows]
        assert arrays["filled_probes"][2, 1] == measured.filled(measured.probes[1], 2)[0]
        assert Settings.model_validate_json(str(arrays["settings"])) == measured.settings
        assert json.loads(str(arrays["model"]))["fingerprint"] == "f00d"


def test_npz_of_one_draw_and_condition_holds_no_other(measured, tmp_path):
    export(measured, tmp_path / "a.npz", "gap", draw=1)
    with np.load(tmp_path / "a.npz") as arrays:
        np.testing.assert_array_equal(arrays["gap"], measured.matrix("gap")[1:2])
        assert arrays["draws"].tolist() == [1]
        assert "trained" not in arrays


def test_json_holds_all_that_is_needed_to_compute_any_number_again(measured, tmp_path):
    export(measured, tmp_path / "a.json")
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert Settings.model_validate(content["settings"]) == measured.settings
    assert content["model"]["fingerprint"] == "f00d"
    assert content["model"]["start"] == 0
    assert content["model"]["versions"] == {"torch": "2.9"}
    assert len(content["cells"]) == 3 * 3 * 3 * len(CONDITIONS)
    assert "predicted is a product of gradients" in content["units"]
    for draw in content["draws"]:
        assert draw["words"] == measured.words(draw["index"])
        assert [tuple(map(tuple, row["tokens"])) for row in draw["rows"]] == [
            measured.row_tokens(draw["index"], row) for row in range(3)
        ]
    for cell in content["cells"]:
        place = (cell["draw"], cell["row"], cell["probe"])
        probe = content["draws"][cell["draw"]]["probes"][cell["probe"]]
        assert np.float32(cell["eif"]) == measured.matrix(cell["condition"])[place]
        assert np.mean(probe["losses"]) == pytest.approx(measured.baseline()[place[0], place[2]], rel=1e-6)
        if cell["condition"] == "predicted":
            assert cell["changes"] is None
        else:
            assert len(cell["changes"]) == len(probe["tokens"])
            assert np.mean(cell["changes"]) == pytest.approx(cell["eif"], abs=1e-6)


def test_json_has_words_for_numbers_that_json_lacks(domain, settings, engine, tmp_path):
    session = Session.in_memory(domain, settings)
    engine.load(session)
    record = engine.row(session, "trained", 0, 0, (0,))
    session.append(record.model_copy(update={"eif": [np.nan]}))
    export(session, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text(), parse_constant=pytest.fail)["cells"][0]["eif"] == "NaN"


def test_a_cell_cannot_be_a_formula_or_hide_control_characters(engine, tmp_path):
    texts = (Text(id="a", sentences=("=HYPERLINK(A1)",)), Text(id="b", sentences=('x\x1b[2J, "y"',)))
    session = Session.in_memory(Domain(name="d", title="", source="", texts=texts), Settings(draws=1))
    engine.measure(session)
    for layout, place in (("matrix", 0), ("long", 3)):
        export(session, tmp_path / "m.csv", layout=layout)
        shown = {line[place] for line in read_csv(tmp_path / "m.csv")[1:]}
        assert shown == {"'=HYPERLINK(A1)", 'x␛[2J, "y"'}


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.xlsx", {}, r"end its name in \.csv, \.npz, \.json"),
        ("a", {}, "end its name in"),
        ("a.csv", {"draw": 3}, "there is no draw 3: the session has draws 0 to 2"),
        ("a.csv", {"draw": -1}, "there is no draw -1"),
        ("a.csv", {"condition": "predicted"}, "no cell is measured for predicted"),
        ("none/a.csv", {}, "cannot write .*No such file"),
        ("folder.csv", {}, "cannot write .*folder"),
        ("folder.csv/a.npz/b.json", {}, "cannot write"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_line_and_leaves_no_file(partial, tmp_path, name, options, message):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=message) as caught:
        export(partial, tmp_path / name, **options)
    assert "\n" not in str(caught.value)
    assert [file.name for file in tmp_path.rglob("*")] == ["folder.csv"]


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.npz"])
def test_an_empty_session_has_nothing_to_export(domain, tmp_path, name):
    with pytest.raises(InputError, match="nothing to export"):
        export(Session.in_memory(domain), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.npz"])
def test_an_export_that_does_not_fit_on_the_disk_leaves_the_earlier_one(measured, tmp_path, name):
    (tmp_path / name).write_text("earlier")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(InputError, match="cannot write"):
            export(measured, tmp_path / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / name).read_text() == "earlier"
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".tmp"]
