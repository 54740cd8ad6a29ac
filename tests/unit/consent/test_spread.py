"""Laws of what a revocation reaches: by the place, and by whether a copy is older than the revocation."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.consent.spread import Conduct, Fate, Place, Posting, measure, partition
from medialit.errors import RecordError

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACES = (
    Place(id="network", conduct=Conduct.COOPERATES, delay_h=10),
    Place(id="forum", conduct=Conduct.NOTICE_ONLY, delay_h=10, answers=0.5),
    Place(id="group", conduct=Conduct.CLOSED_GROUP),
    Place(id="gone", conduct=Conduct.DELETED_ACCOUNT),
)


def post(place: str, hours: float, id: str = "p1", views: float = 100.0) -> Posting:
    return Posting(id=id, place=place, at=AT + hours * HOUR, views_per_h=views, half_life_h=10)


@pytest.mark.parametrize(
    ("place", "hours", "fate"),
    [
        ("network", -1, Fate.UNPUBLISHED),
        ("network", 0, Fate.BLOCKED),
        ("network", 1, Fate.BLOCKED),
        ("forum", -1, Fate.NOTIFIED),
        ("forum", 1, Fate.NOTIFIED),
        ("group", -1, Fate.UNREACHABLE),
        ("group", 1, Fate.UNREACHABLE),
        ("gone", -1, Fate.UNREACHABLE),
        ("gone", 1, Fate.UNREACHABLE),
    ],
)
def test_the_place_and_the_moment_decide_the_fate(place: str, hours: float, fate: Fate) -> None:
    (one,) = partition([post(place, hours)], PLACES, at=AT)
    assert one.fate is fate
    assert (one.done_at is None) == (fate is Fate.UNREACHABLE)


def test_a_refused_upload_is_seen_by_nobody() -> None:
    reach = measure(partition([post("network", 5)], PLACES, at=AT), at=AT)
    assert reach.views_before == reach.views_after == 0
    assert reach.views_without > 0


def test_a_post_is_seen_until_it_is_down() -> None:
    reach = measure(partition([post("network", -10)], PLACES, at=AT), at=AT)
    # Halved in ten hours: 721 views in the first ten, 361 in the next ten, then it is down.
    assert (round(reach.views_before), round(reach.views_after)) == (721, 361)
    assert reach.delay_h == 10


def test_a_notice_helps_only_as_often_as_it_is_answered() -> None:
    reach = measure(partition([post("forum", -10)], PLACES, at=AT), at=AT)
    assert reach.views_after == pytest.approx(0.5 * 360.7 + 0.5 * reach.views_without, rel=1e-3)


def test_nothing_helps_where_nobody_can_be_reached() -> None:
    reach = measure(partition([post("group", -10), post("gone", 3, "p2")], PLACES, at=AT), at=AT)
    assert reach.views_after == reach.views_without and reach.delay_h is None


@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.floats(-300, 300), st.floats(0, 1e4)), max_size=12),
    st.floats(0.5, 2000),
)
def test_every_copy_has_one_fate_and_acting_never_adds_views(
    drawn: list[tuple[Place, float, float]], horizon_h: float
) -> None:
    copies = [post(place.id, hours, f"p{n}", views) for n, (place, hours, views) in enumerate(drawn)]
    reached = partition(copies, PLACES, at=AT)
    reach = measure(reached, at=AT, horizon=horizon_h * HOUR)
    assert [one.posting for one in reached] == copies
    assert sum(reach.n.values()) == len(copies) and set(reach.n) == set(Fate)
    assert 0 <= reach.views_after <= reach.views_without * (1 + 1e-9)


def test_a_copy_at_an_unknown_place_is_refused() -> None:
    with pytest.raises(RecordError, match="not among the places"):
        partition([post("nowhere", 0)], PLACES, at=AT)


def test_two_copies_cannot_share_an_id() -> None:
    with pytest.raises(RecordError, match="Give each its own"):
        partition([post("forum", 0), post("group", 0)], PLACES, at=AT)


@pytest.mark.parametrize("bad", [{"delay_h": -1}, {"delay_h": float("nan")}, {"answers": 1.5}])
def test_a_place_is_plausible(bad: dict[str, float]) -> None:
    with pytest.raises(RecordError):
        Place(id="x", conduct=Conduct.NOTICE_ONLY, **bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [{"views_per_h": -1}, {"half_life_h": 0}, {"at": datetime(2026, 1, 1)}])
def test_a_posting_is_plausible(bad: dict[str, object]) -> None:
    with pytest.raises(RecordError):
        Posting(**({"id": "p", "place": "x", "at": AT} | bad))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_reach_is_explained_in_each_language(lang: str) -> None:
    reach = measure(partition([post("network", -10), post("group", -1, "p2")], PLACES, at=AT), at=AT)
    said = reach.explain(lang=lang)
    assert len(said) == 5 and "818" in said[4]
    assert lang == "en" or not set(said) & set(reach.explain(lang="en"))
