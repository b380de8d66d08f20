"""The one schema of what a measurement depends on. Files, the command line, the screen and the worker all use it."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Condition = Literal["trained", "predicted", "prompted"]
CONDITIONS: tuple[Condition, ...] = ("trained", "predicted", "prompted")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


Finite = Annotated[float, AfterValidator(_finite)]


class Frozen(BaseModel):
    """An immutable record that refuses unknown fields, so that a typing error in a file is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Optimizer(Frozen):
    """How one training set changes the weights: one step per sentence, in order, `epochs` times (METHODS: `trained`).

    The update rules are those of `torch.optim.SGD` and `torch.optim.AdamW` at a constant learning rate.
    """

    name: Literal["sgd", "adamw"] = "sgd"
    lr: Annotated[Finite, Field(ge=0)] = 1e-3
    """Learning rate. Zero is allowed here because the null floor is measured with it."""
    epochs: Annotated[int, Field(ge=1)] = 1
    momentum: Annotated[Finite, Field(ge=0, lt=1)] = 0.0
    """SGD only."""
    weight_decay: Annotated[Finite, Field(ge=0)] = 0.0
    """Added to the gradient by SGD, decoupled in AdamW, as in torch."""
    clip_norm: Annotated[Finite, Field(gt=0)] | None = None
    """Largest 2-norm of the whole gradient, as `torch.nn.utils.clip_grad_norm_` does; None leaves it alone."""
    betas: tuple[float, float] = (0.9, 0.999)
    """AdamW only."""
    eps: float = 1e-8
    """AdamW only."""


class ModelChoice(Frozen):
    """Which language model, and in which form."""

    name: str = "smollm2-135m"
    """A registry name, a Hugging Face id, a local folder or a `.gguf` file."""
    device: str = "auto"
    """`auto`, `cpu`, `mps`, `cuda` or `cuda:N`."""
    dtype: Literal["float32", "bfloat16"] = "float32"
    """Number format of the base weights. Activations, updates and losses are float32 whatever it is."""
    start_token: str = "auto"
    """`auto` (the tokenizer's BOS, else EOS), `none`, or a token of the vocabulary."""
    trust_remote_code: bool = False


class Method(Frozen):
    """How the numbers are computed."""

    engine: Literal["factors", "reference"] = "factors"
    products: Literal["float32", "bfloat16"] = "float32"
    """Number format of the products of base weights and differences; bfloat16 is faster and 1e-3 less exact."""


class Settings(Frozen):
    """Everything a session measures with. Texts and draws are the session's own."""

    model: ModelChoice = ModelChoice()
    optimizer: Optimizer = Optimizer()
    method: Method = Method()
    conditions: tuple[Condition, ...] = CONDITIONS
    draws: Annotated[int, Field(ge=1)] = 20
    seed: int = 0

    def numerics(self, condition: Condition, fingerprint: str) -> dict[str, object]:
        """The fields that determine the numbers of `condition` on the model with `fingerprint`, and no others."""
        fields: dict[str, object] = {"condition": condition, "model": fingerprint}
        if condition != "prompted":
            fields["optimizer"] = self.optimizer.model_dump()
        if condition == "trained":
            fields["method"] = self.method.model_dump()
        return fields

    def key(self, condition: Condition, fingerprint: str) -> str:
        """A short digest of `numerics`: equal keys mean that measured numbers may be reused."""
        return digest(self.numerics(condition, fingerprint))


def digest(content: object) -> str:
    """16 hexadecimal digits that identify JSON-like `content`."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
