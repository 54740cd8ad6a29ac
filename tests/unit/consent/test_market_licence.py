"""A licence as a file: it comes back as it went out, and nothing that was changed comes in."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from medialit.consent.market import (
    Contract,
    Currency,
    Exclusivity,
    Market,
    Money,
    Offer,
    Refund,
    Revocability,
    Use,
)
from medialit.consent.market_file import MarketFile
from medialit.consent.market_licence import (
    MAX_BYTES,
    licence_trouble,
    odrl_terms,
    read_licence,
    write_licence,
)
from medialit.consent.odrl import DutyKind, terms_of
from medialit.consent.records import Action, Audience, Medium, Modality, Purpose, Scope
from medialit.errors import MarketError, ReceiptError

START = datetime(2027, 3, 1, tzinfo=UTC)
SCOPE = Scope(
    purposes=frozenset({Purpose.ADVERTISING}),
    actions=frozenset({Action.GENERATE, Action.PUBLISH}),
    audience=Audience.EVERYONE,
    territories=frozenset({"MA"}),
    media=frozenset({Medium.SOCIAL, Medium.BROADCAST}),
    modalities=frozenset({Modality.FACE}),
    starts=START,
    ends=START + timedelta(days=30),
)


def contract(*, price=1_000_00, currency=Currency.MAD, ended=None, exclusive=True):
    offer = Offer(
        id="O1",
        principal="lahcen",
        offered_by=("lahcen",),
        licensees=("cooperative",),
        scope=SCOPE,
        price=Money(centimes=price, currency=currency),
        royalty_bp=500,
        payees=(("lahcen", 4), ("agency", 1)),
        exclusivity=Exclusivity(
            purposes=SCOPE.purposes,
            territories=SCOPE.territories,
            starts=START,
            ends=START + timedelta(days=30),
        )
        if exclusive
        else None,
        revocability=Revocability(refund=Refund.UNUSED_DAYS, run_on_days=3),
        at=START,
        until=START + timedelta(days=9),
    )
    return Contract(id="C1", offer=offer, licensee="cooperative", at=START + timedelta(hours=9), ended=ended)


@pytest.mark.parametrize("price", [0, 1, 1_000_00])
@pytest.mark.parametrize("currency", list(Currency))
@pytest.mark.parametrize("ended", [None, START + timedelta(days=10)])
@pytest.mark.parametrize("exclusive", [True, False])
def test_a_licence_comes_back_from_its_file_as_it_was(price, currency, ended, exclusive):
    one = contract(price=price, currency=currency, ended=ended, exclusive=exclusive)
    assert read_licence(write_licence(one)) == one


def test_the_terms_of_a_licence_are_its_permission_and_its_fee():
    terms = terms_of(odrl_terms(contract()))
    assert terms.record == contract().grant
    assert [(duty.kind, duty.centimes) for duty in terms.duties] == [(DutyKind.COMPENSATE, 1_000_00)]
    assert terms_of(odrl_terms(contract(price=0))).duties == ()


def paths(value, at=()):
    yield at
    if isinstance(value, dict):
        for key, part in value.items():
            yield from paths(part, (*at, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from paths(part, (*at, place))


def changed(plain, path, new):
    if not path:
        return new
    copy = json.loads(json.dumps(plain))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return copy


@pytest.mark.parametrize(
    "new", [None, True, -1, 1.0, 10**400, "x", [], {}, "\ud800", "2027-99-99", ["lahcen", 0]]
)
def test_whatever_is_put_in_place_of_a_part_is_refused_or_is_a_licence_that_fits_itself(new):
    plain = json.loads(write_licence(contract()))
    for path in paths(plain):
        try:
            found = read_licence(json.dumps(changed(plain, path, new)).encode())
        except ReceiptError as error:
            assert error.code in ("malformed", "version", "altered")
        else:
            assert read_licence(write_licence(found)) == found


def test_terms_that_promise_more_than_the_offer_are_refused():
    plain = json.loads(write_licence(contract()))
    plain["terms"]["permission"][0]["action"].append("urn:medialit:action:train")
    with pytest.raises(ReceiptError, match="do not fit") as refused:
        read_licence(json.dumps(plain).encode())
    assert refused.value.code == "altered"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'{"format": NaN}', "malformed"),
        (b'{"format": "medialit-licence/1", "format": "medialit-licence/1"}', "malformed"),
        (b'{"format": "medialit-licence/1"}', "altered"),
        (b'{"format": "medialit-licence/2"}', "version"),
        (b"1" * 10_000, "malformed"),
        (b" " * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_a_hostile_file_is_refused_with_a_reason_in_each_language(data, code):
    with pytest.raises(ReceiptError) as refused:
        read_licence(data)
    assert refused.value.code == code
    said = {licence_trouble(refused.value, lang=lang) for lang in ("en", "fr", "ar")}
    assert len(said) == 3


def market():
    one = contract()
    dirhams = Money(centimes=1_000_00, currency=Currency.MAD)
    after = Market().offer(one.offer).deposit("d", "cooperative", dirhams, at=one.at)
    return after.accept("O1", id="C1", licensee="cooperative", at=one.at)


def use(id="C1.use-1", *, days=2, medium=Medium.SOCIAL):
    return Use(id=id, at=START + timedelta(days=days), medium=medium, place="network")


def test_a_use_that_was_reported_counts_in_the_settlement_once():
    shown = market().show("C1", use()).show("C1", use())
    assert shown.uses["C1"] == (use(),)
    _after, settled = shown.revoke("C1", at=START + timedelta(days=9, hours=1), uses=[use()])
    assert settled.comes_down == (use(),) and settled.used_days == 13
    _after, unshown = market().revoke("C1", at=START + timedelta(days=9, hours=1))
    assert unshown.used_days == 10


def test_a_use_is_refused_outside_its_contract_and_under_an_id_that_is_taken():
    shown = market().show("C1", use())
    for late in (use("C1.use-2", days=30), use("C1.use-2", days=-1)):
        with pytest.raises(MarketError, match="binds from"):
            shown.show("C1", late)
    with pytest.raises(MarketError, match="belongs to another use"):
        shown.show("C1", replace(use(), place="tv"))
    ended, _settled = shown.revoke("C1", at=START + timedelta(days=9))
    with pytest.raises(MarketError, match="binds from"):
        ended.show("C1", use("C1.use-3", days=9))


def test_a_reported_use_lasts_in_the_file(tmp_path):
    file, one = MarketFile(tmp_path / "market.jsonl"), contract()
    file.offer(one.offer)
    file.deposit("d", "cooperative", one.offer.price, at=one.at)
    file.accept("O1", id="C1", licensee="cooperative", at=one.at)
    file.show("C1", use())
    file.show("C1", use())
    assert MarketFile(file.path).read().uses == {"C1": (use(),)}
    assert [step.kind for step in file.steps()] == ["offer", "deposit", "accept", "show"]
