"""A model loads as asked, or one line says why it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import transformers as T
from huggingface_hub import constants

from eiftui.errors import InputError
from eiftui.models.load import choose_device, load_model
from eiftui.settings import ModelChoice
from tests.models.tiny import BOS, EOS, tiny_experts, tiny_model, tiny_network, tiny_tokenizer

_SMALL = {"vocab_size": 97, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}


def load(name: Path | str, **options: object) -> object:
    return load_model(ModelChoice.model_validate({"name": str(name), "device": "cpu", **options}))


def refusal(name: Path | str, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        load(name, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_loads_ready_to_be_measured(saved: Path) -> None:
    model = load_model(ModelChoice(name=str(saved), device="cpu"))
    assert not model.network.training
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    assert model.network.config._attn_implementation == "eager"
    assert {parameter.dtype for parameter in model.network.parameters()} == {torch.float32}
    assert (model.start, model.context, model.device) == (BOS, 64, torch.device("cpu"))
    assert model.parameters == sum(parameter.numel() for parameter in tiny_network("llama").parameters())


def test_weights_are_kept_in_the_format_asked_for(saved: Path) -> None:
    model = load_model(ModelChoice(name=str(saved), device="cpu", dtype="bfloat16"))
    assert {parameter.dtype for parameter in model.network.parameters()} == {torch.bfloat16}


def test_a_mixture_of_experts_reads_in_float64(tmp_path: Path) -> None:
    tiny_experts().save_pretrained(tmp_path)
    tiny_tokenizer().save_pretrained(tmp_path)
    read = {}
    for dtype in ("float32", "float64"):
        model = load_model(ModelChoice(name=str(tmp_path), device="cpu", dtype=dtype))
        read[dtype] = model.network(input_ids=torch.tensor([[1, 2, 3, 4]])).logits
    assert read["float64"].dtype == torch.float64
    torch.testing.assert_close(read["float32"].double(), read["float64"], rtol=1e-5, atol=1e-5)


def test_a_model_that_fails_at_what_it_reads_is_refused_in_a_line(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object, **named: object) -> None:
        raise RuntimeError("Expected mat_a to be Float32,\n BFloat16 or Float16")

    monkeypatch.setattr(T.LlamaForCausalLM, "forward", fail)
    said = refusal(saved, dtype="float64")
    assert "cannot read a text on cpu with float64 weights: Expected mat_a to be Float32, BFloat16" in said


def test_loading_writes_nothing_on_the_screen(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load(saved)
    assert capfd.readouterr() == ("", "")


def test_tokens_stand_for_their_text_whatever_the_file_asks(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Some files ask for spaces before punctuation to be taken out, or transformers thinks that they do."""
    file = saved / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"clean_up_tokenization_spaces": True}))
    tokenizer = load_model(ModelChoice(name=str(saved))).tokenizer
    text = "a dog , a cat ."
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("asked", "start"), [("auto", BOS), ("none", None), ("</s>", EOS), ("a", 70)])
def test_the_start_token_is_the_one_asked_for(saved: Path, asked: str, start: int | None) -> None:
    assert load_model(ModelChoice(name=str(saved), device="cpu", start_token=asked)).start == start


def test_a_start_token_outside_the_vocabulary_is_refused(saved: Path) -> None:
    assert "'<bos>' is not in the model's vocabulary" in refusal(saved, start_token="<bos>")


def test_without_bos_the_start_token_is_eos() -> None:
    tokenizer = tiny_tokenizer()
    tokenizer.bos_token = None
    model = tiny_model()
    assert type(model).of(model.network, tokenizer, ModelChoice()).start == EOS


def test_a_configuration_without_a_context_has_none() -> None:
    assert tiny_model("bloom").context is None


def test_pickled_weights_are_refused(saved: Path) -> None:
    (saved / "model.safetensors").unlink()
    torch.save(tiny_network("llama").state_dict(), saved / "pytorch_model.bin")
    assert "only pickled weights, which can run code" in refusal(saved)


