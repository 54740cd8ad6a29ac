"""The feed's store: members, posts, what happened, and cases, in one append-only hash chain; media beside it.

::

    $MEDIALIT_HOME/feed/              0700
    ├── feed.db                       events, keys, the head, times of use (SQLite)
    └── media/ab/ab12…                files by the SHA-256 of their bytes

What is acknowledged is on the disk. What stands is a fold of the events, `FeedStore.state`. A person's words and settings
are sealed under a key of their own (`medialit.feed.codec.SEALED`), so that `forget` erases them though the chain stays.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections import ChainMap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from medialit.consent import checks
from medialit.consent.ledger_events import (
    Event,
    Head,
    canonical,
    event_id,
    genesis,
    read_payload,
    write_payload,
)
from medialit.consent.ledger_store import begin_log, database_url, make_folder, open_engine
from medialit.databases import make_schema
from medialit.databases import place as kept
from medialit.errors import DatabaseError, FeedStoreError, LedgerError
from medialit.feed.codec import Kept, Plain, plain
from medialit.feed.limits import Usage
from medialit.feed.media import Media
from medialit.feed.moderation import Case
from medialit.feed.records import AgeBand, Member, Post
from medialit.feed.store_chain import cut_off, event_at, events_of, keys_of, problem
from medialit.feed.store_fold import FeedState, Fold
from medialit.feed.store_tables import EVENTS, HEAD, KEYS, USAGE, VERSION, guard, prepare, unguard
from medialit.home import medialit_home

MAX_BATCH: Final = 1000
"""Events that are taken in at once."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """What `FeedStore.verify` found.

    Parameters
    ----------
    ok : bool
    n_events : int
        That are as they were written.
    detail : str
        The first thing that is wrong; empty where nothing is.
    """

    ok: bool
    n_events: int
    detail: str = ""


class FeedStore:
    """An open store. Use it as a context manager. Several processes may use one at the same time.

    Parameters
    ----------
    place : str or Path, optional
        A path of a SQLite file, or a URL: ``sqlite:///PATH`` or ``postgresql://USER@HOST/DATABASE``, which needs the
        extra ``postgres``. When not given: where `medialit.databases` keeps `$MEDIALIT_HOME`'s, which is
        ``$MEDIALIT_HOME/feed/feed.db`` unless PostgreSQL is configured. It is made where there is none.
    media : Path, optional
        Folder of the media; ``media`` beside the database, or in ``$MEDIALIT_HOME/feed``.

    Raises
    ------
    FeedStoreError
        If it cannot be made, is damaged, is something else, or a newer medialit made it.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as home, FeedStore(Path(home) / "feed.db") as store:
    ...     _ = store.keep(Member(id="aya", age=AgeBand.ADULT, zone="Africa/Casablanca"), by="aya", now=noon)
    ...     _ = store.keep(Post(id="p1", clip="c1", author="aya", at=noon), by="aya", now=noon)
    ...     list(store.state().posts), store.verify().ok
    (['p1'], True)
    """

    def __init__(self, place: str | Path | None = None, *, media: Path | None = None) -> None:
        if place is None:
            place = kept("home", medialit_home() / "feed" / "feed.db")
        self._fold: Fold | None = None
        self._lock = threading.RLock()  # threads of one program share the fold
        with self._guarded():
            self._url = database_url(place)
            self._sqlite = self._url.get_backend_name() == "sqlite"
            path = Path(str(self._url.database)) if self._sqlite else None
            folder = medialit_home() / "feed" if path is None else path.parent
            make_folder(folder if media is None or path is not None else media.parent)
            self.media = Media(folder / "media" if media is None else media)
            self._engine = open_engine(self._url)
            if self._sqlite:
                begin_log(self._engine)
            try:
                with self._writing() as connection:
                    if not self._sqlite:
                        make_schema(connection, self._url.render_as_string(hide_password=False))
                    prepare(connection, new_chain=secrets.token_hex(16))
            except BaseException:
                self._engine.dispose()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def keep(self, record: Kept, *, by: str, now: datetime) -> Head:
        """Keep one record, and return how far the chain goes once it is on the disk. See `keep_all`."""
        return self.keep_all([record], by=by, now=now)

    def keep_all(self, records: Sequence[Kept], *, by: str, now: datetime) -> Head:
        """Keep records, all or none, in one transaction.

        A member or a post that is handed in again as it stands is kept once; a member who changed replaces the older
        one; another post under the same id is refused. A case is handed in with its last step, and is refused if
        somebody else added a step meanwhile.

        Parameters
        ----------
        records : sequence of Member, Post, FeedEvent or Case
            At most `MAX_BATCH`.
        by : str
            Who hands them in. That they may is for the app to know.
        now : datetime
            Aware.

        Raises
        ------
        FeedStoreError
            If something is refused; a member under 13 is, and whoever was erased here.
        """
        if len(records) > MAX_BATCH:
            raise FeedStoreError(f"Up to {MAX_BATCH} records are kept at once, not {len(records)}.")
        now, by = checks.moment(now, "`now`"), checks.ident(by, "`by`")
        with self._writing() as connection:
            head = self._head(connection, lock=True)
            batch = _Batch(self._folded(connection))
            new = [plain(one) for one in records if batch.takes(one)]
            return self._append(connection, head, new, by=by, now=now)

    def take_back(self, post: str, *, by: str, now: datetime) -> Head:
        """Take a post out of the feed for good; doing so twice is once.

        Raises
        ------
        FeedStoreError
            If there is no such post.
        """
        with self._writing() as connection:
            head = self._head(connection, lock=True)
            state = self._folded(connection).state()
            if post not in state.posts:
                raise FeedStoreError(f"There is no post {post!r} to take back.")
            if post in state.taken_back:
                return head
            one = Plain(kind="take_back", subject=post, owner=by, open={"post": post}, hidden={})
            return self._append(connection, head, [one], by=by, now=checks.moment(now, "`now`"))

    def state(self) -> FeedState:
        """Return what stands. Each event is compared with its hash; those folded before are not read again.

        Raises
        ------
        FeedStoreError
            If the chain is broken or ends too early.
        """
        with self._reading() as connection:
            return self._folded(connection).state()

    def head(self) -> Head:
        """Return how far the chain goes: keep this elsewhere, to know later whether its end was cut off."""
        with self._reading() as connection:
            return self._head(connection)

    def verify(self, *, known: Iterable[Head] = ()) -> Check:
        """Compare every event with its hash and with the one before it, and the end with the head and `known`."""
        known = tuple(known)
        n = 0
        try:
            with self._reading() as connection:
                head = self._head(connection)
                before = Head(chain=head.chain, seq=0, hash=genesis(head.chain))
                there = {0: before.hash}
                for event in events_of(connection, head.chain):
                    wrong = problem(event, before)
                    if wrong:
                        return Check(ok=False, n_events=n, detail=wrong)
                    before, n = event.head, n + 1
                    there[event.seq] = event.hash
        except FeedStoreError as error:
            return Check(ok=False, n_events=n, detail=str(error))
        if before != head:
            return Check(ok=False, n_events=n, detail=cut_off(head, before))
        for one in known:
            if one.chain != head.chain or there.get(one.seq) != one.hash:
                detail = f"The head that was kept elsewhere, of event {one.seq}, is not in this chain."
                return Check(ok=False, n_events=n, detail=detail)
        return Check(ok=True, n_events=n)

    def usage(self, member: str) -> Usage | None:
        """Return how much of the day a member has used; None for the first time."""
        with self._reading() as connection:
            found = connection.execute(
                select(USAGE.c.state).where(USAGE.c.member == member)
            ).scalar_one_or_none()
        return None if found is None else Usage.from_dict(json.loads(found))

    def keep_usage(self, member: str, usage: Usage) -> None:
        """Keep how much of the day a member has used, in place of what was kept before."""
        checks.ident(member, "`member`")
        state = canonical(usage.to_dict())
        with self._writing() as connection:
            self._head(connection, lock=True)  # of two that write a first time, one waits
            done = connection.execute(update(USAGE).where(USAGE.c.member == member).values(state=state))
            if not done.rowcount:
                connection.execute(insert(USAGE).values(member=member, state=state))

    def forget(self, member: str, *, by: str, now: datetime) -> None:
        """Erase a member: the key of all that is sealed, the times of use, and the media that only they posted.

        Their posts, comments and messages are no longer in `state`. Ids and times stay in the chain, which goes on to
        verify.
        """
        with self._writing() as connection:
            head = self._head(connection, lock=True)
            state = self._folded(connection).state()
            others = {one.clip for one in state.posts.values() if one.author != member}
            theirs = {one.clip for one in state.posts.values() if one.author == member}
            connection.execute(delete(KEYS).where(KEYS.c.owner == member))
            connection.execute(delete(USAGE).where(USAGE.c.member == member))
            one = Plain(kind="erasure", subject=member, owner=by, open={"member": member}, hidden={})
            self._append(connection, head, [one], by=by, now=checks.moment(now, "`now`"))
        self._fold = None
        for name in set(self.media.names()) & (theirs - others):
            self.media.remove(name)
        self._clean("feed_keys", "feed_usage")

    def wipe(self) -> None:
        """Delete everything: events, keys, times of use, media. A new, empty chain begins; other programs see it.

        SQLite's file is overwritten and shrunk. What PostgreSQL's own log, a flash disk or a backup still holds is out
        of reach from here.
        """
        with self._writing() as connection:
            self._head(connection, lock=True)
            unguard(connection)
            for table in (EVENTS, KEYS, USAGE, HEAD):
                connection.execute(delete(table))
            guard(connection)
            chain = secrets.token_hex(16)
            first = {"one": 1, "version": VERSION, "chain": chain, "seq": 0, "hash": genesis(chain)}
            connection.execute(insert(HEAD), first)
        self._fold = None
        self.media.wipe()
        self._clean("feed_events", "feed_keys", "feed_usage", "feed_head")

    def _append(
        self, connection: Connection, head: Head, new: Sequence[Plain], *, by: str, now: datetime
    ) -> Head:
        """Write events after the head, which is locked."""
        last = event_at(connection, head) if head.seq else None
        keys = keys_of(connection, {one.owner for one in new if one.hidden}, make=True)
        rows: list[dict[str, Any]] = []
        not_before = now if last is None else max(now, last.not_before)
        for one in new:
            id = event_id(one.kind, one.subject, head.seq + 1)
            sealing = {one.owner: keys[one.owner]} if one.hidden else None
            event = Event(
                chain=head.chain,
                seq=head.seq + 1,
                id=id,
                kind=one.kind,
                subject=one.subject,
                payload=write_payload(one.open, one.hidden, keys=sealing, context=f"{head.chain}/{id}"),
                by=by,
                at=now,
                recorded_at=now,
                not_before=not_before,
                prev_hash=head.hash,
            ).hashed()
            rows.append(event.fields())
            head = event.head
        if rows:
            connection.execute(insert(EVENTS), rows)
            connection.execute(update(HEAD).values(seq=head.seq, hash=head.hash))
        return head

    def _folded(self, connection: Connection) -> Fold:
        """Return the fold up to the head; what was folded before is gone on from."""
        head = self._head(connection)
        fold, self._fold = self._fold, None  # a fold that fails half-way is thrown away
        if fold is None or fold.head.chain != head.chain or fold.head.seq > head.seq:
            fold = Fold(Head(chain=head.chain, seq=0, hash=genesis(head.chain)))
        if fold.head.seq < head.seq:
            keys = keys_of(connection, None, make=False)
            for event in events_of(connection, head.chain, after=fold.head.seq):
                wrong = problem(event, fold.head)
                if wrong:
                    raise FeedStoreError(f"{wrong} Run verify(), and restore a copy.")
                try:
                    content = read_payload(event, keys=keys)
                except LedgerError as error:
                    raise FeedStoreError(str(error)) from error
                fold.take(event, content)
        if fold.head != head:
            raise FeedStoreError(cut_off(head, fold.head))
        self._fold = fold
        return fold

    def _head(self, connection: Connection, *, lock: bool = False) -> Head:
        query = select(HEAD.c.chain, HEAD.c.seq, HEAD.c.hash)
        found = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if found is None or (type(found.chain), type(found.seq), type(found.hash)) != (str, int, str):
            raise FeedStoreError("The feed does not say how far it goes. Restore a copy from before.")
        return Head(chain=found.chain, seq=found.seq, hash=found.hash)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._lock, self._guarded(), self._engine.connect() as connection:
            if not self._sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Begin a transaction in which nobody else writes; it is on the disk when this ends, or nothing of it is."""
        with (
            self._lock,
            self._guarded(),
            self._engine.connect().execution_options(medialit_write=True) as connection,
            connection.begin(),
        ):
            try:
                yield connection
            except BaseException:
                self._fold = None  # it may hold what is rolled back
                raise

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise FeedStoreError(f"The feed's database cannot be used. {error}") from error
        except (SQLAlchemyError, sqlite3.Error, LedgerError, ModuleNotFoundError) as error:
            said = str(getattr(error, "orig", error)).strip()
            raise FeedStoreError(
                f"The feed's database cannot be used ({said}). Restore a copy if it is damaged."
            ) from error

    def _clean(self, *tables: str) -> None:
        """Remove what deleted rows left behind in the database's own files, as far as it can be reached."""
        if self._sqlite:
            self._outside("PRAGMA wal_checkpoint(TRUNCATE)")
            self._outside("VACUUM")
            busy = self._outside("PRAGMA wal_checkpoint(TRUNCATE)")[0]
            if busy:
                raise FeedStoreError(
                    "It is deleted, but another program reads the feed and keeps old pages in its log. Close it, and ask "
                    "again."
                )
            return
        for table in tables:
            self._outside(f"VACUUM FULL {table}")

    def _outside(self, statement: str) -> Any:
        """Run a statement that stands outside transactions; return SQLite's answer."""
        with self._guarded():
            if self._sqlite:
                raw = self._engine.raw_connection()
                try:
                    return raw.cursor().execute(statement).fetchone()
                finally:
                    raw.close()
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(statement)
            return None


