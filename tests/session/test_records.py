"""A record read back is the record that was written, whatever its numbers and letters."""

import json
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiftui.domains.schema import Text
from eiftui.session.records import (
    DrawWords,
    Header,
    Notice,
    SettingsRecord,
    Sheet,
    Swept,
    Trajectory,
    Unknown,
    parse,
    write,
)
from eiftui.session.results import BaseProbe, BaseRecord, Floor, Likeness, Measured, ModelRecord
from eiftui.session.safetext import visible
from eiftui.session.written import text_id
from eiftui.settings import ModelChoice, Settings

FLOAT32 = st.floats(width=32, allow_nan=True, allow_infinity=True)
SENTENCES = st.lists(st.text(), min_size=1, max_size=3).map(tuple)


@st.composite
def measured_records(draw: st.DrawFn) -> Measured:
    size = draw(st.integers(0, 4))
    lists = draw(st.lists(st.lists(FLOAT32, max_size=4), min_size=size, max_size=size).map(tuple))
    means = [np.mean(one, dtype=np.float64) if one else math.nan for one in lists]
    only_means = draw(st.booleans())
    return Measured(
        key="k",
        condition=draw(st.sampled_from(["trained", "predicted", "prompted"])),
        row="r",
        sentences=draw(SENTENCES),
        tokens=draw(st.lists(st.lists(st.integers(0, 2**31)).map(tuple)).map(tuple)),
        probes=tuple(map(str, range(size))),
        eif=means,
        changes=None if only_means else lists,
        seconds=draw(st.floats(0, 100, width=32)),
        mechanism=draw(st.text()),
        moved=draw(st.none() | FLOAT32),
        realised=draw(st.none() | FLOAT32),
    )


def bases() -> st.SearchStrategy[BaseRecord]:
    def probes(unscored: int) -> st.SearchStrategy[tuple[BaseProbe, ...]]:
        return st.lists(st.lists(FLOAT32, max_size=4).flatmap(lambda own: probe(own, unscored)), max_size=3).map(tuple)

    def probe(losses: list[float], unscored: int) -> st.SearchStrategy[BaseProbe]:
        count = len(losses) + unscored
        tokens = st.lists(st.integers(0, 9), min_size=count, max_size=count).map(tuple)
        return st.builds(BaseProbe, id=st.text(), sentences=SENTENCES, tokens=tokens, losses=st.just(losses))

    return st.builds(BaseRecord, key=st.text(), probes=st.integers(0, 1).flatmap(probes))


@given(
    st.one_of(
        measured_records(),
        bases(),
        st.builds(Notice, text=st.text()),
        st.builds(Swept, rates=st.lists(st.floats(1e-30, 1.0)).map(tuple), draws=st.integers(1)),
        st.builds(Trajectory, sentences=SENTENCES, learned=st.integers(1), draws=st.integers(1)),
        st.builds(
            Likeness,
            fingerprint=st.text(),
            row=st.text(),
            probes=st.just(("p", "q")),
            cosine=st.lists(FLOAT32, min_size=2, max_size=2),
        ),
        st.builds(Floor, key=st.text(), value=FLOAT32, note=st.text()),
        st.builds(DrawWords, index=st.integers(0), seed=st.integers(), words=st.dictionaries(st.text(), st.text())),
    )
)
def test_what_is_written_is_read_back(record):
    line = write(record)
    assert line.count(b"\n") == 1
    json.loads(line, parse_constant=pytest.fail)  # NaN as a bare word is not JSON
    assert parse(line) == record


MODEL = ModelRecord(
    choice=ModelChoice(name="tiny"),
    fingerprint="f00d",
    parameters=10,
    start=None,
    start_text=None,
    context=None,
    device="cpu",
    versions={"torch": "2.9"},
)
SHEET = Sheet(title="A test", texts=(Text(id="a", sentences=("Every {A} is a \u2028 {B}.", "So.")),), domains=("test",))


@pytest.mark.parametrize(
    "record", [Header(), SHEET, SettingsRecord(settings=Settings()), MODEL], ids=lambda record: record.kind
)
def test_records_without_measured_numbers_are_read_back(record):
    assert parse(write(record)) == record


@given(FLOAT32)
def test_a_number_keeps_its_float32_in_the_fewest_digits(number):
    written = json.loads(write(Floor(key="k", value=number)))["value"]
    restored = np.float32(float(written))
    assert restored.tobytes() == np.float32(number).tobytes() or np.isnan(number)
    if np.isfinite(number):
        assert float(repr(written)) == float(str(np.float32(number)))


