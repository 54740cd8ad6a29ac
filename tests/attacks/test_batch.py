"""All attacks, and honest work among them, graded in one batch: what must hold of all of it."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

pytestmark = pytest.mark.timeout(900)


def test_every_mark_is_what_the_answers_are_honestly_worth(battle):
    expected = {name: (attack.status, attack.mark) for name, attack in battle.submissions.items()}
    found = {r.student: (r.status, r.score) for r in battle.summary.results}
    assert {n: v for n, v in found.items() if v != expected.get(n)} == {}
    assert found.keys() == expected.keys()


def test_the_gradebook_says_the_same(battle):
    graded = {r.student: r.score for r in battle.summary.results if r.status == "graded"}
    assert battle.gradebook == graded


def test_no_grader_broke(battle):
    assert [r.student for r in battle.summary.results if r.needs_a_person] == []


def test_nothing_secret_stands_in_anything_that_was_written(battle):
    hidden_case = re.compile(r"hidden case: \(?\d|Case\d")
    for path in (battle.course / "autograded").rglob("*.ipynb"):
        text = path.read_text()
        told = [place for place, canary in battle.canaries.items() if canary in text]
        if "victim" in path.parts:
            told.remove("a classmate's work")
        assert (path.parts[-3], told, hidden_case.findall(text)) == (path.parts[-3], [], [])


def test_nobody_was_reached(battle):
    assert battle.heard == []


def test_nothing_was_changed_but_marks(battle):
    assert battle.changed == []


def test_nothing_survives(battle):
    assert battle.processes == []
    assert battle.temporary == []
    assert [p.name for p in battle.home.iterdir()] != []
    assert {p.name for p in battle.home.iterdir()} == {".netrc", "friend.sock"}


def test_what_was_written_is_valid_and_short(battle):
    for path in (battle.course / "autograded").rglob("*.ipynb"):
        assert path.stat().st_size < 12 << 20
        notebook = json.loads(path.read_text())
        nbformat.validate(notebook)
        assert [c["id"] for c in notebook["cells"] if c["id"].endswith("_check")] == [
            "rates_check",
            "verdict_check",
        ]
