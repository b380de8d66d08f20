"""Each rule gives the difference that 120 digits give, however small or large the difference is.

An error is measured against the true difference and, where a function is a sum of parts that may cancel, against those
parts: rounding of float32 in them cannot be avoided. Nothing is measured against f(x) itself, which is what a plain
subtraction would be good for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf
from torch import Tensor

import eiftui.influence.weights  # noqa: F401  (registers all rules)
from eiftui.errors import UnsupportedModel
from eiftui.influence.pair import UNRULED, Pair

REL = 5e-5
"""Float32 rounds x + d to 6e-8 of itself; at 160, in an exponent, that is 1e-5 of the result."""
TINY = 1e-37
"""Below it float32 has no digits."""
LARGEST = torch.finfo(torch.float32).max
HIDDEN = torch.finfo(torch.float32).min
few = settings(max_examples=150)


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with mpmath.workdps(120):
        yield


def f32(number: float) -> float:
    return float(torch.tensor(number, dtype=torch.float32))


def magnitudes(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(math.log10(low), math.log10(high)).map(lambda power: f32(10**power))


values = st.one_of(st.floats(-80, 80, width=32), st.floats(-2, 2, width=32), st.just(0.0))
changes = st.one_of(
    st.just(0.0), st.builds(lambda size, sign: size * sign, magnitudes(1e-30, 80), st.sampled_from([-1.0, 1.0]))
)
positives = magnitudes(1e-6, 80)


def pair(x: Any, d: Any) -> Pair:
    """A pair of one row."""
    return Pair(torch.tensor(x, dtype=torch.float32), torch.tensor(d, dtype=torch.float32)[None])


def exact(numbers: list[float]) -> list[mpf]:
    return [mpf(number) for number in numbers]


def check(found: Any, base: list[mpf], truth: list[mpf], scale: list[mpf] | None = None) -> None:
    """`found.d` against `truth`; `scale` is the size of the parts of the difference where that is more."""
    got = found.d[0].flatten().tolist()
    assert len(got) == len(truth)
    for one, true, part in zip(got, truth, scale or truth, strict=True):
        if abs(true) > LARGEST:
            continue
        assert math.isfinite(one), (got, list(map(float, truth)))
        assert abs(mpf(one) - true) <= REL * max(abs(true), abs(part)) + TINY, (one, float(true), float(part))
    for one, true in zip(found.x.flatten().tolist(), base, strict=True):
        assert abs(mpf(one) - true) <= REL * max(abs(true), 1) or abs(true) > LARGEST


def sigmoid(x: mpf) -> mpf:
    return 1 / (1 + mpmath.exp(-x))


def normal(x: mpf) -> mpf:
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def gate(x: mpf) -> mpf:
    """Of GELU's tanh kind, which is x times this."""
    return sigmoid(2 * mpmath.sqrt(2 / mpmath.pi) * (x + mpf(0.044715) * x**3))


def product(one: Callable[[mpf], mpf]) -> Callable[[mpf, mpf], mpf]:
    """Size of the parts of the difference of x · one(x); the later gate has the earlier one's rounding, 1e-7."""
    return lambda x, d: abs(x * (one(x + d) - one(x))) + abs(d) * (one(x + d) + mpf(2.5e-3) * one(x))


def quadrature(x: mpf, d: mpf) -> mpf:
    """The density's mean is good to 3e-8 of its largest value, not of itself: 2e-3 in a unit of REL."""
    return mpf(1e-3) * min(abs(d), 1) if abs(d) <= 1.5 else mpf(0)


