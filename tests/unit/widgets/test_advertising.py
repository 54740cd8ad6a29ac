"""An advert's licences as plain data, answered by the gate of the library."""

from __future__ import annotations

import pytest

from medialit.consent.reasons import CODES
from medialit.widgets.advertising import may_show


def licence(person="itto", **changed):
    known = {
        "person": person, "minor": False, "media": ["social", "web"], "parts": ["face"],
        "lands": ["MA", "FR"], "first": 5, "last": 20, "revoked": None,
    }  # fmt: skip
    return known | changed


def answer(*licences, person="itto", medium="social", parts=("face",), lands=("MA",), day=10):
    return may_show(licences, person, medium=medium, parts=parts, lands=lands, day=day)


@pytest.mark.parametrize(
    ("day", "code"), [(4, "not_started"), (5, "granted"), (20, "granted"), (21, "expired")]
)
def test_the_first_and_the_last_day_are_both_covered(day, code):
    assert answer(licence(), day=day) == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"medium": "broadcast"}, "medium_not_granted"),
        ({"parts": ("face", "voice")}, "voice_not_granted"),
        ({"lands": ("MA", "ES")}, "territory_not_granted"),
        ({"person": "hania"}, "unknown_person"),
    ],
)
def test_what_a_licence_does_not_name_is_refused_with_its_reason(asked, code):
    assert answer(licence(), **asked) == code
    assert code in CODES


def test_from_the_day_of_its_revocation_on_a_licence_no_longer_holds():
    revoked = licence(revoked=12)
    assert [answer(revoked, day=day) for day in (11, 12)] == ["granted", "revoked"]


def test_no_licence_lets_an_advert_show_a_minor():
    assert answer(licence(minor=True)) != "granted"


def test_licences_of_others_do_not_help():
    assert answer(licence("hania"), licence(last=7), person="itto") == "expired"
    assert answer(licence("hania"), licence(last=7), person="hania") == "granted"
