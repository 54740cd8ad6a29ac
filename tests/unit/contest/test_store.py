"""Answers on disk: once, whole, after a killed process too, and gone when wiped."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medialit.contest import Answer, Contest, answers_of, next_step
from medialit.contest.session import Step, sequence
from medialit.contest.store import Answers, gathered
from medialit.errors import ContestError

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
HOSTILE = [
    "../../etc/passwd",
    "'; DROP TABLE answers; --",
    "<script>alert(1)</script>",
    "زيتون",
    "%s%n{0}",
    "a/b\\c",
    "-rf",
]


def answer(learner: str, clip: str = "c1", **change: object) -> Answer:
    one = Answer(
        learner=learner,
        occasion="before",
        clip=clip,
        stage="first",
        synthetic=True,
        confidence=80,
        seconds=4.5,
        at=NOW,
    )
    return replace(one, **change)  # type: ignore[arg-type]  # a test's shorthand


@pytest.fixture
def kept(contest: Contest, tmp_path: Path) -> Answers:
    return answers_of(contest, home=tmp_path)


def test_what_is_kept_comes_back_as_it_was(kept: Answers) -> None:
    learner, _first = kept.join("Argan")
    given = [answer(learner, "c1"), answer(learner, "c2", synthetic=False, confidence=95, stage="final")]
    assert all(kept.add(one) for one in given)
    assert kept.of(learner) == kept.all() == tuple(given)


def test_a_second_answer_to_the_same_clip_changes_nothing(kept: Answers) -> None:
    learner, _first = kept.join("argan")
    assert kept.add(answer(learner))
    assert not kept.add(answer(learner, synthetic=False, confidence=60))
    assert kept.all() == (answer(learner),)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_hostile_code_word_is_only_a_word(kept: Answers, typed: str, tmp_path: Path) -> None:
    learner, first = kept.join(typed)
    assert kept.join(typed) == (learner, first)
    assert kept.add(answer(learner))
    assert kept.of(learner) == (answer(learner),)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [kept.path.name]


def test_learners_who_come_are_split_evenly_and_stay_where_they_are(kept: Answers, contest: Contest) -> None:
    firsts = [kept.join(f"learner {i}")[1] for i in range(9)]
    assert abs(firsts.count("a") - firsts.count("b")) == 1
    assert [kept.join(f"learner {i}")[1] for i in range(9)] == firsts
    word, form = next(iter(contest.slips.items()))
    assert kept.join(word) == (word, form)


def test_who_answers_without_having_come_is_not_kept(kept: Answers) -> None:
    kept.join("argan")
    kept.add(answer("nobody"))
    assert kept.firsts().keys() == {"argan"}


@pytest.mark.parametrize("change", [{"confidence": 49}, {"confidence": 101}, {"seconds": -1.0}, {"seconds": float("nan")},
                                    {"at": datetime(2026, 1, 1)}, {"occasion": "never"}, {"stage": "last"}])  # fmt: skip
def test_an_answer_out_of_range_does_not_exist(change: dict[str, object]) -> None:
    with pytest.raises(ContestError, match="confidence from 50 to 100"):
        answer("argan", **change)


def test_wiping_leaves_nothing_of_a_learner_or_of_anybody(kept: Answers, tmp_path: Path) -> None:
    for name in ("argan grove", "cedar"):
        learner, _first = kept.join(name)
        kept.add(answer(learner))
    assert kept.forget(" Argan  Grove") == 1
    assert [one.learner for one in kept.all()] == ["cedar"]
    assert b"argan grove" not in kept.path.read_bytes()
    assert kept.wipe() and not kept.wipe()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept.all() == () and kept.firsts() == {} and kept.forget("cedar") == 0


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_acknowledged(
    contest: Contest, tmp_path: Path
) -> None:
    (tmp_path / "contest").write_text("a file where the folder should be")
    with pytest.raises(ContestError, match="cannot be kept"):
        answers_of(contest, home=tmp_path).join("argan")


def test_a_file_that_is_no_database_is_said(contest: Contest, tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(ContestError, match="cannot be kept in or read"):
        Answers(path, contest=contest).all()


_WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from medialit.contest import Answer, answers_of, read_contest
kept = answers_of(read_contest(Path(sys.argv[1])), home=Path(sys.argv[2]))
learner, _ = kept.join("argan")
for i in range(10**6):
    kept.add(Answer(learner=learner, occasion="before", clip=f"c{i}", stage="first", synthetic=True, confidence=80,
                    seconds=1.0, at=datetime.now(UTC)))
    print(i, flush=True)
"""


def test_a_process_that_is_killed_has_lost_nothing_that_it_acknowledged(
    contest: Contest, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _WRITER, str(contest.folder), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(25)]
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    kept = answers_of(contest, home=tmp_path)
    assert {f"c{i}" for i in acknowledged} <= {one.clip for one in kept.of("argan")}
    assert kept.add(answer("argan", "after the crash"))


def test_a_file_that_was_only_just_made_holds_no_answers(contest: Contest, tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.touch()
    kept = Answers(path, contest=contest)
    assert kept.all() == () and kept.firsts() == {} and kept.forget("argan") == 0
    assert kept.add(answer(kept.join("argan")[0]))


def test_every_write_is_synchronised(kept: Answers) -> None:
    learner, _first = kept.join("argan")
    kept.add(answer(learner))
    with kept._open(write=False) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (3,)  # EXTRA
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("PRAGMA secure_delete").fetchone() == (1,)
    assert sqlite3.sqlite_version_info >= (3, 12)


def test_answers_of_two_computers_are_gathered_and_two_people_of_one_word_are_noticed(
    contest: Contest, tmp_path: Path
) -> None:
    one, two = (answers_of(contest, home=tmp_path / name) for name in ("one", "two"))
    for store, name in ((one, "argan"), (two, "cedar")):
        store.add(answer(store.join(name)[0]))
    answers, firsts = gathered([one, two])
    assert {found.learner for found in answers} == firsts.keys() == {"argan", "cedar"}
    two.add(answer(two.join("argan")[0]))  # a second person, at the other computer, who judged the same clip
    with pytest.raises(ContestError, match="argan was used by two people"):
        gathered([one, two])


def test_a_sitting_goes_on_where_it_stopped_and_ends(contest: Contest, kept: Answers) -> None:
    learner, first = kept.join("argan")
    seen: list[Step] = []
    while True:  # as after a reload of the page: nothing is remembered but what was kept
        step = next_step(contest, learner=learner, first=first, occasion="before", answers=kept.of(learner))
        if step is None:
            break
        seen.append(step)
        kept.add(answer(learner, step.clip, stage=step.stage))
    items = sequence(contest, learner=learner, first=first, occasion="before")
    assert [step.clip for step in seen if step.stage == "first"] == [item.clip for item in items]
    assert [item.block for item in items] == sorted(
        (item.block for item in items), key=["even", "rare", "advice"].index
    )
    finals = [step for step in seen if step.stage == "final"]
    assert {step.clip for step in finals} == {item.clip for item in items if item.block == "advice"}
    assert all(step.advice is not None and step.before is not None for step in finals)
    assert all(step.advice is None for step in seen if step.stage == "first")
