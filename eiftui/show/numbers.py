"""How numbers look, everywhere: the one place that formats influences, durations, sizes and learning rates."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

MINUS = "−"
MISSING = "·"
BELOW_FLOOR = "≈0"
WIDTH = 5
"""Characters of one formatted influence."""
_ORDINARY = (0.1, 1000.0)
_LEGIBLE = (1e-3, 1e4)
"""What is read without a power of ten, where it stands alone."""


def common_exponent(matrix: ArrayLike) -> int:
    """The power of ten to divide `matrix` by before printing; 0 if its largest finite magnitude is 0.1 to 1000.

    Cells that are not finite do not count, and NaN is what is not measured.
    """
    largest = largest_magnitude(matrix)
    if largest == 0 or _ORDINARY[0] <= largest < _ORDINARY[1]:
        return 0
    return _power(largest)


def largest_magnitude(matrix: ArrayLike) -> float:
    """The largest absolute value among the finite cells of `matrix`; 0 if there is none. NaN is not measured."""
    values: NDArray[np.float64] = np.asarray(matrix, dtype=float)
    return float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))


def scale_limit(matrix: ArrayLike, floor: float = 0.0) -> float:
    """The magnitude at which a display reaches full strength, for both signs.

    It is the largest finite one; where that is over three times the 98th percentile of the magnitudes above `floor`,
    it is that percentile, so that a few outliers do not make all other cells look like zero. Fewer than 50 such
    magnitudes have no outliers: 2 % of them is less than one.
    """
    values = np.abs(np.asarray(matrix, dtype=float))
    values = values[np.isfinite(values) & (values > floor)]
    if values.size < 50:
        return largest_magnitude(matrix)
    largest, high = float(values.max()), float(np.quantile(values, 0.98, method="lower"))
    return high if largest / 3 > high else largest


def below_floor(value: float, floor: float) -> bool:
    """Whether an influence cannot be told from zero: it is no larger than a null floor that is above zero."""
    return floor > 0 and abs(value) <= floor


def eif(value: float | None, exponent: int = 0, floor: float = 0.0) -> str:
    """An influence divided by 10^`exponent`, with its sign, right-aligned in `WIDTH` characters.

    None is a cell that was not measured; `floor` is the null floor, in the units of `value`.
    """
    if value is None:
        return MISSING.rjust(WIDTH)
    if below_floor(value, floor):
        return BELOW_FLOOR.rjust(WIDTH)
    if math.isnan(value):
        return "nan".rjust(WIDTH)
    return _signed(magnitude(scaled(value, exponent)), value).rjust(WIDTH)


def magnitude(value: float) -> str:
    """The absolute value in at most four characters: two decimals, fewer above 10, a power of ten above 9999."""
    value = abs(value)
    if math.isinf(value):
        return "inf"
    for decimals, bound in ((2, 9.995), (1, 99.95), (0, 9999.5)):
        if value < bound:
            return f"{value:.{decimals}f}"
    if value >= 9.5e99:
        return ">e99"
    mantissa, power = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(power)}"


def scaled(value: float, exponent: int) -> float:
    """`value` divided by 10^`exponent`, also where that power has no float of its own (below 1e-308)."""
    return value / 10.0**exponent if exponent > -300 else value * 1e300 / 10.0 ** (exponent + 300)


def scale(exponent: int) -> str:
    """What a title says about the exponent: `×1e-6`, or nothing for 0."""
    return f"×1e{exponent}" if exponent else ""


def estimate(mean: float, half: float = math.nan, plus: str = "+") -> str:
    """A mean with the half-width of its interval, in as many digits as that bears; no ± where it is nan.

    `−1.10 ± 0.38`, `−0.099 ± 0.031`, `(−5.50 ± 0.20)×1e-6`, `+0.21`, `−5.50e-6`; `?` if not known. `plus` is the sign
    of what is above zero.
    """
    if math.isnan(mean):
        return "?"
    largest = largest_magnitude([mean, half])
    exponent = 0 if not largest or _LEGIBLE[0] <= largest < _LEGIBLE[1] else _power(largest)
    mean, half = scaled(mean, exponent), scaled(half, exponent)
    decimals = _decimals(mean, half)
    text = _signed(f"{abs(mean):.{decimals}f}", mean, plus)
    if math.isnan(half):
        return f"{text}e{exponent}" if exponent else text
    text = f"{text} ± {half:.{decimals}f}"
    return f"({text}){scale(exponent)}" if exponent else text


def _decimals(mean: float, half: float) -> int:
    """So many that `half` has two digits, and the larger of both no more than four.

    Without an interval, as `magnitude` has, but two digits at least.
    """
    largest = _power(largest_magnitude([mean, half]))
    if not math.isfinite(half) or half <= 0:
        return max(0, 2 - largest) if largest >= 0 else max(2, 1 - largest)
    return max(0, min(1 - _power(half), 3 - largest))


def _power(size: float) -> int:
    """The power of ten of a size's first digit; 0 for 0."""
    return math.floor(math.log10(size)) if size else 0


