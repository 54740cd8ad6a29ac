"""What may stand in a field of a record, and what is said when something else does.

Each function returns the value in the one form in which it is kept, or raises `RecordError`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from medialit.consent.vocabulary import COUNTRIES, WORLDWIDE
from medialit.errors import RecordError

MAX_NAME: Final = 200
MAX_TEXT: Final = 2000
MAX_WORD: Final = 100
MAX_ITEMS: Final = 1000
"""A record is one person's statement; longer lists are an attack or a mistake."""
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2300, 1, 1, tzinfo=UTC)

_IDENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}")
# What turns a line around or hides in it. The joiners U+200C and U+200D stay: Arabic-script names need them.
_HIDDEN: Final = frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF))
)
_INVISIBLE: Final = frozenset(("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))

Word = TypeVar("Word", bound=StrEnum)


def ident(value: object, what: str) -> str:
    """Return an id: 1 to 128 of A-Z a-z 0-9 . _ : @ / + - that begins with a letter or digit."""
    if not isinstance(value, str) or _IDENT.fullmatch(value) is None:
        raise RecordError(
            f"{what} must be 1 to 128 of the characters A-Z a-z 0-9 . _ : @ / + - and begin with a letter or a digit, "
            f"not {shown(value)}. A person's own name goes into `name`."
        )
    return value


def idents(value: object, what: str) -> tuple[str, ...]:
    """Return ids in order, each once."""
    return tuple(sorted({ident(one, f"Each of {what}") for one in items(value, what)}))


def name(value: object, what: str) -> str:
    """Return a person's name in NFC, in any script."""
    line = text(value, what, longest=MAX_NAME)
    if not any(unicodedata.category(sign)[0] in "LN" for sign in line):
        raise RecordError(f"{what} must hold a letter or a digit, not {shown(value)}.")
    return line


def text(value: object, what: str, *, longest: int = MAX_TEXT) -> str:
    """Return one line of text in NFC, without signs that hide or turn others around; it may be empty."""
    if not isinstance(value, str):
        raise RecordError(f"{what} must be text, not {shown(value)}.")
    line = value if len(value) > longest else unicodedata.normalize("NFC", " ".join(value.split()))
    if len(line) > longest:  # a few letters grow when they are normalised
        raise RecordError(f"{what} has {len(line)} characters. Shorten it to {longest}.")
    for sign in line:
        if sign in _HIDDEN or unicodedata.category(sign) in _INVISIBLE:
            raise RecordError(
                f"{what} holds U+{ord(sign):04X}, which cannot be seen or turns the line around. Remove it."
            )
    return line


def words(value: object, what: str) -> frozenset[str]:
    """Return words of an open vocabulary, such as topics, in NFC and folded to lower case."""
    return frozenset(_word(one, what) for one in items(value, what))


def _word(value: object, what: str) -> str:
    line = text(value, f"Each of {what}", longest=MAX_WORD)
    folded = text(line.casefold(), f"Each of {what}", longest=MAX_WORD)
    if not folded:
        raise RecordError(f"Each of {what} must be a word; one is empty. Leave it out.")
    return folded


def choice(value: object, kind: type[Word], what: str) -> Word:
    """Return one member of a closed vocabulary."""
    for one in kind:
        if value == one.value:
            return one
    known = ", ".join(one.value for one in kind)
    raise RecordError(f"{what} must be one of {known}, not {shown(value)}.")


def choices(value: object, kind: type[Word], what: str) -> frozenset[Word]:
    """Return members of a closed vocabulary; there may be none."""
    return frozenset(choice(one, kind, f"Each of {what}") for one in items(value, what))


def territories(value: object, what: str) -> frozenset[str]:
    """Return ISO 3166-1 alpha-2 codes, or `worldwide` alone; there may be none."""
    found = frozenset(items(value, what))
    for code in found:
        if code != WORLDWIDE and code not in COUNTRIES:
            raise RecordError(
                f"Each of {what} must be a two-letter ISO 3166 country code in capitals, such as MA, or "
                f"{WORLDWIDE}, not {shown(code)}."
            )
    if WORLDWIDE in found and len(found) > 1:
        raise RecordError(f"{what} names countries and {WORLDWIDE}. Give one or the other.")
    return frozenset(str(code) for code in found)


def moment(value: object, what: str) -> datetime:
    """Return a moment in UTC; it must say its time zone."""
    if not isinstance(value, datetime) or value.tzinfo is None or value.utcoffset() is None:
        raise RecordError(
            f"{what} must be a date and time with a time zone, such as datetime.now(UTC), not {shown(value)}."
        )
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        utc = None
    if utc is None or not EARLIEST <= utc <= LATEST:
        raise RecordError(f"{what} must lie between 1990 and 2300, not {shown(value)}. Check the clock.")
    return utc


def day(value: object, what: str) -> date:
    """Return a calendar day."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise RecordError(f"{what} must be a day, such as date(2009, 4, 12), not {shown(value)}.")
    return value


def flag(value: object, what: str) -> bool:
    """Return a truth value that is one."""
    if not isinstance(value, bool):
        raise RecordError(f"{what} must be true or false, not {shown(value)}.")
    return value


def some(value: frozenset[Word] | frozenset[str] | tuple[str, ...], what: str, why: str) -> None:
    """Refuse an empty collection where it would mean nothing."""
    if not value:
        raise RecordError(f"{what} is empty: {why}.")


def items(value: object, what: str) -> list[object]:
    """Return the elements of a list, tuple or set, and refuse text, mappings and what is too long."""
    if not isinstance(value, list | tuple | set | frozenset):
        raise RecordError(f"{what} must be a list, not {shown(value)}.")
    if len(value) > MAX_ITEMS:
        raise RecordError(
            f"{what} has {len(value)} entries. A record holds {MAX_ITEMS} at most; make several records."
        )
    found: Iterable[object] = value
    for one in found:
        if not isinstance(one, str):
            raise RecordError(f"Each of {what} must be text, not {shown(one)}.")
    return list(found)


def shown(value: object) -> str:
    """Return a value as a message may quote it: short, and in signs that cannot hurt a terminal."""
    try:
        quoted = ascii(value)
    except (RecursionError, ValueError):
        quoted = f"a value of type {type(value).__name__}"
    return quoted if len(quoted) <= 80 else f"{quoted[:77]}..."
