"""Notices: the channel and the deadline that fit, and no notice with an empty field."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.consent import notice_texts
from medialit.consent.notices import (
    REQUIRED,
    Case,
    Channel,
    Deadline,
    Harm,
    Unit,
    build_notice,
    how_to_fill,
    missing,
    routes,
)
from medialit.errors import NoticeError
from medialit.language import translator

RECEIVED = datetime(2026, 11, 27, 9, tzinfo=UTC)
FACTS = {key: f"value of {key}" for key in notice_texts.FIELDS}
HOURS_48 = Deadline(n=48, unit=Unit.HOURS)
MONTH = Deadline(n=1, unit=Unit.MONTHS)
CLEAR_10 = Deadline(n=10, unit=Unit.CLEAR_DAYS)
CP1, CP2, CP3 = (f"Code pénal, art. 447-{n}" for n in (1, 2, 3))
T, D, G, L, C, P, F = (
    Channel.TAKE_IT_DOWN, Channel.DSA, Channel.GDPR, Channel.LAW_09_08, Channel.CNDP, Channel.PROSECUTOR_MA,
    Channel.PLATFORM,
)  # fmt: skip

# harms, minor, close, country, platform serves the US, the EU -> channels in order, deadlines, penal articles
TABLE = [
    ("intimate", 0, 0, "MA", 1, 1, [T, D, P, L, C], [CP1]),
    ("intimate montage", 0, 0, "MA", 1, 1, [T, D, P, L, C], [CP2]),
    ("intimate montage", 1, 0, "MA", 1, 0, [T, P, L, C], [CP2, CP3]),
    ("intimate", 0, 0, "FR", 0, 1, [D, G], []),
    ("intimate", 0, 0, "SN", 1, 0, [T], []),
    ("intimate", 0, 0, "SN", 0, 0, [F], []),
    ("montage", 0, 0, "MA", 1, 0, [P, L, C, F], [CP2]),
    ("montage", 0, 0, "MA", 1, 1, [D, P, L, C], [CP2]),
    ("montage", 1, 0, "MA", 0, 0, [P, L, C, F], [CP2, CP3]),
    ("montage", 0, 1, "MA", 0, 0, [P, L, C, F], [CP2, CP3]),
    ("montage", 0, 0, "ES", 1, 1, [D, G], []),
    ("montage", 0, 0, "US", 1, 0, [F], []),
    ("private", 0, 0, "MA", 0, 0, [P, L, C, F], [CP1]),
    ("private montage", 0, 1, "MA", 0, 0, [P, L, C, F], [CP1, CP2, CP3]),
    ("defamation", 0, 0, "MA", 0, 0, [P, L, C, F], [CP2]),
    ("defamation", 0, 0, "BE", 0, 0, [D, G], []),
    ("revoked", 0, 0, "MA", 1, 1, [L, C, F], []),
    ("revoked", 1, 1, "MA", 0, 0, [L, C, F], []),
    ("revoked", 0, 0, "FR", 1, 1, [G, F], []),
    ("revoked", 0, 0, "NO", 0, 0, [G, F], []),
    ("revoked montage", 0, 0, "FR", 0, 1, [D, G], []),
    ("revoked", 0, 0, "SN", 0, 0, [F], []),
]
DEADLINES = {T: HOURS_48, G: MONTH, L: CLEAR_10}


def case(harms, minor=0, close=0, country="MA", us=0, eu=0):
    return Case(
        harms=frozenset(Harm(one) for one in harms.split()), minor=bool(minor), close=bool(close), country=country,
        platform_serves_us=bool(us), platform_serves_eu=bool(eu),
    )  # fmt: skip


CASES = st.builds(
    Case,
    harms=st.frozensets(st.sampled_from(list(Harm)), min_size=1),
    minor=st.booleans(),
    close=st.booleans(),
    country=st.sampled_from(["MA", "FR", "NO", "US", "SN"]),
    platform_serves_us=st.booleans(),
    platform_serves_eu=st.booleans(),
)


@pytest.mark.parametrize(("harms", "minor", "close", "country", "us", "eu", "channels", "penal"), TABLE)
def test_a_case_has_its_channels_deadlines_and_articles(
    harms, minor, close, country, us, eu, channels, penal
):
    found = routes(case(harms, minor, close, country, us, eu))
    assert [one.channel for one in found] == channels
    assert [one.deadline for one in found] == [DEADLINES.get(one) for one in channels]
    assert [a for one in found if one.channel is P for a in one.articles] == penal


@given(CASES)
def test_forty_eight_hours_are_claimed_for_intimate_pictures_only(one):
    hurried = any(route.deadline == HOURS_48 for route in routes(one))
    assert hurried == (Harm.INTIMATE in one.harms and one.platform_serves_us)


@given(CASES)
def test_there_is_always_somebody_to_write_to_and_nobody_twice(one):
    channels = [route.channel for route in routes(one)]
    assert channels and len(set(channels)) == len(channels)


@given(CASES)
def test_moroccan_law_is_named_in_morocco_only(one):
    assert (one.country == "MA") == any(route.channel in (L, C) for route in routes(one))


@settings(max_examples=60, deadline=None)
@given(one=CASES, lang=st.sampled_from(["en", "fr", "ar"]), data=st.data())
def test_a_notice_has_every_required_field_or_is_not_written(one, lang, data):
    route = data.draw(st.sampled_from(routes(one)))
    notice = build_notice(route, {key: FACTS[key] for key in route.required}, lang=lang, received=RECEIVED)
    assert all(FACTS[key] in notice.body for key in route.required)
    assert "{" not in notice.body + notice.subject
    gone = data.draw(st.sampled_from(route.required))
    empty = data.draw(st.sampled_from([{}, {gone: ""}, {gone: " \n "}]))
    facts = {key: FACTS[key] for key in route.required if key != gone} | empty
    assert missing(route, facts) == (gone,)
    with pytest.raises(NoticeError, match=re.escape(how_to_fill(gone, lang=lang))):
        build_notice(route, facts, lang=lang)


@pytest.mark.parametrize(
    ("channel", "elements"),
    [
        (T, {"signature", "urls", "no_consent", "good_faith", "contact"}),  # section 3(a)(1)(B)(i) to (iv)
        (D, {"why_illegal", "urls", "name", "contact", "bona_fide"}),  # art. 16(2)(a) to (d)
    ],
)
def test_what_the_law_lists_is_required(channel, elements):
    assert elements <= set(REQUIRED[channel])


def test_an_intimate_picture_of_a_minor_is_notified_in_europe_without_a_name():
    route = next(one for one in routes(case("intimate", minor=1, country="FR", eu=1)) if one.channel is D)
    assert not {"name", "contact"} & set(route.required)
    route = next(one for one in routes(case("montage", minor=1, country="FR", eu=1)) if one.channel is D)
    assert {"name", "contact", "guardian"} <= set(route.required)


def test_a_revocation_must_be_dated_where_the_request_rests_on_it():
    for one in routes(case("revoked", country="FR")):
        assert "revocation" in one.required


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_every_text_of_a_notice_is_translated(lang):
    _ = translator(lang)
    texts = [
        *(one for pair in notice_texts.FIELDS.values() for one in pair), *notice_texts.SUBJECTS.values(),
        *(one for body in notice_texts.BODIES.values() for one in body), *notice_texts.TERM_SENTENCES.values(),
        notice_texts.CLOSING, notice_texts.LACKING, *notice_texts.ARTICLES,
    ]  # fmt: skip
    same = {one for one in texts if _(one) == one}
    assert same == set()
    for one in texts:
        assert re.findall(r"{\w+}", one) == re.findall(r"{\w+}", _(one))


def test_every_article_that_is_named_is_in_the_catalogue():
    harms = [frozenset(pair) for pair in product(Harm, Harm)]
    named = {
        article
        for some, country in product(harms, ["MA", "FR"])
        for route in routes(
            Case(harms=some, minor=True, country=country, platform_serves_us=True, platform_serves_eu=True)
        )
        for article in route.articles
    }
    assert named == set(notice_texts.ARTICLES)


def test_every_notice_says_that_it_is_not_legal_advice():
    route = routes(case("montage"))[0]
    assert "not legal advice" in build_notice(route, FACTS, lang="en").body
    assert "pas un conseil juridique" in build_notice(route, FACTS, lang="fr").body
    assert "ليست استشارة قانونية" in build_notice(route, FACTS, lang="ar").body


@pytest.mark.parametrize(
    ("deadline", "received", "due"),
    [
        (HOURS_48, "2026-11-27T09:00+00:00", "2026-11-29T09:00"),
        (MONTH, "2026-11-27T09:00+00:00", "2026-12-27T09:00"),
        (MONTH, "2026-12-31T09:00+00:00", "2027-01-31T09:00"),
        (MONTH, "2027-01-31T09:00+00:00", "2027-02-28T09:00"),
        (CLEAR_10, "2026-11-27T09:00+00:00", "2026-12-08T09:00"),
    ],
)
def test_deadlines_are_counted_as_each_law_counts(deadline, received, due):
    assert deadline.due(datetime.fromisoformat(received)).isoformat().startswith(due)


def test_a_link_in_several_lines_and_a_name_in_tifinagh_stay_as_they_are():
    route = routes(case("montage"))[0]
    facts = FACTS | {"urls": "https://a.example/1\nhttps://a.example/{n}", "name": "ⵜⵉⵣⵉⵔⵉ"}
    body = build_notice(route, facts, lang="ar").body
    assert facts["urls"] in body and facts["name"] in body


@pytest.mark.parametrize(
    "facts",
    [FACTS | {"phone": "1"}, FACTS | {"name": 7}, FACTS | {"name": "a‮b"}, FACTS | {"name": "a" * 3000}],
)
def test_what_cannot_be_written_is_refused(facts):
    with pytest.raises(NoticeError):
        build_notice(routes(case("montage"))[0], facts, lang="en")


@pytest.mark.parametrize(
    "wrong", [{"harms": frozenset()}, {"country": "Maroc"}, {"minor": "no"}, {"harms": ["x"]}]
)
def test_a_case_that_says_too_little_is_refused(wrong):
    with pytest.raises(NoticeError):
        Case(**({"harms": frozenset({Harm.MONTAGE}), "minor": False, "country": "MA"} | wrong))
