"""What a lecturer needs to know after a lesson, gathered; `telling` says it in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medialit.classroom.book import Book, LabBook, read_book
from medialit.classroom.items import ItemReport, Telling, analyse
from medialit.classroom.sight import Sight, read_sight
from medialit.classroom.similar import Similarity, compare

PASS: Final = 0.5
"""Share of the points below which somebody is named as needing help."""
HARD: Final = 0.6
"""An item is called hard where even the upper end of the interval of "full points" is below this."""


@dataclass(frozen=True, kw_only=True)
class Completion:
    """How far a class is with one lab.

    Parameters
    ----------
    lab : LabBook
    n_in, n_late, n_blank, n_unread : int
        Handed in and graded; late; untouched; answers in words that wait for a person.
    mean : float or None
        Mean share of the points that have been given, of those who handed in.
    """

    lab: LabBook
    n_in: int
    n_late: int
    n_blank: int
    n_unread: int
    mean: float | None


@dataclass(frozen=True, kw_only=True)
class Help:
    """Somebody who needs a person's time.

    Parameters
    ----------
    learner, name : str
    share : float or None
        Of the points given so far; None where nothing was handed in.
    missing : tuple of str
        Labs that were not handed in.
    blank : tuple of str
        Labs that were handed in untouched.
    n_failed : int
        Items in which the code gave no answer at all: an error, or too slow.
    """

    learner: str
    name: str
    share: float | None
    missing: tuple[str, ...]
    blank: tuple[str, ...]
    n_failed: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is known of a class.

    Parameters
    ----------
    book : Book
    completion : tuple of Completion
    items : tuple of ItemReport
    sights : tuple of Sight
    too_few : tuple of (str, int)
        Labs with clips of which fewer than five learners judged all, and how many did.
    help : tuple of Help
        Those who need it most first.
    similarity : Similarity
    """

    book: Book
    completion: tuple[Completion, ...]
    items: tuple[ItemReport, ...]
    sights: tuple[Sight, ...]
    too_few: tuple[tuple[str, int], ...]
    help: tuple[Help, ...]
    similarity: Similarity

    @property
    def hard(self) -> tuple[ItemReport, ...]:
        """Items of which it is sure that most did not get full points, the hardest first."""
        return tuple(
            sorted((one for one in self.items if one.full.high < HARD), key=lambda one: one.full.value)
        )

    @property
    def poor(self) -> tuple[ItemReport, ...]:
        """Items that do not tell learners apart."""
        return tuple(one for one in self.items if one.telling in (Telling.NO, Telling.ALIKE))


def class_report(course: Path, *, seed: int = 0) -> Report:
    """Return what is known of a class.

    Parameters
    ----------
    course : Path
        The instructor's course. Nothing in it is changed.
    seed : int
        Of the resamples behind some intervals.

    Raises
    ------
    CourseError
        If it is not a built course.
    """
    book = read_book(course)
    found = [(lab.slug, read_sight(book.course, lab.slug, seed=seed)) for lab in book.labs]
    return Report(
        book=book,
        completion=tuple(_completion(lab) for lab in book.labs),
        items=analyse(book.labs),
        sights=tuple(one for _slug, one in found if isinstance(one, Sight)),
        too_few=tuple((slug, one) for slug, one in found if isinstance(one, int)),
        help=_who_needs_help(book),
        similarity=compare(book.labs),
    )


def _completion(lab: LabBook) -> Completion:
    works = list(lab.works.values())
    shares = [work.points / work.most for work in works if work.most]
    return Completion(
        lab=lab,
        n_in=len(works),
        n_late=sum(work.seconds_late > 0 for work in works),
        n_blank=sum(work.blank for work in works),
        n_unread=sum(work.n_unread for work in works),
        mean=sum(shares) / len(shares) if shares else None,
    )


def _who_needs_help(book: Book) -> tuple[Help, ...]:
    found = [_help(learner, name, book.labs) for learner, name in book.names.items()]
    needing = [one for one in found if one.share is None or one.share < PASS or one.missing or one.blank]
    return tuple(sorted(needing, key=lambda one: (-1.0 if one.share is None else one.share, one.learner)))


def _help(learner: str, name: str, labs: Sequence[LabBook]) -> Help:
    works = {lab.slug: lab.works[learner] for lab in labs if learner in lab.works}
    most = sum(work.most for work in works.values())
    return Help(
        learner=learner,
        name=name,
        share=sum(work.points for work in works.values()) / most if most else None,
        missing=tuple(lab.slug for lab in labs if learner not in lab.works),
        blank=tuple(slug for slug, work in works.items() if work.blank),
        n_failed=sum(
            said.failure is not None and item in work.sources
            for work in works.values()
            for item, said in work.said.items()
        ),
    )
