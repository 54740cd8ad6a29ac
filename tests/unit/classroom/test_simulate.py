"""A simulated class: marks as designed, through the real programs, never into a real course."""

import ast
import json
import re

import pytest

from medialit.classroom.design import FEWEST, Kind, invent_class, plans, read_mutants, reference
from medialit.classroom.hand import disguised, in_own_hand
from medialit.classroom.report import class_report
from medialit.classroom.simulate import MARKER, simulated_course
from medialit.course.source import read_lab, read_labs
from medialit.errors import CourseError

from .conftest import LAB, PROJECT, simulate


def kinds(simulated, kind: Kind) -> list[str]:
    return [one.id for one in simulated.learners if one.kind is kind]


def test_every_mark_is_as_designed(simulated):
    assert simulated.unexpected == ()
    assert sum(len(plan.marks) for plan in simulated.plans[LAB].values()) == 14 * 6


def test_a_mark_that_is_not_as_designed_is_named(simulated):
    from dataclasses import replace

    [strong, *_] = kinds(simulated, Kind.STRONG)
    changed = {LAB: simulated.marks[LAB] | {strong: simulated.marks[LAB][strong] | {"divide": 0.0}}}
    [line] = replace(simulated, marks=changed).unexpected
    assert line.startswith(f"{LAB} {strong} divide (as in the reference): 0.0")


def test_a_copied_function_earns_its_neighbours_marks(simulated):
    for learner in simulated.learners:
        if learner.neighbour:
            assert simulated.marks[LAB][learner.id] == simulated.marks[LAB][learner.neighbour]


def test_who_was_late_blank_or_absent_is_so_in_the_report(simulated):
    [found] = class_report(simulated.course).completion
    assert (found.n_in, found.n_late, found.n_blank, found.n_unread) == (14, 1, 1, 0)
    [absent], [blank] = kinds(simulated, Kind.ABSENT), kinds(simulated, Kind.BLANK)
    assert absent not in simulated.marks[LAB]
    assert set(simulated.marks[LAB][blank].values()) == {0.0}


def test_each_learner_who_handed_in_fetched_feedback_and_is_in_the_export(simulated):
    pages = list((simulated.folder / "work").glob(f"*/{LAB}/feedback/*/{LAB}.html"))
    assert len({page.relative_to(simulated.folder).parts[1] for page in pages}) == 14
    rows = (simulated.course / "grades.csv").read_text().splitlines()[1:]
    assert len(rows) == 15


def test_the_class_is_found_again_by_its_folder(simulated, tmp_path):
    assert simulated_course(simulated.folder) == simulated.course
    assert len(json.loads((simulated.folder / MARKER).read_text())["learners"]) == 15
    with pytest.raises(CourseError, match="holds no finished simulated class"):
        simulated_course(tmp_path)


def test_a_folder_that_holds_anything_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "gradebook.db").write_text("real")
    with pytest.raises(CourseError, match="is in use"):
        simulate(tmp_path, [LAB], n=FEWEST)
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.db"]


def test_a_class_that_is_too_small_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(CourseError, match=f"at least {FEWEST} learners"):
        simulate(tmp_path / "class", [LAB], n=FEWEST - 1)
    assert not (tmp_path / "class").exists()


@pytest.mark.parametrize("n", [FEWEST, 12, 30, 75])
def test_a_class_has_every_kind_and_as_many_learners_as_asked(n):
    learners = invent_class(n)
    assert len({one.id for one in learners}) == len(learners) == n
    assert {one.kind for one in learners} == set(Kind)
    known = {one.id: one.kind for one in learners}
    assert all(known[one.neighbour] in (Kind.WRONG, Kind.WEAK) for one in learners if one.neighbour)


def labs_with_lists():
    return [lab for lab in read_labs(PROJECT) if (PROJECT.graders / f"{lab.slug}_mutants.py").is_file()]


def test_thirty_learners_give_every_listed_wrong_answer_of_every_lab():
    for lab in labs_with_lists():
        mutants = read_mutants(PROJECT.graders, lab.slug)
        given = {way for plan in plans(lab, mutants, invent_class(30)).values() for way in plan.wrong.items()}
        assert given == {(one.item, one.name) for one in mutants}, lab.slug


def test_a_lab_without_a_list_of_wrong_answers_is_refused(tmp_path):
    with pytest.raises(CourseError, match="wrong answers listed there"):
        read_mutants(tmp_path, LAB)


def test_another_hand_changes_the_text_and_no_parameter():
    lab = read_lab(PROJECT.labs / LAB)
    for source in reference(lab).values():
        written = {in_own_hand(source, seed=seed) for seed in range(4)}
        assert len(written) >= 2
        for one in (*written, disguised(source, seed=1)):
            assert parameters(one) == parameters(source)


def parameters(source: str) -> list[str]:
    return [
        ast.unparse(node.args) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)
    ]


def test_a_disguise_has_no_remark():
    assert re.search("#", disguised("def f(a):\n    b = a  # mine\n    return b", seed=1)) is None


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_thirty_learners_go_through_all_labs_and_get_the_marks_that_were_designed(tmp_path):
    done = simulate(tmp_path / "class", [lab.slug for lab in read_labs(PROJECT)], n=30)
    assert done.unexpected == ()
    assert done.n_ways == done.n_listed
    listed = {(one.first, one.second) for one in class_report(done.course).similarity.listed}
    assert listed == {(one.neighbour, one.id) for one in done.learners if one.neighbour}
