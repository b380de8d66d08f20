"""How fast a run goes, and how long it still takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from eiftui.show.numbers import duration

Clock = Callable[[], float]


@dataclass
class Pace:
    """Steps and time of one run. Only steps of this run count for the rate, not those resumed from."""

    total: int
    done: int
    clock: Clock
    expected: float = math.nan
    """Seconds that the run was estimated to take, if it was."""

    def __post_init__(self) -> None:
        self.resumed_at, self.began = self.done, self.clock()

    @property
    def seconds(self) -> float:
        return self.clock() - self.began

    @property
    def rate(self) -> float:
        """Steps a second; nan before the first step."""
        made, seconds = self.done - self.resumed_at, self.seconds
        return made / seconds if made > 0 and seconds > 0 else math.nan

    @property
    def left(self) -> float:
        """Seconds until all is done at this rate, or as it was estimated before there is one; nan if not known yet."""
        if self.done >= self.total:
            return 0.0
        return self.expected - self.seconds if math.isnan(self.rate) else (self.total - self.done) / self.rate

    def __str__(self) -> str:
        words = [f"{self.done}/{self.total}"]
        if not math.isnan(self.rate):
            words += [f"{self.rate:.3g}/s" if self.rate >= 1 else f"{duration(1 / self.rate)} each"]
            words += [f"{duration(self.left)} left"]
        return " · ".join(words)
