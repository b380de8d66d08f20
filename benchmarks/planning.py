"""What `eiftui plan` foretells against what a run takes."""

from benchmarks.material import default_model, say, seconds
from eiftui.domains.library import load_builtin
from eiftui.engine.calibration import calibrate
from eiftui.engine.estimate import sample
from eiftui.engine.here import Here
from eiftui.engine.run import run
from eiftui.session.session import Session
from eiftui.settings import Settings


def main():
    settings = Settings(draws=2)
    model = default_model()
    print("\nForetold and real time of a run (predicted, trained and prompted; 2 draws)")
    for name in ("belongs_to", "transitivity"):
        session = Session.in_memory(load_builtin(name), settings)
        team = Here(lambda text, fraction: None)
        team.measurer.take(model, settings)
        session.append(team.measurer.record(settings))
        session.ensure_draws()
        small = sample(session)
        calibration, answer = seconds(lambda team=team, small=small: calibrate(team.measurer, small.request))
        found = small.estimate(answer)
        real, _ = seconds(lambda session=session, team=team: run(session, team))
        say(
            name,
            f"foretold {found.total:.0f} s after {calibration:.0f} s",
            f"real {real:.0f} s",
            f"{found.total / real:.2f}×",
        )
