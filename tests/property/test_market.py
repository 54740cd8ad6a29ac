"""Money in the market is neither made nor lost, whatever people do and in whichever order."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.consent.market import (
    OUTSIDE,
    Currency,
    Entry,
    Exclusivity,
    Market,
    Money,
    Offer,
    Refund,
    Revocability,
    pro_rata,
    split,
)
from medialit.consent.market_money import Books
from medialit.consent.records import Action, Audience, Medium, Modality, Purpose, Scope
from medialit.errors import MarketError

START = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = ("tiziri", "idir", "souk", "radio", "agent")
SUMS = st.integers(0, 10**6)
SHARES = st.dictionaries(st.sampled_from(PEOPLE), st.integers(1, 1000), min_size=1)
STEPS = ("deposit", "withdraw", "offer", "accept", "release", "royalty", "revoke")


@given(SUMS, SHARES)
def test_a_split_adds_up_and_nobody_is_a_centime_off(centimes: int, shares: dict[str, int]) -> None:
    parts = split(centimes, shares)
    whole = sum(shares.values())
    assert sum(parts.values()) == centimes and parts.keys() == shares.keys()
    assert all(abs(parts[who] - Fraction(centimes * shares[who], whole)) < 1 for who in shares)


@given(SUMS, SHARES)
def test_a_split_does_not_depend_on_the_order_of_payees(centimes: int, shares: dict[str, int]) -> None:
    turned = dict(sorted(shares.items(), reverse=True))
    assert split(centimes, turned) == split(centimes, shares)


@given(SUMS, SHARES, st.integers(1, 50))
def test_a_split_does_not_depend_on_the_unit_of_shares(
    centimes: int, shares: dict[str, int], factor: int
) -> None:
    assert split(centimes, {who: parts * factor for who, parts in shares.items()}) == split(centimes, shares)


@given(SUMS, st.integers(1, 400), st.integers(0, 500), st.integers(0, 500))
def test_a_refund_is_never_negative_and_falls_with_time(
    centimes: int, total: int, one: int, other: int
) -> None:
    early, late = (pro_rata(centimes, used=used, total=total) for used in sorted((one, other)))
    assert sum(early) == sum(late) == centimes
    assert 0 <= late[1] <= early[1] <= centimes


@st.composite
def offers(draw: st.DrawFn, id: str) -> Offer:
    principal = draw(st.sampled_from(("tiziri", "idir")))
    n_days = draw(st.integers(1, 40))
    ends = START + timedelta(days=n_days)
    purposes, territories = frozenset({Purpose.ADVERTISING}), frozenset({draw(st.sampled_from(("MA", "FR")))})
    exclusive = draw(st.booleans()) and Exclusivity(
        purposes=purposes, territories=territories, starts=START, ends=ends
    )
    return Offer(
        id=id,
        principal=principal,
        offered_by=(principal,),
        scope=Scope(
            purposes=purposes,
            actions=frozenset({Action.PUBLISH}),
            audience=Audience.EVERYONE,
            territories=territories,
            media=frozenset({Medium.SOCIAL}),
            modalities=frozenset({Modality.FACE}),
            starts=START,
            ends=ends,
        ),
        price=Money(centimes=draw(st.integers(0, 5000)), currency=draw(st.sampled_from(Currency))),
        royalty_bp=draw(st.integers(0, 10_000)),
        payees=tuple(sorted(draw(SHARES).items())),
        exclusivity=exclusive or None,
        revocability=Revocability(refund=draw(st.sampled_from(Refund))),
        at=START,
        until=START + timedelta(days=60),
    )


def step(draw: st.DrawFn, market: Market, number: int) -> Market:
    """One thing that somebody does; what is refused changes nothing."""
    what = draw(st.sampled_from(STEPS))
    at = START + timedelta(hours=draw(st.integers(0, 24 * 50)))
    money = Money(centimes=draw(st.integers(0, 9000)), currency=draw(st.sampled_from(Currency)))
    who = draw(st.sampled_from(PEOPLE))
    id = f"n{draw(st.integers(max(0, number - 2), number))}"  # now and then an id that was taken
    contract = draw(st.sampled_from(sorted(market.contracts) or ["none"]))
    if what == "offer":
        return market.offer(draw(offers(f"o{number}")))
    if what == "accept":
        return market.accept(
            draw(st.sampled_from(sorted(market.offers) or ["none"])), id=f"c{number}", licensee=who, at=at
        )
    if what == "release":
        return market.release(id, contract, at=at)
    if what == "royalty":
        return market.royalty(id, contract, revenue=money, at=at)
    if what == "revoke":
        return market.revoke(contract, at=at)[0]
    return (market.deposit if what == "deposit" else market.withdraw)(id, who, money, at=at)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_money_is_conserved_and_nobody_holds_what_was_not_brought_in(data: st.DataObject) -> None:
    market = Market()
    for who in ("souk", "radio"):
        for currency in Currency:
            money = Money(centimes=20_000, currency=currency)
            market = market.deposit(f"start-{who}-{currency}", who, money, at=START)
    market = market.offer(data.draw(offers("first"))).offer(data.draw(offers("second")))
    for number in range(data.draw(st.integers(1, 25))):
        before = market
        try:
            market = step(data.draw, market, number)
        except MarketError:
            assert market is before
        for currency in Currency:
            held = market.books.balances(currency)
            assert market.books.total(currency) == sum(held.values()) == 0
            assert all(centimes > 0 for account, centimes in held.items() if account != OUTSIDE)
        for contract in market.contracts.values():
            if contract.ended is not None:
                assert market.books.balance(contract.escrow, contract.offer.price.currency) == 0
    assert Books(entries=market.books.entries) == market.books


@given(
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(Currency), SUMS), max_size=8), st.randoms()
)
def test_balances_do_not_depend_on_the_order_of_deposits(
    payments: list[tuple[str, Currency, int]], random: Random
) -> None:
    entries = [
        Entry(
            id=f"e{n}",
            at=START,
            currency=currency,
            moves={OUTSIDE: -sum_, f"wallet:{who}": sum_},
            why="deposit",
        )
        for n, (who, currency, sum_) in enumerate(payments)
    ]
    shuffled = list(entries)
    random.shuffle(shuffled)
    for currency in Currency:
        one, other = Books(entries=tuple(entries)), Books(entries=tuple(shuffled))
        assert one.balances(currency) == other.balances(currency)


@settings(deadline=None, max_examples=40)
@given(offers("first"), st.lists(SUMS, max_size=5), st.randoms())
def test_royalties_and_the_revocation_may_come_in_any_order(
    one: Offer, revenues: list[int], random: Random
) -> None:
    currency = one.price.currency
    market = Market().offer(one).deposit("d", "souk", Money(centimes=10**8, currency=currency), at=START)
    market = market.accept("first", id="c", licensee="souk", at=START)
    middle = START + (one.ends - START) / 2

    def told(steps: list[int]) -> dict[str, int]:
        state = market
        for number in steps:
            if number < 0:
                state, _ = state.revoke("c", at=middle)
            else:
                revenue = Money(centimes=revenues[number], currency=currency)
                state = state.royalty(f"r{number}", "c", revenue=revenue, at=START)
        return state.books.balances(currency)

    steps = [-1, *range(len(revenues))]
    shuffled = list(steps)
    random.shuffle(shuffled)
    assert told(steps) == told(shuffled)
