"""All analyses of large sessions: 100 training sets, 100 probes and 20 draws, and twice as many texts."""

from functools import cached_property

import numpy as np

from benchmarks.material import say, seconds
from eiftui.analysis.findings import Findings
from eiftui.api import texts
from eiftui.domains.schema import Cell, Contrast
from eiftui.session.results import Floor, Likeness, Measured, ModelRecord
from eiftui.session.session import Session
from eiftui.session.written import text_id
from eiftui.settings import CONDITIONS, ModelChoice, Settings

DRAWS = 20
ANALYSES = [name for name, one in vars(Findings).items() if isinstance(one, cached_property) and name[0] != "_"]


def main():
    for size, bound in ((100, " (bound: 2 s for all)"), (200, "")):
        found = Findings(large(size))
        print(f"\nAnalyses of a session of {size} training sets, {size} probes and {DRAWS} draws{bound}")
        took = [seconds(lambda name=name: getattr(found, name))[0] for name in ANALYSES]  # noqa: B023 called at once
        for name, one in zip(ANALYSES, took, strict=True):
            say(name, f"{one:.2f} s")
        say(f"all of them, with {len(found.desiderata)} contrasts", f"{sum(took):.2f} s")


def large(size):
    """A session of noise, in which every text has a slot, so that draws differ, with a contrast in every row."""
    domain = texts([f"{{A}} is number {index}." for index in range(size)])
    ids = [text.id for text in domain.texts]
    contrasts = [
        Contrast(name=row, desideratum="noise", lower=Cell(row=row, probe=ids[0]), higher=Cell(row=row, probe=ids[1]))
        for row in ids
    ]
    session = Session.in_memory(domain.model_copy(update={"contrasts": tuple(contrasts)}), Settings(draws=DRAWS))
    session.append(
        ModelRecord(
            choice=ModelChoice(),
            fingerprint="made up",
            parameters=1,
            start=0,
            start_text="<s>",
            context=None,
            device="cpu",
            versions={},
        )
    )
    session.ensure_draws()
    generator = np.random.default_rng(0)
    for condition in CONDITIONS:
        key = session.settings.key(condition, "made up")
        session.append(Floor(key=key, value=0.01))
        session.append(*(record for draw in range(DRAWS) for record in rows(session, condition, key, draw, generator)))
    for draw in range(DRAWS):
        probes = tuple(text_id(session.filled(probe, draw)) for probe in session.probes)
        rows_ = [text_id(session.filled(row, draw)) for row in session.rows]
        cosines = generator.random((len(rows_), len(probes)))
        session.append(
            *(
                Likeness(fingerprint="made up", row=row, probes=probes, cosine=cosine)
                for row, cosine in zip(rows_, cosines, strict=True)
            )
        )
    return session


def rows(session, condition, key, draw, generator):
    probes = [text_id(session.filled(probe, draw)) for probe in session.probes]
    for row in session.rows:
        sentences = session.filled(row, draw)
        yield Measured(
            key=key,
            condition=condition,
            row=text_id(sentences),
            sentences=sentences,
            tokens=((1,),),
            probes=tuple(probes),
            eif=generator.normal(size=len(probes)),
            changes=None,
            seconds=0.1,
            mechanism="noise",
        )
