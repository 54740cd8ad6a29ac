"""What may stand in the feed, and how it comes down: ended permissions, reports, deadlines, a trail.

`visible` is the gate that every page goes through: a function of the posts, the ended permissions, whose likeness is
off, and the cases. It knows no clock for permissions: what a revocation ended is gone the next time somebody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from medialit.errors import FeedError
from medialit.feed.records import Post
from medialit.language import msgid as _msgid
from medialit.language import translator


class Ground(StrEnum):
    """Why somebody asks that a post comes down."""

    MY_LIKENESS = "my_likeness"
    INTIMATE = "intimate"
    MINOR = "minor"
    """It shows somebody under 18 in a way that harms."""
    HARASSMENT = "harassment"
    UNLABELLED = "unlabelled"
    OTHER = "other"


AT_ONCE: Final = frozenset({Ground.INTIMATE, Ground.MINOR, Ground.MY_LIKENESS})
"""Hidden from the report on until somebody decides: the harm of waiting is larger than that of a wrong report."""
DEADLINES: Final[Mapping[Ground, timedelta]] = {
    Ground.INTIMATE: timedelta(hours=12),
    Ground.MINOR: timedelta(hours=12),
    Ground.MY_LIKENESS: timedelta(hours=24),
    Ground.HARASSMENT: timedelta(hours=24),
    Ground.UNLABELLED: timedelta(hours=48),
    Ground.OTHER: timedelta(hours=72),
}
"""Until when somebody has to decide. A class's own rule, not a law's; after it the post is hidden until they do."""
APPEAL_DAYS: Final = 7


class Act(StrEnum):
    """One step of a case."""

    REPORT = "report"
    TAKE_DOWN = "take_down"
    KEEP = "keep"
    APPEAL = "appeal"
    RESTORE = "restore"
    UPHOLD = "uphold"
    """Stays as it was decided, after an appeal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What was done in a case, by whom, when and why.

    Parameters
    ----------
    act : Act
    by : str
    at : datetime
        Aware.
    why : str
    """

    act: Act
    by: str
    at: datetime
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"act": self.act.value, "by": self.by, "at": self.at.isoformat(), "why": self.why}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A report and what became of it: only ever longer.

    Parameters
    ----------
    id : str
    post : str
    author : str
        Of the post, who may appeal.
    ground : Ground
    trail : tuple of Step
        The first is the report.
    """

    id: str
    post: str
    author: str
    ground: Ground
    trail: tuple[Step, ...]

    @property
    def state(self) -> Act:
        """The last step."""
        return self.trail[-1].act

    @property
    def open(self) -> bool:
        """Whether somebody has to decide."""
        return self.state in (Act.REPORT, Act.APPEAL)

    @property
    def deadline(self) -> datetime | None:
        """Until when; None where nothing is to be decided."""
        return self.trail[-1].at + DEADLINES[self.ground] if self.open else None

    @property
    def down(self) -> bool:
        """Whether the last decision took the post down."""
        decided = [one.act for one in self.trail if one.act in (Act.TAKE_DOWN, Act.KEEP, Act.RESTORE)]
        return bool(decided) and decided[-1] is Act.TAKE_DOWN

    def hides(self, *, now: datetime) -> bool:
        """Whether the post is hidden because of this case.

        It is where the decision says so; and where none was made yet, at once for `AT_ONCE`, else from the deadline on.
        """
        if self.down:
            return True
        if self.state is not Act.REPORT:
            return False
        deadline = self.deadline
        return self.ground in AT_ONCE or (deadline is not None and now >= deadline)


_NEXT: Final[Mapping[Act, frozenset[Act]]] = {
    Act.REPORT: frozenset({Act.TAKE_DOWN, Act.KEEP}),
    Act.TAKE_DOWN: frozenset({Act.APPEAL}),
    Act.KEEP: frozenset({Act.APPEAL}),
    Act.APPEAL: frozenset({Act.TAKE_DOWN, Act.RESTORE, Act.UPHOLD}),
    Act.RESTORE: frozenset(),
    Act.UPHOLD: frozenset(),
}


def report(id: str, post: Post, *, by: str, ground: Ground, now: datetime, why: str = "") -> Case:
    """Open a case about a post."""
    step = Step(act=Act.REPORT, by=by, at=now, why=why)
    return Case(id=id, post=post.id, author=post.author, ground=Ground(ground), trail=(step,))


def go_on(
    case: Case, act: Act, *, by: str, now: datetime, moderators: Collection[str], why: str = ""
) -> Case:
    """Return a case with another step.

    Decisions are made by moderators, who are neither the author nor the one who reported; they give a reason. The author
    appeals a takedown, the reporter a post that was kept; once, within `APPEAL_DAYS`; and of several moderators another
    one decides then.

    Raises
    ------
    FeedError
        If the step cannot follow, comes before the last one, lacks a reason, or is not theirs to take.
    """
    act = Act(act)
    last = case.trail[-1]
    if act not in _NEXT[case.state]:
        known = ", ".join(sorted(_NEXT[case.state])) or "nothing"
        raise FeedError(
            f"After {case.state.value}, {act.value} cannot follow in case {case.id}; only {known}."
        )
    if now < last.at:
        raise FeedError(f"The step is dated {now}, before the last one, {last.at}. Check the clock.")
    if act is Act.APPEAL:
        _check_appeal(case, by=by, now=now)
    else:
        _check_decision(case, by=by, moderators=moderators, why=why)
    if (
        act in (Act.TAKE_DOWN, Act.RESTORE)
        and case.state is Act.APPEAL
        and (act is Act.TAKE_DOWN) == case.down
    ):
        raise FeedError(f"Case {case.id} stands as {act.value} asks already. Uphold it instead.")
    return replace(case, trail=(*case.trail, Step(act=act, by=by, at=now, why=why)))


