"""A small domain, and a stand-in for the engine: numbers that the sentences alone determine."""

import hashlib

import numpy as np
import pytest

from eiftui.domains.schema import Cell, Contrast, Domain, Text
from eiftui.session.results import BaseProbe, BaseRecord, Measured, ModelRecord
from eiftui.session.session import Session
from eiftui.session.written import text_id
from eiftui.settings import Settings


class Engine:
    """Measures whatever a session says is missing, and counts the rows."""

    def __init__(self):
        self.rows = 0

    def load(self, session, fingerprint="f00d"):
        choice = session.settings.model
        versions = {"torch": "2.9"}
        session.append(
            ModelRecord(
                choice=choice,
                fingerprint=fingerprint,
                parameters=7,
                start=0,
                start_text="<s>",
                context=64,
                device="cpu",
                versions=versions,
            )
        )

    def measure(self, session, *conditions):
        session.ensure_draws()
        if session.model is None:
            self.load(session)
        for draw in range(session.draws):
            self._measure_base(session, draw)
            for condition in conditions or session.settings.conditions:
                for row, columns in session.missing(condition, draw):
                    session.append(self.row(session, condition, draw, row, columns))

    def row(self, session, condition, draw, row, columns):
        self.rows += 1
        sentences = session.filled(session.rows[row], draw)
        probes = [session.filled(session.probes[column], draw) for column in columns]
        key = session.settings.key(condition, session.model.fingerprint)
        changes = [losses(key, sentences, probe) for probe in probes]
        return Measured(
            key=key,
            condition=condition,
            row=text_id(sentences),
            sentences=sentences,
            tokens=tuple(tokens(sentence) for sentence in sentences),
            probes=tuple(map(text_id, probes)),
            eif=np.array([change.mean() for change in changes]),
            changes=None if condition == "predicted" else tuple(changes),
            seconds=0.25,
            mechanism="a stand-in",
        )

    def _measure_base(self, session, draw):
        probes = []
        for column in session.base_missing(draw):
            sentences = session.filled(session.probes[column], draw)
            ids = tokens("\n".join(sentences))
            probe = BaseProbe(
                id=text_id(sentences), sentences=sentences, tokens=ids, losses=losses("base", sentences, sentences)
            )
            probes.append(probe)
        if probes:
            session.append(
                BaseRecord(key=session.settings.key("base", session.model.fingerprint), probes=tuple(probes))
            )


def tokens(sentence):
    return tuple(len(word) for word in sentence.split())


def losses(key, row, probe):
    seed = hashlib.sha256(f"{key}{row}{probe}".encode()).digest()
    count = len(" ".join(probe).split())
    return np.random.default_rng(list(seed)).normal(size=count)


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def domain():
    texts = (
        Text(id="ab", sentences=("{A} is a {B}.",)),
        Text(id="chain", sentences=("{A} is a {B}.", "{B} is a {C}."), role="row"),
        Text(id="ac", sentences=("{A} is a {C}.",)),
        Text(id="frog", sentences=("A frog is no toad.",), role="probe"),
    )
    contrast = Contrast(
        name="chain", desideratum="logic", lower=Cell(row="chain", probe="ac"), higher=Cell(row="chain", probe="frog")
    )
    return Domain(name="kinds", title="Kinds", source="here", texts=texts, contrasts=(contrast,))


@pytest.fixture
def settings():
    return Settings(draws=3, seed=5)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kinds.eif"


@pytest.fixture
def measured(path, domain, settings, engine):
    """A session file with everything measured, open for writing."""
    with Session.create(path, domain, settings) as session:
        engine.measure(session)
        yield session
