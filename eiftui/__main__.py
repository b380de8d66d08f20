"""`python -m eiftui`: the command `eiftui`."""

from eiftui.cli.main import entry_point

entry_point()
