"""Codes that people read and type, how they are kept, and how often somebody may try."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

LETTERS: Final = "CDFHJKLMNPQRTVWX23456789"
"""No vowels, so that no code is a word; nothing that is taken for something else."""
_SCRYPT: Final[dict[str, Any]] = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


def code(n_groups: int, of: int) -> str:
    """Return a new code, such as ``KX4T-9CQM``.

    Examples
    --------
    >>> len(code(2, 4)), set(code(2, 4)) <= {*LETTERS, "-"}
    (9, True)
    """
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(of)) for _ in range(n_groups))


def typed(text: str) -> str:
    """Return a code as it is compared, however somebody typed it.

    Examples
    --------
    >>> typed(" kx4t 9cqm")
    'KX4T9CQM'
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in folded if sign in LETTERS)


def kept(secret: str) -> dict[str, str]:
    """Return what is kept of a code: a salt and a slow hash (scrypt, 16 MB)."""
    salt = secrets.token_bytes(16)
    return {"salt": salt.hex(), "hash": _slow(secret, salt).hex()}


def fits(secret: str, card: dict[str, str] | None) -> bool:
    """Say whether a code is the one that was kept; it takes as long where there is none."""
    known = card or {"salt": "00" * 16, "hash": "00" * 32}
    same = hmac.compare_digest(_slow(secret, bytes.fromhex(known["salt"])), bytes.fromhex(known["hash"]))
    return same and card is not None


def token_key(token: str) -> str:
    """Return under what a session's token is kept: tokens are long and random, so a fast hash will do."""
    return hashlib.sha256(token.encode()).hexdigest()


def _slow(secret: str, salt: bytes) -> bytes:
    """Return a slow hash, made in one of the two threads that make them.

    It works in 16 MB. A class that comes in at once would take that many times as much, and glibc, which gives each
    thread a heap of its own, would keep 16 MB in every one of them.
    """
    return _hashing().submit(hashlib.scrypt, typed(secret).encode(), salt=salt, **_SCRYPT).result()


@cache
def _hashing() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="studio-codes")


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many in so many seconds."""

    n: int
    seconds: float = 60.0


class Limiter:
    """Counts tries by key, in memory: a restart forgives.

    Parameters
    ----------
    clock : callable
        Seconds that only rise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, key: str, rate: Rate) -> float:
        """Count a try, and return 0; or return how long to wait, and do not count it.

        Examples
        --------
        >>> moments = iter([0.0, 1.0, 2.0, 61.0])
        >>> limiter = Limiter(clock=lambda: next(moments))
        >>> [limiter.wait_s("me", Rate(n=2)) for _ in range(4)]
        [0.0, 0.0, 58.0, 0.0]
        """
        now = self._clock()
        with self._lock:
            if len(self._tries) > 5000:  # addresses that came once
                self._tries = {k: v for k, v in self._tries.items() if v and now - v[-1] < rate.seconds}
            tries = self._tries.setdefault(key, deque())
            while tries and now - tries[0] >= rate.seconds:
                tries.popleft()
            if len(tries) >= rate.n:
                return rate.seconds - (now - tries[0])
            tries.append(now)
            return 0.0

    def forgive(self, key: str) -> None:
        """Take the last try back, for it was a good one."""
        with self._lock:
            if tries := self._tries.get(key):
                tries.pop()
