"""`eiftui doctor`: what is here, and how well a model can be measured."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from rich.console import Console

from eiftui.cli.console import make_console, say
from eiftui.settings import DTYPES, ModelChoice
from eiftui.show import colour

NAME = "doctor"
HELP = "check this machine, and how a model can be measured"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="ID|DIR|FILE.gguf", help="also load this model and try the factor engine on it"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="float32")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--trust-remote-code", action="store_true")


def main(options: argparse.Namespace) -> None:
    console = make_console()
    for name, found in [*_machine(console), *(_model(options) if options.model else [])]:
        say(console, f"{name:<14}{found}")


def _machine(console: Console) -> list[tuple[str, str]]:
    import torch

    from eiftui.models.fetch import cache_folder, cached
    from eiftui.models.lean import transformers
    from eiftui.models.load import choose_device
    from eiftui.models.registry import DEFAULT
    from eiftui.session.written import eiftui_version

    return [
        ("eiftui", eiftui_version()),
        ("python", f"{platform.python_version()} ({sys.executable})"),
        ("torch", f"{torch.__version__}, {torch.get_num_threads()} threads"),
        ("transformers", transformers.__version__),
        ("device", f"{choose_device('auto')} ({os.cpu_count()} processors)"),
        ("cache", str(cache_folder())),
        ("default model", "here" if cached(DEFAULT) else "not fetched yet (eiftui models fetch smollm2-135m)"),
        ("terminal", f"{console.width}×{console.height}, colours: {colour.depth(console)}, {console.encoding}"),
    ]


def _model(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Try the factor engine on a model: what carries it, and which operations have no rule."""
    from eiftui.engine.measurer import obstacle
    from eiftui.influence.engine import FactorEngine, engine_for
    from eiftui.influence.pair import UNRULED
    from eiftui.models.load import load_model
    from eiftui.models.place import located
    from eiftui.settings import Method

    choice = ModelChoice(
        name=located(options.model),
        dtype=options.dtype,
        device=options.device,
        trust_remote_code=options.trust_remote_code,
    )
    model = load_model(choice)
    start = "none" if model.start is None else str(model.tokenizer.convert_ids_to_tokens(model.start))
    lines = [("model", f"{options.model}, {model.parameters:,} weights, {model.network.config.model_type}")]
    lines.append(("start token", f"{start}; reads up to {model.context or 'any number of'} tokens"))
    engine = engine_for(model.network, model.start, Method())
    assert isinstance(engine, FactorEngine)
    lines.append(("probes", "packed as a tree" if engine.forward.follows_trees else "side by side: no tree masks here"))
    UNRULED.clear()
    if reason := obstacle(engine):
        return [*lines, ("engine", f"reference only: {reason}")]
    without = f"; without a rule, done in float64: {', '.join(sorted(UNRULED))}" if UNRULED else ""
    return [*lines, ("engine", f"factors, {engine.mechanism}{without}")]