class _Batch:
    """Records on their way in, each seen together with those before it."""

    def __init__(self, fold: Fold) -> None:
        self.members: ChainMap[str, Member] = ChainMap({}, fold.members)
        self.posts: ChainMap[str, Post] = ChainMap({}, fold.posts)
        self.cases: ChainMap[str, Case] = ChainMap({}, fold.cases)
        self.erased = fold.erased

    def takes(self, record: Kept) -> bool:
        """Say whether a record has to be written: not, if it is here as it stands.

        Raises
        ------
        FeedStoreError
            If it is refused.
        """
        owner = plain(record).owner
        if owner in self.erased:
            raise FeedStoreError(f"{owner} was erased here. Join again under a new pseudonym.")
        if isinstance(record, Member):
            return self._takes_member(record)
        if isinstance(record, Post):
            return self._takes_post(record)
        if isinstance(record, Case):
            known = self.cases.get(record.id)
            if (() if known is None else known.trail) != record.trail[:-1]:
                raise FeedStoreError(
                    f"Somebody else went on with case {record.id} meanwhile. Read it again first."
                )
            self.cases[record.id] = record
        return True

    def _takes_member(self, record: Member) -> bool:
        if record.age is AgeBand.UNDER_13:
            raise FeedStoreError(f"{record.id} is under 13 and cannot join the feed.")
        if self.members.get(record.id) == record:
            return False
        self.members[record.id] = record
        return True

    def _takes_post(self, record: Post) -> bool:
        before = self.posts.get(record.id)
        if before is not None and before != record:
            raise FeedStoreError(
                f"The post {record.id} is here and is another one. Give the new one its own id."
            )
        if record.author not in self.members:
            raise FeedStoreError(f"{record.author} is no member of this feed and cannot post.")
        self.posts[record.id] = record
        return before is None