UNARY: dict[str, tuple[Callable[[Any], Any], Callable[[mpf], mpf], Callable[[mpf, mpf], mpf] | None]] = {
    "neg": (lambda a: -a, lambda x: -x, None),
    "exp": (torch.exp, mpmath.exp, None),
    "sigmoid": (torch.sigmoid, sigmoid, None),
    "tanh": (torch.tanh, mpmath.tanh, None),
    "silu": (F.silu, lambda x: x * sigmoid(x), product(sigmoid)),
    "relu": (F.relu, lambda x: max(x, mpf(0)), None),
    "gelu": (F.gelu, lambda x: x * normal(x), lambda x, d: product(normal)(x, d) + abs(x) * quadrature(x, d)),
    "gelu tanh": (lambda a: F.gelu(a, approximate="tanh"), lambda x: x * gate(x), product(gate)),
    "erf": (torch.erf, mpmath.erf, quadrature),
    "square": (lambda a: a**2, lambda x: x**2, lambda x, d: abs(d) * (abs(d) + 2 * abs(x))),
    "cube": (lambda a: a**3, lambda x: x**3, lambda x, d: abs(d) * (abs(d) + 2 * abs(x)) ** 2),
    "clamp": (lambda a: a.clamp(-3, 5), lambda x: min(max(x, mpf(-3)), mpf(5)), None),
    "plus a number": (lambda a: 3 + a, lambda x: x + 3, None),
    "times a number": (lambda a: a * 0.5, lambda x: x / 2, None),
    "number minus": (lambda a: 1 - a, lambda x: 1 - x, None),
    "over a number": (lambda a: a / 4, lambda x: x / 4, None),
}
POSITIVE = {
    "sqrt": (torch.sqrt, mpmath.sqrt),
    "rsqrt": (torch.rsqrt, lambda x: 1 / mpmath.sqrt(x)),
    "power ½": (lambda a: a**0.5, mpmath.sqrt),
    "power −½": (lambda a: torch.pow(a, -0.5), lambda x: 1 / mpmath.sqrt(x)),
    "reciprocal": (torch.reciprocal, lambda x: 1 / x),
    "number over": (lambda a: 2.5 / a, lambda x: 5 / (2 * x)),
}


@pytest.mark.parametrize("name", UNARY)
@given(data=st.data())
@few
def test_functions_of_one_number(name: str, data: st.DataObject) -> None:
    function, true, parts = UNARY[name]
    x, d = data.draw(values), data.draw(changes)
    if name == "clamp" and abs(d) > abs(x) * 1e-8 and (d + x in (-3, 5) or x in (-3, 5)):
        return
    base, change = mpf(x), mpf(d)
    scale = [max(abs(parts(base, change)), _rounding(name, base, change))] if parts else [_rounding(name, base, change)]
    check(function(pair([x], [d])), [true(base)], [true(base + change) - true(base)], scale)


def _rounding(name: str, x: mpf, d: mpf) -> mpf:
    """Where an end is cut, x + d counts, with its own rounding: 6e-8 of it is 1.2e-3 of it in a unit of REL."""
    crosses = name in ("relu", "clamp")
    edges = {"relu": (0,), "clamp": (-3, 5)}.get(name, ())
    return mpf(2e-3) * max(abs(x), abs(x + d)) if crosses and any((x - e) * (x + d - e) <= 0 for e in edges) else mpf(0)


@pytest.mark.parametrize("name", POSITIVE)
@given(x=positives, share=st.one_of(magnitudes(1e-30, 0.5).map(lambda s: -s), magnitudes(1e-30, 1e6), st.just(0.0)))
@few
def test_functions_of_a_positive_number(name: str, x: float, share: float) -> None:
    function, true = POSITIVE[name]
    d = f32(x * share)
    check(function(pair([x], [d])), [true(mpf(x))], [true(mpf(x) + mpf(d)) - true(mpf(x))])


def test_other_powers_are_refused_by_name() -> None:
    with pytest.raises(UnsupportedModel, match=r"power 1\.7"):
        pair([1.0], [0.1]) ** 1.7


@given(x=st.tuples(values, values), d=st.tuples(changes, changes))
@few
def test_sums_products_and_quotients_of_two_pairs(x: tuple[float, float], d: tuple[float, float]) -> None:
    (a, b), (da, db) = exact(list(x)), exact(list(d))
    left, right = pair([x[0]], [d[0]]), pair([x[1]], [d[1]])
    check(left + right, [a + b], [da + db], [abs(da) + abs(db)])
    check(left - right, [a - b], [da - db], [abs(da) + abs(db)])
    check(torch.add(left, right, alpha=2), [a + 2 * b], [da + 2 * db], [abs(da) + 2 * abs(db)])
    check(left * right, [a * b], [(a + da) * (b + db) - a * b], [abs(a * db) + abs(da) * (abs(b) + abs(db))])


