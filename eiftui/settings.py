"""The one schema of what a measurement depends on. Files, the command line, the screen and the worker all use it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Condition = Literal["trained", "predicted", "prompted"]
CONDITIONS: tuple[Condition, ...] = ("trained", "predicted", "prompted")
Quantified = Condition | Literal["base"]
"""What has numbers of its own: a condition, or the base model's losses."""
LEAST_RATE = 1e-30
"""Changes of weights have to be float32 numbers, of which the smallest is near 1e-38."""


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


Finite = Annotated[float, AfterValidator(_finite)]


class Frozen(BaseModel):
    """An immutable record that refuses unknown fields, so that a typing error in a file is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Optimizer(Frozen):
    """How one training set changes the weights: one step per sentence, in order, `epochs` times (METHODS §2).

    The update rules are those of `torch.optim.SGD` and `torch.optim.AdamW` at a constant learning rate.
    """

    name: Literal["sgd", "adamw"] = "sgd"
    lr: Annotated[Finite, Field(ge=0)] = 1e-3
    """Learning rate. Zero is allowed here because the null floor is measured with it."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 1
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

    @model_validator(mode="after")
    def _does_what_it_says(self) -> Self:
        if self.momentum and self.name == "adamw":
            raise ValueError("momentum is of sgd: adamw has none")
        rate = self.lr * min(1.0, self.clip_norm or 1.0) if self.name == "sgd" else self.lr
        if self.lr and rate < LEAST_RATE:
            raise ValueError(f"the learning rate {rate:g} is too small: below {LEAST_RATE:g} float32 holds no changes")
        return self


DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,4})?", re.ASCII)
Dtype = Literal["float32", "bfloat16", "float64"]
DTYPES: tuple[Dtype, ...] = get_args(Dtype)
RELATIVE_ERROR: dict[str, float] = {"float32": 2e-5, "bfloat16": 1e-2, "float64": 1e-12}
"""Of difference propagation, by the number format of products: how wrong a trained matrix may be, as a share of its
largest number. It is what the tests hold it to on tiny models."""


class ModelChoice(Frozen):
    """Which language model, and in which form."""

    name: str = "smollm2-135m"
    """A registry name, a Hugging Face id, or the absolute path of a local folder or a `.gguf` file."""
    device: str = "auto"
    """`auto`, `cpu`, `mps`, `cuda` or `cuda:N`."""
    dtype: Dtype = "float32"
    """Number format of the base weights. The reference engine computes in it, the factor engine in no narrower one
    than float32; float64 makes all digits that a session keeps exact, at twice the memory."""
    start_token: Annotated[str, Field(min_length=1)] = "auto"
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
    draws: Annotated[int, Field(ge=1, le=100_000)] = 20
    seed: int = 0

    def numerics(self, what: Quantified, fingerprint: str) -> dict[str, object]:
        """The fields that determine the numbers of `what` on the model with `fingerprint`, and no others.

        The engine counts everywhere, because each computes in its own number format.
        """
        fields: dict[str, object] = {"what": what, "model": fingerprint, "engine": self.method.engine}
        if what in ("trained", "predicted"):
            fields["optimizer"] = self.optimizer.model_dump()
        if what == "trained" and self.method.engine == "factors":
            fields["products"] = self.method.products
        return fields

    def key(self, what: Quantified, fingerprint: str) -> str:
        """A short digest of `numerics`: equal keys mean that measured numbers may be reused."""
        return digest(self.numerics(what, fingerprint))

    def by_reference(self) -> Settings:
        """The same, measured by the reference engine."""
        return self.model_copy(update={"method": self.method.model_copy(update={"engine": "reference"})})


def digest(content: object) -> str:
    """16 hexadecimal digits that identify JSON-like `content`."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
