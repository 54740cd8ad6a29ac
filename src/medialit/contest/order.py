"""Who gets which form first, and in which order somebody sees the clips: by keyed hashes, so that a seed settles it.

Allocation is in blocks of two: of the first two who come, one begins with form A and one with form B, and a hash of the
first one's pseudonym decides which; so do the next two. After any number of people the two groups differ by one at most.
Where a class works on several computers, slips with code words are handed out, among which A and B are balanced before.

References
----------
Matts and Lachin (1988), Controlled Clinical Trials 9:327 (permuted blocks).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Final

from medialit.contest.records import Form, Item, Occasion
from medialit.errors import ContestError
from medialit.language import msgid as _msgid

FIRST: Final[tuple[Form, Form]] = ("a", "b")
MOST_SLIPS: Final = 1000


def first_form(*, arrival: int, partner: Form | None, learner: str, key: str) -> Form:
    """Return the form that somebody begins with.

    Parameters
    ----------
    arrival : int
        0 for the first who came to this computer.
    partner : {"a", "b"} or None
        What the one before got, where this one completes a block of two.
    learner : str
    key : str
        The contest's key.

    Examples
    --------
    >>> first_form(arrival=1, partner="a", learner="argan 7", key="k")
    'b'
    """
    if arrival % 2 and partner is not None:
        return FIRST[1 - FIRST.index(partner)]
    return FIRST[_digest(key, "form", learner)[0] % 2]


def form_on(occasion: Occasion, *, first: Form) -> Form:
    """Return the form that is shown on an occasion to somebody who began with `first`."""
    if occasion == "later":
        return "c"
    return first if occasion == "before" else FIRST[1 - FIRST.index(first)]


def slips(n: int, *, key: str) -> dict[str, Form]:
    """Return n code words of four digits for slips of paper, and the form that each begins with; as many A as B.

    Raises
    ------
    ContestError
        If n is not from 0 to 1000.

    Examples
    --------
    >>> sorted(slips(4, key="k").values())
    ['a', 'a', 'b', 'b']
    """
    if not 0 <= n <= MOST_SLIPS:
        raise ContestError(_msgid("Between 0 and {most} slips can be made, not {n}."), most=MOST_SLIPS, n=n)
    found: dict[str, Form] = {}
    partner: Form | None = None
    for turn in count():
        if len(found) == n:
            break
        word = str(1000 + int.from_bytes(_digest(key, "slip", str(turn))[:4]) % 9000)
        if word not in found:
            partner = first_form(arrival=len(found), partner=partner, learner=word, key=key)
            found[word] = partner
    return found


def shuffled(items: Iterable[Item], *, learner: str, occasion: Occasion, key: str) -> Sequence[Item]:
    """Return clips in somebody's own order, the same whenever they come back."""
    return sorted(items, key=lambda item: _digest(key, occasion, learner, item.clip))


def _digest(key: str, *words: str) -> bytes:
    return hmac.digest(key.encode(), "\x1f".join(words).encode(), "sha256")
