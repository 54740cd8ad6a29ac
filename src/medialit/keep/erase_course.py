"""Erasing one learner from a course of nbgrader's: gradebook, folders, exchange."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from medialit.course.lti_record import FILE as SENT
from medialit.feed.media import scrub
from medialit.gradebook import FILE, gradebook_url, open_gradebook, vacuum

FOLDERS: Final = ("submitted", "autograded", "feedback")
Done = Callable[[str, str, int], None]


def from_course(course: Path, learner: str, *, exchange: Path, done: Done) -> set[str]:
    """Erase a learner from a course: gradebook, submissions, feedback, exchange, and what an LMS was sent.

    Parameters
    ----------
    course : Path
        The instructor's folder.
    learner : str
        The id in the gradebook.
    exchange : Path
        nbgrader's, of all courses.
    done : callable
        Told the place, what was erased, and how many.

    Returns
    -------
    set of str
        What else the gradebook had of them: address, name, number in the LMS. It is looked for on the disk afterwards.
    """
    about = described(course)
    if about is None:
        return set()
    place = f"course {course.name}"
    inbound = [  # `.name+` is what `course.whole` leaves if it is killed
        path
        for path in (exchange / about / "inbound").glob("*+*")
        if path.name.removeprefix(".").split("+")[0] == learner
    ]
    pages = [
        page
        for folder in (*inbound, *(course / kind / learner for kind in FOLDERS))
        for page in _feedback_pages(folder, exchange / about / "feedback")
    ]
    url = gradebook_url(course, course_id=about)
    if url.startswith("sqlite") and not (course / FILE).is_file():
        return set()
    words: set[str] = set()
    with open_gradebook(url, course_id=about) as gradebook:
        known = next((one for one in gradebook.students if one.id == learner), None)
        if known is not None:
            words = {one for one in (known.email, known.last_name, known.lms_user_id) if one}
            sent_to = {learner, known.lms_user_id} - {None}
            done(place, "lines of what an LMS was sent", _forget_sent(course / SENT, sent_to))
            n = sum(
                submission.student.id == learner
                for lab in gradebook.assignments
                for submission in lab.submissions
            )
            gradebook.remove_student(learner)
            done(place, "learners in the gradebook", 1)
            done(place, "marked submissions", n)
    vacuum(url)
    for old in course.glob(f"{FILE}.before-*"):
        done(place, "older gradebooks", _scrub_all(old))
    done(
        place,
        "files of submissions and feedback",
        sum(_scrub_all(course / kind / learner) for kind in FOLDERS),
    )
    done(place, "files handed in, in the exchange", sum(map(_scrub_all, inbound)))
    done(place, "pages of feedback in the exchange", sum(map(_scrub_all, dict.fromkeys(pages))))
    return words


def described(course: Path) -> str | None:
    """Return nbgrader's id of a built course; None where nothing is built."""
    try:
        return str(json.loads((course / "medialit.json").read_text(encoding="utf-8"))["course_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _forget_sent(file: Path, users: set[str]) -> int:
    """Take somebody's lines out of the record of what an LMS was sent."""
    if not file.is_file():
        return 0
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    kept = [line for line in lines if not any(json.dumps(one, ensure_ascii=False) in line for one in users)]
    if len(kept) < len(lines):
        draft = file.with_name(f".{file.name}.new")
        draft.write_text("".join(kept), encoding="utf-8")
        scrub(file)
        draft.replace(file)
    return len(lines) - len(kept)


def _feedback_pages(folder: Path, pages: Path) -> Iterator[Path]:
    """Yield the pages in the exchange that only a submission's own secret leads to."""
    from nbgrader.utils import notebook_hash

    for secret in sorted(folder.rglob("submission_secret.txt")):
        for notebook in {one.stem for one in secret.parent.glob("*.ipynb")} | {secret.parent.name}:
            page = (
                pages
                / f"{notebook_hash(secret=secret.read_text(encoding='ascii'), notebook_id=notebook)}.html"
            )
            if page.is_file():
                yield page


def _scrub_all(place: Path) -> int:
    """Overwrite and delete a file or a folder; return how many files there were."""
    if place.is_file() or place.is_symlink():
        scrub(place)
        return 1
    if not place.is_dir():
        return 0
    n = 0
    for path in sorted(place.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            scrub(path)
            n += 1
    place.rmdir()
    return n
