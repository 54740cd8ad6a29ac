"""The local registry: what this computer published, so that a stripped copy finds its original again.

::

    $MEDIALIT_HOME/registry/      0700
    ├── registry.db               what was published (SQLite)
    └── originals/ID.mp4          the published files themselves

A clip is kept under an id that is drawn from its content, so registering it twice is registering it once. One
transaction writes a clip and its file's hash. What a clip is recognised by is never removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Any, Final, Literal, Self

from sqlalchemy import Engine, ForeignKey, String, create_engine, event, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from medialit.errors import FingerprintError, RegistryError
from medialit.home import medialit_home
from medialit.overwrite import overwrite
from medialit.provenance.fingerprint import Fingerprint, Index, Planes
from medialit.sqlite_log import keep_a_log

MAX_DISTANCE: Final = 0.2
"""Share of a fingerprint's bits that may differ between a clip and a copy that nothing but its looks leads to."""
ALIKE_DISTANCE: Final = 0.3
"""The same where a watermark's payload has named the clip already, so that only moved marks are to be told."""

_BUSY_S: Final = 30.0
_VERSION: Final = 1


class _Base(DeclarativeBase):
    pass


class _Clip(_Base):
    __tablename__ = "clips"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    payload: Mapped[str] = mapped_column(String(16), unique=True)
    title: Mapped[str]
    description: Mapped[str]
    lang: Mapped[str]
    fingerprint: Mapped[str]
    consent_grants: Mapped[str]
    registered_at: Mapped[datetime]


