"""Erasing one learner of a class: account, words, clips, requests and permissions, from the disk and for good.

What stays is what other people need to trust the rest: the hash chains with the random id that the account had, and how a
clip that was published here can be recognised. Neither leads to a person any more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from medialit.errors import StudioError
from medialit.feed.media import scrub
from medialit.language import msgid as _msgid
from medialit.provenance.registry import Registry
from medialit.studio.accounts import Accounts, folded
from medialit.studio.deskwork import Deskwork
from medialit.studio.persons import Person


@dataclass(frozen=True, kw_only=True)
class Left:
    """What was erased of somebody.

    Parameters
    ----------
    member : str
        The id that the account had.
    name : str
        The made-up name.
    posts, drafts, requests, permissions, cards : int
        How many of each.
    """

    member: str
    name: str
    posts: int
    drafts: int
    requests: int
    permissions: int
    cards: int


class Quiet(Accounts, Deskwork):
    """A class's rooms, opened by somebody who keeps them while no studio serves them: nothing is made meanwhile."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._queue_changed = threading.Condition(self.lock)
        self.maker, self.publisher = self.hands


@contextmanager
def quiet(folder: Path) -> Iterator[Quiet]:
    """Open a class's rooms for keeping them."""
    with hold(folder):
        opened = Quiet(folder)
        try:
            yield opened
        finally:
            opened.close()


def find(studio: Accounts, learner: str) -> str | None:
    """Return the id of a learner's account by that id or by the made-up name; None where there is neither."""
    accounts = {id: card for id, card in studio.cards.all("account").items() if card["kind"] == "learner"}
    if learner in accounts or learner in studio.store.state().members:
        return learner
    return next((id for id, card in accounts.items() if folded(card["name"]) == folded(learner)), None)


def erase(studio: Quiet, member: str, *, by: str, now: datetime) -> Left:
    """Erase a learner; run again after it was interrupted, it completes.

    Parameters
    ----------
    studio : Quiet
        Which nobody serves.
    member : str
        The id of the account.
    by : str
        Who asked for it: the learner, a guardian or the teacher.
    now : datetime
        Aware.

    Raises
    ------
    StudioError
        If a step does not go through; what was erased stays erased.
    """
    with studio.lock:
        state = studio.store.state()
        name = str((studio.cards.get("account", member) or {}).get("name", ""))
        wards = [id for id, card in studio.cards.all("account").items() if card.get("ward") == member]
        permissions = _give_back(studio, member, wards, now=now)
        drafts = [id for id, card in studio.cards.all("draft").items() if card["by"] == member]
        for id in drafts:
            studio._drop_draft(id)
        posts = [one for one in state.posts.values() if one.author == member]
        registered = _registered(studio, member)
        for one in posts:
            if one.id not in studio.store.state().taken_back:
                studio.unpublish(one, by=by, now=now)
        uses = [one.id for one in studio.desk.uses() if one.requester == member]
        for id in uses:
            studio.desk.erase_use(id)
        with Registry(studio.folder / "registry") as registry:
            registry.forget_words(registered)
        requests = _drop_requests(studio, member)
        for whose in (member, *wards):
            studio.store.forget(whose, by=by, now=now)
            if studio.desk.ledger.keeps(whose):
                studio.desk.ledger.forget(whose, by=by, now=now)
        n_cards = _drop_cards(
            studio, {member, *wards}, {one.id for one in posts}, {one.clip for one in posts}
        )
        studio.cards.clean()
        _scrub_leftovers(studio)
    return Left(
        member=member, name=name, posts=len(posts), drafts=len(drafts), requests=requests, permissions=permissions,
        cards=n_cards,
    )  # fmt: skip


def _give_back(studio: Quiet, member: str, wards: list[str], *, now: datetime) -> int:
    """End the part that a learner played, with every permission and clip of it."""
    own = studio.likeness_of(member)
    if own is None:
        return 0
    stood = sum(one.principal == own for one in studio.desk.ledger.state().grants)
    who: Person = Person(id=member, role="learner")
    if member not in studio.store.state().members and wards:
        who = Person(id=wards[0], role="guardian", ward=member)
    studio.give_back(who, now=now)
    return stood


def _registered(studio: Quiet, member: str) -> list[str]:
    """Return the ids by which the registry knows what a learner made."""
    state = studio.store.state()
    clips = [studio.cards.get("clip", one.clip) for one in state.posts.values() if one.author == member]
    found = {card["registered"] for card in clips if card is not None and card.get("registered")}
    return sorted(found | {one.clip for one in studio.desk.uses() if one.requester == member and one.clip})


def _drop_requests(studio: Quiet, member: str) -> int:
    """Take a learner out of the queue, and every request with it."""
    own = [id for id, card in studio.cards.all("job").items() if card["by"] == member]
    for id in own:
        studio.cards.drop("job", id)
    if studio.cards.get("queue", "today") is not None:
        queue = studio._queue(studio.clocks().wall)
        studio._keep_queue(
            replace(
                queue,
                waiting=tuple(one for one in queue.waiting if one.member != member),
                running=tuple(one for one in queue.running if one.member != member),
                served=tuple(one for one in queue.served if one[0] != member),
            )
        )
    return len(own)


def _drop_cards(studio: Quiet, people: set[str], posts: set[str], clips: set[str]) -> int:
    """Throw away every card that is about somebody; what others wrote keeps its card, without the answer."""
    gone = [
        (kind, id) for kind in ("account", "steering", "read") for id in people if studio.cards.get(kind, id)
    ]
    gone += [("session", id) for id, card in studio.cards.all("session").items() if card["account"] in people]
    gone += [("ask", id) for id, card in studio.cards.all("ask").items() if card["by"] in people]
    gone += [
        ("likeness", id) for id, card in studio.cards.all("likeness").items() if card["member"] in people
    ]
    gone += [(kind, id) for kind in ("post", "taken") for id in posts if studio.cards.get(kind, id)]
    shared = {one.clip for one in studio.store.state().posts.values() if one.author not in people}
    gone += [("clip", id) for id in clips - shared if studio.cards.get("clip", id)]
    for kind, id in gone:
        studio.cards.drop(kind, id)
    for id, card in studio.cards.all("draft").items():
        answers = {one: said for one, said in card["answers"].items() if said["by"] not in people}
        if answers != card["answers"]:
            studio.cards.put("draft", id, card | {"answers": answers})
    return len(gone)


def _scrub_leftovers(studio: Quiet) -> None:
    """Overwrite previews whose draft is gone."""
    known = studio.cards.all("draft")
    for path in studio.drafts.iterdir():
        if path.is_file() and path.name.partition(".")[0] not in known:
            scrub(path)


def hold(folder: Path) -> FileLock:
    """Hold a class for this process, until it ends or the lock is released.

    Raises
    ------
    StudioError
        If another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / ".open.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StudioError(
            _msgid("The class {name} is open in another studio on this computer. Stop that one first."), code="open",
            status=503, name=folder.name,
        ) from None  # fmt: skip
    return lock
