"""Who begins with which form, in which order clips come, and what a code word may be."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from medialit.contest import Contest, pseudonym
from medialit.contest.order import first_form, form_on, shuffled, slips
from medialit.contest.records import LONGEST_NAME, Form
from medialit.errors import ContestError


@given(n=st.integers(0, 60), key=st.text(min_size=1, max_size=8))
def test_a_class_of_any_size_splits_evenly_at_every_moment(n: int, key: str) -> None:
    firsts: list[Form] = []
    for arrival in range(n):
        partner = firsts[-1] if firsts else None
        firsts.append(first_form(arrival=arrival, partner=partner, learner=f"learner {arrival}", key=key))
        assert abs(firsts.count("a") - firsts.count("b")) <= 1


def test_who_begins_with_a_hangs_on_the_pseudonym_and_on_the_key() -> None:
    def first(learner: str, key: str) -> Form:
        return first_form(arrival=0, partner=None, learner=learner, key=key)

    names = [f"learner {i}" for i in range(400)]
    share = sum(first(name, "k") == "a" for name in names) / 400
    assert 0.4 < share < 0.6
    assert [first(name, "k") for name in names] != [first(name, "l") for name in names]


@given(n=st.integers(0, 40))
def test_slips_are_balanced_and_each_is_another(n: int) -> None:
    made = slips(n, key="k")
    assert len(made) == n
    assert abs(sum(form == "a" for form in made.values()) * 2 - n) <= 1
    assert all(pseudonym(word) == word for word in made)


def test_the_second_occasion_shows_the_other_form_and_the_last_one_the_third() -> None:
    assert [form_on("before", first=form) for form in ("a", "b")] == ["a", "b"]
    assert [form_on("after", first=form) for form in ("a", "b")] == ["b", "a"]
    assert [form_on("later", first=form) for form in ("a", "b")] == ["c", "c"]


def test_two_learners_see_the_same_clips_in_different_orders(contest: Contest) -> None:
    def order(learner: str) -> list[str]:
        items = shuffled(contest.form("a"), learner=learner, occasion="before", key=contest.key)
        return [item.clip for item in items]

    assert order("one") == order("one")
    assert sorted(order("one")) == sorted(order("two"))
    assert order("one") != order("two")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Argan  7 ", "argan 7"), ("٤١٧٢", "4172"), ("ﬁg", "fig"), ("../../etc", "../../etc"), ("<b>x</b>", "<b>x</b>"),
     ("';DROP TABLE answers--", "';drop table answers--"), ("زيتون", "زيتون"), ("ⴰⵣⵓⵍ", "ⴰⵣⵓⵍ"), ("🍊", "🍊")],
)  # fmt: skip
def test_a_code_word_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert pseudonym(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "   ", "a\x00b", "a\u202eb", "\u200b", "x" * (LONGEST_NAME + 1), "y" * 10**6, "\ud800"]
)
def test_a_code_word_that_cannot_be_read_or_is_too_long_is_refused(typed: str) -> None:
    with pytest.raises(ContestError, match="code word"):
        pseudonym(typed)


@given(st.text(max_size=60))
def test_any_text_is_a_code_word_once_and_for_all_or_refused(typed: str) -> None:
    try:
        name = pseudonym(typed)
    except ContestError:
        return
    assert pseudonym(name) == name
