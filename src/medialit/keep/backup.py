"""Copies of a home: made while it is used, whole or not at all, and brought back only where they are whole.

::

    medialit-2026-11-27T1200Z.tar      0600
    ├── database.dump                  what pg_dump says, where PostgreSQL is configured
    ├── consent/ledger.db …            files of SQLite, each as it stood at one moment
    ├── …                              everything else
    └── manifest.json                  last: each file's hash, and how far each hash chain goes

A copy without its last file is none. How far a chain goes is printed too, as an anchor to keep elsewhere: only that
tells a copy that was cut off, or an older one, from the one that was made.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

from medialit.consent.ledger_events import Head
from medialit.consent.ledger_tail import write_tail
from medialit.databases import configured, in_schema, moved, note
from medialit.errors import BackupError, LedgerError
from medialit.feed.media import scrub
from medialit.keep import dump
from medialit.keep.places import CHAINS, Part, parts, snapshot

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
_MAGIC: Final = b"SQLite format 3\x00"
_BESIDE: Final = ("-wal", "-shm", "-journal")
_LEFT_OUT: Final = ("jupyter", ".moving", ".restoring")
"""What can be made again, or is half of something."""
_LARGEST: Final = 2**34


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """How far one hash chain went when a copy was made.

    Parameters
    ----------
    at : datetime
        Aware.
    file : str
        Of SQLite, relative to the home, also where the chain is in PostgreSQL.
    head : Head
    """

    at: datetime
    file: str
    head: Head

    def to_text(self) -> str:
        """Return it as one line."""
        return f"{self.at.isoformat()}\t{self.file}\t{self.head.to_text()}"

    @classmethod
    def from_text(cls, line: str) -> Anchor:
        """Read a line.

        Raises
        ------
        BackupError
            If it is none.
        """
        try:
            at, file, head = line.rstrip("\n").split("\t")
            return cls(at=datetime.fromisoformat(at), file=file, head=Head.from_text(head))
        except (ValueError, LedgerError):
            raise BackupError(
                f"{line[:80]!r} is no anchor. Copy whole lines, as `medialit backup` prints them."
            ) from None


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A copy that was made.

    Parameters
    ----------
    path : Path
    n_files, n_bytes : int
    anchors : tuple of Anchor
    left_out : tuple of str
        Links and other things that are no files.
    """

    path: Path
    n_files: int
    n_bytes: int
    anchors: tuple[Anchor, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A home that was brought back.

    Parameters
    ----------
    home : Path
    made_at : datetime
        When the copy was made.
    n_files : int
    heads : dict of str to Head
        How far each chain goes.
    missing : tuple of Anchor
        Those that go further than the copy: what they had is not in it.
    """

    home: Path
    made_at: datetime
    n_files: int
    heads: dict[str, Head]
    missing: tuple[Anchor, ...]


def back_up(
    home: Path, target: Path, *, now: datetime, on_file: Callable[[str], None] = lambda name: None
) -> Copied:
    """Copy everything that a home keeps into one file, while it may be used.

    Parameters
    ----------
    home : Path
    target : Path
        A file that is not there yet, or a folder, in which it is named after the moment.
    now : datetime
        Aware.
    on_file : callable
        Called with each file's name.

    Raises
    ------
    BackupError
        If it cannot be written, or there is a file already.
    DatabaseError
        If a database is damaged or cannot be reached; no file is made then.
    """
    if not home.is_dir():
        raise BackupError(f"{home} is no folder; there is nothing to copy.")
    if target.is_dir():
        target /= f"medialit-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.tar"
    if target.exists():
        raise BackupError(f"{target} is there already. Name another file.")
    part = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".medialit-", dir=target.parent) as folder:
            copied = _write(home, part, target, drafts=Path(folder), now=now, on_file=on_file)
        part.replace(target)
        _sync(target.parent)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(
            f"{target} cannot be written: {error}. Make room, or name another folder."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return copied


def restore(
    archive: Path,
    home: Path,
    *,
    anchors: Sequence[Anchor] = (),
    older: bool = False,
    url: str | None = None,
    on_file: Callable[[str], None] = lambda name: None,
) -> Restored:
    """Bring a home back from a copy: every file compared with its hash, every chain verified, then all at once in place.

    Parameters
    ----------
    archive : Path
    home : Path
        Not there, or empty.
    anchors : sequence of Anchor
        That were kept elsewhere, of this copy and of others.
    older : bool
        Bring it back even if an anchor shows that later events are missing from it.
    url : str, optional
        An empty database of PostgreSQL, for a copy that has a dump of one.
    on_file : callable
        Called with each file's name.

    Raises
    ------
    BackupError
        If it is no whole copy, or is not the one, or goes less far, than the anchors say; or the home is in use. Nothing
        was brought back then.
    DatabaseError
        If a chain does not verify, or PostgreSQL refuses.
    """
    if home.exists() and any(home.iterdir()):
        raise BackupError(f"{home} is not empty. Move it away first: nothing is written over.")
    draft = home.parent / f".{home.name}.restoring"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        manifest = _extract(archive, draft, on_file=on_file)
        made = [Anchor.from_text(line) for line in manifest["anchors"]]
        if manifest["postgresql"] and url is None:
            raise BackupError(
                "This copy holds a dump of PostgreSQL. Name an empty database for it: --to URL."
            )
        if not manifest["postgresql"] and url is not None:
            raise BackupError(
                "This copy holds no dump of PostgreSQL. Restore it without --to, then `medialit move`."
            )
        missing: tuple[Anchor, ...] = ()
        if url is None:
            heads, missing = _verified(draft, [*made, *anchors], url=None)
        else:
            with dump.loaded(draft / DUMP, url):
                heads, missing = _verified(draft, [*made, *anchors], url=url)
                _require(missing, older=older)
            scrub(draft / DUMP)
            note(draft, url, list(moved(draft).values()))
        _require(missing, older=older)
        if home.exists():
            home.rmdir()
        draft.replace(home)
        _sync(home.parent)
    except (OSError, tarfile.TarError, KeyError, TypeError, ValueError) as error:
        raise BackupError(f"{archive} cannot be brought back: {error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Restored(
        home=home,
        made_at=datetime.fromisoformat(manifest["made_at"]),
        n_files=len(manifest["files"]),
        heads=heads,
        missing=missing,
    )


def _require(missing: Sequence[Anchor], *, older: bool) -> None:
    if missing and not older:
        last = max(missing, key=lambda one: one.head.seq)
        raise BackupError(
            f"The copy is older than what is known, or was cut off: {last.file} went to event {last.head.seq} on "
            f"{last.at:%Y-%m-%d %H:%M}, and does not in it. Revocations and erasures may be missing. Take a newer copy; "
            "if there is none, say --older."
        )


def _write(
    home: Path, part: Path, target: Path, *, drafts: Path, now: datetime, on_file: Callable[[str], None]
) -> Copied:
    url = configured(home)
    anchors: list[Anchor] = []
    inside, known = {one.file: one for one in parts(home)}, moved(home)
    found, left_out = _files(home)
    with _Writer.open(part, on_file=on_file) as writer:
        if url is not None:
            anchors += _anchors(home, now, url)
            dump.write(url, drafts / DUMP)
            writer.add(DUMP, drafts / DUMP)
        for path in sorted(found, key=lambda one: (not _is_sqlite(one), one)):
            name = str(path.relative_to(home))
            if url is not None and path.parent.name == "heads" and path.suffix == ".head":
                continue  # they may be ahead of the dump, and are written anew
            if name in known or (name.endswith(".head") and name.removesuffix(".head") in writer.hashes):
                continue  # what was moved is in the dump; a ledger's tail was copied before the ledger
            if not _is_sqlite(path):
                with suppress(FileNotFoundError):  # deleted meanwhile, as drafts and withdrawn clips are
                    writer.add(name, path)
                continue
            copy = drafts / name
            snapshot(path, copy)
            tail = copy.with_name(f"{copy.name}.head")
            if tail.is_file():
                writer.add(f"{name}.head", tail)
            writer.add(name, copy)
            if path in inside:
                anchors += _anchors_of(inside[path], copy, home, now)
            for one in copy.parent.glob(f"{copy.name}*"):
                scrub(one)
        manifest = {
            "format": FORMAT, "made_at": now.astimezone(UTC).isoformat(), "postgresql": url is not None,
            "folders": _folders(home), "anchors": [one.to_text() for one in anchors], "files": writer.hashes,
            "left_out": left_out,
        }  # fmt: skip
        (drafts / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        n_files = len(writer.hashes)
        writer.add(MANIFEST, drafts / MANIFEST)
    return Copied(
        path=target, n_files=n_files, n_bytes=part.stat().st_size, anchors=tuple(anchors),
        left_out=tuple(left_out),
    )  # fmt: skip


class _Writer:
    """A copy that is being written; each file is hashed on its way."""

    def __init__(self, tar: tarfile.TarFile, on_file: Callable[[str], None]) -> None:
        self._tar = tar
        self._on_file = on_file
        self.hashes: dict[str, dict[str, Any]] = {}

    @classmethod
    @contextmanager
    def open(cls, path: Path, *, on_file: Callable[[str], None]) -> Iterator[_Writer]:
        """Open a file; it is on the disk when this ends."""
        handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield cls(tar, on_file)
            file.flush()
            os.fsync(file.fileno())

    def add(self, name: str, source: Path) -> None:
        """Add a file as long as it is now; what a log grows by meanwhile comes into the next copy."""
        with source.open("rb") as data:
            about, read = os.fstat(data.fileno()), _Hashed(data)
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = about.st_size, about.st_mode & 0o777, int(about.st_mtime)
            self._tar.addfile(info, read)
        self.hashes[name] = {"sha256": read.digest.hexdigest(), "bytes": about.st_size}
        self._on_file(name)


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, data: BinaryIO) -> None:
        self._data = data
        self.digest = sha256()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        block = self._data.read(size)
        self.digest.update(block)
        return block


def _files(home: Path) -> tuple[list[Path], list[str]]:
    """Return the files to copy, and what is left out because it is no file."""
    found, left_out = [], []
    for folder, names, files in os.walk(home):
        here = Path(folder)
        names[:] = sorted(name for name in names if not (here == home and name in _LEFT_OUT))
        for name in [*names, *files]:
            path = here / name
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                left_out.append(str(path.relative_to(home)))
        for name in files:
            path = here / name
            beside = name.endswith(_BESIDE) and (here / name.rpartition("-")[0]).is_file()
            if path.is_file() and not path.is_symlink() and not beside and not name.endswith("lock"):
                found.append(path)
    return found, sorted(left_out)


def _folders(home: Path) -> list[str]:
    found = (path for path in home.rglob("*") if path.is_dir() and not path.is_symlink())
    return sorted(
        str(one.relative_to(home)) for one in found if one.relative_to(home).parts[0] not in _LEFT_OUT
    )


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _anchors(home: Path, now: datetime, url: str) -> Iterator[Anchor]:
    for one in parts(home):
        if one.what in CHAINS and one.is_in(url):
            yield from _anchors_of(one, in_schema(url, one.schema), home, now)


def _anchors_of(part: Part, place: str | Path, home: Path, now: datetime) -> Iterator[Anchor]:
    if part.what in CHAINS:
        head = part.verify(place)
        if head is not None and head.seq:
            yield Anchor(at=now.astimezone(UTC), file=str(part.file.relative_to(home)), head=head)


def _extract(archive: Path, folder: Path, *, on_file: Callable[[str], None]) -> dict[str, Any]:
    """Write a copy's files into a folder, each compared with its hash, and return what its last file says."""
    written: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    with tarfile.open(archive) as tar:
        for info in tar:
            if not info.isreg() or info.size > _LARGEST:
                raise BackupError(f"{archive} holds {info.name!r}, which is no file of a copy.")
            data = tar.extractfile(info)
            assert data is not None
            if info.name == MANIFEST:
                manifest = json.loads(data.read())
                continue
            path = _inside(folder, info.name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest = sha256()
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                while block := data.read(1 << 20):
                    digest.update(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            path.chmod(info.mode & 0o777)
            os.utime(path, (info.mtime, info.mtime))
            written[info.name] = digest.hexdigest()
            on_file(info.name)
    if manifest is None or manifest.get("format") != FORMAT:
        raise BackupError(
            f"{archive} is no whole copy: its last file is missing. It was cut off; take another copy."
        )
    wanted = {name: one["sha256"] for name, one in manifest["files"].items()}
    if written != wanted:
        wrong = sorted(
            name for name in written.keys() | wanted.keys() if written.get(name) != wanted.get(name)
        )
        raise BackupError(
            f"{archive} is damaged: {', '.join(wrong[:3])} is not as it was copied. Take another copy."
        )
    for name in manifest[
        "folders"
    ]:  # empty ones too: a class whose data are in PostgreSQL is known by its folder
        _inside(folder, name).mkdir(parents=True, exist_ok=True, mode=0o700)
    return manifest


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or Path(name).is_absolute():
        raise BackupError(f"The copy holds {name!r}, which lies outside of it. It was not made by medialit.")
    return path


def _verified(
    home: Path, anchors: Sequence[Anchor], *, url: str | None
) -> tuple[dict[str, Head], tuple[Anchor, ...]]:
    """Verify all chains, against anchors as far as they go; return how far, and the anchors that go further."""
    heads: dict[str, Head] = {}
    missing: list[Anchor] = []
    for one in parts(home):
        name = str(one.file.relative_to(home))
        if one.what not in CHAINS or not (one.file.is_file() if url is None else one.is_in(url)):
            continue
        place = one.file if url is None else in_schema(url, one.schema)
        known = [anchor for anchor in anchors if anchor.file == name]
        head = one.verify(place)
        assert head is not None
        if url is not None and one.what == "consent" and head.seq:
            write_tail(one.heads / f"{head.chain}.head", head)
        beyond = [anchor for anchor in known if anchor.head.chain != head.chain or anchor.head.seq > head.seq]
        one.verify(place, known=[anchor.head for anchor in known if anchor not in beyond])
        heads[name] = head
        missing += beyond
    gone = [one for one in anchors if one.file not in heads]
    return heads, (*missing, *gone)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
