"""Item analysis: difficulty, discrimination and the most common wrong answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.classroom.book import LabBook, Said, Work
from medialit.classroom.items import Telling, analyse, discrimination

RIGHT = Said(missed=(), failure=None)
SWAPPED = Said(missed=("Hits", "Misses"), failure=None)
CRASHED = Said(missed=(), failure="raised")


def work(shares, said=None, untouched=()) -> Work:
    return Work(
        seconds_late=0,
        shares=shares,
        said=said or {},
        sources={item: "x = 1" for item in shares if item not in untouched},
        points=0,
        most=0,
        n_unread=0,
    )


def lab(works, items=("a", "b"), slug="07_x") -> LabBook:
    named = {f"l{number}": one for number, one in enumerate(works)}
    return LabBook(slug=slug, title=slug, items=items, released={}, works=named, n_ungraded=0)


def test_difficulty_counts_full_points_only_and_has_wilsons_interval():
    [a, _b] = analyse([lab([work({"a": 1.0, "b": 1.0})] * 6 + [work({"a": 0.9, "b": 0.0})] * 2)])
    assert a.full.value == pytest.approx(0.75)
    assert (a.n, round(a.mean, 3)) == (8, 0.975)
    assert a.full.low == pytest.approx(0.409, abs=1e-3) and a.full.high == pytest.approx(0.929, abs=1e-3)


def test_an_item_that_goes_with_the_others_tells_learners_apart_and_one_that_goes_against_them_does_not():
    works = [work({"a": float(n > 5), "b": float(n > 4), "c": float(n < 6)}) for n in range(12)]
    [*_, c] = analyse([lab(works, ("a", "b", "c"))])
    assert c.telling is Telling.NO and c.discrimination is not None and c.discrimination.value < 0
    together = [work({"a": float(n > 5), "b": float(n > 4)}) for n in range(12)]
    assert [one.telling for one in analyse([lab(together)])] == [Telling.YES, Telling.YES]


def test_an_item_is_not_compared_with_itself():
    works = [work({"a": float(n % 2)}) for n in range(12)]
    [only] = analyse([lab(works, ("a",))])
    assert only.discrimination is None and only.telling is Telling.FEW


def test_other_labs_count_as_the_rest():
    works = [work({"a": float(n > 5)}) for n in range(12)]
    found = analyse([lab(works, ("a",), "01_x"), lab(works, ("a",), "02_x")])
    assert [one.telling for one in found] == [Telling.YES, Telling.YES]


def test_an_item_that_all_answer_alike_tells_nothing():
    assert discrimination([1.0] * 20, [n / 20 for n in range(20)]) == (None, Telling.ALIKE)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1)), min_size=8, max_size=40),
)
def test_the_interval_holds_the_correlation_and_stays_in_range(pairs):
    found, telling = discrimination([one for one, _ in pairs], [rest for _, rest in pairs])
    if found is None:
        assert telling is Telling.ALIKE
    else:
        assert -1 <= found.low <= found.value <= found.high <= 1
        assert (telling is Telling.YES) == (found.value >= 0.2 and found.low > 0)


def test_the_most_common_wrong_answer_is_what_most_missed_together():
    said = [SWAPPED, SWAPPED, CRASHED, RIGHT]
    works = [work({"a": 0.0, "b": 1.0}, {"a": one}) for one in said]
    [a, b] = analyse([lab(works)])
    assert a.wrong is not None and (a.wrong.said, a.wrong.n, a.wrong.n_ways) == (SWAPPED, 2, 2)
    assert b.wrong is None


def test_an_item_that_was_left_as_it_was_is_no_wrong_answer():
    works = [work({"a": 0.0}, {"a": CRASHED}, untouched=("a",))] * 3
    [a] = analyse([lab(works, ("a",))])
    assert a.wrong is None and a.n_untouched == 3