@given(x=values, d=changes, y=positives, share=magnitudes(1e-30, 100))
@few
def test_a_quotient_of_two_pairs(x: float, d: float, y: float, share: float) -> None:
    dy = f32(y * share)
    a, da, b, db = map(mpf, (x, d, y, dy))
    parts = abs(a * db / (b * (b + db))) + abs(da / (b + db))
    check(pair([x], [d]) / pair([y], [dy]), [a / b], [(a + da) / (b + db) - a / b], [parts])


numbers = st.lists(st.floats(-80, 80, width=32), min_size=12, max_size=12)
moves = st.lists(changes, min_size=12, max_size=12)


@given(numbers, moves, moves)
@few
def test_matrix_products(x: list[float], d: list[float], e: list[float]) -> None:
    a, da, b, db = exact(x[:6]), exact(d[:6]), exact(x[6:]), exact(e[6:])
    left, right = pair([x[:3], x[3:6]], [d[:3], d[3:6]]), pair([x[6:8], x[8:10], x[10:]], [e[6:8], e[8:10], e[10:]])

    def times(a: list[mpf], b: list[mpf]) -> list[mpf]:
        return [mpmath.fsum(a[3 * i + k] * b[2 * k + j] for k in range(3)) for i in range(2) for j in range(2)]

    def size(numbers: list[mpf]) -> list[mpf]:
        return [abs(number) for number in numbers]

    def plus(a: list[mpf], b: list[mpf]) -> list[mpf]:
        return [one + other for one, other in zip(a, b, strict=True)]

    base = times(a, b)
    truth = plus(times(plus(a, da), plus(b, db)), [-number for number in base])
    parts = plus(times(size(a), size(db)), times(size(da), plus(size(b), size(db))))
    got = left @ right
    check(Pair(torch.zeros_like(got.x), got.d), [mpf(0)] * 4, truth, parts)
    batched = torch.baddbmm(
        pair([[[1.0, 2], [3, 4]]], [[[0.5, 0], [0, 0.25]]]), left[None], right[None], beta=2, alpha=0.5
    )
    moved = plus([number / 2 for number in truth], exact([1, 0, 0, 0.5]))
    check(Pair(torch.zeros_like(batched.x), batched.d), [mpf(0)] * 4, moved, plus(parts, exact([1, 0, 0, 0.5])))
    constant = left @ right.x
    check(Pair(torch.zeros_like(constant.x), constant.d), [mpf(0)] * 4, times(da, b), times(size(da), size(b)))
    constant = left.x @ right
    check(Pair(torch.zeros_like(constant.x), constant.d), [mpf(0)] * 4, times(a, db), times(size(a), size(db)))


logits = st.lists(st.tuples(values, changes, st.sampled_from([False, False, True])), min_size=1, max_size=6)


def distribution(x: list[mpf]) -> list[mpf]:
    total = mpmath.fsum(mpmath.exp(one) for one in x)
    return [mpmath.exp(one) / total for one in x]


def log_sum(x: list[mpf]) -> mpf:
    return mpmath.log(mpmath.fsum(mpmath.exp(one) for one in x))


