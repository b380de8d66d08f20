"""The sessions that come with the repository are whole, and say what their README quotes."""

import io
import re
from pathlib import Path

import numpy as np
import pytest

from eiftui.analysis.cells import own_cells
from eiftui.analysis.findings import Findings
from eiftui.analysis.images.findings import analyse_images
from eiftui.analysis.overshot import overshot
from eiftui.analysis.rates import at_rate
from eiftui.cli.console import file_console
from eiftui.cli.report_lines import by_desideratum, overall
from eiftui.cli.vision.report import print_session
from eiftui.domains.library import builtin_names
from eiftui.session.images import ImageSession
from eiftui.session.session import Session
from eiftui.show.numbers import ratio

SESSIONS = Path(__file__).parents[2] / "sessions"
HUNDRED = "random_claim_100"
"""Has no contrasts, and one draw."""
SECTIONS = {1e-5: 1, 1e-3: 2}
"""Of the sessions' README, by learning rate."""
NAMES = [name for name in builtin_names() if name != HUNDRED]


@pytest.mark.parametrize(("name", "draws"), [*((name, 20) for name in NAMES), (HUNDRED, 1)])
def test_every_built_in_domain_is_measured_in_full(name, draws):
    with Session.open(SESSIONS / "examples" / f"{name}.eif", read_only=True) as session:
        assert session.draws == draws
        for rate in (1e-3, 1e-5) if name != HUNDRED else (1e-3,):
            for condition in session.settings.conditions:
                assert at_rate(session, rate).measured(condition).all()


@pytest.fixture(scope="module")
def sessions():
    opened = [Session.open(SESSIONS / "examples" / f"{name}.eif", read_only=True) for name in sorted(NAMES)]
    yield opened
    for session in opened:
        session.close()


@pytest.mark.parametrize(("rate", "section"), SECTIONS.items())
def test_the_readme_quotes_what_the_sessions_say(sessions, rate, section):
    reports = [(seen, Findings(seen)) for seen in (at_rate(session, rate) for session in sessions)]
    for line in (*overall(reports), *by_desideratum(reports)):
        assert line.rstrip() in _quoted(section)


@pytest.mark.parametrize(("rate", "gain", "losing"), [(1e-5, "0.024", 0), (1e-3, "0.9", 7)])
def test_what_training_sets_gain_of_their_own_texts_is_as_told(sessions, rate, gain, losing):
    seen = [at_rate(session, rate) for session in sessions]
    own = np.concatenate([one.matrix("trained")[:, own_cells(one)].ravel() for one in seen])
    assert f"{-np.median(own):.{len(gain) - 2}f}" == gain
    assert round(100 * np.mean(own > 0)) == losing
    for readme in (SESSIONS / "README.md", SESSIONS.parent / "README.md"):
        told = " ".join(readme.read_text(encoding="utf-8").split())
        assert re.search(rf"gains {gain} (nats per token in the median|and never loses)", told)


def test_how_many_claims_overshoot_at_the_default_rate_is_as_told(sessions):
    with Session.open(SESSIONS / "examples" / f"{HUNDRED}.eif", read_only=True) as claims:
        told = f"it does so for {len(overshot(claims))} of the hundred"
    assert told in " ".join((SESSIONS.parent / "README.md").read_text(encoding="utf-8").split())
    assert not any(overshot(at_rate(session, 1e-5)) for session in sessions)


def test_the_claims_on_language_quote_ranges_of_the_sessions():
    measured = _figures(1, "trained"), _figures(2, "trained"), _figures(1, "prompted")
    single = [index for index, share in enumerate(measured[0]["S"]) if share == "1.00 ± 0.00"]
    others = [index for index in range(len(NAMES)) if index not in single]
    assert (len(single), len(others)) == (5, 6)
    assert [_ends(one["S"][index] for index in others) for one in measured] == _told("S in the other six")
    assert [_ends(one["S"][index] for index in single) for one in measured] == _told("single sentences")
    assert [_ends(column[:4] for column in one["Hoyer"]) for one in measured] == _told("Hoyer's sparsity")
    nine = [sorted(range(len(NAMES)), key=lambda index: _mean(one["meaning"][index]))[:9] for one in measured]
    assert len({*map(frozenset, nine)}) == 1
    meaning = [_ends((one["meaning"][index] for index in nine[0]), reverse=True) for one in measured]
    assert meaning == _told("in the nine")


