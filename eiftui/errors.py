"""The errors eiftui raises on purpose, each with the exit code a script will see, and pydantic's in plain words."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What the system calls it when nothing more can be written to a place."""
_PLAIN = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "int_": "must be a whole number",
    "float_": "must be a number",
    "bool_": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
    "model_": "must be a table",
}
"""By how pydantic's name of a kind of error begins; others say what it says."""


class EiftuiError(Exception):
    """Something went wrong that a person can act on; the message is one line that says how."""

    exit_code = 1


class InputError(EiftuiError):
    """What the user gave cannot be used: a file, a sentence, a name, a setting."""

    exit_code = 2


class UnsupportedModel(EiftuiError):
    """The factor engine cannot carry this model; the message names the module that is why."""


def first_problem(error: ValidationError) -> ErrorDetails:
    """What pydantic found wrong first."""
    return error.errors(include_url=False)[0]


def problem(found: ErrorDetails) -> str:
    """What is wrong with a value, in words that may follow its name and a colon."""
    plain = (words for kind, words in _PLAIN.items() if found["type"].startswith(kind))
    said = found["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return next(plain, said)
