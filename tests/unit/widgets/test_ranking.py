"""The ranking widget: each list is the library's order, each reason a term of the score, in the reader's language."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from medialit.feed.columns import Profile, columns
from medialit.feed.rank import CREATION_FIRST, ENGAGEMENT_FIRST, rank
from medialit.feed.records import EventKind, Post
from medialit.language import translator
from medialit.widgets.ranking import MOVED, RankWidget

NOW = datetime(2027, 4, 8, 18, tzinfo=UTC)
ME = Profile(viewer="yassir", follows=frozenset({"salma"}), activity={"football": 0.7, "cooking": 0.2})


def candidates():
    rows = [("bread", "salma", 3, 4, 5), ("goal", "anass", 70, 1, 30), ("cats", "zin", 200, 0, 60)]
    topics = {"bread": "cooking", "goal": "football", "cats": "animals"}
    posts = [
        Post(id=name, clip=name, author=who, at=NOW - timedelta(hours=hours), topics=(topics[name],))
        for name, who, _likes, _made, hours in rows
    ]
    counts = {
        name: {EventKind.LIKE: likes, EventKind.REMIX: made} for name, _who, likes, made, _hours in rows
    }
    return columns(posts, now=NOW, counts=counts)


def listed(widget):
    return re.findall(r'"n">\d+</td><td><bdi dir="ltr">(\w+)<', widget._order.value)


def test_the_list_is_the_librarys_order_under_either_preset_and_in_between():
    seen = candidates()
    widget = RankWidget(seen, ME)
    for button, weights in zip(widget._presets.values(), (ENGAGEMENT_FIRST, CREATION_FIRST), strict=True):
        button.click()
        assert widget.weights == weights
        assert listed(widget) == seen.ids[rank(seen, ME, weights=weights, personalised=True).order].tolist()
    widget._sliders["likes"].value = 3.0
    assert widget.weights.likes == 3.0 and widget.weights.making == CREATION_FIRST.making
    assert listed(widget) == seen.ids[widget.ranking.order].tolist()


def test_every_slider_moves_its_own_weight():
    widget = RankWidget(candidates(), ME)
    for name in MOVED:
        widget._sliders[name].value = -1.5
        assert getattr(widget.weights, name) == -1.5


def test_the_reasons_add_up_to_the_points_in_the_list():
    seen = candidates()
    widget = RankWidget(seen, ME)
    for place, name in enumerate(seen.ids):
        widget._post.value = str(name)
        points = [float(one) for one in re.findall(r"[+-]\d+\.\d+", widget._reasons.value)]
        assert sum(points) == pytest.approx(widget.ranking.scores[place], abs=0.005 * (len(points) + 1))


def test_without_a_personal_order_no_reason_is_about_the_viewer():
    widget = RankWidget(candidates(), ME)
    widget._post.value = "bread"
    assert "You follow salma." in widget._reasons.value
    widget._personal.value = False
    assert "You follow" not in widget._reasons.value and "everybody gets" in widget._reasons.value


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_it_speaks_the_readers_language_in_its_direction(lang, direction):
    _, widget = translator(lang), RankWidget(candidates(), ME, lang=lang)
    assert f'dir="{direction}"' in widget._order.value and _("Topics") in widget._order.value
    assert widget._sliders["making"].description == _("Clips made from it")
    assert list(widget._presets) == [_("Engagement-first"), _("Creation-first")]
    assert ("mlr-rtl" in widget._dom_classes) is (direction == "rtl")


def test_markup_in_a_name_stays_text():
    post = Post(id="p", clip="c", author="a", at=NOW, topics=("<b>x",))
    assert "<b>x" not in RankWidget(columns([post], now=NOW), ME)._order.value
