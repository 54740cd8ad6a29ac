"""The settling widget: each day's table is the settlement's, to the centime, in the reader's language."""

from datetime import UTC, datetime, timedelta

import pytest

from medialit.consent.market import Contract, Currency, Money, Offer, Revocability, Use
from medialit.consent.records import Action, Audience, Medium, Modality, Purpose, Scope
from medialit.language import translator
from medialit.widgets.settling import SettleWidget

START = datetime(2027, 3, 1, tzinfo=UTC)


def contract():
    scope = Scope(
        purposes=frozenset({Purpose.ADVERTISING}),
        actions=frozenset({Action.PUBLISH}),
        audience=Audience.EVERYONE,
        territories=frozenset({"MA"}),
        media=frozenset({Medium.SOCIAL, Medium.BROADCAST}),
        modalities=frozenset({Modality.FACE}),
        starts=START,
        ends=START + timedelta(days=30),
    )
    offer = Offer(
        id="spring",
        principal="tiziri",
        offered_by=("tiziri",),
        scope=scope,
        price=Money(centimes=250_000, currency=Currency.MAD),
        payees=(("tiziri", 4), ("mehdi", 1)),
        revocability=Revocability(run_on_days=3),
        at=START - timedelta(days=9),
        until=START,
    )
    return Contract(id="C1", offer=offer, licensee="riad", at=START - timedelta(days=2))


USES = (
    Use(id="post", at=START + timedelta(days=1), medium=Medium.SOCIAL, place="network"),
    Use(id="spot", at=START + timedelta(days=1), medium=Medium.BROADCAST, place="atlas-tv"),
)


def test_on_every_day_earned_and_refund_are_the_fee_and_the_table_says_both():
    widget = SettleWidget(contract(), uses=USES)
    for day in range(30):
        widget._day.value = day
        found = widget.settlement
        assert found.earned.centimes + found.refund.centimes == 250_000
        assert str(found.earned) in widget._answer.value and str(found.refund) in widget._answer.value


def test_what_is_up_runs_on_and_what_was_broadcast_does_not():
    widget = SettleWidget(contract(), uses=USES)
    widget._day.value = 10
    assert (widget.settlement.used_days, len(widget.settlement.comes_down)) == (13, 1)
    widget._up.value = False
    assert (widget.settlement.used_days, len(widget.settlement.remains)) == (10, 1)


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_it_speaks_the_readers_language_in_its_direction(lang, direction):
    _, widget = translator(lang), SettleWidget(contract(), uses=USES, lang=lang)
    assert f'dir="{direction}"' in widget._answer.value
    assert _("Earned and back together") in widget._answer.value
    assert widget._up.description == _("Something is up that can be taken down")
    assert ("mls-rtl" in widget._dom_classes) is (direction == "rtl")


def test_a_moment_in_an_arabic_sentence_keeps_its_order():
    assert "\u20662027-" in SettleWidget(contract(), uses=USES, lang="ar")._answer.value
    assert "\u2066" not in SettleWidget(contract(), uses=USES, lang="en")._answer.value
