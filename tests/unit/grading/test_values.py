"""Plain data between processes: what goes in comes out, and nothing that was forged comes in."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import json
import math
import re
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from medialit.grading.judge import close, same
from medialit.grading.values import MAX_BRACKETS, MAX_DEPTH, NotPlainDataError, dumps, loads

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | TEXT
KEYS = TEXT.filter(lambda key: not key.startswith("$"))
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
ARRAYS = st_numpy.arrays(
    st_numpy.boolean_dtypes()
    | st_numpy.integer_dtypes()
    | st_numpy.unsigned_integer_dtypes()
    | st_numpy.floating_dtypes(sizes=(16, 32, 64)),
    st_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
)


@given(PLAIN)
def test_plain_data_comes_out_as_it_went_in(value):
    assert repr(loads(dumps(value))) == repr(value)


@given(ARRAYS)
def test_an_array_comes_out_as_it_went_in(array):
    found = loads(dumps({"a": [array]}))["a"][0]
    assert found.shape == array.shape
    assert found.dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(found, array)


@given(st.binary(max_size=200))
def test_any_bytes_are_plain_data_or_refused(message):
    with contextlib.suppress(NotPlainDataError):
        dumps(loads(message))


@given(
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["$array", "$float", "a"]), inner, max_size=3)
            | st.tuples(st.sampled_from(["<f8", "O", "<f2", "|b1", "<i3", "f8", ""]), inner, TEXT).map(list)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_plain_data_or_refused(value):
    with contextlib.suppress(NotPlainDataError):
        loads(json.dumps(value).encode())


class Colour(enum.IntEnum):
    RED = 3


class Pair(NamedTuple):
    a: int
    b: float


@dataclasses.dataclass
class Point:
    x: float


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int8(-3), -3),
        (np.True_, True),
        (np.str_("a"), "a"),
        ((1, 2), [1, 2]),
        (Colour.RED, 3),
        (Pair(1, 2.0), {"a": 1, "b": 2.0}),
        (Point(1.5), {"x": 1.5}),
        (-0.0, -0.0),
    ],
)
def test_relatives_of_plain_data_become_plain(value, expected):
    found = loads(dumps(value))
    assert found == expected
    assert type(found) is type(expected)


def _nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1},
        b"x",
        {1: 2},
        {"$a": 1},
        1j,
        np.array(["a"]),
        np.array([object()]),
        np.zeros((10**9, 0)),
        _nested(MAX_DEPTH + 5),
        print,
        type,
        np.datetime64("2026-01-01"),
    ],
    ids=lambda value: re.sub(" at 0x[0-9a-f]+", "", repr(value)),  # the same name in every process
)
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(NotPlainDataError):
        dumps(value)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff",
        b"{",
        b"[" * 100_000,
        b"9" * 5000,
        b"[" + b"[]," * MAX_BRACKETS + b"[]]",
        b'{"$float": 1}',
        b'{"$float": ["nan"]}',
        b'{"$float": "nan", "a": 1}',
        b'{"$array": 1}',
        b'{"$array": ["O", [1], ""]}',
        b'{"$array": ["<f8", [1], ""]}',
        b'{"$array": ["<f8", [1000000000, 0], ""]}',
        b'{"$array": ["<f8", [-1], ""]}',
        b'{"$array": ["<f8", [true], "AAAAAAAAAAA="]}',
        b'{"$array": ["<f8", [4611686018427387904, 4611686018427387904], "AAAA"]}',
        b'{"$array": ["f8,i4", [1], "AAAAAAAAAAAAAAAA"]}',
        b'{"$array": ["<M8", [1], "AAAAAAAAAAA="]}',
        b'{"$array": ["<i3", [1], "AAAA"]}',
        b'{"$array": ["<f8", [1], "not base64"]}',
    ],
    ids=lambda message: repr(message[:60]),
)
def test_a_forged_message_is_refused(message):
    with pytest.raises(NotPlainDataError):
        loads(message)


@given(PLAIN | ARRAYS, PLAIN | ARRAYS)
def test_comparing_never_raises_and_never_confuses_types(answer, expected):
    assert isinstance(same(answer, expected), bool)
    number = 0.5
    assert isinstance(close(answer, number), bool)
    if isinstance(answer, (bool, str, dict, type(None))):
        assert not close(answer, number)


def test_a_value_is_the_same_as_itself_and_true_is_not_one():
    assert same([1, "a", {"b": [2.5]}], (1, "a", {"b": (2.5,)}))
    assert same(np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]])
    assert same(np.array(3), 3)
    assert not same(True, 1)
    assert not same(1.0, 1)
    assert not same(np.zeros(3), [0, 0, 0])
    assert not same(np.zeros((5, 0)), [])


def test_closeness_is_of_numbers_of_one_shape():
    assert close([1, 2], np.array([1.0, 2.0]))
    assert close(math.nan, math.nan)
    assert not close(math.nan, 1.0)
    assert not close([1.0], 1.0)
    assert not close(10**400, 1.0)
    assert not close(True, 1.0)
    assert not close("1.0", 1.0)
