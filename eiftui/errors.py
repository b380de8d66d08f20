"""The errors eiftui raises on purpose, each with the exit code a script will see."""


class EiftuiError(Exception):
    """Something went wrong that a person can act on; the message is one line that says how."""

    exit_code = 1


class InputError(EiftuiError):
    """What the user gave cannot be used: a file, a sentence, a name, a setting."""

    exit_code = 2


class UnsupportedModel(EiftuiError):
    """The factor engine cannot carry this model; the message names the module that is why."""
