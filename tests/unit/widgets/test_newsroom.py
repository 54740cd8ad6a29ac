"""The newsroom's desk: what a plan leaves is what its results change, and one origin moves the probability once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.errors import StatisticsError
from medialit.language import translator
from medialit.widgets.newsroom import DeskWidget, cost_after, sun

COSTS = {"publish": (0, 40), "label": (5, 10), "hold": (15, 3), "debunk": (60, 0)}
ROWS = [
    ("search", "web", 8, 0.97, 0.4),
    ("caretaker", "caretaker", 11, 0.9, 0.1),
    ("map", "place", 14, 0.95, 0.6),
    ("detector", "pixels", 3, 0.96, 0.92),
    ("blocks", "pixels", 2, 0.7, 0.6),
]
FIELDS = ("name", "origin", "minutes", "yes_if_true", "yes_if_false")
CHECKS = [dict(zip(FIELDS, row, strict=True)) for row in ROWS]
SHARES = st.floats(0, 1)


def desk(lang="en"):
    return DeskWidget(CHECKS, p=0.43, minutes=30, costs=COSTS, lang=lang)


@given(p=SHARES, shares=st.lists(st.tuples(SHARES, SHARES), max_size=4))
def test_no_check_makes_the_expected_cost_higher(p, shares):
    some = [{"yes_if_true": one, "yes_if_false": other} for one, other in shares]
    left = [cost_after(some[:n], p, COSTS) for n in range(len(some) + 1)]
    assert all(later <= earlier + 2e-9 for earlier, later in pairwise(left))


@given(p=SHARES, share=SHARES)
def test_a_check_that_says_yes_as_often_either_way_saves_nothing(p, share):
    blind = {"yes_if_true": share, "yes_if_false": share}
    assert cost_after([blind], p, COSTS) == pytest.approx(cost_after([], p, COSTS), abs=2e-9)


@given(p=SHARES)
def test_a_check_that_is_never_wrong_leaves_what_the_best_answers_cost(p):
    sure = {"yes_if_true": 1.0, "yes_if_false": 0.0}
    assert cost_after([sure], p, COSTS) == pytest.approx(0.0, abs=1e-9)  # publish if true, debunk if false


def test_shares_beyond_one_and_no_answers_are_refused():
    with pytest.raises(StatisticsError):
        cost_after([], 1.2, COSTS)
    with pytest.raises(StatisticsError):
        cost_after([], 0.5, {})


def test_the_sun_is_highest_at_1314_and_as_high_before_as_after():
    assert max(range(400, 1100), key=sun) == 794
    assert sun(794 - 90) == pytest.approx(sun(794 + 90))
    assert sun(794) == pytest.approx(90 - 31.5 - 20)


def test_a_check_spends_its_minutes_and_moves_the_probability_by_its_ratio():
    widget = desk()
    widget.make("search")  # a no: 3 in 100 of true claims, 60 in 100 of false ones
    assert widget.minutes_left == 22
    assert widget.probability == pytest.approx(0.43 * 0.03 / (0.43 * 0.03 + 0.57 * 0.6))
    widget.make("search")
    assert (widget.minutes_left, widget.made) == (22, ["search"])


def test_a_second_look_at_one_origin_costs_its_minutes_and_says_nothing_new():
    widget = desk()
    widget.make("detector")
    once = widget.probability
    widget.make("blocks")
    assert (widget.probability, widget.minutes_left) == (once, 25)
    assert "asked already" in widget._answer.value


def test_what_does_not_fit_any_more_cannot_be_pressed_and_beginning_again_gives_it_back():
    widget = desk()
    for name in ("search", "caretaker"):
        widget._buttons[name].click()
    assert widget._buttons["map"].disabled and not widget._buttons["detector"].disabled
    widget.make("map")
    assert "map" not in widget.made
    widget._again.click()
    assert (widget.probability, widget.minutes_left, widget.made) == (0.43, 30, [])
    assert not widget._buttons["map"].disabled


def test_the_cheapest_answer_is_the_one_marked():
    widget = desk()
    assert widget._answer.value.split('<tr class="best"><td>')[1].startswith("label as unconfirmed")
    widget.make("detector")
    assert widget._answer.value.split('<tr class="best"><td>')[1].startswith("hold")


def test_a_check_that_the_case_does_not_know_is_refused():
    with pytest.raises(StatisticsError, match="oracle"):
        DeskWidget([CHECKS[0] | {"name": "oracle"}], p=0.4, minutes=30, costs=COSTS)


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_it_speaks_the_readers_language_in_its_direction(lang, direction):
    _, widget = translator(lang), desk(lang)
    widget.make("caretaker")
    assert f'dir="{direction}"' in widget._answer.value
    assert _("Expected cost") in widget._answer.value
    assert widget._buttons["search"].description.startswith(_("Search for older copies"))
    assert ("mln-rtl" in widget._dom_classes) is (direction == "rtl")