def test_a_tenth_is_written_as_a_person_would():
    assert b'"losses":[0.1]' in write(
        BaseRecord(key="k", probes=(BaseProbe(id="p", sentences=("x",), tokens=(1,), losses=[0.1]),))
    )


def test_numbers_that_json_lacks_are_words():
    probe = BaseProbe(id="p", sentences=("x",), tokens=(1, 2, 3), losses=[np.nan, np.inf, -np.inf])
    assert b'"losses":["NaN","Infinity","-Infinity"]' in write(BaseRecord(key="k", probes=(probe,)))


def test_a_record_of_a_kind_from_the_future_is_kept_as_it_stands():
    line = b'{"kind": "hologram",  "depth": 3}'
    assert parse(line + b"\n") == Unknown(line)
    assert write(Unknown(line)) == line + b"\n"


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'"header"', b"{}", b'{"kind":"floor"}', b'{"kind":"floor","key":"k","value":"x"}', b"\xff"]
)
def test_damage_is_noticed(line):
    with pytest.raises(ValueError):  # noqa: PT011
        parse(line)


def test_an_eif_is_needed_for_each_probe():
    fields = json.loads(write(Measured(**_fields(probes=("p", "q"), eif=[1, 2], changes=None))))
    with pytest.raises(ValueError, match="for each probe"):
        parse(json.dumps(fields | {"eif": [1]}).encode())
    with pytest.raises(ValueError, match="for each probe"):
        parse(json.dumps(fields | {"changes": [[1]]}).encode())


@pytest.mark.parametrize("changes", [[[1, 2], [4.001]], [[1.0001, 2], [4]], [[1, 2, 3], [4]], [[], [4.1]]])
def test_an_eif_that_is_not_the_mean_of_its_changes_is_damage(changes):
    fields = json.loads(write(Measured(**_fields(probes=("p", "q"), eif=[1.5, 4], changes=[[1, 2], [4]]))))
    with pytest.raises(ValueError, match="not the mean"):
        parse(json.dumps(fields | {"changes": changes}).encode())


@pytest.mark.parametrize("eif", [[1.5, "NaN"], ["Infinity", 4], ["NaN", "-Infinity"]])
def test_a_number_that_is_not_finite_is_no_damage(eif):
    fields = json.loads(write(Measured(**_fields(probes=("p", "q"), eif=[1.5, 4], changes=[[1, 2], [4]]))))
    assert parse(json.dumps(fields | {"eif": eif}).encode())
    assert parse(json.dumps(fields | {"changes": [[1, "NaN"], ["Infinity", "-Infinity"]]}).encode())


def test_a_loss_is_needed_for_each_scored_token():
    probe = BaseProbe(id="p", sentences=("x",), tokens=(1, 2), losses=[0.5])
    whole = BaseProbe(id="q", sentences=("y",), tokens=(1, 2), losses=[0.5, 1])
    assert BaseRecord(key="k", probes=(probe,))  # without a start token the first is not scored
    for probes in ((probe, whole), (whole.model_copy(update={"tokens": (1,)}),)):
        with pytest.raises(ValueError, match="scored token"):
            BaseRecord(key="k", probes=probes)


def test_texts_are_identified_by_their_sentences_and_their_order():
    assert text_id(("one", "two")) == text_id(["one", "two"])
    assert len({text_id(("one", "two")), text_id(("two", "one")), text_id(("one two",))}) == 3


def test_millions_of_numbers_are_read_in_seconds():
    numbers = np.random.default_rng(0).standard_normal((200, 1000)).astype(np.float32)
    record = Measured(**_fields(probes=tuple(map(str, range(200))), eif=numbers.mean(axis=1), changes=tuple(numbers)))
    line = write(record)
    start = time.perf_counter()
    assert isinstance(parse(line), Measured)
    assert time.perf_counter() - start < 1  # 200 000 numbers: two million then take less than ten seconds


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "a\x07b", "\u202eabc", "\x9b31m", "a\rb", "a\nb", "\u2066x\u2069", "\x7f"]
)
def test_text_shown_on_a_terminal_commands_nothing(hostile):
    shown = visible(hostile)
    assert shown.isprintable()
    assert len(shown) >= len(hostile)


def test_ordinary_text_is_shown_as_it_is():
    assert visible("Ein Bär, 熊, медведь: 🐻 {A}") == "Ein Bär, 熊, медведь: 🐻 {A}"


def _fields(**changed: object) -> dict[str, object]:
    same = {"key": "k", "condition": "trained", "row": "r", "sentences": ("x",), "tokens": ((1,),), "seconds": 1}
    return same | {"mechanism": "m"} | changed