def test_a_folder_without_weights_is_refused(saved: Path) -> None:
    (saved / "model.safetensors").unlink()
    assert "no weights" in refusal(saved)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    assert "it has no config.json" in refusal(tmp_path)


def test_a_torn_weight_file_is_refused(saved: Path) -> None:
    weights = saved / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert refusal(saved).startswith(f"cannot load {saved}")


def test_a_torn_tokenizer_file_is_refused(saved: Path) -> None:
    (saved / "tokenizer.json").write_text(
        '{"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": ["a b"]}}'
    )
    assert refusal(saved).startswith(f"cannot load {saved}: its tokenizer.json cannot be read (")
    (saved / "tokenizer.json").write_text("{}")
    assert refusal(saved).startswith(f"cannot load {saved}: its tokenizer.json cannot be read (")


def test_a_folder_without_a_tokenizer_is_refused(saved: Path) -> None:
    for file in saved.glob("tokenizer*"):
        file.unlink()
    assert refusal(saved).startswith(f"{saved} has no tokenizer")


def test_a_model_with_code_of_its_own_needs_the_flag(saved: Path) -> None:
    ran = saved / "ran"
    (saved / "own.py").write_text(f"open({str(ran)!r}, 'w')\n")
    config = json.loads((saved / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}}
    (saved / "config.json").write_text(json.dumps(config))
    assert "pass --trust-remote-code" in refusal(saved)
    assert not ran.exists()


def test_a_network_that_is_no_causal_language_model_is_refused(tmp_path: Path) -> None:
    config = T.T5Config(vocab_size=97, d_model=16, d_kv=4, d_ff=16, num_layers=1, num_heads=2)
    T.T5ForConditionalGeneration(config).save_pretrained(tmp_path)
    tiny_tokenizer().save_pretrained(tmp_path)
    assert "it is not a causal language model" in refusal(tmp_path)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("network", "config"),
    [
        (T.BertForMaskedLM, T.BertConfig(**_SMALL)),
        (T.RobertaForMaskedLM, T.RobertaConfig(**_SMALL)),
        (T.BartForConditionalGeneration, T.BartConfig(vocab_size=97, d_model=16, encoder_layers=1, decoder_layers=1)),
    ],
)
def test_a_network_that_transformers_would_make_a_causal_one_of_is_refused(
    network: type[T.PreTrainedModel], config: T.PretrainedConfig, named: bool, tmp_path: Path
) -> None:
    network(config).save_pretrained(tmp_path)
    tiny_tokenizer().save_pretrained(tmp_path)
    if not named:
        fields = json.loads((tmp_path / "config.json").read_text())
        (tmp_path / "config.json").write_text(json.dumps({**fields, "architectures": None}))
    assert "it is not a causal language model" in refusal(tmp_path)


def test_a_network_that_can_be_either_is_measured_where_it_was_made_causal(tmp_path: Path) -> None:
    T.BertLMHeadModel(T.BertConfig(**_SMALL, is_decoder=True)).save_pretrained(tmp_path)
    tiny_tokenizer().save_pretrained(tmp_path)
    load(tmp_path)


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    assert "did you mean 'smollm2-135m'?" in refusal("smolm2-135m")


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "moved") in refusal(tmp_path / "moved")


def test_a_name_is_not_taken_for_a_folder_that_happens_to_be_called_so(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(saved.parent)
    assert "no model" in refusal(saved.name)


def test_a_gguf_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x.gguf") == f"there is no file {tmp_path / 'x.gguf'}"


@pytest.mark.parametrize("name", ["nobody/nothing", "phi-3-mini"])
def test_offline_a_model_that_is_not_cached_is_said_to_be_missing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert "not in the Hugging Face cache" in refusal(name)


@pytest.mark.parametrize("name", ["cuda:99", "tpu", "cuda:x", "cpu:", "cuda:-1"])
def test_a_device_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"no device '{name}'"):
        choose_device(name)
