"""Laws of the market: who may accept what, what stands in the way, and what a revocation in the middle costs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from medialit.consent.market import (
    OUTSIDE,
    Books,
    Currency,
    Entry,
    Exclusivity,
    Market,
    Money,
    Offer,
    Refund,
    Revocability,
    Terms,
    Use,
    conflicts,
    pro_rata,
    red_flags,
    settle_revocation,
    split,
    terms_of,
)
from medialit.consent.market_flags import CODES, Flag
from medialit.consent.policy import decide
from medialit.consent.records import Action, Audience, Medium, Modality, Principal, Purpose, Request, Scope
from medialit.errors import MarketError

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def scope(**changes: object) -> Scope:
    fields: dict[str, object] = {
        "purposes": frozenset({Purpose.ADVERTISING}),
        "actions": frozenset({Action.GENERATE, Action.PUBLISH}),
        "audience": Audience.EVERYONE,
        "territories": frozenset({"MA"}),
        "media": frozenset({Medium.SOCIAL, Medium.BROADCAST}),
        "modalities": frozenset({Modality.FACE}),
        "starts": START,
        "ends": START + 30 * DAY,
    }
    return Scope(**(fields | changes))  # type: ignore[arg-type]


def mad(centimes: int) -> Money:
    return Money(centimes=centimes, currency=Currency.MAD)


def offer(id: str = "o1", **changes: object) -> Offer:
    fields: dict[str, object] = {
        "id": id,
        "principal": "tiziri",
        "offered_by": ("tiziri",),
        "scope": scope(),
        "price": mad(100_000),
        "royalty_bp": 500,
        "payees": (("tiziri", 8), ("agent", 2)),
        "at": START - 20 * DAY,
        "until": START + 20 * DAY,
    }
    return Offer(**(fields | changes))  # type: ignore[arg-type]


def exclusive(**changes: object) -> Exclusivity:
    fields: dict[str, object] = {
        "purposes": frozenset({Purpose.ADVERTISING}),
        "territories": frozenset({"MA"}),
        "starts": START,
        "ends": START + 30 * DAY,
    }
    return Exclusivity(**(fields | changes))  # type: ignore[arg-type]


def accepted(one: Offer | None = None) -> Market:
    one = one or offer()
    market = Market().offer(one).deposit("d1", "souk", mad(150_000), at=START - 2 * DAY)
    return market.accept(one.id, id="c1", licensee="souk", at=START - DAY)


def test_a_contract_yields_a_grant_that_the_policy_honours() -> None:
    market = accepted()
    request = Request(
        id="r1",
        requester="souk",
        principals=("tiziri",),
        action=Action.PUBLISH,
        purpose=Purpose.ADVERTISING,
        audience=Audience.EVERYONE,
        territories=frozenset({"MA"}),
        medium=Medium.SOCIAL,
        modalities=frozenset({Modality.FACE}),
        at=START + DAY,
    )
    people = {id: Principal(id=id, name=id, minor=False) for id in ("tiziri", "souk")}
    grants = (market.contracts["c1"].grant,)
    asked = {"grants": grants, "relations": (), "principals": tuple(people.values()), "now": START + DAY}
    assert decide(request, revocations=(), **asked).allowed
    settlement = settle_revocation(market.contracts["c1"], START + DAY)
    assert not decide(request, revocations=(settlement.revocation,), **asked).allowed


def test_accepting_twice_charges_once() -> None:
    market = accepted()
    assert market.accept("o1", id="c1", licensee="souk", at=START - DAY) == market


def test_who_cannot_pay_cannot_accept() -> None:
    market = Market().offer(offer())
    with pytest.raises(MarketError, match="Pay in 100000 centimes first"):
        market.accept("o1", id="c1", licensee="souk", at=START)


def test_a_free_licence_needs_no_money() -> None:
    market = Market().offer(offer(price=mad(0))).accept("o1", id="c1", licensee="souk", at=START)
    assert market.contracts["c1"].grant.grantees == ("souk",)


@pytest.mark.parametrize(
    ("changes", "licensee", "at", "said"),
    [
        ({"licensees": ("radio",)}, "souk", START, "made to radio, not to souk"),
        ({}, "tiziri", START, "needs no licence"),
        ({}, "souk", START + 20 * DAY, "Ask for a new one"),
    ],
)
def test_an_offer_binds_only_whom_and_when_it_names(
    changes: dict[str, object], licensee: str, at: datetime, said: str
) -> None:
    market = Market().offer(offer(price=mad(0), **changes))
    with pytest.raises(MarketError, match=said):
        market.accept("o1", id="c1", licensee=licensee, at=at)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scope": scope(ends=None)}, "no end"),
        ({"royalty_bp": 10_001}, "at most 10,000"),
        ({"payees": (("tiziri", 0),)}, "share of 0"),
        ({"payees": (("tiziri", 1), ("tiziri", 2))}, "named twice"),
        ({"until": START - 30 * DAY}, "Swap the two"),
        ({"exclusivity": exclusive(territories=frozenset({"FR"}))}, "does not license"),
        ({"exclusivity": exclusive(ends=START + 31 * DAY)}, "Shorten it"),
    ],
)
def test_an_offer_that_contradicts_itself_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(MarketError, match=said):
        offer(**changes)


@pytest.mark.parametrize("value", [-1, 1.5, True, "5", 10**14])
def test_money_is_whole_centimes(value: object) -> None:
    with pytest.raises(MarketError, match="whole number of centimes"):
        Money(centimes=value, currency=Currency.MAD)  # type: ignore[arg-type]


def test_an_exclusive_licence_keeps_others_away_and_says_who_when_and_what_to_change() -> None:
    market = accepted(offer(exclusivity=exclusive()))
    later = market.offer(
        offer("o2", price=mad(0), scope=scope(starts=START + 10 * DAY, ends=START + 40 * DAY))
    )
    with pytest.raises(MarketError) as refused:
        later.accept("o2", id="c2", licensee="radio", at=START)
    for words in ("souk already holds an exclusive", "2026-03-11", "2026-03-31", "Begin on 2026-03-31"):
        assert words in str(refused.value)


def test_exclusivity_cannot_be_promised_over_an_ordinary_licence() -> None:
    later = accepted().offer(offer("o2", price=mad(0), exclusivity=exclusive()))
    with pytest.raises(MarketError, match="nobody else can be promised exclusivity"):
        later.accept("o2", id="c2", licensee="radio", at=START)


@pytest.mark.parametrize(
    "changes",
    [
        {"principal": "idir", "offered_by": ("idir",)},
        {"scope": scope(territories=frozenset({"FR"}))},
        {"scope": scope(purposes=frozenset({Purpose.EDUCATION}))},
        {"scope": scope(modalities=frozenset({Modality.VOICE}))},
        {"scope": scope(starts=START + 30 * DAY, ends=START + 60 * DAY)},
    ],
    ids=["other person", "other country", "other purpose", "voice", "afterwards"],
)
def test_what_an_exclusive_licence_does_not_promise_stays_free(changes: dict[str, object]) -> None:
    contract = accepted(offer(exclusivity=exclusive())).contracts["c1"]
    assert conflicts(offer("o2", **changes), [contract], licensee="radio") == ()
    assert conflicts(offer("o2"), [contract], licensee="radio")


def test_worldwide_meets_every_country() -> None:
    world = frozenset({"worldwide"})
    contract = accepted(
        offer(scope=scope(territories=world), exclusivity=exclusive(territories=world))
    ).contracts["c1"]
    (found,) = conflicts(offer("o2"), [contract], licensee="radio")
    assert found.territories == {"MA"}


def test_an_exclusive_licensee_may_extend_their_own_licence() -> None:
    contract = accepted(offer(exclusivity=exclusive())).contracts["c1"]
    assert conflicts(offer("o2", exclusivity=exclusive()), [contract], licensee="souk") == ()


def test_a_revocation_frees_the_calendar_from_then_on() -> None:
    market, _ = accepted(offer(exclusivity=exclusive())).revoke("c1", at=START + 10 * DAY)
    before = offer("o2", price=mad(0), scope=scope(starts=START + 5 * DAY))
    after = offer("o3", price=mad(0), scope=scope(starts=START + 10 * DAY))
    assert conflicts(before, market.contracts.values(), licensee="radio")
    assert not conflicts(after, market.contracts.values(), licensee="radio")


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_conflict_is_explained_in_each_language(lang: str) -> None:
    contract = accepted(offer(exclusivity=exclusive())).contracts["c1"]
    (found,) = conflicts(offer("o2"), [contract], licensee="radio")
    said = found.explain(lang=lang)
    assert "souk" in said and "2026-03-31" in said
    assert lang == "en" or said != found.explain(lang="en")


def test_a_campaign_revoked_in_the_middle() -> None:
    uses = (
        Use(id="spot", at=START + 2 * DAY, medium=Medium.BROADCAST, place="tv"),
        Use(id="post", at=START + 3 * DAY, medium=Medium.SOCIAL, place="network"),
        Use(id="planned", at=START + 20 * DAY, medium=Medium.SOCIAL, place="other"),
    )
    market = accepted().release("m1", "c1", at=START + 5 * DAY)
    market, settled = market.revoke("c1", at=START + 10 * DAY, uses=uses)
    assert settled.stops == (Action.GENERATE, Action.PUBLISH)
    assert [one.id for one in settled.comes_down] == ["post"]
    assert [one.id for one in settled.remains] == ["spot"]
    assert settled.tell == ("agent", "network", "souk", "tv")
    assert (settled.used_days, settled.total_days) == (10, 30)
    assert (settled.earned, settled.refund) == (mad(33_333), mad(66_667))
    assert market.books.balances(Currency.MAD) == {
        OUTSIDE: -150_000,
        "wallet:agent": 6_666,  # of 16,666 after five days and of 16,667 after ten, each divided by itself
        "wallet:souk": 50_000 + 66_667,
        "wallet:tiziri": 26_667,
    }


def test_days_on_which_posts_stay_up_are_paid() -> None:
    one = accepted(offer(revocability=Revocability(run_on_days=5))).contracts["c1"]
    up = [Use(id="post", at=START + DAY, medium=Medium.SOCIAL, place="network")]
    at = START + 10 * DAY
    assert settle_revocation(one, at, uses=up).used_days == 15
    assert settle_revocation(one, at).used_days == 10
    assert settle_revocation(one, START + 28 * DAY, uses=up).used_days == 30


def test_a_fee_that_is_not_refunded_goes_to_the_payees() -> None:
    one = accepted(offer(revocability=Revocability(refund=Refund.NOTHING))).contracts["c1"]
    settled = settle_revocation(one, START + DAY)
    assert settled.refund == mad(0) and sum(settled.to_payees.values()) == 100_000


def test_before_the_first_day_all_of_the_fee_goes_back() -> None:
    assert settle_revocation(accepted().contracts["c1"], START - DAY).refund == mad(100_000)


def test_only_who_agreed_may_revoke_and_only_once() -> None:
    market = accepted()
    with pytest.raises(MarketError, match="cannot revoke"):
        market.revoke("c1", at=START, by="souk")
    revoked, _ = market.revoke("c1", at=START)
    with pytest.raises(MarketError, match="was revoked"):
        revoked.revoke("c1", at=START)


def test_a_clock_that_went_back_pays_nobody_twice() -> None:
    market = accepted().release("m1", "c1", at=START + 10 * DAY)
    with pytest.raises(MarketError, match="Check the clock"):
        market.release("m2", "c1", at=START + 5 * DAY)
    with pytest.raises(MarketError, match="Check the clock"):
        market.revoke("c1", at=START + 5 * DAY)


def test_royalties_from_before_are_owed_after_a_revocation() -> None:
    market, _ = accepted().revoke("c1", at=START + 10 * DAY)
    paid = market.royalty("q1", "c1", revenue=mad(10_010), at=START + 40 * DAY)
    gained = {
        who: paid.books.balance(f"wallet:{who}", Currency.MAD)
        - market.books.balance(f"wallet:{who}", Currency.MAD)
        for who in ("souk", "tiziri", "agent")
    }
    assert gained == {"souk": -500, "tiziri": 400, "agent": 100}
    with pytest.raises(MarketError, match="Nothing is exchanged"):
        market.royalty("q2", "c1", revenue=Money(centimes=1, currency=Currency.EUR), at=START)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_settlement_is_explained_in_each_language(lang: str) -> None:
    settled = settle_revocation(accepted().contracts["c1"], START + 10 * DAY)
    said = settled.explain(lang=lang)
    assert len(said) == 5 and "333.33 MAD" in said[3] and "666.67 MAD" in said[3]
    assert lang == "en" or not set(said) & set(settled.explain(lang="en"))


def test_an_entry_that_does_not_sum_to_zero_is_refused() -> None:
    with pytest.raises(MarketError, match="out of nothing"):
        Entry(id="e1", at=START, currency=Currency.MAD, moves={"wallet:a": 5}, why="gift")


def test_an_id_cannot_stand_for_two_entries() -> None:
    one = Entry(id="e1", at=START, currency=Currency.MAD, moves={OUTSIDE: -5, "wallet:a": 5}, why="deposit")
    books = Books().post(one)
    assert books.post(one) is books
    with pytest.raises(MarketError, match="belongs to another entry"):
        books.post(replace(one, moves={OUTSIDE: -6, "wallet:a": 6}))


def test_books_read_again_have_the_same_balances() -> None:
    books = accepted().books
    again = Books(entries=books.entries)
    assert again == books and again.balances(Currency.MAD) == books.balances(Currency.MAD)


def test_splits_and_days_by_hand() -> None:
    assert split(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert split(5, {"a": 1, "b": 3}) == {"a": 1, "b": 4}
    assert pro_rata(100, used=40, total=30) == (100, 0)
    with pytest.raises(MarketError, match="among nobody"):
        split(5, {})


BAD = {
    "minor_without_guardian": {"minor": True},
    "irrevocable": {"irrevocable": True},
    "training": {"training": True},
    "hidden_voice": {"likeness_includes_voice": True},
    "perpetual": {"perpetual": True},
    "worldwide_all_media": {"worldwide": True, "all_media": True},
    "sublicensing": {"sublicensing": True},
    "unilateral_change": {"unilateral_change": True},
    "no_approval": {"approval": False},
    "moral_rights": {"moral_rights_waived": True},
    "no_fee_for_revenue": {"earns_revenue": True, "paid": False},
    "exclusive_without_minimum": {"exclusive": True},
    "political": {"political": True},
    "liability": {"liability_on_person": True},
}


@pytest.mark.parametrize("code", CODES)
def test_each_flag_is_raised_by_what_it_warns_of_and_by_nothing_else(code: str) -> None:
    assert red_flags(Terms()) == ()
    assert red_flags(Terms(**BAD[code])) == (Flag(code=code),)


@pytest.mark.parametrize("harmless", [{"minor": True, "guardian_signs": True}, {"worldwide": True}, {"all_media": True},
    {"earns_revenue": True}, {"exclusive": True, "minimum": True},
    {"likeness_includes_voice": True, "voice_named": True}])  # fmt: skip
def test_what_is_put_right_raises_no_flag(harmless: dict[str, bool]) -> None:
    assert red_flags(Terms(**harmless)) == ()


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize("code", CODES)
def test_each_flag_is_explained_in_french_and_arabic(code: str, lang: str) -> None:
    flag = Flag(code=code)
    for say in (flag.what, flag.why, flag.ask):
        assert say(lang=lang) != say(lang="en")


def test_offers_of_this_market_are_read_by_the_same_check_list() -> None:
    greedy = offer(
        price=mad(0),
        royalty_bp=0,
        exclusivity=exclusive(),
        scope=scope(actions=frozenset(Action), territories=frozenset({"worldwide"}), media=frozenset(Medium)),
    )
    codes = [flag.code for flag in red_flags(terms_of(greedy, minor=True))]
    assert codes == [
        "minor_without_guardian", "training", "worldwide_all_media", "no_approval", "no_fee_for_revenue",
        "exclusive_without_minimum",
    ]  # fmt: skip
    assert [flag.code for flag in red_flags(terms_of(offer()))] == ["no_approval"]
