"""Similar sources: the copying neighbour is found, and honest pairs are not."""

import pytest

from medialit.classroom.report import class_report
from medialit.classroom.similar import compare, likeness, tokens

from .test_items import lab, work


def test_the_copying_neighbour_of_a_simulated_class_is_the_only_pair_listed(simulated):
    found = class_report(simulated.course).similarity
    copied = [(one.neighbour, one.id) for one in simulated.learners if one.neighbour]
    assert [(one.first, one.second) for one in found.listed] == copied
    assert found.n_pairs >= 60 and found.others is not None and found.others < found.listed[0].alike


def test_spaces_and_line_breaks_are_no_difference_and_names_and_remarks_are():
    assert tokens("x=  1\n\n\ny = [\n 2]") == tokens("x = 1\ny = [2]")
    assert likeness(tokens("x = 1"), tokens("y = 1")) < 1
    assert likeness(tokens("x = 1  # mine"), tokens("x = 1")) < 1


@pytest.mark.parametrize("source", ["def f(:", "'''", "\x00", "x = 1\n  y", "(" * 5000, "%%time\nx"])
def test_what_is_no_python_is_compared_all_the_same(source):
    assert likeness(tokens(source), tokens(source)) == 1 or not tokens(source)


def test_a_class_that_is_too_small_has_nothing_listed():
    works = [work({"a": 1.0, "b": 1.0})] * 5
    found = compare([lab(works)])
    assert found.listed == () and found.others is None


def test_a_class_that_writes_the_same_throughout_has_nobody_stand_out():
    works = [work(dict.fromkeys("abcdef", 1.0))] * 12
    assert compare([lab(works, tuple("abcdef"))]).listed == ()
