"""Records as plain data and as JSON text, there and back, whoever wrote the text.

A record's class says with its field types how it is written; `record_from_dict` finds the class by the `type` that
each whole record carries. A part, such as a scope, carries none.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, Self, Union, get_args, get_origin, get_type_hints

from medialit.consent import checks
from medialit.errors import RecordError

VERSION: Final = 1
"""Of the layout that records are written in."""
MAX_CHARACTERS: Final = 1_000_000
"""Longest JSON text of one record that is read."""

_TYPES: Final[dict[str, type[Record]]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Base of every record and of its parts: the way to plain data and back."""

    record_type: ClassVar[str] = ""
    """What `type` says of a whole record; empty for a part."""

    def __init_subclass__(cls) -> None:
        if cls.record_type:
            _TYPES[cls.record_type] = cls

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, the same for equal records: text, truth values, None, lists and dictionaries."""
        head = {"type": self.record_type, "version": VERSION} if self.record_type else {}
        return head | {field.name: _written(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return the record that plain data holds.

        Raises
        ------
        RecordError
            If a field is missing, unknown or wrong, or the data are of another type or version.
        """
        what = cls.record_type or cls.__name__.lower()
        if not isinstance(data, Mapping):
            raise RecordError(f"A {what} is read from a JSON object, not {checks.shown(data)}.")
        given = dict(data)
        if cls.record_type:
            _check_head(given, cls.record_type)
        readers = _readers(cls)
        if unknown := [key for key in given if key not in readers]:
            raise RecordError(
                f"A {what} has no field {checks.shown(unknown[0])}. Known: {', '.join(readers)}. "
                "A newer medialit may have written it."
            )
        needed = [
            field.name
            for field in fields(cls)
            if field.default is MISSING and field.default_factory is MISSING and field.name not in given
        ]
        if needed:
            raise RecordError(f"A {what} lacks the field `{needed[0]}`. Add it.")
        return cls(**{key: readers[key](value, f"`{key}` of a {what}") for key, value in given.items()})

    def _set(self, field: str, value: object) -> None:
        """Put a checked value in its one form; only `__post_init__` may."""
        object.__setattr__(self, field, value)

    def _idents(self, *names: str) -> None:
        for field in names:
            self._set(
                field, checks.ident(getattr(self, field), f"`{field}` of a {type(self).__name__.lower()}")
            )

    def _part(self, field: str, kind: type[Record]) -> None:
        if not isinstance(getattr(self, field), kind):
            raise RecordError(
                f"`{field}` of a {type(self).__name__.lower()} must be a {kind.__name__}, "
                f"not {checks.shown(getattr(self, field))}."
            )

    def _period(self, first: str, last: str) -> None:
        """Check two moments, of which the second may be missing, and their order."""
        what = type(self).__name__.lower()
        self._set(first, checks.moment(getattr(self, first), f"`{first}` of a {what}"))
        end = getattr(self, last)
        if end is not None:
            self._set(last, checks.moment(end, f"`{last}` of a {what}"))
            if getattr(self, last) <= getattr(self, first):
                raise RecordError(f"`{last}` of a {what} ({end}) is not after `{first}`. Swap the two?")


def record_from_dict(data: object) -> Record:
    """Return the whole record that plain data holds, of whichever type.

    Raises
    ------
    RecordError
        As `Record.from_dict`, or if the type is unknown.
    """
    kind = data.get("type") if isinstance(data, Mapping) else None
    if not isinstance(kind, str) or kind not in _TYPES:
        raise RecordError(
            f"No record has the type {checks.shown(kind)}. Known: {', '.join(sorted(_TYPES))}. Is this a consent record?"
        )
    return _TYPES[kind].from_dict(data)


def dumps(record: Record) -> str:
    """Return the one JSON text of a record, fit to be hashed or signed."""
    return json.dumps(
        record.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def loads(text: str | bytes) -> Record:
    """Return the whole record that a JSON text holds.

    Parameters
    ----------
    text : str or bytes
        At most `MAX_CHARACTERS` long; bytes are UTF-8.

    Raises
    ------
    RecordError
        If it is no JSON, holds a key twice, is too long or too deep, or holds no valid record.
    """
    if len(text) > MAX_CHARACTERS:
        raise RecordError(f"The text has {len(text)} characters; a record has {MAX_CHARACTERS} at most.")
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"The text is not JSON as records are written in: {error}.") from error
    return record_from_dict(data)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that stands twice: two readers could take two meanings from it."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _check_head(data: dict[str, Any], record_type: str) -> None:
    found, version = data.pop("type", None), data.pop("version", None)
    if found != record_type:
        raise RecordError(
            f"This is {checks.shown(found)}, not a {record_type}. Use record_from_dict for any type."
        )
    if version != VERSION or isinstance(version, bool):
        raise RecordError(
            f"A {record_type} of version {checks.shown(version)} cannot be read; this medialit reads version {VERSION}."
        )


def _written(value: object) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


Reader = Callable[[Any, str], Any]

_READERS: Final[dict[type[Record], Mapping[str, Reader]]] = {}


def _readers(cls: type[Record]) -> Mapping[str, Reader]:
    """Return what turns each field's plain value into what the class takes."""
    if cls not in _READERS:
        hints = get_type_hints(cls)
        _READERS[cls] = {field.name: _reader(hints[field.name]) for field in fields(cls)}
    return _READERS[cls]


def _reader(kind: Any) -> Reader:
    arguments = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        inner = _reader(next(one for one in arguments if one is not type(None)))
        return lambda value, what: None if value is None else inner(value, what)
    if get_origin(kind) is tuple and issubclass(arguments[0], Record):
        part: type[Record] = arguments[0]
        return lambda value, what: tuple(part.from_dict(one) for one in _listed(value, what))
    if isinstance(kind, type) and issubclass(kind, Record):
        return lambda value, what: kind.from_dict(value)
    if kind is datetime:
        return _moment
    if kind is date:
        return _day
    return lambda value, what: value  # the class itself checks what is text, truth or a list


def _listed(value: object, what: str) -> list[object]:
    if not isinstance(value, list) or len(value) > checks.MAX_ITEMS:
        raise RecordError(f"{what} must be a list of at most {checks.MAX_ITEMS}, not {checks.shown(value)}.")
    return value


def _moment(value: object, what: str) -> datetime:
    try:
        if isinstance(value, str) and len(value) <= 40:
            return checks.moment(datetime.fromisoformat(value), what)
    except ValueError:
        pass
    raise RecordError(f"{what} must be a moment such as 2026-11-27T09:00:00Z, not {checks.shown(value)}.")


def _day(value: object, what: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise RecordError(f"{what} must be a day such as 2009-04-12, not {checks.shown(value)}.")
