"""Answers, kept on this computer under pseudonyms, in one SQLite file for each contest.

An answer that was acknowledged is on the disk: the file is synchronised with each. An answer is given once: a second one
to the same clip changes nothing. Nothing is ever altered, only added, until somebody has it wiped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from medialit.contest import order
from medialit.contest.plan import Contest
from medialit.contest.records import Answer, Form, pseudonym
from medialit.errors import ContestError
from medialit.home import medialit_home
from medialit.language import msgid as _msgid

BUSY_S: Final = 20.0
VERSION: Final = 1
"""Of the tables."""
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS learners (learner TEXT PRIMARY KEY, arrival INTEGER NOT NULL UNIQUE, "
    "first TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS answers (n INTEGER PRIMARY KEY, learner TEXT NOT NULL REFERENCES learners, "
    "occasion TEXT NOT NULL, clip TEXT NOT NULL, stage TEXT NOT NULL, synthetic INTEGER NOT NULL, "
    "confidence INTEGER NOT NULL, seconds REAL NOT NULL, at TEXT NOT NULL, UNIQUE (learner, occasion, clip, stage))",
)


class Answers:
    """The answers to one contest.

    Parameters
    ----------
    path : Path
        The file; made when the first learner comes.
    contest : Contest
    """

    def __init__(self, path: Path, *, contest: Contest) -> None:
        self.path = path
        self._contest = contest

    def join(self, typed: str) -> tuple[str, Form]:
        """Return a learner's pseudonym and the form that they begin with; the same each time they come.

        Raises
        ------
        ContestError
            If the code word cannot be used, or nothing can be kept here.
        """
        learner = pseudonym(typed)
        with self._open(write=True) as db:
            row = db.execute("SELECT first FROM learners WHERE learner = ?", (learner,)).fetchone()
            if row is not None:
                return learner, cast(Form, row[0])
            last = db.execute("SELECT arrival, first FROM learners ORDER BY arrival DESC LIMIT 1").fetchone()
            arrival = 0 if last is None else int(last[0]) + 1
            first = self._contest.slips.get(learner) or order.first_form(
                arrival=arrival,
                partner=None if last is None else last[1],
                learner=learner,
                key=self._contest.key,
            )
            db.execute("INSERT INTO learners VALUES (?, ?, ?)", (learner, arrival, first))
        return learner, first

    def add(self, answer: Answer) -> bool:
        """Keep an answer; return False where this one had been given already, which stands.

        Raises
        ------
        ContestError
            If it cannot be kept. Then it was not.
        """
        with self._open(write=True) as db:
            done = db.execute(
                "INSERT OR IGNORE INTO answers (learner, occasion, clip, stage, synthetic, confidence, seconds, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    answer.learner, answer.occasion, answer.clip, answer.stage, int(answer.synthetic), answer.confidence,
                    answer.seconds, answer.at.astimezone(UTC).isoformat(),
                ),
            )  # fmt: skip
            return done.rowcount == 1

    def of(self, learner: str) -> tuple[Answer, ...]:
        """Return one learner's answers, in the order in which they were given."""
        return self._answers("WHERE learner = ?", (learner,))

    def all(self) -> tuple[Answer, ...]:
        """Return every answer."""
        return self._answers("", ())

    def firsts(self) -> dict[str, Form]:
        """Return which form each learner began with."""
        if self._empty():
            return {}
        with self._open(write=False) as db:
            return dict(db.execute("SELECT learner, first FROM learners ORDER BY arrival").fetchall())

    def forget(self, typed: str) -> int:
        """Delete one learner and all that they answered; return the number of answers.

        The place in the order of arrival goes too: who comes next may make the two groups differ by one more.
        """
        return forget(self.path, pseudonym(typed))

    def wipe(self) -> bool:
        """Delete everything; return whether there was anything."""
        found = self.path.is_file()
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise _lost(self.path, error) from error
        return found

    def _answers(self, where: str, values: tuple[str, ...]) -> tuple[Answer, ...]:
        if self._empty():
            return ()
        columns = "learner, occasion, clip, stage, synthetic, confidence, seconds, at"
        with self._open(write=False) as db:
            asked = f"SELECT {columns} FROM answers {where} ORDER BY n"  # noqa: S608  # words of ours alone
            rows = db.execute(asked, values).fetchall()
        return tuple(
            Answer(
                learner=row[0], occasion=row[1], clip=row[2], stage=row[3], synthetic=bool(row[4]), confidence=row[5],
                seconds=row[6], at=datetime.fromisoformat(row[7]),
            )
            for row in rows
        )  # fmt: skip

    def _empty(self) -> bool:
        """Return whether nothing was ever kept: no file, or one of a process that died before its first answer."""
        return _empty(self.path)

    def _open(self, *, write: bool) -> AbstractContextManager[sqlite3.Connection]:
        return _opened(self.path, write=write)


