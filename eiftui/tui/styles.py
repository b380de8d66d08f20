"""The rules of how widgets look, each read once for a theme: opening the application asks for all of them six times."""

from textual.css.stylesheet import Stylesheet


class Styles(Stylesheet):
    """A stylesheet that keeps what it has read until a theme's colours change."""

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        self.parse()