@pytest.mark.parametrize(
    ("desideratum", "told"),
    [
        ("transitivity", "of 16 contrasts"),
        ("negation", "of 9 of negation"),
        ("converse", "of 6 of the converse"),
        ("ontology", "of 5 of ontology"),
        ("reversal", "of 5 of reversal"),
        ("uncertainty", "of 7 of uncertainty"),
        ("", "of all 83 contrasts"),
    ],
)
def test_how_many_contrasts_are_told_to_hold(desideratum, told):
    small, large = (
        np.array(
            [
                re.findall(r"(\d+) hold, (\d+) violated", line)
                for line in _quoted(section)
                if " hold, " in line and line.startswith(desideratum)
            ],
            int,
        ).sum(0)
        for section in SECTIONS.values()
    )
    assert [f"{hold} hold, {violated} violated" for hold, violated in (small[0], large[0], small[1])] == _told(told)


def _told(measured):
    """What the README's table of claims on language tells of something: small steps, large steps, prompted."""
    (line,) = [line for line in _claims("language").splitlines() if measured in line and line.startswith("|")]
    return [cell.strip() for cell in line.split("|")[4:7]]


def _quoted(section):
    """Lines of the sessions' README at a learning rate."""
    return (SESSIONS / "README.md").read_text(encoding="utf-8").split("\n## ")[section].splitlines()


def _figures(section, condition):
    """Columns of the table over all sessions, by name: a mean and its interval a session."""
    lines = [line for line in _quoted(section) if line[23:].startswith(condition)]
    rows = [re.findall(r"−?\d\.\d\d ± \d\.\d\d", line) for line in lines]
    return dict(zip(("S", "centred", "Hoyer", "meaning"), zip(*rows, strict=True), strict=True))


def _mean(figure):
    return float(figure.split()[0].replace("−", "-"))


def _ends(figures, reverse=False):
    first, *_, last = sorted(figures, key=_mean, reverse=reverse)
    return first if first == last else f"{first} to {last}"


def _claims(half):
    readme = (SESSIONS.parent / "README.md").read_text(encoding="utf-8")
    return readme.split(f"### In {half}")[1].split("\n##")[0]


def _report(name):
    return (SESSIONS / "examples" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def images():
    return ImageSession.open(SESSIONS / "examples" / "images.eif", read_only=True)


@pytest.fixture(scope="module")
def hundred():
    return analyse_images(ImageSession.open(SESSIONS / "examples" / "figure_1.eif", read_only=True))


@pytest.mark.parametrize("name", ["figure_1", "images"])
def test_the_report_on_images_is_what_their_session_says(name):
    file = io.StringIO()
    print_session(ImageSession.open(SESSIONS / "examples" / f"{name}.eif", read_only=True), file_console(file))
    assert file.getvalue() == _report(name)


@pytest.mark.parametrize(("name", "least"), [("figure_1", 12), ("images", 7)])
def test_the_claims_on_images_quote_their_reports(name, least):
    told = [line for line in _claims("images").splitlines() if line.endswith(f"| `{name}` |")]
    figures = re.findall(r"−?\d+\.\d+ ± \d+\.\d+", " ".join(told))
    assert len(figures) >= least
    assert [figure for figure in figures if figure not in _report(name)] == []


def test_what_is_claimed_of_classes_follows_from_the_intervals(hundred):
    found = hundred.blocks
    assert found.raw.low < found.pixels.mean < found.raw.high
    assert found.double_centred.low > found.pixels_centred.high
    assert found.assigned.low > found.digit.high > found.digit.low > 0.5


def test_what_is_claimed_of_look_alikes_follows_from_the_intervals(hundred):
    found = hundred.look_alikes
    assert found.with_pixels.low < 0 < found.with_pixels.high
    assert found.pairs[0][:2] == (3, 4)
    assert [pair[:2] for pair in found.pairs[:5] if pair[2].low > 0] == [(3, 4), (7, 9)]
    assert found.pairs[-1][:2] == (3, 5)
    assert found.pairs[-1][2].high < 0


@pytest.mark.parametrize(("equation", "which"), [("Eq. 5", "train_ratio"), ("Eq. 6", "probe_ratio")])
def test_what_is_claimed_of_noise_has_the_verdicts_of_its_test(images, equation, which):
    (claim,) = [line for line in _claims("images").splitlines() if line.startswith("| ") and equation in line]
    told = re.findall(rf"([\d.]+ ± [\d.]+) times, {equation} (holds|violated|undecided)", claim)
    noises = {found.noise.name: found for found in analyse_images(images).noise}
    tests = [(found, getattr(found, which)) for found in (noises["noise 1"], noises["noise 1 clipped"])]
    assert told == [(ratio(times.mean, times.half), found.verdict(times)) for found, times in tests]