@given(logits)
@settings(max_examples=300)
def test_softmax_and_log_sum_exp_with_hidden_places(places: list[tuple[float, float, bool]]) -> None:
    """Hidden places have the lowest finite number as logit, and may move; they stay at nothing."""
    shown = [(x, d) for x, d, hidden in places if not hidden] or [(0.0, 1e-9)]
    x, d = [x for x, _ in shown], [d for _, d in shown]
    masked = [change for _, change, hidden in places if hidden]
    a, da = exact(x), exact(d)
    after = [one + change for one, change in zip(a, da, strict=True)]
    p, q = distribution(a), distribution(after)
    ratio = mpmath.exp(log_sum(after) - log_sum(a))
    total = mpmath.fsum(one * abs(mpmath.expm1(change)) for one, change in zip(p, da, strict=True))
    parts = [one * (abs(mpmath.expm1(change)) + total) / ratio for one, change in zip(p, da, strict=True)]
    nothing = [mpf(0)] * len(masked)
    given_pair = pair(x + [HIDDEN] * len(masked), d + masked)
    found = given_pair.softmax(-1)
    check(found, p + nothing, [y - z for y, z in zip(q, p, strict=True)] + nothing, parts + nothing)
    lowered = log_sum(after) - log_sum(a)
    check(torch.logsumexp(given_pair, -1, keepdim=True), [log_sum(a)], [lowered], [min(total / ratio, total)])
    logs = F.log_softmax(given_pair, dim=-1)[: len(x)]
    differences = [change - lowered for change in da]
    check(logs, [mpmath.log(one) for one in p], differences, [abs(change) + min(total / ratio, total) for change in da])


