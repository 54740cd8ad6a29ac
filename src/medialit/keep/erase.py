"""Erasing one learner from everything that a home keeps, with a receipt of what went, what stays and why.

The receipt names nobody: it holds a salted hash of the id, by which `again` erases the same person from a copy that is
brought back later.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from medialit.consent.ledger import Ledger
from medialit.contest.records import pseudonym
from medialit.contest.store import forget as forget_answers
from medialit.contest.store import learners as contest_learners
from medialit.databases import configured, in_schema, moved, schema_name
from medialit.errors import EraseError
from medialit.feed.store import FeedStore
from medialit.gradebook import gradebook_url, open_gradebook
from medialit.keep.erase_course import FOLDERS, Done, described, from_course
from medialit.keep.places import Part, parts
from medialit.studio import leaving

RECEIPTS: Final = "erasures"
_RANDOM: Final = re.compile(
    r"[mg]-[0-9a-f]{8}"
)  # an account's id in a studio: it says nothing, and chains keep it
_LARGEST: Final = 500_000_000

KEPT: Final = (
    ("consent and feed, hash chains",
     "They hold the random id of the account, times and kinds of events, without any word: taken out, nobody could "
     "verify the rest. What was sealed can no longer be read: its keys are deleted."),
    ("registry of published clips",
     "A fingerprint and a watermark's number of each clip that was published, without title, prompt or file: so that a "
     "copy that turns up is still known to be generated."),
    ("what others wrote", "Comments and messages of other people are theirs; those to the learner are no longer shown."),
)  # fmt: skip
BEYOND: Final = (
    "Copies that were made before: delete them when their time is over; `medialit restore --erasures` erases again.",
    "Files that were exported, marks that the LMS has, and paper.",
    "PostgreSQL's own log and its archive, and a flash disk's spare blocks: they are written over in time.",
)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What an erasure did.

    Parameters
    ----------
    at : datetime
        Aware.
    by : str
        Who asked for it.
    salt, who : str
        SHA-256 of the salt and each id, joined by a line's end; hexadecimal.
    erased : list of dict
        ``place``, ``what`` and ``n``.
    still : list of str
        Files of the home in which the id, or the name, stands yet.
    """

    at: datetime
    by: str
    salt: str
    who: list[str]
    erased: list[dict[str, Any]] = field(default_factory=list)
    still: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """Return it as text, with what stays and why."""
        plain = asdict(self) | {
            "at": self.at.astimezone(UTC).isoformat(),
            "kept": [{"what": what, "why": why} for what, why in KEPT],
            "beyond": list(BEYOND),
        }
        return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"

    def is_of(self, id: str) -> bool:
        """Say whether an id is one of those that were erased."""
        return _hash(self.salt, id) in self.who


def erase(
    home: Path,
    learner: str,
    *,
    by: str,
    now: datetime,
    classes: Sequence[str] = (),
    code_word: str | None = None,
    names: Sequence[str] = (),
    on_step: Callable[[str], None] = lambda line: None,
) -> Receipt:
    """Erase one learner from courses, exchange, studios, contests, consent and feed of a home.

    Parameters
    ----------
    home : Path
        `$MEDIALIT_HOME`, which no studio and no grader uses now.
    learner : str
        The id: of the gradebook, of the register of consent, or of an account of a studio.
    by : str
        Who asked for it.
    now : datetime
        Aware.
    classes : sequence of str
        Studios in which `learner` may also be a made-up name: names are chosen by learners, and two classes may each
        have one of the same name.
    code_word : str, optional
        Under which the learner answered in contests.
    names : sequence of str
        That are looked for on the disk afterwards, beside the id.
    on_step : callable
        Called with a line for each thing that was erased.

    Returns
    -------
    Receipt
        Also kept in ``erasures``.

    Raises
    ------
    EraseError
        If nobody is known by this id, or files that were moved into PostgreSQL still lie there.
    StudioError
        If a class is open in a studio; nothing was erased.
    """
    if not learner.strip():
        raise EraseError("Name whom to erase: --learner ID.")
    leftover = [one for one in moved(home) if (home / one).is_file()]
    if leftover:
        raise EraseError(
            f"{', '.join(leftover)}: what was moved into PostgreSQL still lies in files, and so does the learner. Run "
            "`medialit move --finish` first."
        )
    rooms = sorted(path for path in (home / "studio").glob("*") if (path / "feed").is_dir())
    for folder in rooms:  # it refuses before anything has gone: not half-way, and without a receipt
        leaving.hold(folder).release()
    salt = secrets.token_hex(16)
    found: list[dict[str, Any]] = []
    ids, words = {learner}, set(names)

    def done(place: str, what: str, n: int) -> None:
        if n:
            found.append({"place": place, "what": what, "n": n})
            on_step(f"{place}: {n} {what}")

    for course in sorted(path for path in (home / "courses").glob("*") if path.is_dir()):
        words |= from_course(course, learner, exchange=home / "exchange", done=done)
    for folder in rooms:
        ids |= _from_class(folder, learner, by=by, now=now, named=folder.name in classes, done=done)
    if code_word is not None:
        ids.add(pseudonym(code_word))
        for file in sorted((home / "contest").glob("*.sqlite")):
            done(f"contest {file.stem}", "answers", forget_answers(file, pseudonym(code_word)))
    _from_home(home, learner, by=by, now=now, done=done)
    if not found:
        raise EraseError(
            f"Nobody is known as {learner!r} in {home}. Give the id of the gradebook or of the register; for a made-up "
            "name in a studio say which class: --class NAME."
        )
    receipt = Receipt(
        at=now, by=by, salt=salt, who=sorted(_hash(salt, one) for one in ids), erased=found,
        still=list(still_in(home, words | {one for one in ids if not _RANDOM.fullmatch(one)})),
    )  # fmt: skip
    _write(home / RECEIPTS, receipt)
    return receipt


