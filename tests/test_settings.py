"""What settings may be, and which of them determine which numbers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from eiftui.settings import CONDITIONS, Optimizer, Settings


def keys(**changes: Any) -> dict[str, str]:
    settings = Settings.model_validate(changes)
    return {what: settings.key(what, "f00d") for what in (*CONDITIONS, "base")}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "touched"),
    [
        ({"draws": 3, "seed": 9, "conditions": ("trained",)}, ()),
        ({"optimizer": {"lr": 0.5}}, ("trained", "predicted")),
        ({"method": {"products": "bfloat16"}}, ("trained",)),
        # each engine computes in its own number format, with bfloat16 weights in another
        ({"method": {"engine": "reference"}}, ("trained", "predicted", "prompted", "base")),
    ],
    ids=str,
)
def test_numbers_are_kept_apart_by_what_determines_them_and_by_nothing_else(
    changes: dict[str, Any], touched: tuple[str, ...]
) -> None:
    before, after = keys(), keys(**changes)
    assert {what for what in before if before[what] != after[what]} == set(touched)
    assert len(set(before.values())) == len(before)


def test_the_reference_engine_knows_no_products() -> None:
    assert keys(method={"engine": "reference", "products": "bfloat16"}) == keys(method={"engine": "reference"})


@pytest.mark.parametrize(
    "fields",
    [
        {"lr": 1e-300},
        {"lr": 9e-31},
        {"lr": 1e-20, "clip_norm": 1e-20},
        {"name": "adamw", "lr": 1e-31},
        {"name": "adamw", "momentum": 0.9},
        {"epochs": 10**9},
    ],
    ids=str,
)
def test_an_optimiser_that_could_not_do_what_it_says_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Optimizer(**fields)


@pytest.mark.parametrize("fields", [{"lr": 0.0}, {"lr": 1e-30}, {"name": "adamw", "lr": 1e-6, "clip_norm": 1e-28}])
def test_the_smallest_rates_and_none_are_allowed(fields: dict[str, Any]) -> None:
    assert Optimizer(**fields).lr == fields["lr"]
