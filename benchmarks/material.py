"""What every benchmark measures: the default model, and a domain's first draw as tokens."""

import time
from dataclasses import dataclass, field

import torch

from eiftui.domains.draw import draw
from eiftui.domains.library import load_builtin
from eiftui.influence.engine import FactorEngine, engine_for
from eiftui.models.load import LanguageModel, load_model
from eiftui.models.tokens import encode_probe, encode_prompt, encode_sentences
from eiftui.settings import Method, ModelChoice, Optimizer

SGD = Optimizer(lr=1e-3)
ADAMW = Optimizer(name="adamw", lr=1e-5)


@dataclass(frozen=True)
class Material:
    """A model, training sets, probes and prompts."""

    model: LanguageModel
    rows: list
    probes: list
    prompts: list
    engines: dict = field(default_factory=dict)
    """One for each number format of products, ready as the scripts' model is."""

    def engine(self, products="float32", engine="factors") -> FactorEngine:
        """A new engine, with nothing recorded yet."""
        return engine_for(self.model.network, self.model.start, Method(engine=engine, products=products))

    def measure(self, optimizer=SGD, products="float32"):
        """The trained matrix, from nothing recorded: (rows, probes)."""
        if products not in self.engines:
            self.engines[products] = self.engine(products)
        engine = self.engines[products]
        engine.forget()
        return matrix(engine.trained(self.rows, self.probes, optimizer), self)


def matrix(results, material):
    """Results of rows as one tensor, float64: (rows, probes)."""
    values = torch.empty(len(material.rows), len(material.probes), dtype=torch.float64)
    for result in results:
        values[result.row] = torch.from_numpy(result.eif)
    return values


def default_model() -> LanguageModel:
    return load_model(ModelChoice())


def material(model, name, rows=None, probes=None) -> Material:
    """The first draw of a built-in domain; the first `rows` and `probes` of it where given."""
    domain = load_builtin(name)
    words = draw(domain.slots, 0, 0).words
    filled_rows = [text.fill(words) for text in domain.rows[:rows]]
    filled_probes = [text.fill(words) for text in domain.probes[:probes]]
    return Material(
        model,
        [encode_sentences(model, row) for row in filled_rows],
        [encode_probe(model, probe) for probe in filled_probes],
        [encode_prompt(model, row) for row in filled_rows],
    )


def seconds(work):
    """How long `work` takes, and what it gives."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def say(label, *figures):
    print(f"  {label:<44}{'  '.join(figures)}", flush=True)
