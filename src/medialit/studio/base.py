"""A class's rooms on the disk, and what stands in them at a moment.

::

    $MEDIALIT_HOME/studio/CLASS/      0700, one class
    ├── studio.db                     accounts, sessions, drafts, requests, settings (`cabinet`)
    ├── feed/                         members, posts, what happened, media (`medialit.feed.store`)
    ├── consent/  cameo/  likeness/   who agreed to what, and what was made with it (`medialit.cameo`)
    ├── registry/ keys/ watermark.key marks and credentials of this class (`medialit.pipeline`)
    └── drafts/                       previews, and sealed frames of drafts with nobody in them
"""

from __future__ import annotations

import json
import secrets
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from medialit.cameo.desk import Desk
from medialit.consent.ledger import Ledger
from medialit.consent.ledger_events import Head
from medialit.consent.ledger_state import State
from medialit.consent.standing import next_change, standing
from medialit.databases import moved, place
from medialit.errors import DatabaseError, StudioError
from medialit.feed.clock import Reading, read_clocks
from medialit.feed.codec import Kept
from medialit.feed.controls import likeness_off
from medialit.feed.limits import Usage
from medialit.feed.media import scrub
from medialit.feed.moderation import ended_among, hidden, visible
from medialit.feed.records import Member, Post
from medialit.feed.store import FeedStore
from medialit.feed.store_fold import FeedState
from medialit.language import msgid as _msgid
from medialit.language import translator
from medialit.likeness.cast import cast
from medialit.studio.cabinet import Cabinet, Card
from medialit.studio.codes import code
from medialit.studio.hand import Hand
from medialit.studio.index import Index
from medialit.studio.persons import TEACHER, Person, not_for_you, nothing

TERRITORY: Final = "MA"
"""Where what a class makes is seen, as its permissions say it."""
DEFAULT_QUOTA: Final = 8


class ReadyStore(FeedStore):
    """A feed's store of which this process is the only writer: what stands is at hand, and no page waits for a write.

    What a write acknowledged is seen by whoever asks afterwards.
    """

    _ready: FeedState | None = None

    def state(self) -> FeedState:
        """Return what stands."""
        ready = self._ready
        if ready is None:
            ready = self._ready = super().state()
        return ready

    def keep_all(self, records: Sequence[Kept], *, by: str, now: datetime) -> Head:
        """Keep records; see `FeedStore.keep_all`."""
        with self._lock:
            head = super().keep_all(records, by=by, now=now)
            self._ready = super().state()
        return head

    def take_back(self, post: str, *, by: str, now: datetime) -> Head:
        """Take a post out of the feed for good."""
        with self._lock:
            head = super().take_back(post, by=by, now=now)
            self._ready = super().state()
        return head

    def forget(self, member: str, *, by: str, now: datetime) -> None:
        """Erase a member."""
        with self._lock:
            super().forget(member, by=by, now=now)
            self._ready = super().state()
        self.__dict__.setdefault("_used", {}).pop(member, None)

    def usage(self, member: str) -> Usage | None:
        """Return how much of the day a member has used."""
        used = self.__dict__.setdefault("_used", {})
        if member not in used:
            used[member] = super().usage(member)
        found: Usage | None = used[member]
        return found

    def keep_usage(self, member: str, usage: Usage) -> None:
        """Keep how much of the day a member has used."""
        super().keep_usage(member, usage)
        self.__dict__.setdefault("_used", {})[member] = usage

    def wipe(self) -> None:
        """Delete everything."""
        super().wipe()
        self._ready = None
        self.__dict__["_used"] = {}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What stands at a moment.

    Parameters
    ----------
    now : datetime
    state : FeedState
    index : Index
    standing : frozenset of str
        Permissions that hold.
    visible : dict of str to Post
        What may be shown at all, by `medialit.feed.moderation.visible`.
    """

    now: datetime
    state: FeedState
    index: Index
    standing: frozenset[str]
    visible: dict[str, Post]

    def member(self, id: str) -> Member:
        """Return a member; nothing is there for an id that is nobody's."""
        found = self.state.members.get(id)
        if found is None:
            raise nothing()
        return found