def _signed(digits: str, value: float, plus: str = "+") -> str:
    """Digits with the sign of the value they are of, but for those of zero and of no number."""
    if math.isnan(value) or digits.strip("0.") == "":
        return digits
    return (MINUS if value < 0 else plus) + digits


def ratio(mean: float, half: float = math.nan) -> str:
    """A share or correlation with the half-width of its interval: `0.87 ± 0.18`, `−0.03`; `?` if not known."""
    if math.isnan(mean):
        return "?"
    text = f"{mean:.2f}".replace("-", MINUS)
    return text if math.isnan(half) else f"{text} ± {half:.2f}"


def counted(number: int, what: str) -> str:
    """So many of something: `1 draw`, `2 draws`."""
    return f"{number} {what}{'s' * (number != 1)}"


def percent(share: float, decimals: int = 0) -> str:
    """A share in per cent: `30 %`, `97.3 %`; `?` if not known. The one form of it, in tables as in sentences."""
    return "?" if math.isnan(share) else f"{100 * share:.{decimals}f} %"


def completed(share: float) -> str:
    """How much of some work is done, in whole per cent: `100 %` is all of it, and nothing less."""
    return percent(math.floor(100 * share + 1e-9) / 100)  # 0.29 is a little less in binary


def probability(share: float) -> str:
    """In per cent, with two digits at least, or as it is where that is very small: `97.3 %`, `9.12 %`, `3.9e-9`.

    No more than six characters; `?` if not known.
    """
    if math.isnan(share) or share >= 0.9995:
        return percent(share)
    if share >= 0.0995:
        return percent(share, 1)
    if share >= 0.001 or not share:
        return percent(share, 2)
    return compact(float(f"{share:.1e}" if share >= 9.96e-10 else f"{share:.0e}"))


def bar(share: float, width: int, mark: str) -> str:
    """A share as so many of `width` marks; none where it is not known."""
    return mark * round(width * share) if math.isfinite(share) else ""


def p_value(p: float) -> str:
    """A probability in two digits: `0.062`, `1.9e-6`, `1`."""
    return "1" if p >= 0.995 else f"{p:.2g}" if p >= 0.001 else compact(float(f"{p:.1e}"))


def duration(seconds: float) -> str:
    """A length of time in at most two units: `0.4s`, `12s`, `1m12s`, `3h05m`, `2d04h`; `?` if not known."""
    if not math.isfinite(seconds):
        return "?"
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_over = divmod(minutes, 60)
    if minutes == 0:
        return f"{rest}s"
    if hours == 0:
        return f"{minutes}m{rest:02d}s"
    if hours < 24:
        return f"{hours}h{minutes_over:02d}m"
    return f"{hours // 24}d{hours % 24:02d}h"


def size(count: float) -> str:
    """A number of bytes in decimal units: `512 B`, `1.2 GB`."""
    units = ("B", "kB", "MB", "GB", "TB", "PB")
    power = 0
    while abs(count) >= 999.95 and power < len(units) - 1:
        count, power = count / 1000, power + 1
    return f"{count:.0f} {units[power]}" if power == 0 else f"{count:.1f} {units[power]}"


def compact(value: float) -> str:
    """A learning rate or null floor in as few characters as four digits allow: `1e-3`, `3.2e-4`, `0.5`, `0`."""
    if not math.isfinite(value) or value == 0 or _ORDINARY[0] <= abs(value) < _ORDINARY[1]:
        return f"{value:.4g}"
    mantissa, power = f"{value:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
