"""Products of matrices against float64, whatever their shapes and strides."""

import pytest
import torch
from torch import Tensor

from eiftui.influence import products
from eiftui.influence.products import PART, add_times, times, times_each

needs_one_dnn = pytest.mark.skipif(not hasattr(torch.ops.mkldnn, "_linear_pointwise"), reason="torch has no oneDNN")


@pytest.fixture(autouse=True, params=[pytest.param(True, marks=needs_one_dnn), False], ids=["oneDNN", "matmul"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library that the other kind of processor would take, too."""
    monkeypatch.setattr(products, "ONE_DNN", request.param)


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def error(found: Tensor, x: Tensor, weight: Tensor) -> float:
    expected = x.double() @ weight.double().transpose(-1, -2)
    return float((found - expected).norm() / expected.norm())


@pytest.mark.parametrize("inputs", [1, PART, PART + 1, 3 * PART - 5])
@pytest.mark.parametrize("outputs", [1, 7, 64])
@pytest.mark.parametrize("before", [(1,), (5,), (2, 3), (3, 1, 4)])
def test_products_are_those_of_float64(inputs: int, outputs: int, before: tuple[int, ...]) -> None:
    x = normal(*before, inputs)
    for weight in (normal(outputs, inputs), normal(inputs, outputs).T, normal(outputs, inputs + 9)[:, 4:-5]):
        found = times(x, weight)
        assert found.shape == (*before, outputs)
        assert error(found, x, weight) < (1e-6 if products.ONE_DNN else 2e-6)  # some of MKL's sums are in one go


def test_inputs_need_not_be_contiguous() -> None:
    weight = normal(6, 400)
    for x in (normal(400, 5).T, normal(1, 400).expand(4, 400), normal(3, 5, 800)[..., ::2]):
        assert error(times(x, weight), x, weight) < 1e-6


def test_an_outlier_costs_the_other_products_no_more_digits_than_in_matmul() -> None:
    x, weight = normal(64, 1536), normal(256, 1536)
    x[:, 0], weight[:, 0] = 1e5, 1e-1
    assert error(times(x, weight), x, weight) < 2 * error(torch.matmul(x, weight.T), x, weight)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_each_row_has_a_matrix_of_its_own(dtype: torch.dtype) -> None:
    x, weights = normal(3, 4, 300).to(dtype), normal(3, 5, 300).to(dtype)
    found = times_each(x, weights)
    assert found.dtype == dtype
    assert error(found, x, weights) < 1e-6


def test_a_product_is_added_to_a_part_of_what_is_there() -> None:
    x, weight, y = normal(5, 300), normal(7, 300), normal(5, 20)
    expected = y.clone()
    expected[:, 4:11] += 0.25 * x @ weight.T
    add_times(y[:, 4:11], x, weight, 0.25)
    torch.testing.assert_close(y, expected)


def test_nothing_times_something_is_nothing() -> None:
    assert times(torch.empty(0, 4), torch.ones(3, 4)).shape == (0, 3)


def test_what_is_given_may_be_written_into_under_autograd() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return times(x, torch.eye(3) * 2)

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 2

    x = torch.ones(2, 2, 3, requires_grad=True)
    y = Double.apply(x)
    y += 1
    y.sum().backward()
    assert x.grad is not None
    assert (x.grad == 2).all()


@pytest.mark.parametrize(("factor", "expected"), [(3.0, True), (1.0, False), (0.2, False)])
def test_a_format_is_slower_where_its_products_take_longer(
    factor: float, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]

    def product(x: Tensor, weight: Tensor) -> Tensor:
        clock[0] += factor if x.dtype == weight.dtype == torch.bfloat16 else 1.0
        return x

    monkeypatch.setattr(products, "times", product)
    monkeypatch.setattr(products.time, "perf_counter", lambda: clock[0])
    is_slower = products.is_slower.__wrapped__
    assert is_slower(torch.bfloat16, torch.device("cpu")) == expected
    assert not is_slower(torch.bfloat16, torch.device("meta"))