class Base:
    """Open rooms of a class. One process has them open.

    Parameters
    ----------
    folder : Path
        Made if it isn't there, for this account alone.
    name : str
        Of the class, for one that is new.
    lang : str
        What the class speaks at first.
    database : str, optional
        URL of PostgreSQL for feed, cards and consent. When not given: where `medialit.databases` keeps a class of
        `$MEDIALIT_HOME`, which is files of SQLite in the folder unless PostgreSQL is configured.
    clocks : callable
        Reads the computer's clocks, for the limits of time.
    hands : (Hand, Hand), optional
        What makes and what publishes clips; own ones, which end with the studio, when not given.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "",
        lang: str = "en",
        database: str | None = None,
        clocks: Callable[[], Reading] = read_clocks,
        hands: tuple[Hand, Hand] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.drafts = folder / "drafts"
        self.drafts.mkdir(exist_ok=True, mode=0o700)
        self.clocks = clocks
        self.own_hands = hands is None
        self.hands = hands or (Hand(niceness=10), Hand(niceness=2))
        if database is not None:
            _refuse_files(folder)
        where = database or _kept(folder)
        self.cards = Cabinet(where or folder / "studio.db")
        self.store = ReadyStore(where or folder / "feed" / "feed.db", media=folder / "feed" / "media")
        if where is not None:
            _bring_ledger(folder, where)
        self.desk = Desk(folder, ledger=where)
        self.lock = threading.RLock()  # around what reads and then writes, and around the ledger
        self._looking = threading.Lock()  # around the index; nothing else is waited for while it is held
        self._own: dict[str, threading.RLock] = {}
        self.wiped = False
        self._index = Index()
        self._stood: tuple[Head, datetime | None, frozenset[str]] | None = None
        if self.cards.get("class", "settings") is None:
            self.cards.put(
                "class",
                "settings",
                {
                    "name": name or folder.name, "lang": lang, "code": code(2, 4), "open": True, "paused": False,
                    "preset": "creation-first", "quota": DEFAULT_QUOTA, "secret": secrets.token_hex(32),
                },
            )  # fmt: skip

    def close(self) -> None:
        """Let go of the databases."""
        self.cards.close()
        self.store.close()
        self.desk.close()

    @property
    def settings(self) -> Card:
        """What is set for the class."""
        found = self.cards.get("class", "settings")
        if found is None:
            raise StudioError(
                _msgid("This class has ended, and everything of it was deleted."), code="wiped", status=503
            )
        return found

    def set(self, **changes: Any) -> None:
        """Change what is set for the class."""
        with self.lock:
            self.cards.put("class", "settings", self.settings | changes)

    def ledger(self) -> State:
        """Return what the ledger of consent knows."""
        with self.lock:
            return self.desk.ledger.state()

    def look(self, now: datetime) -> Look:
        """Return what stands now: everything that a page shows goes through this, each time anew."""
        grants = self._standing(now)
        with self._looking:
            state = self.store.state()
            self._index.take(state)
            posts = list(state.posts.values())
            shown = visible(
                posts,
                ended=ended_among(posts, standing=grants),
                hidden=hidden(state.cases.values(), now=now) | state.taken_back,
                likeness_off=likeness_off(state.members.values()),
            )
            return Look(
                now=now,
                state=state,
                index=self._index,
                standing=grants,
                visible={one.id: one for one in shown},
            )

    def _standing(self, now: datetime) -> frozenset[str]:
        """Return the permissions that stand; decided anew once the ledger grew, or a period begins or ends."""
        head = self.desk.ledger.head()
        if self._stood is not None:
            known, until, found = self._stood
            if known == head and (until is None or now < until):
                return found
        with self.lock:
            state = self.desk.ledger.state()
            found = standing(state, now)
            self._stood = (state.head, next_change(state, now), found)
        return found

    def own(self, member: str) -> threading.RLock:
        """Return a lock around what one member does, so that nobody else waits for it."""
        return self._own.setdefault(member, threading.RLock())

    def name_of(self, id: str, *, lang: str) -> str:
        """Return what somebody is called; the id where nobody is known by it."""
        if id == TEACHER:
            return translator(lang)(_msgid("the teacher"))
        card = self.cards.get("account", id)
        if card is None:
            return id
        if card["kind"] == "guardian":
            return translator(lang)(_msgid("the guardian of {name}")).format(
                name=self.name_of(card["ward"], lang=lang)
            )
        return str(card["name"])

    def likeness_of(self, member: str) -> str | None:
        """Return the person of the cast whom a member plays."""
        return next((id for id, card in self.cards.all("likeness").items() if card["member"] == member), None)

    def player(self, principal: str) -> str | None:
        """Return the member who plays a person of the cast."""
        card = self.cards.get("likeness", principal)
        return None if card is None else str(card["member"])

    def say(self, sentence: str, who: Person, /, **slots: object) -> str:
        """Return a sentence in somebody's language."""
        return translator(who.lang)(sentence).format(**slots)


