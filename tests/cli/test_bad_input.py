"""Whatever cannot be used is answered with one line that says why, exit code 2, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from eiftui.session.session import Session
from tests.cli.conftest import Answer, Command


def assert_refused(answer: Answer, *words: str, code: int = 2) -> None:
    assert answer.code == code, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.startswith("eiftui: ")
    for word in words:
        assert word in answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["terminal", "eiftui run"]),
        (("fly",), ["fly"]),
        (("run",), ["--domain", "--train"]),
        (("plan",), ["--domain", "--train"]),
        (("run", "--frobnicate"), ["--frobnicate"]),
        (("run", "--quiet", "--json-progress", "--train", "texts.txt"), ["--quiet", "--json-progress"]),
        (("run", "--probe", "texts.txt"), ["--train"]),
        (("run", "nowhere.eif"), ["nowhere.eif"]),
        (("run", "a.eif", "--out", "b.eif", "--train", "texts.txt"), ["once"]),
        (("run", "--domain", "belong_to"), ["belong_to", "belongs_to"]),
        (("run", "--domain", "zzzzzz"), ["zzzzzz", "belongs_to"]),
        (("domains", "belong_to"), ["belongs_to"]),
        (("models", "fetch"), ["fetch NAME"]),
        (("models", "fetch", "smollm2-135"), ["smollm2-135m"]),
        (("run", "--train", "texts.txt", "--preset", "paper-sdg"), ["paper-sgd"]),
        (("run", "--train", "texts.txt", "--preset", ""), ["preset"]),
        (("run", "--train", "texts.txt", "--workers", "local:0"), ["local:N"]),
        (("doctor", "--model", "smollm2-135"), ["smollm2-135m"]),
        (("export", "nowhere.eif", "-o", "x.csv"), ["nowhere.eif"]),
        (("export", "nowhere.eif"), ["-o"]),
    ],
    ids=" ".join,
)
def test_what_the_command_line_cannot_mean(eiftui: Command, arguments: Sequence[str], words: list[str]) -> None:
    assert_refused(eiftui(*arguments), *words)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--lr", value) for value in ("0", "-1", "nan", "inf", "-inf", "abc", "", "1e-999")),
        *(("--draws", value) for value in ("0", "-3", "abc", "1.5", "")),
        *(("--epochs", value) for value in ("0", "-1", "abc")),
        *(("--memory-budget", value) for value in ("0", "-1", "nan", "inf", "abc")),
        *(("--momentum", value) for value in ("1", "-0.1", "nan", "abc")),
        *(("--weight-decay", value) for value in ("-1", "nan", "inf")),
        *(("--clip-norm", value) for value in ("0", "-1", "nan", "inf")),
        *(("--condition", value) for value in ("learned", "trained,learned", "", "gap")),
        *(("--seed", value) for value in ("abc", "1.5")),
        *(("--dtype", value) for value in ("float64", "")),
        *(("--optimizer", value) for value in ("lion", "")),
        *(("--engine", value) for value in ("fast", "")),
    ],
)
def test_a_value_that_cannot_be_is_named_and_no_session_is_made(measure: Command, option: str, value: str) -> None:
    assert_refused(measure("--quiet", f"{option}={value}"), option)
    assert not Path("s.eif").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["no sentences"]),
        (b"\n  \n# nothing but a comment\n", ["no sentences"]),
        (b"A dog.\n || barks.\n", ["line 2", "empty"]),
        (b"A dog. || || barks.\n", ["line 1", "empty"]),
        (b"A dog. ||   \n", ["line 1", "empty"]),
        ("Ein schöner Tag.\n".encode("latin-1"), ["line 1", "UTF-8"]),
        (b"\xff\xfeA\x00", ["UTF-8"]),
        (b"{A is {B}.\n", ["slot"]),
        (b"{} is {B}.\n", ["slot"]),
        (b"{1} is {B}.\n", ["slot"]),
        (b"A} is {B}.\n", ["slot"]),
        (b"{A b} is it.\n", ["slot"]),
    ],
)
@pytest.mark.parametrize("option", ["--train", "--probe"])
def test_a_text_file_that_cannot_be_used_is_named(
    eiftui: Command, option: str, content: bytes, words: list[str]
) -> None:
    Path("bad.txt").write_bytes(content)
    good = () if option == "--train" else ("--train", "texts.txt")
    assert_refused(eiftui("run", *good, option, "bad.txt", "--out", "s.eif"), "bad.txt", *words)
    assert not Path("s.eif").exists()


@pytest.mark.parametrize("option", ["--train", "--probe", "--domain-file"])
@pytest.mark.parametrize("name", ["missing.txt", "folder"])
def test_a_file_that_is_not_there_or_is_a_folder_is_named(eiftui: Command, option: str, name: str) -> None:
    Path("folder").mkdir()
    good = ("--train", "texts.txt") if option == "--probe" else ()
    assert_refused(eiftui("run", *good, option, name), name)


@pytest.mark.parametrize("content", ["", "texts = 3", "[[texts]]\nid = 'a'\n", "{", "[[texts]]\nid='a'\ntext=' '"])
def test_a_domain_file_that_cannot_be_used_is_named(eiftui: Command, content: str) -> None:
    Path("d.toml").write_text(content)
    assert_refused(eiftui("run", "--domain-file", "d.toml"), "d.toml")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("smollm2-135", ["smollm2-135m"]),
        ("no such model", ["no such model"]),
        ("", ["model"]),
        ("empty", ["config.json"]),
        ("missing.gguf", ["missing.gguf"]),
        ("texts.txt", ["texts.txt"]),
    ],
)
def test_a_model_that_is_none_is_named(eiftui: Command, model: str, words: list[str]) -> None:
    Path("empty").mkdir()
    answer = eiftui("run", "--train", "texts.txt", "--quiet", "--out", "s.eif", "--model", model)
    assert_refused(answer, *words)


@pytest.mark.parametrize(
    ("option", "value"), [("--device", "toaster"), ("--device", "cuda:99"), ("--start-token", "<none>")]
)
def test_what_the_model_or_machine_does_not_have_is_named(measure: Command, option: str, value: str) -> None:
    assert_refused(measure("--quiet", option, value), value)


def test_a_sentence_longer_than_the_model_reads_is_quoted_with_both_lengths(measure: Command) -> None:
    Path("texts.txt").write_text("Snow is white.\n" + "x" * 300 + "\n")
    assert_refused(measure("--quiet"), "xxx", "301", "256")


def test_a_probe_without_tokens_is_quoted(eiftui: Command, tmp_path: Path) -> None:
    # a tokenizer that drops a word joiner, as those that clean their text do
    from tokenizers.normalizers import Replace

    from tests.models.tiny import tiny_network, tiny_tokenizer

    tokenizer = tiny_tokenizer()
    tokenizer.backend_tokenizer.normalizer = Replace("⁠", "")
    tiny_network("llama").float().save_pretrained(tmp_path / "dropping")
    tokenizer.save_pretrained(tmp_path / "dropping")
    Path("probe.txt").write_text("⁠\n", encoding="utf-8")
    answer = eiftui(
        *("run", "--quiet", "--train", "texts.txt", "--probe", "probe.txt"),
        *("--model", tmp_path / "dropping", "--out", "s.eif"),
    )
    assert_refused(answer, "no tokens")


def test_a_session_of_a_newer_format_is_refused_untouched(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    first, rest = Path("s.eif").read_text().split("\n", 1)
    newer = json.dumps({**json.loads(first), "format": 99}) + "\n" + rest
    Path("s.eif").write_text(newer)
    for job in (("run", "s.eif"), ("export", "s.eif", "-o", "x.csv"), ("plan", "s.eif")):
        assert_refused(eiftui(*job), "newer", "update")
    assert Path("s.eif").read_text() == newer


@pytest.mark.parametrize("content", [b"", b"Snow is white.\n", b"{}\n", b"\x00\xff\n", b"[1, 2]\n"])
def test_a_file_that_is_no_session_is_refused_untouched(eiftui: Command, content: bytes) -> None:
    Path("other.eif").write_bytes(content)
    for job in (("run", "other.eif"), ("export", "other.eif", "-o", "x.csv"), ("plan", "other.eif")):
        assert_refused(eiftui(*job), "other.eif", "not an eiftui session")
    assert Path("other.eif").read_bytes() == content


def test_a_session_that_holds_other_texts_is_not_changed(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    before = Path("s.eif").read_bytes()
    assert_refused(eiftui("run", "s.eif", "--domain", "belongs_to"), "other texts", "--out")
    assert Path("s.eif").read_bytes() == before


@pytest.mark.parametrize("place", [".", "file/s.eif", "/dev/full", "/proc/s.eif"])
def test_a_place_where_no_session_can_be_is_named(eiftui: Command, place: str) -> None:
    Path("file").write_text("")
    assert_refused(eiftui("run", "--train", "texts.txt", "--out", place), place.split("/")[-1])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "x.xlsx"), [".csv"]),
        (("-o", "x"), [".csv"]),
        (("-o", "/dev/full"), [".csv"]),
        (("-o", "folder.csv"), ["folder.csv"]),
        (("-o", "missing/x.csv"), ["missing/x.csv"]),
        (("-o", "texts.txt/x.json"), ["texts.txt"]),
        (("-o", "x.csv", "--draw", "7"), ["draw 7"]),
        (("-o", "x.csv", "--draw", "-1"), ["draw -1"]),
        (("-o", "x.csv", "--draw", "9" * 5000), ["--draw"]),
        (("-o", "x.csv", "--draw", "some"), ["--draw"]),
        (("-o", "x.csv", "--condition", "learned"), ["--condition"]),
        (("-o", "x.csv", "--condition", "prompted"), ["prompted", "run"]),
        (("-o", "x.csv", "--condition", "gap"), ["prompted", "run"]),
        (("-o", "x.csv", "--layout", "wide"), ["--layout"]),
    ],
)
def test_what_cannot_be_exported_leaves_no_file(
    measure: Command, eiftui: Command, arguments: Sequence[str], words: list[str]
) -> None:
    assert measure("--quiet", "--condition", "trained").code == 0
    Path("folder.csv").mkdir()
    before = sorted(Path().iterdir())
    assert_refused(eiftui("export", "s.eif", *arguments), *words)
    assert sorted(Path().iterdir()) == before


def test_a_full_disk_ends_the_run_and_keeps_what_is_whole(measure: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, hard))
    try:
        answer = measure("--quiet", "--draws", "10")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert_refused(answer, "s.eif", "kept", code=1)
    assert os.path.getsize("s.eif") <= 9000
    with Session.open(Path("s.eif")) as session:
        assert 0 < session.measured("predicted").sum() < session.measured("predicted").size
        assert session.notices == ()
    assert measure("--quiet").code == 0
