"""The sessions that come with the repository are whole, and say what their README quotes."""

from pathlib import Path

import pytest

from eiftui.analysis.findings import analyse
from eiftui.analysis.rates import at_rate
from eiftui.cli.report_lines import by_desideratum, overall
from eiftui.domains.library import builtin_names
from eiftui.session.session import Session

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
