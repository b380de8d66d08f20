"""What pydantic finds wrong is said in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from eiftui.domains.schema import Domain
from eiftui.errors import first_problem, problem
from eiftui.session.image_records import ImageSettings
from eiftui.settings import Frozen, Settings


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        (Settings, {"draws": 0}, "must be greater than or equal to 1"),
        (Settings, {"draws": "two"}, "must be a whole number"),
        (Settings, {"draws": 1.5}, "must be a whole number"),
        (Settings, {"draws": "9" * 5000}, "must be a whole number"),
        (Settings, {"optimizer": {"lr": "fast"}}, "must be a number"),
        (Settings, {"optimizer": {"lr": "nan"}}, "must be a finite number"),
        (Settings, {"optimizer": {"name": "adamw", "momentum": 0.5}}, "momentum is of sgd: adamw has none"),
        (Settings, {"optimizer": 3}, "must be a table"),
        (Settings, {"model": {"dtype": "float16"}}, "must be 'float32', 'bfloat16' or 'float64'"),
        (Settings, {"model": {"name": 3}}, "must be text"),
        (Settings, {"model": {"trust_remote_code": "perhaps"}}, "must be true or false"),
        (Settings, {"conditions": 3}, "must be a list"),
        (Settings, {"colour": 1}, "there is no such field"),
        (ImageSettings, {"networks": ()}, "must not be empty"),
        (Domain, {}, "it is missing"),
    ],
)
def test_what_cannot_be_is_said_in_plain_words(kind: type[Frozen], content: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(content)
    assert problem(first_problem(refused.value)) == words
