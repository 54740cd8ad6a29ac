"""Who a learning platform's people are here: the roster's `lms_user_id`, read from the platform.

Names and Role Provisioning Services tell who is in the platform's course. Somebody there is a learner here where the
platform's own id for the school (`lis_person_sourcedid`) is the learner's id, or where both have one e-mail address.
Names decide nothing: two people may share one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from medialit.course.lti_service import Member


@dataclass(frozen=True, kw_only=True)
class Match:
    """One learner here and there.

    Parameters
    ----------
    learner : str
        The id here.
    user_id : str
        The platform's.
    before : str
        What the roster had; empty where it had nothing.
    name : str
        As the platform has it.
    """

    learner: str
    user_id: str
    before: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Matches:
    """What came of comparing two lists of people.

    Parameters
    ----------
    found : tuple of Match
    only_here : tuple of str
        Ids of learners of whom the platform knows nothing, or not surely.
    only_there : tuple of Member
        Learners of the platform who are nobody here.
    """

    found: tuple[Match, ...]
    only_here: tuple[str, ...]
    only_there: tuple[Member, ...]


def match(members: Iterable[Member], students: Sequence[Any]) -> Matches:
    """Find each learner on the platform.

    Parameters
    ----------
    members : iterable of Member
        Of the platform's course.
    students : sequence
        Of nbgrader's gradebook.
    """
    learners = [one for one in members if one.learner and one.user_id]
    by_id = {one.sourced_id: one for one in learners if one.sourced_id}
    by_mail = {_mail(one.email): one for one in learners if one.email}
    n_here = Counter(_mail(one.email) for one in students if one.email)
    n_there = Counter(_mail(one.email) for one in learners if one.email)
    found, only_here = [], []
    for one in sorted(students, key=lambda one: str(one.id)):
        mail = _mail(one.email or "")
        member = by_id.get(one.id)
        if member is None and n_here[mail] == n_there[mail] == 1:
            member = by_mail[mail]
        if member is None:
            only_here.append(str(one.id))
            continue
        name = " ".join(part for part in (member.given, member.family) if part)
        found.append(
            Match(learner=one.id, user_id=member.user_id, before=one.lms_user_id or "", name=name or one.id)
        )
    taken = Counter(one.user_id for one in found)
    sure = tuple(one for one in found if taken[one.user_id] == 1)
    return Matches(
        found=sure,
        only_here=tuple(sorted((*only_here, *(one.learner for one in found if taken[one.user_id] > 1)))),
        only_there=tuple(one for one in learners if one.user_id not in {two.user_id for two in sure}),
    )


def _mail(address: str) -> str:
    return address.strip().casefold()
