"""Whether all that was acknowledged in `soak.py --hub` is there: the diary against the hub's disk."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from grading import read_marks
from soak_look import read_diary

__all__ = ["look", "points", "read_diary"]
Lines = dict[str, list[dict[str, Any]]]


def look(works: Any, diary: Lines, *, scratch: Path) -> dict[str, Any]:
    """Return what is lost, what is half there, and which marks are not what they must be."""
    lost = [one for who in ("salma", "yassine") for one in _lost_saves(works, diary, who)]
    lost += _lost_submissions(works, diary)
    after = points(works.course, _lab(works), scratch=scratch)
    differ, lost_marks = _marks(works, diary, after)
    half = _half_handed_in(works)
    newest = {who: max(folders) for who in ("salma", "yassine") if (folders := handed_in(works, who))}
    return {
        "lost": lost + lost_marks, "marks_that_differ": differ, "half_handed_in": half,
        "half_collected": [str(one.name) for one in newest.values() if one.name in half],
        "not_collected_whole": _collected(works, newest), "left_over": _left_over(works), "gradebook": after,
        "databases_ok": all(map(_sound, (works.department.base / "state" / "hub.sqlite", works.course / "gradebook.db"))),
    }  # fmt: skip


def _lab(works: Any) -> str:
    return str(works.file("salma").parent.name)


def _lost_saves(works: Any, diary: Lines, who: str) -> list[str]:
    """What the file holds must have been sent, and not before the last save that was acknowledged; and so whenever the
    learner looked."""
    from soak_hub_people import read_digest

    asked = {one["digest"]: one["n"] for one in diary.get("save-asked", []) if one["who"] == who}
    saves = [one for one in diary.get("save", []) if one["who"] == who]
    lost = []
    for seen in [one for one in diary.get("look", []) if one["who"] == who]:
        last = max((one["n"] for one in saves if one["at"] < seen["at"]), default=0)
        if asked.get(seen["digest"], -1) < last:
            lost.append(f"save {last} of {who}: shown was {asked.get(seen['digest'], 'something else')}")
    kept = read_digest(works.file(who))
    last = max((one["n"] for one in saves), default=0)
    if asked.get(kept, -1) < last:
        lost.append(f"save {last} of {who}: on the disk is {asked.get(kept, kept)}")
    return lost


def handed_in(works: Any, who: str) -> list[Path]:
    """Return the folders in which a learner's submissions lie, whole or not."""
    return [one for one in works.inbound.iterdir() if one.name.startswith(f"{who}+")]


def _lost_submissions(works: Any, diary: Lines) -> list[str]:
    """Each that was acknowledged has a folder of its own, of its own time, with the bytes that the learner's file had."""
    lab, lost = _lab(works), []
    free = {who: sorted(handed_in(works, who)) for who in ("salma", "yassine")}
    for one in diary.get("submit", []):
        for folder in free[one["who"]]:
            in_time = one["asked"] - 1.5 <= _time(folder) <= one["at"] + 1.5
            if (
                in_time
                and _sha256(folder / f"{lab}.ipynb") in one["sha256"]
                and (folder / "timestamp.txt").exists()
            ):
                free[one["who"]].remove(folder)
                break
        else:
            lost.append(f"submission of {one['who']} at {one['at']}")
    return lost


def _time(folder: Path) -> float:
    stamp = folder.name.split("+")[2]
    return datetime.strptime(f"{stamp} +0000", "%Y-%m-%d %H:%M:%S.%f UTC %z").timestamp()


def _half_handed_in(works: Any) -> list[str]:
    """Folders in the exchange that lack a file of a whole submission, or hold a notebook that cannot be read."""
    from soak_hub_people import read_digest

    lab = _lab(works)
    return [
        folder.name for who in ("salma", "yassine") for folder in handed_in(works, who)
        if read_digest(folder / f"{lab}.ipynb").startswith("cannot")
        or not all((folder / name).exists() and (folder / name).stat().st_size for name in (
            "timestamp.txt", "submission_secret.txt"))
    ]  # fmt: skip


def _collected(works: Any, newest: dict[str, Path]) -> list[str]:
    """The last submission of each learner lies in the course as it lies in the exchange."""
    lab = _lab(works)
    return [
        folder.name for who, folder in newest.items()
        if _sha256(folder / f"{lab}.ipynb") != _sha256(works.course / "submitted" / who / lab / f"{lab}.ipynb")
    ]  # fmt: skip


def _marks(works: Any, diary: Lines, after: dict[str, float]) -> tuple[list[str], list[str]]:
    """Marks that are not what the answers were designed for, and marks that were printed and are not in the gradebook."""
    from soak_hub_people import read_digest

    lab, differ, lost = _lab(works), [], []
    printed: dict[tuple[str, str], Counter[float]] = {}
    for one in diary.get("graded", []):
        printed.setdefault((one["who"], one["digest"]), Counter())[one["points"]] += 1
        if one["worth"] is not None and one["points"] != one["worth"]:
            differ.append(f"{one['who']}: printed {one['points']}, designed {one['worth']}")
        if one["kept"] != one["points"]:
            lost.append(f"mark of {one['who']}: printed {one['points']}, kept right after it {one['kept']}")
    for who in {key[0] for key in printed}:
        now = read_digest(works.course / "submitted" / who / lab / f"{lab}.ipynb")
        known = printed.get((who, now)) or Counter(
            {after.get(who, -1.0): 0}
        )  # printed of an earlier one alone
        if who not in after or after[who] not in known:
            lost.append(f"mark of {who}: printed {dict(known)}, kept at the end {after.get(who)}")
        if now in works.worth and after.get(who) != works.worth[now]:
            differ.append(f"{who} at the end: kept {after.get(who)}, designed {works.worth[now]}")
    return differ, lost


def _left_over(works: Any) -> list[str]:
    """What a kill left: the copy that Jupyter makes before it writes, and drafts of submissions in the exchange."""
    beside = [one for who in ("salma", "yassine") for one in works.file(who).parent.glob(".~*")]
    return [one.name for one in (*beside, *works.inbound.glob(".*"))]


def points(course: Path, lab: str, *, scratch: Path) -> dict[str, float]:
    """Return each learner's points, read from a copy: the tester is another account than the gradebook's."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for path in course.glob("gradebook.db*"):
        shutil.copy(path, scratch)
    if not (scratch / "gradebook.db").exists():
        return {}
    try:
        marks = read_marks(scratch, lab)
    except (
        Exception
    ) as error:  # nothing has been graded yet, or the gradebook is broken: the look at its end says which
        print(f"gradebook: {type(error).__name__}", flush=True)
        return {}
    return {
        who: sum(mark for mark in found.values() if mark is not None)
        for who, found in marks.items()
        if any(mark is not None for mark in found.values())
    }


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return type(error).__name__


def _sound(path: Path) -> bool:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as opened:
        return bool(opened.execute("PRAGMA integrity_check").fetchone() == ("ok",))