def _kept(folder: Path) -> str | None:
    """Return the URL of a class's schema in PostgreSQL; None where it is kept in files of its folder."""
    if folder.parent.name != "studio":
        return None
    home = folder.parent.parent
    for file in (folder / "feed" / "feed.db", folder / "consent" / "ledger.db"):
        place("studio", file, name=folder.name, home=home)
    found = place("studio", folder / "studio.db", name=folder.name, home=home)
    return found if isinstance(found, str) else None


def _refuse_files(folder: Path) -> None:
    """Refuse to open a class in PostgreSQL whose cards are in a file: it would look empty, and go on in two places.

    Raises
    ------
    DatabaseError
        If so.
    """
    cards = folder / "studio.db"
    if cards.is_file() and str(cards.relative_to(folder.parent.parent)) not in moved(folder.parent.parent):
        raise DatabaseError(
            f"This class is kept in files: {cards}. Open it without --database; or move all classes by `medialit move`."
        )


def _bring_ledger(folder: Path, where: str) -> None:
    """Bring a class's ledger into PostgreSQL, where an older medialit kept it in a file though all else was there.

    The file is read, compared, and only then overwritten and deleted. Whatever kills this, the next start completes it.

    Raises
    ------
    DatabaseError
        If PostgreSQL holds another ledger already.
    """
    file = folder / "consent" / "ledger.db"
    if not file.is_file() or str(file.relative_to(folder.parent.parent)) in moved(folder.parent.parent):
        return
    heads = folder / "consent" / "heads"
    with (
        Ledger(file) as old,
        Ledger(where, heads=heads) as new,
        tempfile.TemporaryDirectory(dir=folder) as draft,
    ):
        export = Path(draft) / "ledger.jsonl"
        head, there = old.export(export), new.head()
        if head.seq and there.seq and there.chain != head.chain:
            raise DatabaseError(
                f"{file} and PostgreSQL hold two different ledgers of consent for this class. Put away the one that "
                "is not this class's."
            )
        if head.seq:
            new.import_(export, by="studio", now=datetime.now(UTC), expected=head)
            assert new.verify(known=[head]).ok  # before the only other copy goes
        scrub(export)
    for path in file.parent.glob(f"{file.name}*"):
        scrub(path)


def cast_name(principal: str, *, lang: str) -> str:
    """Return the name of a person of the cast in the script of a language; the id of anybody else."""
    return next((one.name(lang) for one in cast(minors=True) if one.id == principal), principal)


def sees(post: Post, who: Person, look: Look) -> bool:
    """Say whether a post that stands may be shown to somebody.

    A minor's likeness is seen by those who made or are in the clip, the guardian, the teacher, and members whom the minor
    follows and who follow back: the widest audience that consent allows for a minor, and the same here.
    """
    if who.role == "teacher":
        return True
    if who.role == "guardian":
        return who.ward in (post.author, *post.shows)
    if who.role != "learner":
        return False
    if who.id in (post.author, *post.shows):
        return True
    if {(who.id, post.author), (post.author, who.id)} & look.index.blocks:
        return False
    members = look.state.members
    return all(
        look.index.mutual(who.id, one) for one in post.shows if one in members and members[one].age.minor
    )


def require(who: Person, *roles: str) -> None:
    """Refuse whoever has another role: a second lock behind the server's own."""
    if who.role not in roles:
        raise not_for_you()


def plain_json(data: Mapping[str, Any]) -> str:
    """Return plain data as text, in one order."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1)
