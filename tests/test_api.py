"""Measuring from Python, as the documentation of `eiftui.api` shows it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from eiftui import api
from eiftui.errors import InputError
from eiftui.settings import ModelChoice, Settings
from tests.models.tiny import tiny_network, tiny_tokenizer


def network() -> Any:
    return tiny_network("llama", dtype=torch.float32, max_position_embeddings=256)


def test_the_example_of_the_documentation_works_with_a_network_of_ones_own() -> None:
    torch.set_num_threads(1)
    session = api.new(api.domain("belongs_to"), draws=2)
    api.measure(session, network(), tiny_tokenizer())
    matrix = session.matrix("trained")
    assert matrix.shape == (2, len(session.rows), len(session.probes))
    assert np.isfinite(matrix).all()
    # what was learned became more likely
    learned = [(r, c) for r, row in enumerate(session.rows) for c, probe in enumerate(session.probes) if row == probe]
    assert learned
    assert all((matrix[:, row, column] < 0).all() for row, column in learned)


def test_measuring_tells_how_far_it_is() -> None:
    session = api.new(api.texts(["{A} is {B}.", "Snow is white."]), draws=2)
    told: list[tuple[str, float | None]] = []
    api.measure(session, network(), tiny_tokenizer(), lambda text, share: told.append((text, share)))
    shares = [share for text, share in told if text.startswith("measuring, ")]
    assert shares == sorted(shares)
    assert (len(shares) > 3, shares[-1]) == (True, 1.0)
    assert {text for text, _ in told} == {
        f"measuring, {condition}" for condition in ("predicted", "trained", "prompted")
    }


def test_the_names_of_the_documentation_are_those_of_the_package() -> None:
    import eiftui

    for name in ("new", "domain", "measure", "open_session", "texts", "to_frame", "export"):
        assert getattr(eiftui, name) is getattr(api, name)
        assert name in dir(eiftui)


def test_importing_eiftui_does_not_load_torch() -> None:
    code = "import sys, eiftui; eiftui.new; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1]).returncode == 0


def test_a_session_in_a_file_is_measured_from_the_model_of_its_settings(tiny_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.eif"
    what = api.texts(["{A} is {B}.", "Snow is white."], ["{A} is {B}.", "Snow is cold."])
    model = {"name": str(tiny_folder), "device": "cpu"}
    with api.new(what, path, draws=1, model=model, conditions=("trained",)) as session:
        api.measure(session)
        matrix = session.matrix("trained")
    with api.open_session(path, read_only=True) as again:
        np.testing.assert_array_equal(again.matrix("trained"), matrix)
        api.export(again, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text().startswith("train\\probe,{A} is {B}.,Snow is cold.")


def test_a_session_knows_the_folder_of_its_model_by_its_absolute_path(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_folder.parent)
    session = api.new(api.texts(["Snow is white."]), model={"name": tiny_folder.name})
    assert session.settings.model.name == str(tiny_folder)


def test_a_model_may_be_given_by_its_name_alone() -> None:
    session = api.new(api.texts(["Snow is white."]), draws=2, model="tiny")
    assert (session.settings.model, session.settings.draws) == (ModelChoice(name="tiny"), 2)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"draws": 0}, "draws: must be greater than or equal to 1"),
        ({"draw": 2}, "draw: there is no such field"),
        ({"model": {"nam": "tiny"}}, "model.nam: there is no such field"),
        ({"conditions": []}, "conditions: at least one of trained, predicted, prompted"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_one_line(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as refused:
        api.new(api.texts(["Snow is white."]), **changes)
    assert str(refused.value) == told


def test_texts_are_rows_and_probes_unless_probes_are_given() -> None:
    same = api.texts(["A dog.", "A cat."])
    assert [text.label for text in same.rows] == [text.label for text in same.probes] == ["A dog.", "A cat."]
    apart = api.texts(["A dog.", "A cat. || A dog."], ["A cow.", "A dog."])
    assert [text.label for text in apart.rows] == ["A dog.", "A cat. || A dog."]
    assert {text.label for text in apart.probes} == {"A dog.", "A cow."}
    with pytest.raises(InputError):
        api.texts(["A dog. || "])
    for no_texts, told in (
        ([], "a list"),
        ("A dog.", "a list"),
        (["half \ud800 of one"], "is no text"),
        ([1], "1 is no"),
    ):
        with pytest.raises(InputError, match=told):
            api.texts(no_texts)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least one of trained"):
        api.new(same, settings=Settings(conditions=()))
    with pytest.raises(InputError, match="domain"):
        api.new(["A dog."])  # type: ignore[arg-type]


def test_a_condition_that_there_is_not_is_refused() -> None:
    session = api.new(api.texts(["A dog."]))
    for name in ("Trained", "baseline", None):
        with pytest.raises(InputError, match="there is no condition"):
            session.matrix(name)  # type: ignore[arg-type]
    assert np.isnan(session.matrix("gap")).all()


def test_a_network_needs_its_tokenizer() -> None:
    with pytest.raises(TypeError, match="tokenizer"):
        api.measure(api.new(api.texts(["A dog."])), network())


def test_a_domain_is_built_in_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[[texts]]\nid = "a"\ntext = "A dog."\n')
    assert api.domain(tmp_path / "mine.toml").name == "mine"
    assert api.domain("is_a").name == "is_a"
    with pytest.raises(InputError, match="is_a"):
        api.domain("is_b")


@pytest.mark.skipif(importlib.util.find_spec("pandas") is not None, reason="pandas is here")
def test_without_pandas_a_data_frame_is_an_import_error() -> None:
    with pytest.raises(ImportError, match="pandas"):
        api.to_frame(api.new(api.texts(["A dog."])))


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not here")
def test_a_data_frame_has_a_line_a_cell() -> None:
    session = api.new(api.texts(["{A} is.", "A dog."]), draws=2)
    api.measure(session, network(), tiny_tokenizer())
    frame = api.to_frame(session)
    assert list(frame.columns) == ["draw", "row", "probe", "eif"]
    np.testing.assert_array_equal(frame.eif.to_numpy().reshape(2, 2, 2), session.matrix("trained"))
