"""Defaults, who sets what, and the whole table of who may write to whom."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from feed_builders import candidates, member, post, some_posts

from medialit.errors import FeedError
from medialit.feed.columns import columns
from medialit.feed.controls import (
    Contact,
    Tie,
    contact,
    contact_words,
    defaults,
    effective,
    likeness_off,
    page,
    who_approves,
)
from medialit.feed.rank import CREATION_FIRST, rank
from medialit.feed.records import AgeBand, Controls, Likeness, Messages

OPEN = Controls()


@pytest.mark.parametrize("age", AgeBand)
def test_who_changes_nothing_gets_no_personal_order_an_end_a_limit_and_no_strangers(age: AgeBand) -> None:
    found = effective(member(age=age))
    assert found == defaults(age) or age.minor
    assert not found.personalised and not found.chat_history
    assert found.posts_a_sitting is not None and found.daily_minutes is not None
    assert found.messages is not Messages.EVERYONE
    assert found.hide_unlabelled and found.quiet if age.minor else True


def test_a_younger_band_never_has_wider_defaults() -> None:
    bands = [effective(member(age=age)) for age in AgeBand]
    for younger, older in pairwise(bands):
        assert younger.daily_minutes <= older.daily_minutes  # type: ignore[operator]
        assert younger.posts_a_sitting <= older.posts_a_sitting  # type: ignore[operator]
        assert list(Messages).index(younger.messages) <= list(Messages).index(older.messages)
        assert list(Likeness).index(younger.likeness) <= list(Likeness).index(older.likeness)


def test_a_guardian_widens_a_minors_defaults_and_the_minor_only_narrows_them() -> None:
    given = Controls(
        daily_minutes=90, posts_a_sitting=None, messages=Messages.EVERYONE, likeness=Likeness.ASK_ME
    )
    teen = member(age=AgeBand.TEEN_13_15, set_by_guardian=given, own=Controls(daily_minutes=200))
    found = effective(teen)
    assert (found.daily_minutes, found.posts_a_sitting) == (90, None)
    assert (found.messages, found.likeness) == (Messages.KNOWN, Likeness.ASK_GUARDIAN)
    assert effective(member(age=AgeBand.TEEN_13_15, own=Controls())) == effective(
        member(age=AgeBand.TEEN_13_15)
    )


def test_an_adult_decides_alone() -> None:
    assert effective(member(own=OPEN, set_by_guardian=defaults(AgeBand.TEEN_13_15))) == OPEN


def test_each_filter_takes_away_its_posts_and_no_other_moves_up() -> None:
    posts = [
        post("plain", "a"),
        post("bare", "b", synthetic=True),
        post("told", "c", synthetic=True, label="made with a model"),
        post("goal", "d", topics=("football",)),
        post("loud", "E.1"),
    ]
    seen = columns(posts, now=posts[0].at)
    order = rank(seen, None, weights=CREATION_FIRST, personalised=False).order
    everything = set(page(seen, order, controls=OPEN))
    assert everything == {"plain", "bare", "told", "goal", "loud"}
    for controls, gone in (
        (Controls(hide_unlabelled=True), {"bare"}),
        (Controls(hide_synthetic=True), {"bare", "told"}),
        (Controls(muted=frozenset({"Football"})), {"goal"}),
        (Controls(muted=frozenset({"@e.1"})), {"loud"}),
    ):
        assert set(page(seen, order, controls=controls)) == everything - gone


def test_a_sitting_ends_and_reloading_goes_on_in_it() -> None:
    seen = candidates(some_posts(30, seed=3))
    order = rank(seen, None, weights=CREATION_FIRST, personalised=False).order
    assert len(page(seen, order, controls=OPEN)) == 30
    assert len(page(seen, order, controls=Controls(posts_a_sitting=10))) == 10
    assert len(page(seen, order, controls=Controls(posts_a_sitting=10), already=8)) == 2
    assert page(seen, order, controls=Controls(posts_a_sitting=10), already=12) == ()


def oracle(case: dict[str, object]) -> bool:
    """Who may write to whom, written down a second time: as a list of what must all be true."""
    sender, recipient = str(case["sender"]), str(case["recipient"])
    young = {"13_15", "16_17"}
    strangers_welcome = (
        case["sender_set"] == case["recipient_set"] == "everyone" and not {sender, recipient} & young
    )
    friends = case["follows"] and case["followed"]
    return all(
        (
            sender != "under_13" and recipient != "under_13",
            case["sender_set"] != "off" and case["recipient_set"] != "off",
            not case["blocked"],
            friends or strangers_welcome,
            case["opened"] or sender in young or recipient == "adult",
        )
    )


def test_who_may_write_to_whom_is_as_the_oracle_says_in_every_case() -> None:
    bands, settings, flags = list(AgeBand), list(Messages), (False, True)
    allowed = n = 0
    for sender, recipient, sends, takes, follows, followed, blocked, opened in product(
        bands, bands, settings, settings, flags, flags, flags, flags
    ):
        # A minor's setting is the guardian's; an adult's is their own.
        one = member("one", sender, own=None if sender.minor else Controls(messages=sends),
                     set_by_guardian=Controls(messages=sends) if sender.minor else None)  # fmt: skip
        two = member("two", recipient, own=None if recipient.minor else Controls(messages=takes),
                     set_by_guardian=Controls(messages=takes) if recipient.minor else None)  # fmt: skip
        tie = Tie(follows=follows, followed=followed, blocked=blocked, opened_by_recipient=opened)
        found = contact(one, two, tie=tie)
        case = {
            "sender": sender.value, "recipient": recipient.value, "sender_set": sends.value,
            "recipient_set": takes.value, "follows": follows, "followed": followed, "blocked": blocked,
            "opened": opened,
        }  # fmt: skip
        assert (found is Contact.ALLOWED) == oracle(case), case
        n += 1
        allowed += found is Contact.ALLOWED
    assert n == 2304
    assert allowed == 70  # 32 among minors, 16 from a minor to an adult, 8 answers of adults, 14 among adults


def test_no_setting_of_anybody_lets_an_adult_open_contact_with_a_minor() -> None:
    for age, sends, takes in product((AgeBand.TEEN_13_15, AgeBand.TEEN_16_17), Messages, Messages):
        adult = member("adult", own=Controls(messages=sends))
        minor = member("minor", age, own=Controls(messages=takes), set_by_guardian=Controls(messages=takes))
        friends = Tie(follows=True, followed=True)
        assert contact(adult, minor, tie=friends) in (Contact.ADULT_TO_MINOR, Contact.OFF)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("found", Contact)
def test_each_answer_has_words(found: Contact, lang: str) -> None:
    assert "{" not in contact_words(found, recipient="idir", lang=lang)


def test_nobody_writes_to_themselves() -> None:
    assert contact(member("a"), member("a"), tie=Tie()) is Contact.YOURSELF


def test_the_likeness_of_a_teen_is_off_until_a_guardian_says_otherwise_and_then_waits_for_the_guardian() -> (
    None
):
    teen = member("teen", AgeBand.TEEN_13_15, guardian="mother")
    assert likeness_off([teen, member("adult")]) == {"teen"}
    assert who_approves(teen) is None
    allowed = member("teen", AgeBand.TEEN_13_15, guardian="mother", set_by_guardian=Controls())
    assert who_approves(allowed) == "mother"
    assert who_approves(member("adult")) == "adult"
    with pytest.raises(FeedError, match="none is named"):
        who_approves(member("teen", AgeBand.TEEN_16_17))


def test_wrong_controls_are_refused() -> None:
    with pytest.raises(FeedError, match="1 post or more, not 0"):
        Controls(posts_a_sitting=0)
    with pytest.raises(FeedError, match="not 2000"):
        Controls(daily_minutes=2000)
    with pytest.raises(FeedError, match="no controls as the feed writes them"):
        Controls.from_dict({"endless": True})
