"""For whom a sound launch stands, which launch counts, and what is refused in the platform's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit import hub, hub_signin
from medialit.errors import CourseError

from .test_courses import AR, FR, table

DEPLOYMENT = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
LTI = """
[lti]
issuer = "https://lms.example.org"
client_id = "tool"
deployment_id = "1"
authorize_url = "https://lms.example.org/auth"
jwks_url = "https://lms.example.org/keys"
instructors = { "9100" = "amina" }
"""


@pytest.fixture
def place(tmp_path):
    path = table(tmp_path, FR + AR)
    path.write_text(path.read_text() + LTI)
    (tmp_path / "fr.csv").write_text("id,lms_user_id\nsalma,9001\nyassine,9002\n")
    (tmp_path / "ar.csv").write_text("id,lms_user_id\nsalma,9001\n")
    return path


def claims(sub="9001", *, nonce="n", **more):
    return {"sub": sub, "nonce": nonce, DEPLOYMENT: "1", **more}


def test_a_person_stands_for_the_account_that_the_rosters_name(place):
    platform, courses = hub_signin.read_platform(place), hub.read_courses(place)
    known = hub_signin.accounts(platform, courses)
    assert known == {"9001": "salma", "9002": "yassine", "9100": "amina"}
    spent = hub_signin.Spent()
    named = claims("9002", name="Salma", email="salma@example.org", nonce="a")
    assert hub_signin.admit(named, platform, known=known, spent=spent, now=0.0) == "yassine"


def test_without_a_platform_there_is_none(tmp_path):
    assert hub_signin.read_platform(table(tmp_path)) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.replace('client_id = "tool"', ""), "`client_id` is missing"),
        (lambda one: one.replace('= "amina" }', "= 5 }"), "must be an account's name"),
        (lambda one: one.replace('= "amina" }', '= "driss" }'), "who teach no course"),
        (lambda one: one.replace('"9100"', '"9001"'), "stands for amina and for salma"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(place, change, said):
    place.write_text(change(place.read_text()))
    with pytest.raises(CourseError, match=said):
        hub_signin.accounts(hub_signin.read_platform(place), hub.read_courses(place))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (claims("salma@example.org"), "You are in no roster"),
        (claims("9777", locale="fr-FR"), "Vous n'êtes dans aucune liste"),
        (claims("9777", locale="ar_MA"), "لست في أي قائمة"),
        (claims("9777", locale="xx"), "You are in no roster"),
        ({**claims(), "sub": None}, "You are in no roster"),
        ({**claims(), DEPLOYMENT: "2"}, "not agreed on"),
        ({"sub": "9001", "nonce": "n"}, "not agreed on"),
        (claims(nonce="used"), "was used before"),
    ],
)
def test_who_is_unknown_comes_from_elsewhere_or_comes_twice_is_refused_in_words(place, told, said):
    tornado = pytest.importorskip("tornado.web")
    platform = hub_signin.read_platform(place)
    known, spent = hub_signin.accounts(platform, hub.read_courses(place)), hub_signin.Spent()
    spent.spend("used", now=0.0)
    with pytest.raises(tornado.HTTPError) as refused:
        hub_signin.admit(told, platform, known=known, spent=spent, now=1.0)
    assert refused.value.status_code == 403
    assert said in refused.value.jupyterhub_message


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1100)), max_size=30))
def test_within_the_life_of_a_token_each_nonce_is_taken_once(uses):
    spent, seen = hub_signin.Spent(), set()
    for nonce, now in sorted(uses, key=lambda use: use[1]):
        assert spent.spend(nonce, now=now) == (nonce not in seen)
        seen.add(nonce)


def test_nonces_are_forgotten_when_no_token_can_carry_them_any_more():
    spent = hub_signin.Spent()
    for number in range(1000):
        assert spent.spend(str(number), now=float(number * 10))
    assert len(spent._until) <= 121
