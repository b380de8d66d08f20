"""What is told of models before they are loaded."""

from __future__ import annotations

import math

from eiftui.models.available import available, choice_of, look_up, memory, parameters_in
from eiftui.models.registry import ENTRIES
from eiftui.settings import ModelChoice


def test_the_weights_of_a_folder_are_counted_without_loading_them(tiny_folder):
    import transformers

    network = transformers.AutoModelForCausalLM.from_pretrained(tiny_folder)
    assert parameters_in(tiny_folder) == network.num_parameters()
    found = look_up(str(tiny_folder))
    assert found.here
    assert found.parameters == network.num_parameters()


def test_models_of_the_hubs_cache_are_found_beside_those_with_names(tiny_folder, tmp_path, monkeypatch):
    snapshot = tmp_path / "hub" / "models--someone--tiny" / "snapshots"
    snapshot.mkdir(parents=True)
    (snapshot / "abc").symlink_to(tiny_folder)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    models = {model.name: model for model in available()}
    assert {one.name for one in ENTRIES} < models.keys()
    assert models["someone/tiny"].here
    assert not models["gpt2"].here


def test_what_is_not_known_is_said_so(tmp_path):
    assert math.isnan(look_up("someone/else").parameters)
    (tmp_path / "broken.safetensors").write_bytes(b"\x03\0\0\0\0\0\0\0{}?")
    assert math.isnan(parameters_in(tmp_path))


def test_bfloat16_takes_half_of_the_weights_memory():
    extra = memory(1e9, "float32") - memory(0, "float32")
    assert memory(1e9, "bfloat16") - memory(0, "bfloat16") == extra / 2


def test_another_model_has_its_own_start_token():
    before = ModelChoice(start_token="<s>", dtype="bfloat16")
    assert choice_of("gpt2", before) == ModelChoice(name="gpt2", dtype="bfloat16")
    assert choice_of(before.name, before) == before
