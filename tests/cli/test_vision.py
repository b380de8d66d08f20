"""`eiftui vision` measures, reports and refuses, as a person at a shell sees it."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eiftui.analysis.images.findings import analyse_images
from eiftui.domains.noise import Noise
from eiftui.session.image_records import Treatment
from eiftui.session.images import ImageSession
from tests.cli.conftest import Command
from tests.cli.pages import Page

SMALL = ("--per-class", "1")
HEADINGS = ("Symmetry", "Blocks by class", "Look-alikes", "Noise", "Learning rates", "How it was measured")


def test_a_run_says_what_it_found_and_where_it_is_kept(eiftui: Command) -> None:
    answer = eiftui("vision", "run", "s.eif", *SMALL, "--noise", "1", "--rates", "1e-4")
    assert answer.code == 0
    for heading in HEADINGS:
        assert heading in answer.lines
    assert "noise 1 clipped" in answer.out
    assert answer.lines[-1] == "saved in s.eif"
    assert eiftui("vision", "report", "s.eif").out == "\n".join(answer.lines[:-1]) + "\n"


def test_a_second_run_measures_nothing_new_and_keeps_the_settings(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--optimizer", "adam", "--steps", "2", "--quiet")
    before = Path("s.eif").read_bytes()
    again = eiftui("vision", "run", "s.eif")
    assert "adam, learning rate 1e-5, steps 2" in again.out
    assert Path("s.eif").read_bytes() == before


def test_progress_can_be_read_by_a_script(eiftui: Command) -> None:
    answer = eiftui("vision", "run", "s.eif", *SMALL, "--json-progress")
    last = json.loads(answer.err.splitlines()[-1])
    assert last["done"] == last["total"] == 2


@pytest.mark.parametrize("forced", ["", "1"])
def test_a_report_is_written_to_a_file(eiftui: Command, monkeypatch: pytest.MonkeyPatch, forced: str) -> None:
    monkeypatch.setenv("FORCE_COLOR", forced)
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    assert eiftui("vision", "report", "s.eif", "-o", "r.txt").out == "r.txt: the report is written\n"
    text = Path("r.txt").read_text(encoding="utf-8")
    assert "Symmetry" in text
    assert "\x1b" not in text


def test_an_html_report_is_one_file_that_asks_for_no_other(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--noise", "1", "--rates", "1e-2", "--quiet")
    answer = eiftui("vision", "report", "s.eif", "-o", "r.html")
    assert (answer.code, answer.out, answer.err) == (0, "r.html: the report is written\n", "")
    found = Page.of(Path("r.html"))
    assert found.asked_for == []
    assert found.headings == ["Influence", *HEADINGS]
    kinds = [figure.kinds for figure in found.figures]
    assert kinds[:3] == [["heatmap"]] * 3
    assert len(kinds) == 9


def test_figures_of_an_html_report_hold_the_numbers_and_the_digits_of_the_session(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--draws", "2", "--networks", "2", "--quiet")
    eiftui("vision", "report", "s.eif", "-o", "r.html")
    session = ImageSession.open(Path("s.eif"), read_only=True)
    trained, predicted, digits, *_ = Page.of(Path("r.html")).figures
    found = analyse_images(session)
    for figure, condition in ((trained, "trained"), (predicted, "predicted")):
        means = [[cell.mean for cell in row] for row in found.classes[condition]]  # type: ignore[index]
        shown = figure.array(0, "z")
        np.testing.assert_allclose(shown[np.isfinite(shown)], np.array(means)[np.isfinite(means)], rtol=1e-6)
    for draw in range(2):
        shown = digits.array(draw, "z")
        np.testing.assert_allclose(shown, session.matrix("trained")[:, draw].mean(axis=0), rtol=1e-6)
        first = digits.layout["updatemenus"][0]["buttons"][draw]["args"][1]["images"][0]["source"]
        with Image.open(io.BytesIO(base64.b64decode(first.partition("base64,")[2]))) as picture:
            np.testing.assert_array_equal(255 - np.array(picture), session.digits(draw).pixels[0])
    assert [trace["visible"] for trace in digits.traces] == [True, False]
    assert [button["label"] for button in digits.layout["updatemenus"][0]["buttons"]] == ["draw 1", "draw 2"]
    assert list(digits.traces[0]["x"])[:2] == ["0 #1", "1 #2"]


def test_an_html_report_tells_verdicts_as_the_text_does(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--draws", "3", "--noise", "1,pure", "--quiet")
    found = analyse_images(ImageSession.open(Path("s.eif"), read_only=True)).noise
    eiftui("vision", "report", "s.eif", "-o", "r.html")
    told = re.findall(r'<b class="(\w+)">\1</b>', Path("r.html").read_text(encoding="utf-8"))
    assert told == [one.verdict(ratio) for one in found for ratio in (one.train_ratio, one.probe_ratio)]
    lines = eiftui("vision", "report", "s.eif").lines
    for one in found:
        line = next(line for line in lines if line.startswith(f"{one.noise.name:<20}"))
        assert re.findall("holds|violated|undecided", line) == [
            one.verdict(one.train_ratio),
            one.verdict(one.probe_ratio),
        ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("run", "s.eif", "--noise", "loud"), "--noise loud: give standard deviations above 0"),
        (("run", "s.eif", "--noise="), "--noise '': give standard deviations, pure or clean"),
        (("run", "s.eif", "--noise", ",,"), "--noise ',,': give standard deviations, pure or clean"),
        (("run", "s.eif", "--lr", "0"), "--lr 0: a learning rate is a finite number above 0"),
        (("run", "s.eif", "--lr", "1e-35"), "eiftui: the learning rate 1e-35 is too small"),
        (("run", "s.eif", "--networks", ","), "--networks (): must not be empty"),
        (("run", "s.eif", "--rates", "1e-3,fast"), "--rates fast: a learning rate is a finite number above 0"),
        (("run", "s.eif", "--steps", "0"), "--steps 0: give 1 to 1000"),
        (("run", "s.eif", "--networks", "9"), "--networks 9: 3 come with eiftui"),
        (("run", "s.eif", "--networks", "mine"), "there is no network mine"),
        (("run", "s.eif", "--per-class", "0"), "--per-class 0: "),
        (("run", "s.eif", "--draws", "6"), "draws 6 of 10 digits a class need 60 of each"),
        (("run", "s.eif", "--data-dir", "."), ". holds no MNIST"),
        (("run", "texts.txt"), "texts.txt is not an eiftui session file"),
        (("report", "none.eif"), "none.eif: no such session file"),
        (("report", "s.eif", "-o", "r.pdf"), "end its name in .txt or .html"),
        (("train", "--epochs", "0"), "--epochs needs 1 or more"),
        (("train", "--data-dir", "."), ". holds no FashionMNIST"),
        (("train", "--out", "none/n.safetensors"), "cannot write none/n.safetensors (No such file or directory)"),
        (("train", "--out", ".", "--data-dir", "."), "cannot write . (it is a folder)"),
        (("fly",), "invalid choice: 'fly'"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing_behind(
    eiftui: Command, arguments: tuple[str, ...], complaint: str
) -> None:
    before = set(Path().iterdir())
    answer = eiftui("vision", *arguments)
    assert answer.code == 2
    assert complaint in answer.err
    assert len(answer.err.splitlines()) == 1
    assert set(Path().iterdir()) == before


@pytest.mark.parametrize(
    "refused",
    [
        ("--networks", "/etc/passwd"),
        ("--networks", "1,mine"),
        ("--draws", "60"),
        ("--digits", "mnist", "--data-dir", "."),
        ("--lr", "1e-2", "--per-class", "90"),
    ],
)
def test_options_that_are_refused_are_not_kept(eiftui: Command, refused: tuple[str, ...]) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    before = Path("s.eif").read_bytes()
    assert eiftui("vision", "run", "s.eif", *refused).code == 2
    assert Path("s.eif").read_bytes() == before


def test_one_cell_is_shown_with_its_images_and_all_probabilities(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    answer = eiftui("vision", "show", "s.eif", "4", "9", "--probe-noise", "1")
    assert answer.lines[0].split() == ["learned", "3", "#4", "probe", "8", "#9"]
    assert answer.lines[8].split() == ["clean", "noise", "1"]
    shown = [line.replace(" %", "%").split() for line in answer.lines if line[:5].strip().isdecimal()]
    assert [int(line[0]) for line in shown] == list(range(10))
    before = [next(part for part in line[1:] if part != "*") for line in shown]
    shares = [float(share.rstrip("%")) / (100 if share.endswith("%") else 1) for share in before]
    assert sum(shares) == pytest.approx(1, abs=0.01)


def test_the_cell_that_is_shown_is_the_one_that_was_measured(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    measured = ImageSession.open(Path("s.eif"), read_only=True).matrix("trained")[0, 0, 3, 8]
    answer = eiftui("vision", "show", "s.eif", "4", "9")
    shown = float(answer.lines[-1].split()[-2].replace("−", "-"))
    assert shown == pytest.approx(measured, abs=0.006)


def test_a_cell_is_right_where_probabilities_are_too_small_to_write(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--noise", "9", "--clip", "no", "--quiet")
    session = ImageSession.open(Path("s.eif"), read_only=True)
    how = Treatment(optimizer=session.settings.optimizer, probe=Noise(sigma=9))
    measured = session.matrix("trained", how)[0, 0, 3]
    base = session.base(0, 0, how.probe)
    assert base is not None
    (unlikely, *_) = [probe for probe in range(10) if base.probabilities[probe][probe] == 0]
    answer = eiftui("vision", "show", "s.eif", "4", unlikely + 1, "--probe-noise", "9")
    shown = float(answer.lines[-1].split()[-2].replace("−", "-"))
    assert shown == pytest.approx(measured[unlikely], rel=0.05)


def test_a_cell_that_diverged_is_shown_without_bars(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--lr", "1e30", "--steps", "2", "--quiet")
    answer = eiftui("vision", "show", "s.eif", "1", "2")
    assert (answer.code, answer.err) == (0, "")
    assert "gives no finite numbers now: the learning rate is too large" in answer.out
    assert not any("#" in line for line in answer.lines[1:])
    assert answer.lines[-1] == "EIF, the change of its loss: ? nats"


@pytest.mark.parametrize("rate", ["1e30", "1e10"])
def test_a_rate_that_is_too_large_is_called_so_and_says_nothing_else(
    eiftui: Command, recwarn: pytest.WarningsRecorder, rate: str
) -> None:
    answer = eiftui("vision", "run", "s.eif", *SMALL, "--lr", rate, "--steps", "10", "--rates", "1e-4")
    assert answer.code == 0
    told = re.findall(r"learning rate (\S+): (\d+) of 200 cells are not finite: the rate is too large", answer.out)
    assert [lr for lr, _ in told] == [rate]
    assert answer.out.count("no answer: there are no finite numbers") == 2
    assert "no answer: with one digit a class" in answer.out
    assert "?" not in answer.out
    assert "nan" not in answer.out
    assert [line.split()[0] for line in answer.lines if line[:7].strip().startswith("1e")] == ["1e-4"]
    assert not [warning for warning in recwarn if issubclass(warning.category, RuntimeWarning)]
    assert eiftui("vision", "export", "s.eif", "-o", "all.csv").code == 0
    assert len(Path("all.csv").read_text().splitlines()) == 1 + 3 * 2 * 100


def test_an_image_that_is_not_there_cannot_be_shown(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    for number in ("11", "0"):
        answer = eiftui("vision", "show", "s.eif", number, "1")
        assert (answer.code, answer.err) == (2, f"eiftui: TRAIN {number}: the session has 1 to 10\n")
    answer = eiftui("vision", "show", "s.eif", "1", "1", "--draw", "0")
    assert (answer.code, answer.err) == (2, "eiftui: --draw 0: the session has 1 to 1\n")


@pytest.mark.parametrize(
    ("noise", "complaint"), [("nan", "give standard deviations above 0, or pure"), ("1,2", "give one kind of noise")]
)
def test_noise_that_cannot_be_is_refused_by_the_name_of_its_option(eiftui: Command, noise: str, complaint: str) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    for option in ("--train-noise", "--probe-noise"):
        answer = eiftui("vision", "show", "s.eif", "1", "2", option, noise)
        assert answer.code == 2
        assert answer.err.startswith(f"eiftui: {option} {noise}: {complaint}")


def test_every_number_can_be_exported(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--noise", "1", "--clip", "no", "--quiet")
    matrix = ImageSession.open(Path("s.eif"), read_only=True).matrix("trained")
    assert eiftui("vision", "export", "s.eif", "-o", "all.csv").code == 0
    with Path("all.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 5 * 2 * 100
    (cell,) = [
        line
        for line in lines
        if (line["condition"], line["train_noise"], line["probe_noise"], line["labels"], line["train"], line["probe"])
        == ("trained", "clean", "clean", "own", "3", "8")
    ]
    assert float(cell["eif"]) == pytest.approx(matrix[0, 0, 3, 8], rel=1e-6)
    assert eiftui("vision", "export", "s.eif", "-o", "all.npz").code == 0
    with np.load("all.npz") as arrays:
        np.testing.assert_array_equal(arrays["trained_0"], matrix)
        assert arrays["pixels"].shape == (1, 10, 28, 28)


def test_an_export_of_another_kind_is_refused(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    assert "end its name in .csv, .npz, .json" in eiftui("vision", "export", "s.eif", "-o", "all.xlsx").err


def test_matrices_are_exported_below_each_other(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    assert (
        eiftui("vision", "export", "s.eif", "-o", "m.csv", "--layout", "matrix", "--condition", "predicted").code == 0
    )
    session = ImageSession.open(Path("s.eif"), read_only=True)
    matrix = session.matrix("predicted")
    lines = [line.split(",") for line in Path("m.csv").read_text().splitlines()]
    assert lines[0][:4] == ["network", "draw", "train\\probe", "0"]
    assert len(lines) == 1 + matrix.shape[0] * matrix.shape[1] * (1 + matrix.shape[2])
    assert lines[5][2] == lines[1][6] == "3 #4"
    assert [float(number) for number in lines[5][3:]] == pytest.approx(matrix[0, 0, 3].tolist(), rel=1e-8)


def test_json_has_what_is_needed_to_compute_any_number_again(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    assert eiftui("vision", "export", "s.eif", "-o", "all.json").code == 0
    found = json.loads(Path("all.json").read_text())
    session = ImageSession.open(Path("s.eif"), read_only=True)
    np.testing.assert_array_equal(found["draws"][0]["pixels"], session.digits(0).pixels)
    np.testing.assert_allclose(found["blocks"][0]["eif"], session.matrix("trained")[0, 0], rtol=1e-6)
    assert found["networks"][0]["fingerprint"] == session.network(session.settings.networks[0]).fingerprint
    assert len(found["base"][0]["probabilities"][0]) == 10


def test_an_export_does_not_overwrite_a_session(eiftui: Command) -> None:
    eiftui("vision", "run", "s.eif", *SMALL, "--quiet")
    Path("s.csv").write_bytes(Path("s.eif").read_bytes())
    assert "is a session" in eiftui("vision", "export", "s.eif", "-o", "s.csv").err


def test_nor_does_it_overwrite_a_session_of_sentences(measure: Command, eiftui: Command) -> None:
    measure("--draws", "1", "--quiet")
    before = Path("s.eif").rename("s.csv").read_bytes()
    eiftui("vision", "run", "images.eif", *SMALL, "--quiet")
    assert "is a session" in eiftui("vision", "export", "images.eif", "-o", "s.csv").err
    assert Path("s.csv").read_bytes() == before