class _File(_Base):
    __tablename__ = "files"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    clip: Mapped[str] = mapped_column(ForeignKey("clips.id"), index=True)
    name: Mapped[str]
    published_at: Mapped[datetime]


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A clip that was published here.

    Parameters
    ----------
    id : str
        32 hexadecimal digits.
    payload : str
        Of its watermark, 16 hexadecimal digits.
    title, description, lang : str
    fingerprint : str
        `Fingerprint.to_text`.
    consent_grants : tuple of str
        Ids of the grants under which likenesses were used.
    registered_at : datetime
        Aware, UTC.
    """

    id: str
    payload: str
    title: str
    description: str = ""
    lang: str = "en"
    fingerprint: str
    consent_grants: tuple[str, ...] = ()
    registered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """A registered clip beside the pictures that were asked about.

    Parameters
    ----------
    clip : Registered
    by : str
        ``watermark`` or ``fingerprint``: what led to it.
    similarity : float or None
        1 minus the share of fingerprint bits that differ; None where no fingerprint was given, or the
        pictures are not alike at all.
    alike : bool or None
        Whether they are alike by `ALIKE_DISTANCE`. None where no fingerprint was given.
    """

    clip: Registered
    by: Literal["watermark", "fingerprint"]
    similarity: float | None
    alike: bool | None


class Registry:
    """An open registry. Use it as a context manager.

    Parameters
    ----------
    folder : Path, optional
        Where it is; `medialit_home() / "registry"` when not given. It is made where there is none.

    Raises
    ------
    RegistryError
        If the folder cannot be made or holds something else than a registry.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = medialit_home() / "registry" if folder is None else folder
        try:
            (self.folder / "originals").mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise RegistryError(
                f"The registry {self.folder} cannot be made: {error.strerror}. Set MEDIALIT_HOME to a folder "
                "that you may write."
            ) from error
        self._engine = _engine(self.folder / "registry.db")
        with self._guarded(), self._engine.connect() as connection:
            had = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            if had > _VERSION:
                connection.invalidate()
                raise RegistryError(
                    f"The registry {self.folder} has version {had}; this medialit knows up to {_VERSION}. Update "
                    "medialit."
                )
            _Base.metadata.create_all(
                connection
            )  # the first version, also of files from before it was written down
            if had < _VERSION:
                connection.exec_driver_sql(f"PRAGMA user_version = {_VERSION}")
            connection.commit()
        self._index: Index | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def add(self, clip: Registered, *, file: Path, sha256: str, name: str, now: datetime) -> Registered:
        """Keep a published clip and its file, all of it or nothing; return what the registry holds.

        Parameters
        ----------
        clip : Registered
            One with an id that is already there is not written again.
        file : Path
            The published file; a copy is kept.
        sha256 : str
            Of its bytes.
        name : str
            The file's own name.
        now : datetime
            Aware.

        Raises
        ------
        RegistryError
            If the payload belongs to another clip, or the file cannot be kept.
        """
        self._keep(file, clip.id)
        with self._guarded(), Session(self._engine) as session:
            try:
                if session.get(_Clip, clip.id) is None:
                    session.add(_row(clip))
                    session.flush()
                if session.get(_File, sha256) is None:
                    session.add(
                        _File(sha256=sha256, clip=clip.id, name=name, published_at=now.astimezone(UTC))
                    )
                session.commit()
            except IntegrityError as error:
                session.rollback()
                if session.get(_Clip, clip.id) is None:
                    raise RegistryError(
                        f"The payload {clip.payload} belongs to another clip of this registry. Publish with "
                        "another title."
                    ) from error
        self._index = None
        kept = self.get(clip.id)
        assert kept is not None
        return kept

    def get(self, id: str) -> Registered | None:
        """Return the clip with this id, if it is here."""
        with self._guarded(), Session(self._engine) as session:
            row = session.get(_Clip, id)
            return None if row is None else _record(row)

    def by_payload(self, payload: str) -> Registered | None:
        """Return the clip whose watermark has this payload, 16 hexadecimal digits."""
        with self._guarded(), Session(self._engine) as session:
            row = session.scalars(select(_Clip).where(_Clip.payload == payload)).one_or_none()
            return None if row is None else _record(row)

    def by_sha256(self, sha256: str) -> Registered | None:
        """Return the clip that was published as exactly this file."""
        with self._guarded(), Session(self._engine) as session:
            row = session.get(_File, sha256)
            return None if row is None else self.get(row.clip)

    def clips(self) -> tuple[Registered, ...]:
        """Return all clips, the oldest first."""
        with self._guarded(), Session(self._engine) as session:
            rows = session.scalars(select(_Clip).order_by(_Clip.registered_at, _Clip.id))
            return tuple(map(_record, rows))

    def original(self, clip: Registered) -> Path | None:
        """Return the kept file of a clip, with its watermark and credentials."""
        return next(iter(sorted((self.folder / "originals").glob(f"{clip.id}.*"))), None)

    def discard_original(self, id: str) -> None:
        """Delete the kept file of a clip that was withdrawn; what it is recognised by stays.

        A copy that turns up later is still found, and there is nothing left to show.
        """
        for path in (self.folder / "originals").glob(f"{id}.*"):
            overwrite(path)

    def forget_words(self, ids: Iterable[str]) -> None:
        """Delete titles, descriptions and names of files; what clips are recognised by stays."""
        with self._guarded():
            with Session(self._engine) as session:
                for id in ids:
                    self.discard_original(id)
                    session.execute(update(_Clip).where(_Clip.id == id).values(title="", description=""))
                    session.execute(update(_File).where(_File.clip == id).values(name=""))
                session.commit()
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for line in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    connection.exec_driver_sql(line)

    def search(
        self, *, payload: str | None, fingerprint: str | None, planes: str | None = None
    ) -> tuple[Likeness, ...]:
        """Return the clips that a payload or a fingerprint leads to, the payload's first.

        Parameters
        ----------
        payload : str or None
            16 hexadecimal digits, as the watermark's detector found them.
        fingerprint : str or None
            Of the pictures that the payload was found in. A payload whose clip does not look like them may
            have been moved there.
        planes : str or None
            What the fingerprint was taken from, in text. With it a crop from anywhere is looked for, where the
            fingerprint alone leads to nothing, or not to the payload's clip.
        """
        marked = self.by_payload(payload) if payload is not None else None
        near = self._near(fingerprint, planes, wanted=None if marked is None else marked.id)
        found: list[Likeness] = []
        if marked is not None:
            alike = None if fingerprint is None else marked.id in near
            similarity = _similarity(near.get(marked.id))
            found.append(Likeness(clip=marked, by="watermark", similarity=similarity, alike=alike))
        for id, distance in near.items():
            clip = self.get(id) if distance <= MAX_DISTANCE and (marked is None or id != marked.id) else None
            if clip is not None:
                similarity = _similarity(distance)
                found.append(Likeness(clip=clip, by="fingerprint", similarity=similarity, alike=True))
        return tuple(found)

    def _near(self, fingerprint: str | None, planes: str | None, *, wanted: str | None) -> dict[str, float]:
        """Return the distances of clips that look alike, nearest first."""
        near: dict[str, float] = {}
        if fingerprint is not None:
            for match in self._searchable().search(_parsed(fingerprint), max_distance=ALIKE_DISTANCE):
                near.setdefault(match.id, match.distance)
        sure = wanted in near if wanted is not None else any(one <= MAX_DISTANCE for one in near.values())
        if planes is not None and not sure:
            for match in self._searchable().search_crop(_levels(planes), max_distance=ALIKE_DISTANCE):
                near[match.id] = min(match.distance, near.get(match.id, 1.0))
        return dict(sorted(near.items(), key=lambda item: item[1]))

    def _searchable(self) -> Index:
        if self._index is None:
            self._index = Index()
            self._index.extend((clip.id, _parsed(clip.fingerprint)) for clip in self.clips())
        return self._index

    def _keep(self, file: Path, id: str) -> None:
        """Copy a published file to its place, whole, and only once it is on the disk."""
        target = self.folder / "originals" / f"{id}{file.suffix.lower()}"
        try:
            with NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as draft:
                place = Path(draft.name)
                try:
                    with file.open("rb") as source:
                        shutil.copyfileobj(source, draft)
                    draft.flush()
                    os.fsync(draft.fileno())
                    place.replace(target)
                finally:
                    place.unlink(missing_ok=True)
        except OSError as error:
            raise RegistryError(f"{file.name} cannot be kept in {self.folder}: {error.strerror}.") from error

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise RegistryError(
                f"The registry {self.folder / 'registry.db'} cannot be used ({error.orig}). Restore it from a copy, "
                "or move it away: a new one is then begun."
            ) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_S})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, record: object) -> None:
        keep_a_log(connection, patience_s=_BUSY_S)
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")  # what was acknowledged survives a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine


def _row(clip: Registered) -> _Clip:
    return _Clip(
        id=clip.id,
        payload=clip.payload,
        title=clip.title,
        description=clip.description,
        lang=clip.lang,
        fingerprint=clip.fingerprint,
        consent_grants="\n".join(clip.consent_grants),
        registered_at=clip.registered_at.astimezone(UTC),
    )


def _record(row: _Clip) -> Registered:
    return Registered(
        id=row.id,
        payload=row.payload,
        title=row.title,
        description=row.description,
        lang=row.lang,
        fingerprint=row.fingerprint,
        consent_grants=tuple(row.consent_grants.splitlines()),
        registered_at=row.registered_at.replace(tzinfo=UTC),  # SQLite keeps no time zone; UTC went in
    )


def _parsed(text: str) -> Fingerprint:
    try:
        return Fingerprint.from_text(text)
    except FingerprintError as error:
        raise RegistryError(f"A fingerprint in the registry cannot be read: {error}") from error


def _levels(text: str) -> Planes:
    try:
        return Planes.from_text(text)
    except FingerprintError as error:
        raise RegistryError(f"The pictures cannot be compared: {error}") from error


def _similarity(distance: float | None) -> float | None:
    return None if distance is None else 1.0 - distance
