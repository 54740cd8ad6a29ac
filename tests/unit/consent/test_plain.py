"""The lesson's small rules in plain dictionaries, and what the engine answers to them."""

from __future__ import annotations

import pytest

from medialit.consent import plain
from medialit.errors import RecordError

REQUEST = {
    "who": "idir", "person": "hnia", "action": "publish", "purpose": "education", "audience": "approved",
    "parts": ["face"], "topics": [], "day": 100,
}  # fmt: skip
GRANT = {
    "id": "g", "person": "hnia", "to": ["idir"], "actions": ["publish"], "purposes": ["education"],
    "audience": "mutuals", "parts": ["face"], "starts": 90, "ends": 110,
}  # fmt: skip


def reason(request=None, grant=None, revocations=(), forbidden=()):
    decision = plain.answer(REQUEST | (request or {}), [GRANT | (grant or {})], revocations, forbidden)
    return decision.reason.code


def test_what_a_grant_covers_is_allowed_and_nothing_else():
    assert reason() == "granted"
    assert plain.answer(REQUEST, [], [], []).reason.code == "no_grant"
    assert reason({"purpose": "advertising"}) == "purpose_not_granted"
    assert reason({"audience": "everyone"}) == "audience_not_granted"
    assert reason({"parts": ["face", "voice"]}) == "voice_not_granted"


def test_a_period_has_its_first_day_and_not_its_last():
    assert reason(grant={"starts": 100}) == "granted"
    assert reason(grant={"ends": 100}) == "expired"


def test_a_revocation_counts_from_its_day_on():
    assert reason(revocations=[{"grant": "g", "day": 100}]) == "revoked"
    assert reason(revocations=[{"grant": "g", "day": 101}]) == "granted"


def test_a_forbidden_topic_binds_the_person_too():
    no = [{"person": "hnia", "topic": "credit"}]
    assert reason({"topics": ["credit"]}, forbidden=no) == "prohibited_topic"
    assert reason({"topics": ["credit"], "who": "hnia"}, forbidden=no) == "prohibited_topic"
    assert reason({"topics": ["credit"]}, forbidden=[{"person": "idir", "topic": "credit"}]) == "granted"


def test_drawn_questions_are_the_same_again_and_of_both_answers():
    assert plain.draw(5) == plain.draw(5) != plain.draw(6)
    allowed = sum(plain.answer(*plain.draw(seed)).allowed for seed in range(200))
    assert 60 <= allowed <= 100


@pytest.mark.parametrize("day", [-1, 10_001])
def test_a_day_out_of_range_is_refused(day):
    with pytest.raises(RecordError, match=r"0 to 10,000"):
        reason({"day": day})


def test_a_revocation_of_an_unknown_grant_is_refused():
    with pytest.raises(RecordError, match="names the grant 'h'"):
        reason(revocations=[{"grant": "h", "day": 3}])