def again(home: Path, receipts: Iterable[Path], *, now: datetime) -> tuple[Receipt, ...]:
    """Erase from a home that was brought back whoever had been erased since the copy was made.

    Parameters
    ----------
    home : Path
    receipts : iterable of Path
        Files that `erase` wrote, or folders of them.
    now : datetime
        Aware.

    Raises
    ------
    EraseError
        If a receipt cannot be read.
    """
    known = [read(path) for path in _files(receipts)]
    done = []
    for receipt in known:
        for one in sorted(_people(home)):
            if receipt.is_of(one):
                word = one if any(one in contest_learners(file) for file in _contests(home)) else None
                with suppress(EraseError):  # two of the ids are one person: the second is gone by now
                    done.append(erase(home, one, by=receipt.by, now=now, code_word=word))
    return tuple(done)


def read(path: Path) -> Receipt:
    """Read a receipt.

    Raises
    ------
    EraseError
        If it is none.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Receipt(
            at=datetime.fromisoformat(plain["at"]), by=plain["by"], salt=plain["salt"], who=plain["who"],
            erased=plain["erased"], still=plain["still"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EraseError(f"{path} is no receipt of an erasure ({error}).") from error


def still_in(home: Path, words: Iterable[str]) -> Iterator[str]:
    """Yield the files of a home in which one of these words stands, or in whose name, as a person would grep for it."""
    wanted = [one.encode() for one in words if len(one) > 2]
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if path.is_symlink() or not path.is_file() or name.startswith(f"{RECEIPTS}/"):
            continue
        with suppress(OSError):
            data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
            if any(one in data or one in name.encode() for one in wanted):
                yield name


def _from_class(folder: Path, learner: str, *, by: str, now: datetime, named: bool, done: Done) -> set[str]:
    """Erase from a studio; return the ids that the account and its guardian had."""
    with leaving.quiet(folder) as studio:
        member = leaving.find(studio, learner)
        if member is None or (member != learner and not named):
            return set()
        left = leaving.erase(studio, member, by=by, now=now)
    place = f"studio {folder.name}"
    for what in ("posts", "drafts", "requests", "permissions", "cards"):
        done(place, what, getattr(left, what))
    done(place, "accounts", 1)
    return {member, left.name} - {""}


def _from_home(home: Path, learner: str, *, by: str, now: datetime, done: Done) -> None:
    from medialit.cameo.desk import Desk

    own = {one.what: one for one in parts(home) if one.kind == "home"}
    url = configured(home)
    place = _place(own["consent"], url)
    if place is not None:
        with Ledger(place, heads=own["consent"].heads) as ledger:
            keeps = ledger.keeps(learner)
        if keeps:
            with Desk(home, ledger=place) as desk:
                state = desk.ledger.state().principal(learner)
                who = (
                    learner if state is None or learner in _speakers(state, now) else _speakers(state, now)[0]
                )
                desk.forget(learner, by=who, now=now)
            done("consent", "people", 1)
    place = _place(own["feed"], url)
    if place is not None:
        with FeedStore(place, media=home / "feed" / "media") as store:
            if learner in store.state().members:
                store.forget(learner, by=by, now=now)
                done("feed", "members", 1)


def _speakers(state: Any, now: datetime) -> Sequence[str]:
    from medialit.cameo.desk import speakers

    return speakers(state, now)


def _place(part: Part, url: str | None) -> str | Path | None:
    if url is not None:
        return in_schema(url, schema_name("home")) if part.is_in(url) else None
    return part.file if part.file.is_file() else None


def _people(home: Path) -> set[str]:
    """Return the ids of everybody whom a home knows, as a receipt may have them."""
    found: set[str] = set()
    for course in sorted(path for path in (home / "courses").glob("*") if path.is_dir()):
        about = described(course)
        if about is not None:
            with open_gradebook(gradebook_url(course, course_id=about), course_id=about) as gradebook:
                found |= {one.id for one in gradebook.students}
            found |= {path.name for kind in FOLDERS for path in (course / kind).glob("*")}
    for folder in sorted(path for path in (home / "studio").glob("*") if (path / "feed").is_dir()):
        with leaving.quiet(folder) as studio:
            found |= {id for id, card in studio.cards.all("account").items() if card["kind"] == "learner"}
    found |= {one for file in _contests(home) for one in contest_learners(file)}
    own = {one.what: one for one in parts(home) if one.kind == "home"}
    place = _place(own["consent"], configured(home))
    if place is not None:
        with Ledger(place, heads=own["consent"].heads) as ledger:
            found |= {one.id for one in ledger.state().principals}
    place = _place(own["feed"], configured(home))
    if place is not None:
        with FeedStore(place, media=home / "feed" / "media") as store:
            found |= set(store.state().members)
    return found


def _contests(home: Path) -> list[Path]:
    return sorted((home / "contest").glob("*.sqlite"))


def _write(folder: Path, receipt: Receipt) -> None:
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / f"{receipt.at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{receipt.who[0][:8]}.json"
    draft = path.with_suffix(".new")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(receipt.to_json())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        yield from sorted(place.glob("*.json")) if place.is_dir() else [place]


def _hash(salt: str, id: str) -> str:
    return sha256(f"{salt}\n{id}".encode()).hexdigest()
