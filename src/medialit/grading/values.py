"""Plain data between a student's process and the trusted one: JSON, and arrays inside it; never pickle.

`pack` runs beside the student's code and turns a value into something JSON can hold. `unpack` runs in
the trusted process on bytes that may have been forged: it believes nothing, and its cost is bounded
by the length of the message.

An array travels as ``{"$array": [dtype, shape, base64]}`` and a float that JSON cannot say as
``{"$float": "nan"}``. A dictionary whose keys begin with ``$`` is not plain data.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import math
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medialit.errors import GradingError

if TYPE_CHECKING:
    from collections.abc import Mapping

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | NDArray[np.generic] | None"

MAX_DEPTH = 32
MAX_ITEMS = 200_000
MAX_ARRAY_BYTES = 64 << 20
MAX_BRACKETS = 400_000  # of a message: two bytes of `[]` cost a hundred in memory
_ARRAY_KINDS = "biuf"  # booleans, integers and floats
_DTYPE = re.compile(r"[<|][biuf]\d{1,2}")


class NotPlainDataError(GradingError):
    """A value is not None, a number, text, a list, a dictionary or a numeric array."""


def dumps(value: object) -> bytes:
    """Return a value as UTF-8 JSON.

    Raises
    ------
    NotPlainDataError
        If the value, or something in it, is not plain data, or is nested deeper than `MAX_DEPTH`.
    """
    budget = [MAX_ITEMS]
    return json.dumps(_pack(value, 0, budget), separators=(",", ":"), allow_nan=False).encode()


def loads(message: bytes) -> Value:
    """Return the value that a message holds; the message may be hostile.

    Raises
    ------
    NotPlainDataError
        If the message is not JSON, or not what `dumps` writes.
    """
    try:
        return _unpack(parse_json(message), 0)
    except (ValueError, RecursionError, binascii.Error, TypeError, OverflowError, MemoryError) as error:
        if isinstance(error, NotPlainDataError):
            raise
        raise NotPlainDataError(f"The message is not plain data: {type(error).__name__}.") from None


def parse_json(message: bytes) -> Any:
    """Return what a hostile JSON text holds, in memory bounded by its length and `MAX_BRACKETS`.

    Raises
    ------
    NotPlainDataError
        If it has more lists and dictionaries than anybody needs.
    ValueError, RecursionError
        If it is not JSON, or nested too deep.
    """
    if message.count(b"[") + message.count(b"{") > MAX_BRACKETS:
        raise NotPlainDataError(f"The message holds more than {MAX_BRACKETS} lists and dictionaries.")
    return json.loads(message)


def _pack(value: object, depth: int, budget: list[int]) -> object:
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        raise NotPlainDataError(
            f"The value is nested deeper than {MAX_DEPTH} levels or holds more than {MAX_ITEMS} items."
        )
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return _pack_float(value)  # type: ignore[arg-type]  # kind is float
    if isinstance(value, np.floating):  # the item of a long double is a long double
        return _pack_float(float(value))
    if isinstance(value, np.generic):
        return _pack(value.item(), depth, budget)
    if isinstance(value, np.ndarray):
        return _pack_array(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return _pack_dict(pairs, depth, budget)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _pack_dict(value._asdict(), depth, budget)
    if isinstance(value, (list, tuple)):
        return [_pack(item, depth + 1, budget) for item in value]
    if isinstance(value, dict):
        return _pack_dict(value, depth, budget)
    # Subclasses of the scalar types: an IntEnum, a str subclass.
    for base in (bool, int, str):
        if isinstance(value, base):
            return base(value)
    if isinstance(value, float):
        return _pack_float(float(value))
    raise NotPlainDataError(
        f"A value of type {kind.__name__} cannot be graded: return numbers, text, lists, dictionaries or arrays."
    )


def _pack_float(value: float) -> object:
    return value if math.isfinite(value) else {"$float": repr(value)}


def _pack_dict(pairs: Mapping[Any, Any], depth: int, budget: list[int]) -> dict[str, object]:
    packed: dict[str, object] = {}
    for key, item in pairs.items():
        if not isinstance(key, str) or key.startswith("$"):
            raise NotPlainDataError(f"Dictionary keys must be text that does not begin with $, not {key!r}.")
        packed[str(key)] = _pack(item, depth + 1, budget)
    return packed


def _pack_array(array: NDArray[np.generic]) -> object:
    if array.dtype.kind not in _ARRAY_KINDS:
        raise NotPlainDataError(f"An array of {array.dtype} cannot be graded: use numbers or booleans.")
    if array.nbytes > MAX_ARRAY_BYTES or math.prod(max(n, 1) for n in array.shape) > MAX_ARRAY_BYTES:
        raise NotPlainDataError(
            f"An array of shape {array.shape} and {array.nbytes} bytes is too large to be graded; "
            f"the limit is {MAX_ARRAY_BYTES}."
        )
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return {"$array": [little.dtype.str, list(array.shape), base64.b64encode(little.tobytes()).decode()]}


def _unpack(value: Any, depth: int) -> Value:
    if depth > MAX_DEPTH + 1:
        raise NotPlainDataError(f"The value is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, list):
        return [_unpack(item, depth + 1) for item in value]
    if isinstance(value, dict):
        if "$float" in value:
            return _unpack_float(value)
        if "$array" in value:
            return _unpack_array(value)
        return {key: _unpack(item, depth + 1) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise NotPlainDataError(f"A {type(value).__name__} is not plain data.")


def _unpack_float(value: dict[str, Any]) -> float:
    if len(value) != 1 or value["$float"] not in ("nan", "inf", "-inf"):
        raise NotPlainDataError("A malformed number.")
    return float(value["$float"])


def _unpack_array(value: dict[str, Any]) -> NDArray[np.generic]:
    if len(value) != 1 or not isinstance(value["$array"], list) or len(value["$array"]) != 3:
        raise NotPlainDataError("A malformed array.")
    name, shape, data = value["$array"]
    if not (isinstance(name, str) and _DTYPE.fullmatch(name) and isinstance(data, str)):
        raise NotPlainDataError("A malformed array.")
    dtype = np.dtype(name)
    if dtype.itemsize == 0:
        raise NotPlainDataError("An array of nothing is not plain data.")
    if not (isinstance(shape, list) and len(shape) <= MAX_DEPTH):
        raise NotPlainDataError("A malformed array shape.")
    if any(type(n) is not int or n < 0 for n in shape):
        raise NotPlainDataError("A malformed array shape.")
    if (
        math.prod(max(n, 1) for n in shape) > MAX_ARRAY_BYTES
    ):  # a billion rows of no columns are lists all the same
        raise NotPlainDataError("An array with too many items.")
    content = base64.b64decode(data, validate=True)
    if math.prod(shape) * dtype.itemsize != len(content):
        raise NotPlainDataError("An array whose shape does not fit its content.")
    return np.frombuffer(content, dtype).reshape(shape)
