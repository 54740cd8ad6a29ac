"""An advert's licences in a notebook: may this person be shown there, on that day? `decide` answers.

A lesson's licences are plain data, which learners read and graders draw; here they become the records of
`medialit.consent`, so that what answers a learner's question is what answers every other gate of the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from medialit.consent.policy import decide
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Medium,
    Modality,
    Principal,
    Purpose,
    Request,
    Revocation,
    Scope,
)

START: Final = datetime(2027, 3, 1, tzinfo=UTC)
"""Day 0 of a lesson's campaign."""
ADVERTISER: Final = "advertiser"


def may_show(
    licences: Sequence[Mapping[str, Any]],
    person: str,
    *,
    medium: str,
    parts: Sequence[str],
    lands: Sequence[str],
    day: int,
) -> str:
    """Return what `medialit.consent.policy.decide` says to publishing an advert with this person on one day.

    Parameters
    ----------
    licences : sequence of mapping
        Each with `person`, `minor` (bool), `media`, `parts` and `lands` (lists of words of the vocabulary), `first`
        and `last` (days, both covered) and `revoked` (the day from whose beginning on it no longer holds, or None).
    person : str
    medium : str
        A word of `Medium`, such as ``social``.
    parts : sequence of str
        ``face``, ``voice`` or both.
    lands : sequence of str
        ISO 3166-1 alpha-2 codes of where it will be seen.
    day : int
        Days after `START`.

    Returns
    -------
    str
        ``granted``, or the code of the weightiest reason against it, of `medialit.consent.reasons.CODES`.

    Examples
    --------
    >>> licence = {
    ...     "person": "itto", "minor": False, "media": ["social"], "parts": ["face"], "lands": ["MA"],
    ...     "first": 0, "last": 9, "revoked": None,
    ... }
    >>> may_show([licence], "itto", medium="social", parts=["face"], lands=["MA"], day=9)
    'granted'
    >>> may_show([licence], "itto", medium="social", parts=["face"], lands=["MA"], day=10)
    'expired'
    """
    known = {str(one["person"]): bool(one["minor"]) for one in licences}
    grants = tuple(_grant(f"licence-{place}", one) for place, one in enumerate(licences))
    asked = Request(
        id="advert",
        requester=ADVERTISER,
        principals=(person,),
        action=Action.PUBLISH,
        purpose=Purpose.ADVERTISING,
        audience=Audience.EVERYONE,
        territories=frozenset(lands),
        medium=Medium(medium),
        modalities=frozenset(Modality(part) for part in parts),
        topics=frozenset(),
        contexts=frozenset(),
        appearance=frozenset(),
        at=_morning(day) + timedelta(hours=12),
    )
    decision = decide(
        asked,
        principals=tuple(_principal(name, minor) for name, minor in known.items()),
        grants=grants,
        revocations=tuple(
            Revocation(
                id=f"revocation-{place}",
                principal=str(one["person"]),
                grant=f"licence-{place}",
                by=_speaker(str(one["person"]), bool(one["minor"])),
                at=_morning(int(one["revoked"])),
            )
            for place, one in enumerate(licences)
            if one["revoked"] is not None
        ),
        relations=(),
        now=asked.at,
    )
    return decision.reason.code


def _morning(day: int) -> datetime:
    return START + timedelta(days=day)


def _speaker(person: str, minor: bool) -> str:
    """Return who gives and takes back for this person: a guardian for a minor."""
    return f"guardian-of-{person}" if minor else person


def _principal(person: str, minor: bool) -> Principal:
    guardians = (_speaker(person, minor),) if minor else ()
    return Principal(id=person, name=person, minor=minor, guardians=guardians)


def _grant(name: str, licence: Mapping[str, Any]) -> Grant:
    person = str(licence["person"])
    return Grant(
        id=name,
        principal=person,
        grantees=(ADVERTISER,),
        scope=Scope(
            purposes=frozenset({Purpose.ADVERTISING}),
            actions=frozenset({Action.GENERATE, Action.PUBLISH}),
            audience=Audience.EVERYONE,
            territories=frozenset(licence["lands"]),
            media=frozenset(Medium(one) for one in licence["media"]),
            modalities=frozenset(Modality(one) for one in licence["parts"]),
            starts=_morning(int(licence["first"])),
            ends=_morning(int(licence["last"]) + 1),
        ),
        granted_by=(_speaker(person, bool(licence["minor"])),),
        at=START - timedelta(days=400),
    )
