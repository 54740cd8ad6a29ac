"""One learner goes from everything that a home keeps; the disk is searched for what was there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from medialit.consent.ledger import Ledger
from medialit.contest.store import forget as forget_answers
from medialit.contest.store import learners
from medialit.errors import EraseError, StudioError
from medialit.feed.store import FeedStore
from medialit.gradebook import open_gradebook
from medialit.keep.backup import back_up, restore
from medialit.keep.erase import again, erase, read, still_in
from medialit.keep.move import finish, move
from medialit.studio.leaving import hold

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WORDS = ("zahra.unlikely", "zahra@unlikely.example", "Unlikelyname", "answerofzahra")


@pytest.fixture
def school(home: Path, probe_course: Path, hand_in: Callable[..., Path], templates: Path) -> Path:
    """A home with a learner who is everywhere: gradebook, folders, exchange, LMS record, contest, consent, feed."""
    if (templates / "school").exists():
        return Path(shutil.copytree(templates / "school", home, dirs_exist_ok=True))
    import sqlite3
    from contextlib import closing
    from datetime import date

    from nbgrader.utils import notebook_hash

    from medialit.consent.records import Principal
    from medialit.contest import store as contest_store
    from medialit.feed.records import AgeBand, Member
    from medialit.grading.harness import grade_assignment

    for student in ("zahra.unlikely", "badr"):
        path = hand_in(student, {"reflect": f"answerof{student.partition('.')[0]}"})
        path.with_name("submission_secret.txt").write_text(f"secret of {student}", encoding="ascii")
    course = home / "courses" / "en"
    shutil.copytree(probe_course, course)
    course_id = json.loads((course / "medialit.json").read_text())["course_id"]
    with open_gradebook(f"sqlite:///{course}/gradebook.db", course_id=course_id) as book:
        book.add_student(
            "zahra.unlikely", last_name="Unlikelyname", email="zahra@unlikely.example", lms_user_id="4711"
        )
    grade_assignment(course, "01_probe")
    (course / "lti-sent.jsonl").write_text('{"user": "4711", "at": "x"}\n{"user": "4712", "at": "x"}\n')
    exchange = home / "exchange" / course_id
    for student in ("zahra.unlikely", "badr"):
        shutil.copytree(
            course / "submitted" / student / "01_probe",
            exchange / "inbound" / f"{student}+01_probe+2026-11-02 10:00:00 UTC+x",
        )
        shutil.copytree(  # as a submission that was killed half-way
            course / "submitted" / student / "01_probe",
            exchange / "inbound" / f".{student}+a1" / f"{student}+01_probe+2026-11-02 10:00:00 UTC+x",
        )
        page = notebook_hash(secret=f"secret of {student}", notebook_id="01_probe")
        (exchange / "feedback").mkdir(exist_ok=True)
        (exchange / "feedback" / f"{page}.html").write_text(f"feedback answerof{student.partition('.')[0]}")
        folder = course / "feedback" / student / "01_probe"
        folder.mkdir(parents=True)
        (folder / "01_probe.html").write_text(f"for {student}")
    (home / "contest").mkdir()
    with contest_store._opened(home / "contest" / "c1.sqlite", write=True) as db:
        for n, learner in enumerate(("argan 7", "atlas 9")):
            db.execute("INSERT INTO learners VALUES (?, ?, 'A')", (learner, n))
            db.execute(
                "INSERT INTO answers (learner, occasion, clip, stage, synthetic, confidence, seconds, at) "
                "VALUES (?, 'before', 'c', 'first', 1, 3, 2.0, 'x')", (learner,),
            )  # fmt: skip
    with closing(sqlite3.connect(home / "contest" / "c1.sqlite")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
    zahra = Principal(id="zahra.unlikely", name="Zahra Unlikelyname", born=date(1990, 5, 1))
    with Ledger() as ledger:
        ledger.append(zahra, by="school", now=NOW)
    with FeedStore() as store:
        store.keep(Member(id="zahra.unlikely", age=AgeBand.ADULT, zone="Africa/Casablanca"), by="x", now=NOW)
    shutil.copytree(home, templates / "school")
    return home


def test_whoever_is_erased_is_found_nowhere_but_in_the_chains(school: Path) -> None:
    assert {one.partition("/")[0] for one in still_in(school, WORDS)} >= {
        "courses",
        "exchange",
        "consent",
        "feed",
    }
    receipt = erase(school, "zahra.unlikely", by="school", now=NOW, code_word=" Argan 7")
    assert not list(still_in(school, WORDS[1:]))
    assert set(still_in(school, WORDS[:1])) == set(receipt.still) == {"consent/ledger.db", "feed/feed.db"}
    assert {(one["place"], one["what"]): one["n"] for one in receipt.erased} == {
        ("course en", "learners in the gradebook"): 1,
        ("course en", "marked submissions"): 1,
        ("course en", "lines of what an LMS was sent"): 1,
        ("course en", "files of submissions and feedback"): 7,
        ("course en", "files handed in, in the exchange"): 6,
        ("course en", "pages of feedback in the exchange"): 1,
        ("contest c1", "answers"): 1,
        ("consent", "people"): 1,
        ("feed", "members"): 1,
    }
    assert learners(school / "contest" / "c1.sqlite") == {"atlas 9"}
    with Ledger() as ledger, FeedStore() as store:
        assert ledger.verify().ok and "zahra.unlikely" not in ledger.state().names()
        assert store.verify().ok and not store.state().members
    course = school / "courses" / "en"
    assert (course / "autograded" / "badr").is_dir() and (course / "feedback" / "badr").is_dir()
    assert (course / "lti-sent.jsonl").read_text() == '{"user": "4712", "at": "x"}\n'
    with open_gradebook(f"sqlite:///{course}/gradebook.db", course_id="x") as book:
        assert [one.id for one in book.students] == ["badr"]


def test_the_receipt_names_nobody_and_says_what_stays_and_why(school: Path) -> None:
    receipt = erase(school, "zahra.unlikely", by="school", now=NOW, code_word="Argan 7")
    (path,) = (school / "erasures").glob("*.json")
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in (*WORDS, "zahra", "argan"))
    assert read(path) == receipt
    assert receipt.is_of("zahra.unlikely") and receipt.is_of("argan 7") and not receipt.is_of("badr")
    plain = json.loads(text)
    assert len(plain["kept"]) == 3 and all(one["why"] for one in plain["kept"]) and plain["beyond"]


def test_whoever_is_nobody_is_not_erased(school: Path) -> None:
    with pytest.raises(EraseError, match="Nobody is known"):
        erase(school, "nobody", by="school", now=NOW)
    erase(school, "zahra.unlikely", by="school", now=NOW, code_word="argan 7")
    with pytest.raises(EraseError, match="Nobody is known"):
        erase(school, "zahra.unlikely", by="school", now=NOW)


def test_nothing_is_erased_anywhere_while_a_class_is_open(school: Path) -> None:
    (school / "studio" / "3B" / "feed").mkdir(parents=True)
    held = hold(school / "studio" / "3B")
    before = {one: one.read_bytes() for one in school.rglob("*") if one.is_file()}
    try:
        with pytest.raises(StudioError, match="3B is open"):
            erase(school, "zahra.unlikely", by="teacher", now=NOW)
    finally:
        held.release()
    assert {one: one.read_bytes() for one in school.rglob("*") if one.is_file()} == before


def test_a_copy_from_before_is_brought_back_without_whoever_was_erased_since(
    school: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = back_up(school, tmp_path / "before.tar", now=NOW)
    erase(school, "zahra.unlikely", by="school", now=NOW, code_word="argan 7")
    there = tmp_path / "there"
    restore(before.path, there)
    monkeypatch.setenv("MEDIALIT_HOME", str(there))
    assert list(still_in(there, WORDS[1:]))
    done = again(there, [school / "erasures"], now=NOW)
    assert done
    assert not list(still_in(there, WORDS[1:]))
    assert learners(there / "contest" / "c1.sqlite") == {"atlas 9"}
    assert not again(there, [school / "erasures"], now=NOW)  # a second time there is nobody left to erase


@pytest.mark.long
def test_in_postgresql_too(school: Path, new_database: Callable[[], str]) -> None:
    url = new_database()
    move(school, url)
    with pytest.raises(EraseError, match="--finish"):
        erase(school, "zahra.unlikely", by="school", now=NOW)
    finish(school)
    erase(school, "zahra.unlikely", by="school", now=NOW, code_word="argan 7")
    assert not list(still_in(school, WORDS))
    with psycopg.connect(url) as server:
        tables = server.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname ~ '^(home|course)'"
        ).fetchall()
        rows = {
            table: str(server.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall())
            for schema, table in tables
        }
    assert "badr" in rows["student"]
    assert not [(table, word) for table, said in rows.items() for word in WORDS[1:] if word in said]
    assert {table for table, said in rows.items() if WORDS[0] in said} == {"consent_events", "feed_events"}


def test_a_file_of_answers_that_a_newer_program_made_is_left_alone(school: Path) -> None:
    import sqlite3
    from contextlib import closing

    from medialit.errors import ContestError

    file = school / "contest" / "c1.sqlite"
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(ContestError, match="newer"):
        forget_answers(file, "argan 7")
    assert learners(file) == {"argan 7", "atlas 9"}