def _check_appeal(case: Case, *, by: str, now: datetime) -> None:
    may = case.author if case.down else case.trail[0].by
    if by != may:
        raise FeedError(f"Against this decision {may} may appeal, not {by}.")
    if now - case.trail[-1].at > timedelta(days=APPEAL_DAYS):
        raise FeedError(f"An appeal is made within {APPEAL_DAYS} days; these are over.")


def _check_decision(case: Case, *, by: str, moderators: Collection[str], why: str) -> None:
    if by not in moderators:
        raise FeedError(f"{by} is no moderator here and cannot decide case {case.id}.")
    if by in (case.author, case.trail[0].by):
        raise FeedError(f"{by} is a side of case {case.id}. Let somebody else decide.")
    if not why.strip():
        raise FeedError(f"A decision of case {case.id} needs a reason that both sides can read.")
    first = case.trail[1].by if case.state is Act.APPEAL else None
    others = set(moderators) - {case.author, case.trail[0].by, by}
    if by == first and others:
        raise FeedError(
            f"{by} decided case {case.id} the first time. Let another moderator decide the appeal."
        )


def hidden(cases: Iterable[Case], *, now: datetime) -> frozenset[str]:
    """Return the ids of posts that cases hide."""
    return frozenset(one.post for one in cases if one.hides(now=now))


def overdue(cases: Iterable[Case], *, now: datetime) -> tuple[Case, ...]:
    """Return the cases whose deadline has passed, the oldest first."""
    late = [(one.deadline, one) for one in cases if one.deadline is not None and one.deadline <= now]
    return tuple(one for _, one in sorted(late, key=lambda pair: (pair[0], pair[1].id)))


def ended_among(posts: Iterable[Post], *, standing: Collection[str]) -> frozenset[str]:
    """Return the permissions that posts name and that do not stand: revoked, run out, or known to nobody.

    Parameters
    ----------
    posts : iterable of Post
    standing : collection of str
        Ids of permissions that hold now, as the ledger of consent has them.

    Examples
    --------
    >>> from datetime import UTC
    >>> one = Post(id="p", clip="c", author="aya", at=datetime(2026, 11, 27, tzinfo=UTC), grants=("g1", "g2"))
    >>> ended_among([one], standing={"g1"})
    frozenset({'g2'})
    """
    return frozenset(grant for one in posts for grant in one.grants) - frozenset(standing)


def visible(
    posts: Sequence[Post],
    *,
    ended: Collection[str],
    hidden: Collection[str] = (),
    likeness_off: Collection[str] = (),
) -> tuple[Post, ...]:
    """Return the posts that may be shown, in their order.

    Not shown is a post under an ended permission, a hidden one, one that shows somebody whose likeness is off, and every
    remix of such a post, and every remix of that.

    Parameters
    ----------
    posts : sequence of Post
        All of them: a remix whose original is not here is not shown either, as nobody can tell what it is made of.
    ended : collection of str
        Ids of permissions that were revoked or have run out.
    hidden : collection of str
        Ids of posts, as `hidden` gives them, and of those that were taken back.
    likeness_off : collection of str
        Ids of members, as `controls.likeness_off` gives them.
    """
    by_id = {one.id: one for one in posts}
    ended, hidden, likeness_off = frozenset(ended), frozenset(hidden), frozenset(likeness_off)
    fine: dict[str, bool] = {}

    def stands(post: Post) -> bool:
        """Follow the remixes down to the first original; without recursion, as chains may be long, or rings."""
        chain: list[str] = []
        current: Post | None = post
        answer = True
        while current is not None and current.id not in fine:
            if current.id in chain:
                answer = False  # a ring of remixes has no original
                break
            chain.append(current.id)
            if (
                not ended.isdisjoint(current.grants)
                or current.id in hidden
                or not likeness_off.isdisjoint(current.shows)
            ):
                answer = False
                break
            if current.remix_of is None:
                current = None
            elif current.remix_of not in by_id:
                answer = False
                break
            else:
                current = by_id[current.remix_of]
        else:
            answer = True if current is None else fine[current.id]
        fine.update(dict.fromkeys(chain, answer))
        return fine[post.id]

    return tuple(one for one in posts if stands(one))


_WORDS: Final = {
    Act.REPORT: _msgid("{by} reported it."),
    Act.TAKE_DOWN: _msgid("{by} took it down: {why}"),
    Act.KEEP: _msgid("{by} kept it: {why}"),
    Act.APPEAL: _msgid("{by} appealed: {why}"),
    Act.RESTORE: _msgid("{by} put it back: {why}"),
    Act.UPHOLD: _msgid("{by} left it as it was decided: {why}"),
}


def trail_words(case: Case, *, lang: str) -> tuple[str, ...]:
    """Return each step of a case as a sentence, for both sides to read."""
    _ = translator(lang)
    return tuple(_(_WORDS[one.act]).format(by=one.by, why=one.why) for one in case.trail)
