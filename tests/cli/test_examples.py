"""The sessions that come with the repository are whole, and say what their README quotes."""

import io
import re
from pathlib import Path

import pytest

from eiftui.analysis.findings import analyse
from eiftui.analysis.image_findings import analyse_images
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
NAMES = [name for name in builtin_names() if name != HUNDRED]


@pytest.mark.parametrize(("name", "draws"), [*((name, 20) for name in NAMES), (HUNDRED, 1)])
def test_every_built_in_domain_is_measured_in_full(name, draws):
    with Session.open(SESSIONS / "examples" / f"{name}.eif", read_only=True) as session:
        assert session.draws == draws
        for rate in (1e-3, 1e-5) if name != HUNDRED else (1e-3,):
            for condition in session.settings.conditions:
                assert at_rate(session, rate).measured(condition).all()


@pytest.mark.parametrize(("rate", "section"), [(1e-5, 1), (1e-3, 2)])
def test_the_readme_quotes_what_the_sessions_say(rate, section):
    said = (SESSIONS / "README.md").read_text(encoding="utf-8").split("\n## ")[section].splitlines()
    sessions = [Session.open(SESSIONS / "examples" / f"{name}.eif", read_only=True) for name in sorted(NAMES)]
    reports = [(seen, analyse(seen)) for seen in (at_rate(session, rate) for session in sessions)]
    for line in (*overall(reports), *by_desideratum(reports)):
        assert line.rstrip() in said
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def images():
    return ImageSession.open(SESSIONS / "examples" / "images.eif", read_only=True)


def test_the_report_on_images_is_what_their_session_says(images):
    file = io.StringIO()
    print_session(images, file_console(file))
    assert file.getvalue() == (SESSIONS / "examples" / "images.txt").read_text(encoding="utf-8")


def test_the_claims_on_images_quote_their_report():
    report = (SESSIONS / "examples" / "images.txt").read_text(encoding="utf-8")
    figures = re.findall(r"−?\d+\.\d\d ± \d+\.\d\d", _claims_on_images())
    assert len(figures) > 10
    assert [figure for figure in figures if figure not in report] == []


@pytest.mark.parametrize(("equation", "which"), [("Eq. 5", "train_ratio"), ("Eq. 6", "probe_ratio")])
def test_what_is_claimed_of_noise_has_the_verdicts_of_its_test(images, equation, which):
    (claim,) = [line for line in _claims_on_images().splitlines() if line.startswith("| ") and equation in line]
    told = re.findall(rf"([\d.]+ ± [\d.]+) times, {equation} (holds|violated|undecided)", claim)
    noises = {found.noise.name: found for found in analyse_images(images).noise}
    tests = [(found, getattr(found, which)) for found in (noises["noise 1"], noises["noise 1 clipped"])]
    assert told == [(ratio(times.mean, times.half), found.verdict(times)) for found, times in tests]


def _claims_on_images():
    readme = (SESSIONS.parent / "README.md").read_text(encoding="utf-8")
    return readme.split("### In images")[1].split("\n## ")[0]
