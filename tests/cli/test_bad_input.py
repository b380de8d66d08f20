"""Whatever cannot be used is answered with one line that says why, exit code 2, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from eiftui.session.session import Session
from tests.cli.conftest import Answer, Command

HUGE = "9" * 5000
"""More digits than Python turns into a number."""
LONG = "a" * 300
"""Longer than the name of a file can be."""


def assert_refused(answer: Answer, *words: str, code: int = 2) -> None:
    assert answer.code == code, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.startswith("eiftui: ")
    assert "Input should" not in answer.err
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
        *(("--lr", value) for value in ("0", "-1", "nan", "inf", "-inf", "abc", "", "1e-999", HUGE)),
        *(("--draws", value) for value in ("0", "-3", "abc", "1.5", "", "1000000", HUGE)),
        *(("--epochs", value) for value in ("0", "-1", "abc", "100000", HUGE)),
        *(("--memory-budget", value) for value in ("0", "-1", "nan", "inf", "abc")),
        *(("--momentum", value) for value in ("1", "-0.1", "nan", "abc")),
        *(("--weight-decay", value) for value in ("-1", "nan", "inf")),
        *(("--clip-norm", value) for value in ("0", "-1", "nan", "inf")),
        *(("--condition", value) for value in ("learned", "trained,learned", "", "gap")),
        *(("--seed", value) for value in ("abc", "1.5", HUGE)),
        *(("--workers", value) for value in ("local:0", "local:-1", "local:x", "far", "", f"local:{HUGE}")),
        *(("--dtype", value) for value in ("float16", "")),
        *(("--optimizer", value) for value in ("lion", "")),
        *(("--engine", value) for value in ("fast", "")),
    ],
)
def test_a_value_that_cannot_be_is_named_and_no_session_is_made(measure: Command, option: str, value: str) -> None:
    assert_refused(measure("--quiet", f"{option}={value}"), option)
    assert not Path("s.eif").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--condition", "trained,,trained", "--condition 'trained,,trained': there are trained, predicted, prompted"),
        ("--condition", "", "--condition '': there are trained, predicted, prompted"),
        ("--start-token", "", "--start-token '': must not be empty"),
    ],
)
def test_what_is_empty_is_told_with_what_was_given(measure: Command, option: str, value: str, said: str) -> None:
    assert measure("--quiet", option, value).err == f"eiftui: {said}\n"


@pytest.mark.parametrize("path", ["/no/where", "/no/where.gguf"])
def test_a_path_that_was_just_given_is_not_asked_for_again(measure: Command, path: str) -> None:
    assert measure("--quiet", "--model", path).err == f"eiftui: there is no model at {path}\n"
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
        (b"A\x00 \x00d\x00o\x00g\x00", ["line 1", "NUL", "UTF-8"]),
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


def waited_for(name: str) -> str:
    """The path of something that is no file: a pipe that nobody writes to, or a device that never ends."""
    if name.startswith("pipe"):
        os.mkfifo(name)
    return name


@pytest.mark.parametrize("name", ["pipe.eif", "/dev/zero"])
@pytest.mark.parametrize("option", ["--train", "--probe", "--domain-file"])
def test_a_pipe_or_a_device_is_not_waited_for_as_a_file_of_texts(eiftui: Command, option: str, name: str) -> None:
    good = ("--train", "texts.txt") if option == "--probe" else ()
    assert_refused(eiftui("run", *good, option, waited_for(name)), f"{name}: it is not a regular file")
    assert not Path("sessions").exists()


@pytest.mark.parametrize("name", ["pipe.eif", "/dev/zero"])
def test_a_pipe_or_a_device_is_not_waited_for_as_a_session(eiftui: Command, name: str) -> None:
    path = waited_for(name)
    new = ("run", "--train", "texts.txt", "--out", path)
    for job in (("run", path), ("report", path), ("sweep", path), ("vision", "report", path), new):
        assert_refused(eiftui(*job), f"{name}: no such session file, it is not a regular file")


def test_a_pipe_is_not_waited_for_as_an_export(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    for job in ("export", "report"):
        suffix = "csv" if job == "export" else "txt"
        assert_refused(eiftui(job, "s.eif", "-o", waited_for(f"pipe.{suffix}")), "not a regular file")


def test_what_is_wrong_in_a_domain_file_is_named_with_its_place(eiftui: Command) -> None:
    Path("d.toml").write_text("[[texts]]\nid = ''\ntext = 'Snow.'\n")
    assert_refused(eiftui("run", "--domain-file", "d.toml"), "d.toml: texts 1, id: must not be empty")


@pytest.mark.parametrize("content", ["", "texts = 3", "[[texts]]\nid = 'a'\n", "{", "[[texts]]\nid='a'\ntext=' '"])
def test_a_domain_file_that_cannot_be_used_is_named(eiftui: Command, content: str) -> None:
    Path("d.toml").write_text(content)
    assert_refused(eiftui("run", "--domain-file", "d.toml"), "d.toml")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("smollm2-135", ["smollm2-135m"]),
        ("no such model", ["no such model"]),
        ("", ["no model ''", "give a folder"]),
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
    ("option", "value"),
    [
        *(("--device", "toaster"), ("--device", "cuda:99"), ("--device", f"cuda:{HUGE}")),
        *(
            ("--start-token", "<none>"),
            ("--model", "nosuch"),
            ("--model", f"{LONG}/b"),
            ("--model", "~nouser/there"),
        ),
    ],
)
def test_what_is_not_there_is_named_and_leaves_a_session_with_the_settings_it_had(
    measure: Command, option: str, value: str
) -> None:
    assert_refused(measure("--quiet", option, value), value)
    assert not Path("s.eif").exists()
    assert measure("--quiet", "--draws", "1").code == 0
    before = Path("s.eif").read_bytes()
    assert_refused(measure("--quiet", "--draws", "3", option, value), value)
    assert Path("s.eif").read_bytes() == before


@pytest.mark.parametrize("value", ["1e-300", "1e-37"])
def test_a_learning_rate_below_what_float32_holds_is_refused(measure: Command, value: str) -> None:
    assert_refused(measure("--quiet", "--lr", value), value, "float32")


def test_momentum_is_refused_for_adamw_and_forgotten_on_the_way_to_it(measure: Command) -> None:
    assert_refused(measure("--quiet", "--optimizer", "adamw", "--momentum", "0.9"), "momentum")
    assert measure("--quiet", "--draws", "1", "--momentum", "0.9").code == 0
    assert measure("--quiet", "--optimizer", "adamw").code == 0
    with Session.open(Path("s.eif"), read_only=True) as session:
        assert (session.settings.optimizer.name, session.settings.optimizer.momentum) == ("adamw", 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", LONG),
        ("run", "--train", "texts.txt", "--out", f"{LONG}.eif"),
        ("run", "--train", "texts.txt", "--out", f"{LONG[:245]}.eif"),
        ("run", "--train", LONG),
        ("run", "--domain-file", LONG),
        ("run", "--train", "texts.txt", "--out", "s.eif", "--model", f"{LONG}.gguf"),
        ("plan", LONG),
        ("export", LONG, "-o", "x.csv"),
    ],
    ids=lambda arguments: " ".join(arguments).replace("aaa", ""),
)
def test_a_name_that_no_file_can_have_is_named(eiftui: Command, arguments: Sequence[str]) -> None:
    assert_refused(eiftui(*arguments, *(("--quiet",) if arguments[0] == "run" else ())), "aaa", "File name too long")
    assert sorted(path.name for path in Path().iterdir()) == ["texts.txt"]


@pytest.mark.parametrize("arguments", [("run", "--train", "\udcff.txt"), ("run", "--domain", "\udcff"), ("\udcff",)])
def test_arguments_that_are_not_utf_8_are_named(eiftui: Command, arguments: Sequence[str]) -> None:
    assert_refused(eiftui(*arguments), "not UTF-8", "<U+DCFF>")


@pytest.mark.parametrize(
    "arguments", [("run", "--train", "\x1b[31mred\x07"), ("run", "\x1b[31mred\x07"), ("run", "--\x1b[31m")]
)
def test_what_would_steer_a_terminal_is_shown_in_errors_and_not_sent(eiftui: Command, arguments: Sequence[str]) -> None:
    answer = eiftui(*arguments)
    assert_refused(answer, "␛[31m")
    assert answer.err.rstrip("\n").isprintable()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("option", ["--train", "--domain-file", "--model", "--out"])
def test_what_may_not_be_read_or_written_is_named_and_leaves_no_session(eiftui: Command, option: str) -> None:
    Path("closed").mkdir(mode=0)
    answer = eiftui("run", "--quiet", "--train", "texts.txt", "--out", "s.eif", option, "closed/file")
    assert_refused(answer, "closed/", "Permission denied")
    assert not Path("s.eif").exists()


@pytest.mark.parametrize(("role", "missing"), [("probe", "no training set"), ("row", "no probe")])
def test_a_domain_with_nothing_to_train_on_or_nothing_to_probe_is_refused(
    eiftui: Command, role: str, missing: str
) -> None:
    Path("d.toml").write_text(f'[[texts]]\nid = "a"\ntext = "Snow is white."\nrole = "{role}"\n')
    for job in ("run", "plan"):
        assert_refused(eiftui(job, "--domain-file", "d.toml"), "d.toml", missing)
    assert not Path("sessions").exists()


@pytest.mark.parametrize("job", ["run", "plan"])
def test_a_session_without_sentences_says_that_they_are_missing(measure: Command, eiftui: Command, job: str) -> None:
    assert measure("--quiet").code == 0
    with Session.open(Path("s.eif")) as session:
        session.edit(session.sheet.model_copy(update={"texts": (), "contrasts": ()}))
    before = Path("s.eif").read_bytes()
    assert_refused(eiftui(job, "s.eif"), "nothing to measure", "no training set")
    assert_refused(eiftui("export", "s.eif", "-o", "x.csv"), "nothing to export")
    assert Path("s.eif").read_bytes() == before


def test_a_session_whose_sentences_are_lost_is_refused(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    lines = Path("s.eif").read_text().splitlines(keepends=True)
    Path("s.eif").write_text("".join(line for line in lines if json.loads(line)["kind"] != "sheet"))
    for job in (("run", "s.eif"), ("plan", "s.eif"), ("export", "s.eif", "-o", "x.csv")):
        assert_refused(eiftui(*job), "s.eif has lost its sentences")


def test_a_session_whose_settings_are_lost_goes_on_with_given_ones_only(
    measure: Command, eiftui: Command, tiny_folder: Path
) -> None:
    assert measure("--quiet").code == 0
    lines = Path("s.eif").read_text().splitlines(keepends=True)
    damaged = "".join(
        line.replace('"optimizer"', '"optimiser"') if '"kind":"settings"' in line else line for line in lines
    )
    Path("s.eif").write_text(damaged)
    for job in ("run", "plan", "sweep"):
        assert_refused(eiftui(job, "s.eif"), "s.eif has lost its settings", "--model")
    assert Path("s.eif").read_text() == damaged
    given = ("--model", tiny_folder, "--device", "cpu", "--draws", "2")
    assert eiftui("run", "s.eif", "--quiet", *given).code == 0
    assert len(Path("s.eif").read_text().splitlines()) == len(lines) + 1  # the settings, and nothing measured twice
    assert eiftui("run", "s.eif", "--quiet").code == 0


def test_a_prompt_and_a_probe_that_are_too_long_together_are_refused_before_anything_is_measured(
    measure: Command, eiftui: Command, tiny_folder: Path
) -> None:
    Path("texts.txt").write_text("Snow is white.\n" + "x" * 200 + "\n")
    assert_refused(measure("--quiet"), "as a prompt before", "402 tokens with its start; the model reads 256")
    assert not Path("s.eif").exists()
    assert_refused(eiftui("plan", "--train", "texts.txt", "--model", tiny_folder), "402 tokens")
    assert measure("--quiet", "--condition", "trained").code == 0


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


@pytest.mark.parametrize(
    "content", [b"", b"Snow is white.\n", b"{}\n", b"\x00\xff\n", b"[1, 2]\n", b'{"kind":"header","format":true}\n']
)
def test_a_file_that_is_no_session_is_refused_untouched(eiftui: Command, content: bytes) -> None:
    Path("other.eif").write_bytes(content)
    for job in (("run", "other.eif"), ("export", "other.eif", "-o", "x.csv"), ("plan", "other.eif")):
        assert_refused(eiftui(*job), "other.eif", "not an eiftui session")
    assert Path("other.eif").read_bytes() == content


def test_a_session_that_holds_other_texts_is_not_changed(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    before = Path("s.eif").read_bytes()
    assert_refused(eiftui("run", "s.eif", "--domain", "belongs_to"), "other texts", "--out")
    assert_refused(eiftui("plan", "s.eif", "--domain", "belongs_to"), "other texts")
    assert Path("s.eif").read_bytes() == before


@pytest.mark.parametrize("place", [".", "file/s.eif", "/dev/full", "/proc/s.eif"])
def test_a_place_where_no_session_can_be_is_named(eiftui: Command, place: str) -> None:
    Path("file").write_text("")
    assert_refused(eiftui("run", "--train", "texts.txt", "--out", place), place.split("/")[-1])


def test_a_folder_as_a_session_is_said_to_be_one(eiftui: Command) -> None:
    for job in (("run", "--train", "texts.txt", "--out", "."), ("run", "."), ("report", ".")):
        assert_refused(eiftui(*job), ".: no such session file, it is a folder")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "x.xlsx"), [".csv"]),
        (("-o", "x"), [".csv"]),
        (("-o", "/dev/full"), [".csv"]),
        (("-o", "folder.csv"), ["folder.csv"]),
        (("-o", "missing/x.csv"), ["missing/x.csv"]),
        (("-o", "texts.txt/x.json"), ["texts.txt"]),
        (("-o", "x.csv", "--draw", "7"), ["--draw 7", "draws 1 to 2"]),
        (("-o", "x.csv", "--draw", "0"), ["--draw 0", "draws 1 to 2"]),
        (("-o", "x.csv", "--draw", "-1"), ["draw -1"]),
        (("-o", "x.csv", "--draw", "9" * 5000), ["--draw"]),
        (("-o", "x.csv", "--draw", "some"), ["--draw"]),
        (("-o", "x.csv", "--condition", "learned"), ["--condition"]),
        (("-o", "x.csv", "--condition", "prompted"), ["prompted", "run"]),
        (("-o", "x.csv", "--condition", "gap"), ["prompted", "run"]),
        (("-o", "x.csv", "--layout", "wide"), ["--layout"]),
        (("-o", "x.npz", "--layout", "matrix"), ["--layout", "only a .csv"]),
        (("-o", "x.json", "--draw", "mean"), ["--draw mean", "only a matrix"]),
        (("-o", "x.csv", "--layout", "long", "--draw", "mean"), ["--draw mean", "only a matrix"]),
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
