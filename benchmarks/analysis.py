"""All analyses of a large session, and its report: 100 training sets, 100 probes, 20 draws."""

import numpy as np

from benchmarks.material import say, seconds
from eiftui.analysis.findings import analyse
from eiftui.api import texts
from eiftui.domains.schema import Cell, Contrast
from eiftui.session.results import Floor, Likeness, Measured, ModelRecord
from eiftui.session.session import Session
from eiftui.session.written import text_id
from eiftui.settings import CONDITIONS, ModelChoice, Settings

DRAWS = 20


def main():
    session = large()
    took, found = seconds(lambda: analyse(session))
    print("\nAnalyses of a session of 100 training sets, 100 probes and 20 draws (bound: 2 s)")
    say("all of them, with 100 contrasts", f"{took:.2f} s")
    assert len(found.desiderata) == 100


def large():
    """A session of noise, in which every text has a slot, so that draws differ, with a contrast in every row."""
    domain = texts([f"{{A}} is number {index}." for index in range(100)])
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