def forget(path: Path, learner: str) -> int:
    """Delete one learner, by the pseudonym that is kept, from a file of answers; return the number of answers."""
    if _empty(path):
        return 0
    with _opened(path, write=True) as db:
        gone = db.execute("DELETE FROM answers WHERE learner = ?", (learner,)).rowcount
        db.execute("DELETE FROM learners WHERE learner = ?", (learner,))
    return gone


def learners(path: Path) -> frozenset[str]:
    """Return the pseudonyms in a file of answers."""
    if _empty(path):
        return frozenset()
    with _opened(path, write=False) as db:
        return frozenset(row[0] for row in db.execute("SELECT learner FROM learners"))


def _empty(path: Path) -> bool:
    return not path.is_file() or path.stat().st_size == 0


@contextmanager
def _opened(path: Path, *, write: bool) -> Iterator[sqlite3.Connection]:
    try:
        if write:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = EXTRA")  # what was acknowledged outlives a power cut
            db.execute("PRAGMA secure_delete = ON")  # what was wiped is overwritten
            if write:
                db.execute("BEGIN IMMEDIATE")
                _bring_up(db)
            yield db
            if write:
                db.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise _lost(path, error) from error


def _bring_up(db: sqlite3.Connection) -> None:
    """Make the tables, or bring them up to date, in the caller's transaction; refuse what a newer medialit made."""
    had = int(db.execute("PRAGMA user_version").fetchone()[0])
    if had > VERSION:
        raise sqlite3.DatabaseError(f"a newer medialit made it, of version {had}; update medialit")
    for table in _TABLES:  # of the first version, which files of before versions were written down have too
        db.execute(table)
    if had < VERSION:
        db.execute(f"PRAGMA user_version = {VERSION}")


def answers_of(contest: Contest, *, home: Path | None = None) -> Answers:
    """Return the answers to a contest that are kept on this computer, in ``contest/ID.sqlite`` of `$MEDIALIT_HOME`."""
    return Answers((home or medialit_home()) / "contest" / f"{contest.id}.sqlite", contest=contest)


def gathered(stores: Iterable[Answers]) -> tuple[tuple[Answer, ...], dict[str, Form]]:
    """Return the answers of several computers, and the form that each learner began with.

    Raises
    ------
    ContestError
        If one code word was used on two computers for different forms or the same clip: two people chose it.
    """
    answers: list[Answer] = []
    firsts: dict[str, Form] = {}
    given: set[tuple[str, ...]] = set()
    for store in stores:
        held = store.all()
        named = {(one.learner, one.occasion, one.clip, one.stage): one.learner for one in held}
        clashing = {name for one, name in named.items() if one in given}
        clashing |= {
            name for name, first in store.firsts().items() if firsts.setdefault(name, first) != first
        }
        if clashing:
            raise ContestError(
                _msgid(
                    "The code word {learner} was used by two people, on two computers. Wipe it on one of them, "
                    "and hand out "
                    "slips next time."
                ),
                learner=min(clashing),
            )
        given |= named.keys()
        answers += held
    return tuple(answers), firsts


def _lost(path: Path, error: Exception) -> ContestError:
    return ContestError(
        _msgid(
            "Answers cannot be kept in or read from {path} ({why}). Make room there, or correct its rights, and try "
            "again."
        ),
        path=path,
        why=error,
    )
