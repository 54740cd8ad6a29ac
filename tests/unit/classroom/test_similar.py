"""Similar sources: the copying neighbour is found, and honest pairs are not."""

from typing import Any

import pytest

from medialit.classroom.design import reference
from medialit.classroom.report import class_report
from medialit.classroom.similar import compare, likeness, tokens
from medialit.course.source import read_lab
from medialit.grading import InProcessStudent, load_grader

from .conftest import PROJECT
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


def test_a_neighbours_results_learned_by_heart_earn_nothing():
    """Hidden cases differ: who hands in a table of a neighbour's cases and answers meets other cases."""
    grader = load_grader(PROJECT.graders, "07_spotting")
    names: dict[str, Any] = {}
    exec("from statistics import NormalDist", names)
    for source in reference(read_lab(PROJECT.labs / "07_spotting")).values():
        exec(source, names)
    table: dict[tuple[str, str], object] = {}

    def noting(item):
        def answer(*arguments):
            table[item, repr(arguments)] = names[item](*arguments)
            return table[item, repr(arguments)]

        return answer

    def score(student: str, answers) -> float:
        judged = grader.judge(InProcessStudent(answers), secret=b"secret", student_id=student)
        return sum(verdict.score for verdict in judged)

    everything = sum(item.points for item in grader.items.values())
    assert score("amal", {item: noting(item) for item in grader.items}) == everything
    by_heart = {
        item: lambda *arguments, item=item: table.get((item, repr(arguments))) for item in grader.items
    }
    assert score("amal", by_heart) == everything
    assert score("badr", by_heart) == 0