@pytest.mark.parametrize("function", [F.softmax, torch.logsumexp, F.log_softmax])
@pytest.mark.parametrize("fill", [HIDDEN, -math.inf])
@pytest.mark.parametrize("shown", [1, 3, 5])
def test_hidden_places_never_make_numbers_that_are_not(function: Any, fill: float, shown: int) -> None:
    x = torch.full((7, 6), fill)
    x[:, :shown] = torch.randn(7, shown, generator=torch.Generator().manual_seed(0)) * 40
    d = (
        torch.randn(3, 7, 6, generator=torch.Generator().manual_seed(1))
        * torch.tensor([1e-20, 1.0, 80.0])[:, None, None]
    )
    changed = function(Pair(x, d), dim=-1).d
    wanted = torch.stack([function(x.double() + one, dim=-1) - function(x.double(), dim=-1) for one in d.double()])
    assert torch.isfinite(changed[torch.isfinite(wanted)]).all()
    seen = (slice(1, None), slice(None), slice(0, shown)) if changed.dim() == 3 else slice(1, None)
    torch.testing.assert_close(changed[seen].double(), wanted[seen], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("function", [F.softmax, torch.logsumexp, F.log_softmax])
def test_lines_that_are_hidden_altogether_stay_finite(function: Any) -> None:
    d = torch.tensor([0.0, 1e-9, -3.0, 80.0, -80.0])[:, None, None].expand(5, 2, 4)
    assert torch.isfinite(function(Pair(torch.full((2, 4), HIDDEN), d), dim=-1).d).all()


@pytest.mark.parametrize("extreme", [1e4, 1e30])
def test_softmax_of_extreme_logits_moves_all_there_is(extreme: float) -> None:
    found = pair([0.0, 0.0, extreme], [extreme * 3, 0.0, 0.0]).softmax(-1)
    torch.testing.assert_close(found.d[0], torch.tensor([1.0, 0.0, -1.0]))
    summed = torch.logsumexp(pair([0.0, 0.0, extreme], [extreme * 3, 0.0, 0.0]), -1)
    torch.testing.assert_close(summed.d[0], torch.tensor(2 * extreme))


@pytest.mark.parametrize("function", [F.softmax, torch.logsumexp, F.log_softmax])
def test_softmaxes_along_another_axis(function: Any) -> None:
    x, d = torch.randn(2, 3, 4), torch.randn(5, 2, 3, 4) * 1e-3
    along = function(Pair(x, d), dim=1)
    last = function(Pair(x.transpose(1, 2), d.transpose(2, 3)), dim=-1)
    expected = last if function is torch.logsumexp else last.transpose(1, 2)
    torch.testing.assert_close(along.d, expected.d)
    torch.testing.assert_close(along.x, expected.x)


def norms(kind: str, x: Any, weight: Any, bias: Any) -> Any:
    if kind == "rms_norm":
        return F.rms_norm(x, (x.shape[-1],), weight, 1e-5)
    return F.layer_norm(x, (x.shape[-1],), weight, bias, 1e-5)


def true_norm(kind: str, x: list[mpf]) -> tuple[list[mpf], mpf]:
    middle = mpf(0) if kind == "rms_norm" else mpmath.fsum(x) / len(x)
    spread = mpmath.sqrt(mpmath.fsum((one - middle) ** 2 for one in x) / len(x) + mpf(1e-5))
    return [(one - middle) / spread for one in x], spread


@pytest.mark.parametrize("kind", ["layer_norm", "rms_norm"])
@given(numbers, moves)
@few
def test_norms(kind: str, x: list[float], d: list[float]) -> None:
    a, da = exact(x), exact(d)
    before, spread = true_norm(kind, a)
    after, spread_after = true_norm(kind, [one + change for one, change in zip(a, da, strict=True)])
    truth = [y - z for y, z in zip(after, before, strict=True)]
    narrow, largest = min(spread, spread_after), max(map(abs, da))
    reach = (1 + max(map(abs, a)) / narrow) * (1 + (max(map(abs, a)) + largest) / narrow)
    scale = min(largest / narrow, mpf(7)) * reach
    found = norms(kind, pair(x, d), None, None)
    check(Pair(torch.zeros(12), found.d), [mpf(0)] * 12, truth, [scale] * 12)


@pytest.mark.parametrize("size", [1e-30, 1e-20, 1e-10, 1e-6, 1e-3, 1e-1, 1, 50])
@pytest.mark.parametrize("kind", ["layer_norm", "rms_norm"])
def test_norms_keep_their_digits_on_ordinary_activations(kind: str, size: float) -> None:
    draw = torch.Generator().manual_seed(0)
    x, d = torch.randn(64, generator=draw) * 3 + 1, torch.randn(64, generator=draw) * size
    weight, dw, bias, db = (torch.randn(64, generator=draw) * scale for scale in (1, size, 1, size))
    found = norms(kind, Pair(x, d[None]), Pair(weight, dw[None]), Pair(bias, db[None]))
    before, _ = true_norm(kind, exact(x.tolist()))
    moved, _ = true_norm(
        kind, exact([mpf(one) + mpf(change) for one, change in zip(x.tolist(), d.tolist(), strict=True)])
    )
    scales = zip(exact(weight.tolist()), exact(dw.tolist()), exact(db.tolist()), strict=True)
    truth = [
        (w + c) * after - w * first + (mpf(0) if kind == "rms_norm" else e)
        for (w, c, e), after, first in zip(scales, moved, before, strict=True)
    ]
    difference = torch.tensor(
        [float((mpf(one) - true) / mpf(size)) for one, true in zip(found.d[0].tolist(), truth, strict=True)]
    )
    assert difference.norm() < 2e-6 * torch.tensor([float(true / mpf(size)) for true in truth]).norm()


@pytest.mark.parametrize("name", UNARY)
def test_nothing_changes_where_nothing_changed(name: str) -> None:
    x = torch.tensor([-80.0, -5.0, -3.0, -1e-20, 0.0, 1e-20, 0.5, 5.0, 80.0])
    assert not UNARY[name][0](Pair(x, torch.zeros(2, 9))).d.any()


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("x", [-3e38, -1e20, -1e4, 0.0, 1e4])
@pytest.mark.parametrize("d", [-1e4, -80.0, -1e-30, 0.0, 1e-30, 80.0])
def test_extreme_values_give_numbers_wherever_the_truth_has_one(name: str, x: float, d: float) -> None:
    function = UNARY[name][0]
    true = function(torch.tensor(x).double() + d) - function(torch.tensor(x).double())
    if abs(float(true)) < 3e38 and abs(function(torch.tensor(x, dtype=torch.float32))) < math.inf:
        assert torch.isfinite(function(pair([x], [d])).d).all()


# what moves, selects and adds up values: whole numbers, so that both sides are exact

MASK = torch.tensor([[True, False, True, False], [False, False, True, True], [True, True, False, False]])
STRUCTURAL: dict[str, Callable[[Any], Any]] = {
    "view": lambda a: a.view(6, 4),
    "view as": lambda a: a.view_as(torch.empty(4, 6)),
    "reshape": lambda a: a.reshape(-1, 3),
    "reshape tuple": lambda a: a.reshape((4, 6)),
    "flatten": lambda a: a.flatten(),
    "flatten two": lambda a: a.flatten(1, 2),
    "flatten from the end": lambda a: a.flatten(-2),
    "unflatten": lambda a: a.unflatten(-1, (2, 2)),
    "unflatten middle": lambda a: a.unflatten(1, (3, 1)),
    "unsqueeze": lambda a: a.unsqueeze(1),
    "unsqueeze first": lambda a: a.unsqueeze(0),
    "unsqueeze last": lambda a: a.unsqueeze(-1),
    "squeeze": lambda a: a[:, :1].squeeze(1),
    "squeeze all": lambda a: a[:, :1].squeeze(),
    "contiguous": lambda a: a.transpose(0, 1).contiguous(),
    "clone": lambda a: a.clone().detach(),
    "casts": lambda a: a.float().to(torch.float32).type_as(torch.zeros(1)),
    "expand": lambda a: a[:, :1].expand(2, 5, 4),
    "expand in front": lambda a: a.expand(7, 2, 3, 4),
    "expand kept": lambda a: a[:, :1].expand(-1, 5, -1),
    "expand as": lambda a: a[:1].expand_as(torch.empty(6, 3, 4)),
    "repeat": lambda a: a.repeat(1, 2, 1),
    "repeat in front": lambda a: a.repeat(2, 1, 1, 3),
    "transpose": lambda a: a.transpose(0, 1),
    "transpose from the end": lambda a: a.transpose(-1, 1),
    "swapaxes": lambda a: a.swapaxes(0, 2),
    "permute": lambda a: a.permute(2, 0, 1),
    "permute from the end": lambda a: a.permute(0, -1, -2),
    "index": lambda a: a[1],
    "index slice": lambda a: a[:, 1:],
    "index end": lambda a: a[..., -1],
    "index halves": lambda a: torch.cat((-a[..., 2:], a[..., :2]), dim=-1),
    "index step": lambda a: a[..., ::2],
    "index new axis": lambda a: a[:, None],
    "index new axis end": lambda a: a[..., None],
    "index tensor": lambda a: a[:, torch.tensor([2, 0, 0])],
    "index mask": lambda a: a[0][MASK],
    "index pairs": lambda a: a[torch.tensor([0, 1]), torch.tensor([2, 2])],
    "chunk": lambda a: a.chunk(2, -1)[1],
    "chunk dim": lambda a: a.chunk(3, dim=1)[2],
    "split": lambda a: a.split(2, dim=2)[1],
    "split uneven": lambda a: torch.split(a, [1, 3], -1)[1],
    "split default": lambda a: a.split(1)[1],
    "unbind": lambda a: a.unbind(1)[2],
    "unbind default": lambda a: a.unbind()[1],
    "tensor_split": lambda a: a.tensor_split(2, dim=-1)[0],
    "narrow": lambda a: a.narrow(1, 1, 2),
    "index_select": lambda a: a.index_select(-1, torch.tensor([3, 3, 0])),
    "repeat_interleave": lambda a: a.repeat_interleave(2, dim=1),
    "repeat_interleave flat": lambda a: a.repeat_interleave(2),
    "cat": lambda a: torch.cat([a, a * 2], dim=1),
    "cat constant": lambda a: torch.cat([torch.ones(2, 3, 1), a], dim=-1),
    "stack": lambda a: torch.stack([a, -a], dim=-1),
    "stack in front": lambda a: torch.stack([a, a]),
    "sum": lambda a: a.sum(),
    "sum dim": lambda a: a.sum(1),
    "sum keep": lambda a: a.sum(dim=-1, keepdim=True),
    "sum two": lambda a: a.sum((0, -1)),
    "mean": lambda a: a.mean(-1, keepdim=True),
    "masked_fill": lambda a: a.masked_fill(MASK, -7.0),
    "where": lambda a: torch.where(MASK, a, torch.tensor(5.0)),
    "where either": lambda a: torch.where(MASK, a, a * 3),
    "where other": lambda a: torch.where(MASK, torch.ones(2, 3, 4), a),
    "plus broadcast": lambda a: a + torch.ones(5, 1, 1, 1),
    "plus a row of itself": lambda a: a + a[0, 0],
    "times a row of itself": lambda a: a[0, 0] * a,
    "times broadcast": lambda a: torch.arange(4.0) * a,
    "dropout": lambda a: F.dropout(a, 0.5, training=False),
}


@pytest.mark.parametrize("name", STRUCTURAL)
def test_what_moves_values_moves_their_differences(name: str) -> None:
    function, draw = STRUCTURAL[name], torch.Generator().manual_seed(0)
    x = torch.randint(-4, 5, (2, 3, 4), generator=draw).float() * 4
    d = torch.randint(-4, 5, (5, 2, 3, 4), generator=draw).float() * 4
    found = function(Pair(x, d))
    assert torch.equal(found.x, function(x))
    assert found.shape == found.x.shape
    assert torch.equal(found.d, torch.stack([function(x + one) - function(x) for one in d]))


def _add(a: Any) -> None:
    a += 2 * a


def _subtract(a: Any) -> None:
    a -= torch.ones(4)


def _multiply(a: Any) -> None:
    a *= a


@pytest.mark.parametrize(
    "change",
    [_add, _subtract, _multiply, lambda a: a.add_(a), lambda a: a.mul_(3), lambda a: a.div_(2), lambda a: a.sin_()],
)
def test_operations_in_place_change_the_pair_itself(change: Callable[[Any], None]) -> None:
    draw = torch.Generator().manual_seed(0)
    x, d = torch.randn(3, 4, generator=draw).double(), torch.randn(5, 3, 4, generator=draw).double()
    one, plain = Pair(x.clone(), d.clone()), x.clone()
    moved = [x + row for row in d]
    for tensor in (one, plain, *moved):
        change(tensor)
    torch.testing.assert_close(one.x, plain)
    torch.testing.assert_close(one.d, torch.stack(moved) - plain)


@pytest.mark.parametrize("name", ["sin", "cosh", "softplus", "cumsum", "log1p"])
def test_an_operation_without_a_rule_is_done_in_float64_and_named(name: str) -> None:
    function: Callable[[Any], Any] = {
        "sin": torch.sin,
        "cosh": torch.cosh,
        "softplus": F.softplus,
        "cumsum": lambda a: torch.cumsum(a, 0),
        "log1p": torch.log1p,
    }[name]
    UNRULED.clear()
    x, d = torch.tensor([0.1, 2.0, 7.0]), torch.tensor([[1e-6, -1e-5, 2.0], [0.0, 3e-3, -1e-6]])
    found = function(Pair(x, d))
    assert {name} == UNRULED
    assert found.d.dtype == torch.float32
    truth = torch.stack([function(x.double() + row) - function(x.double()) for row in d.double()])
    torch.testing.assert_close(found.d.double(), truth, rtol=1e-6, atol=1e-15)


def test_a_rule_leaves_no_name_among_those_without_one() -> None:
    UNRULED.clear()
    for function, *_ in UNARY.values():
        function(pair([1.0], [0.1]))
    assert not UNRULED


@pytest.mark.parametrize("rows", [1, 4])
def test_rows_do_not_see_each_other(rows: int) -> None:
    draw = torch.Generator().manual_seed(0)
    x, d = torch.randn(3, 6, generator=draw), torch.randn(rows, 3, 6, generator=draw)

    def network(a: Any) -> Tensor:
        return F.layer_norm(F.gelu(a) + F.silu(a) * a.softmax(-1), (6,))

    together = network(Pair(x, d)).d
    for row in range(rows):
        torch.testing.assert_close(network(Pair(x, d[row : row + 1])).d[0], together[row], rtol=1e-6, atol=1e-7)
