"""Reports, decisions, deadlines, appeals; and what an ended permission takes out of the feed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from feed_builders import NOON, post
from hypothesis import given
from hypothesis import strategies as st

from medialit.cli_register import lacks
from medialit.consent.ledger import Ledger
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Medium,
    Modality,
    Principal,
    Purpose,
    Revocation,
    Scope,
)
from medialit.errors import FeedError
from medialit.feed.moderation import (
    AT_ONCE,
    DEADLINES,
    Act,
    Case,
    Ground,
    ended_among,
    go_on,
    hidden,
    overdue,
    report,
    trail_words,
    visible,
)

MODERATORS = ("nadia", "omar")
HOUR = timedelta(hours=1)


def case(ground: Ground = Ground.OTHER) -> Case:
    return report("c1", post("p", "author"), by="reporter", ground=ground, now=NOON)


def decide(
    one: Case, act: Act, *, by: str = "nadia", hours: float = 1, why: str = "It breaks rule 2."
) -> Case:
    return go_on(one, act, by=by, now=NOON + hours * HOUR, moderators=MODERATORS, why=why)


@pytest.mark.parametrize("ground", Ground)
def test_a_report_hides_at_once_or_from_its_deadline_on_until_somebody_decides(ground: Ground) -> None:
    one = case(ground)
    just_before = NOON + DEADLINES[ground] - timedelta(seconds=1)
    assert hidden([one], now=just_before) == ({"p"} if ground in AT_ONCE else set())
    assert hidden([one], now=NOON + DEADLINES[ground]) == {"p"}
    kept = decide(one, Act.KEEP)
    assert hidden([kept], now=NOON + timedelta(days=99)) == set()
    assert hidden([decide(one, Act.TAKE_DOWN)], now=NOON) == {"p"}


def test_a_decision_after_the_deadline_still_counts_and_overdue_cases_come_oldest_first() -> None:
    late = [report(f"c{n}", post("p"), by="r", ground=Ground.OTHER, now=NOON - n * HOUR) for n in range(3)]
    now = NOON + DEADLINES[Ground.OTHER]
    assert [one.id for one in overdue(late, now=now)] == ["c2", "c1", "c0"]
    assert [one.id for one in overdue(late, now=now - HOUR)] == ["c2", "c1"]
    assert hidden([decide(late[0], Act.KEEP, hours=999)], now=now) == set()


def test_the_whole_way_leaves_a_trail_that_both_sides_can_read() -> None:
    one = decide(case(), Act.TAKE_DOWN)
    one = decide(one, Act.APPEAL, by="author", hours=2, why="It is satire.")
    assert one.open and one.down and one.deadline == NOON + 2 * HOUR + DEADLINES[Ground.OTHER]
    one = decide(one, Act.RESTORE, by="omar", hours=3, why="It is.")
    assert not one.open and not one.down and one.deadline is None
    assert [step.act for step in one.trail] == [Act.REPORT, Act.TAKE_DOWN, Act.APPEAL, Act.RESTORE]
    for lang in ("en", "fr", "ar"):
        words = trail_words(one, lang=lang)
        assert len(words) == 4
        assert "omar" in words[3] and "It is." in words[3]


@pytest.mark.parametrize(
    ("act", "by", "why", "says"),
    [
        (Act.APPEAL, "author", "x", "APPEAL cannot follow|appeal cannot follow"),
        (Act.RESTORE, "nadia", "x", "restore cannot follow"),
        (Act.KEEP, "somebody", "x", "no moderator"),
        (Act.KEEP, "nadia", "  ", "needs a reason"),
    ],
)
def test_a_step_that_is_not_theirs_or_cannot_follow_is_refused(
    act: Act, by: str, why: str, says: str
) -> None:
    with pytest.raises(FeedError, match=says):
        decide(case(), act, by=by, why=why)


def test_nobody_decides_their_own_case_or_their_own_decision_again() -> None:
    own = report("c", post("p", "nadia"), by="omar", ground=Ground.OTHER, now=NOON)
    for side in MODERATORS:
        with pytest.raises(FeedError, match="is a side"):
            decide(own, Act.KEEP, by=side)
    appealed = decide(decide(case(), Act.TAKE_DOWN), Act.APPEAL, by="author", hours=2)
    with pytest.raises(FeedError, match="the first time"):
        decide(appealed, Act.UPHOLD, by="nadia", hours=3)
    alone = go_on(appealed, Act.UPHOLD, by="nadia", now=NOON + 3 * HOUR, moderators=["nadia"], why="Still.")
    assert alone.down


def test_who_lost_may_appeal_and_only_for_a_week() -> None:
    kept, down = decide(case(), Act.KEEP), decide(case(), Act.TAKE_DOWN)
    with pytest.raises(FeedError, match="reporter may appeal, not author"):
        decide(kept, Act.APPEAL, by="author", hours=2)
    with pytest.raises(FeedError, match="author may appeal, not reporter"):
        decide(down, Act.APPEAL, by="reporter", hours=2)
    with pytest.raises(FeedError, match="within 7 days"):
        decide(down, Act.APPEAL, by="author", hours=24 * 8)
    with pytest.raises(FeedError, match="Uphold it instead"):
        decide(decide(down, Act.APPEAL, by="author", hours=2), Act.TAKE_DOWN, by="omar", hours=3)
    with pytest.raises(FeedError, match="before the last one"):
        decide(kept, Act.APPEAL, by="reporter", hours=0)


def test_a_revocation_takes_out_the_post_and_all_that_was_made_from_it() -> None:
    posts = [
        post("a", grants=("g1",)),
        post("b", remix_of="a"),
        post("c", remix_of="b"),
        post("d", grants=("g2",)),
        post("e", shows=("teen",)),
    ]
    assert [one.id for one in visible(posts, ended=())] == ["a", "b", "c", "d", "e"]
    assert [one.id for one in visible(posts, ended=["g1"])] == ["d", "e"]
    assert [one.id for one in visible(posts, ended=(), hidden=["b"])] == ["a", "d", "e"]
    assert [one.id for one in visible(posts, ended=(), likeness_off=["teen"])] == ["a", "b", "c", "d"]


def test_remixes_of_what_is_not_there_and_rings_of_remixes_are_not_shown() -> None:
    posts = [
        post("x", remix_of="gone"),
        post("r1", remix_of="r2"),
        post("r2", remix_of="r1"),
        post("r3", remix_of="r1"),
    ]
    assert visible(posts, ended=()) == ()
    chain = [post("n0"), *(post(f"n{n}", remix_of=f"n{n - 1}") for n in range(1, 5000))]
    assert len(visible(chain[::-1], ended=())) == 5000


grants = st.frozensets(st.sampled_from(["g1", "g2", "g3"]))


@given(
    held=st.lists(st.tuples(grants, st.none() | st.integers(0, 7)), max_size=8),
    ended=grants,
    more=grants,
    down=st.frozensets(st.integers(0, 7)),
)
def test_ending_more_shows_less_and_nothing_shown_rests_on_what_ended(
    held: list[tuple[frozenset[str], int | None]],
    ended: frozenset[str],
    more: frozenset[str],
    down: frozenset[int],
) -> None:
    posts = [
        post(f"p{n}", grants=tuple(mine), remix_of=None if of in (None, n) else f"p{of}")
        for n, (mine, of) in enumerate(held)
    ]
    gone = [f"p{n}" for n in down]
    shown = visible(posts, ended=ended, hidden=gone)
    assert set(visible(posts, ended=ended | more, hidden=gone)) <= set(shown) <= set(visible(posts, ended=()))
    assert visible(shown, ended=ended, hidden=gone) == shown
    for one in shown:
        assert ended.isdisjoint(one.grants) and one.id not in gone
        assert one.remix_of is None or one.remix_of in {other.id for other in shown}


def test_a_revocation_in_the_ledger_takes_a_post_out_the_next_time_somebody_asks(tmp_path: Path) -> None:
    scope = Scope(
        purposes=frozenset({Purpose.EDUCATION}),
        actions=frozenset({Action.GENERATE}),
        audience=Audience.APPROVED,
        territories=frozenset({"MA"}),
        media=frozenset({Medium.CLASSROOM}),
        modalities=frozenset({Modality.FACE}),
        starts=NOON,
        ends=NOON + timedelta(days=30),
    )
    posts = [
        post("hers", grants=("g1",)),
        post("remix", "idir", remix_of="hers"),
        post("his"),
        post("lost", grants=("gx",)),
    ]
    with Ledger(tmp_path / "ledger.db") as ledger:
        for record in (
            Principal(id="tiziri", name="Tiziri", born=date(1990, 5, 1)),
            Principal(id="nadir", name="Nadir", born=date(1991, 5, 1)),
            Grant(
                id="g1", principal="tiziri", grantees=("nadir",), scope=scope, granted_by=("tiziri",), at=NOON
            ),
        ):
            ledger.append(record, by="nadir" if record.id == "nadir" else "tiziri", now=NOON)

        def shown(now: datetime) -> list[str]:
            state = ledger.state()
            standing = {one.id for one in state.grants if not lacks(one, state, now)}
            return [one.id for one in visible(posts, ended=ended_among(posts, standing=standing))]

        assert shown(NOON) == ["hers", "remix", "his"]  # the permission of the last one is known to nobody
        assert shown(NOON + timedelta(days=31)) == ["his"]
        ledger.append(
            Revocation(id="r1", principal="tiziri", grant="g1", by="tiziri", at=NOON), by="tiziri", now=NOON
        )
        assert shown(NOON) == ["his"]
