"""Inspecting files: two processes that may die, and a report whatever they do."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import medialit
from medialit.forensics.cues import card
from medialit.provenance import credentials
from medialit.provenance.credentials import CredentialReader, Credentials
from medialit.provenance.trust import TrustList
from medialit.verify.asking import Looked, Progress, Worker
from medialit.verify.cues import Cues, Depth, names_of
from medialit.verify.detected import Synthetic
from medialit.verify.report import (
    Fingerprint,
    Match,
    Problem,
    Report,
    Watermark,
)
from medialit.verify.traces import printable

_BLOCK: Final = 2**20


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much one file may cost.

    Parameters
    ----------
    seconds : float
        For looking at the pictures; what was seen by then is reported. Reading the credentials has as much again.
    cue_seconds : float
        For the cues, where they are asked; those that did not get to look by then are named.
    detect_seconds : float
        For the detectors, where no cue is asked.
    max_bytes : int
        A larger file is not opened.
    memory_bytes : int
        Address space of each of the two reading processes. Systems other than Linux may not enforce it.
    """

    seconds: float = 120.0
    cue_seconds: float = 240.0
    detect_seconds: float = 90.0
    max_bytes: int = 4 * 2**30
    memory_bytes: int = 3 * 2**30


class Lookup(Protocol):
    """Whoever knows registered clips: `medialit.provenance.registry`, as `pipeline` opens it."""

    def matches(self, *, payload: str | None, fingerprint: str | None, planes: str | None) -> Sequence[Match]:
        """Return the registered clips that have this payload, or look like these pictures, nearest first."""
        ...


def inspect(
    path: str | os.PathLike[str],
    *,
    trust: Sequence[TrustList] = (),
    keys: Mapping[str, bytes] | None = None,
    registry: Lookup | None = None,
    fetch_remote: bool = False,
    budget: Budget | None = None,
    detect: bool = True,
    now: datetime | None = None,
    cues: Depth = "none",
    on_progress: Progress | None = None,
) -> Report:
    """Return what is known about one file. For many files, keep an `Inspector`.

    Parameters
    ----------
    path : path-like
        Any file, however broken; its name is not relied on.
    trust : sequence of TrustList
        Whose signatures are relied on. Without a list nothing is trusted.
    keys : mapping of str to bytes, optional
        Keys of the watermark, by a name for the report. Without one it is not looked for.
    registry : Lookup, optional
        Where payloads and fingerprints are looked up.
    fetch_remote : bool
        Whether a manifest kept elsewhere may be fetched; see `medialit.provenance.credentials.read`.
    budget : Budget, optional
    detect : bool
        Whether the detectors are asked about the pictures; `medialit.forensics.detectors` says what they are.
    now : datetime, optional
        Aware; the moment that the report names. The clock when not given.
    cues : {"none", "light", "all"}
        Which cues look at the pixels too; `medialit.forensics.cues` says what they are.
    on_progress : callable, optional
        Called while the cues look, with the share that is done, and ``decode`` or the cue's name.

    Returns
    -------
    Report
        Always. What went wrong is a finding in it.
    """
    with Inspector(
        trust=trust, keys=keys, registry=registry, fetch_remote=fetch_remote, budget=budget, detect=detect
    ) as one:
        return one.inspect(path, now=now, cues=cues, on_progress=on_progress)


class Inspector:
    """Inspects files one after another; the parameters are those of `inspect`.

    Examples
    --------
    >>> with Inspector() as inspector:
    ...     report = inspector.inspect("no such file.mp4")
    >>> report.credentials.state, report.synthetic.finding, report.problems[0].code
    ('unreadable', 'cannot-tell', 'unreadable')
    """

    def __init__(
        self,
        *,
        trust: Sequence[TrustList] = (),
        keys: Mapping[str, bytes] | None = None,
        registry: Lookup | None = None,
        fetch_remote: bool = False,
        budget: Budget | None = None,
        detect: bool = True,
    ) -> None:
        self._trust, self._keys, self._registry = tuple(trust), dict(keys or {}), registry
        self._fetch_remote, self._detect = fetch_remote, detect
        self._budget = budget or Budget()
        self._limits = credentials.Limits(
            max_bytes=self._budget.max_bytes,
            timeout_s=self._budget.seconds,
            memory_bytes=self._budget.memory_bytes,
        )
        self._reader = CredentialReader(trust=self._trust, limits=self._limits)
        self._worker = Worker(
            self._keys, memory_bytes=self._budget.memory_bytes, comparable=registry is not None
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading processes."""
        self._reader.close()
        self._worker.close()

    def inspect(
        self,
        path: str | os.PathLike[str],
        *,
        now: datetime | None = None,
        cues: Depth = "none",
        on_progress: Progress | None = None,
    ) -> Report:
        """Return what is known about one file; `inspect` describes it."""
        given = Path(path)
        moment = (now or datetime.now(UTC)).astimezone(UTC)
        refused = refusal(given, self._budget.max_bytes)
        looked = Looked()
        with ThreadPoolExecutor(max_workers=1) as beside:
            said = beside.submit(self._credentials, given)
            hashed = beside.submit(_hashed, given) if refused is None else None
            try:
                if refused is None:
                    self._worker.ask(
                        given,
                        seconds=self._budget.seconds,
                        into=looked,
                        cues=names_of(cues),
                        detect=self._detect,
                        cue_seconds=self._budget.detect_seconds
                        if cues == "none"
                        else self._budget.cue_seconds,
                        on_progress=on_progress,
                    )
                else:
                    looked.problems.append(refused)
            except BaseException:  # an interrupt does not wait for the other process
                self._reader.close()
                raise
        sha256, n_bytes = hashed.result() if hashed else (None, None)
        return Report(
            path=printable(given, limit=1000),
            sha256=sha256,
            n_bytes=n_bytes,
            kind=looked.kind,
            inspected_at=moment,
            software=f"medialit {medialit.__version__}",
            credentials=said.result(),
            watermark=self._watermark(looked),
            fingerprint=self._fingerprint(looked),
            metadata=looked.metadata,
            encoding=looked.encoding,
            synthetic=looked.synthetic or Synthetic(asked=self._detect),
            examined=looked.examined,
            problems=tuple(looked.problems),
            cues=_cues(looked, cues),
        )

    def look_closer(
        self,
        path: str | os.PathLike[str],
        *,
        cues: Depth = "light",
        names: Sequence[str] | None = None,
        on_progress: Progress | None = None,
    ) -> Cues:
        """Let the cues alone look at a file that was inspected before.

        Parameters
        ----------
        path : path-like
        cues : {"light", "all"}
        names : sequence of str, optional
            Only these of them.
        on_progress : callable, optional

        Raises
        ------
        CueError
            If a name is no cue's.
        """
        given, looked = Path(path), Looked()
        for name in names or ():
            card(name)
        chosen = names_of(cues) if names is None else tuple(names)
        if refusal(given, self._budget.max_bytes) is None:
            self._worker.ask(
                given,
                seconds=self._budget.seconds,
                into=looked,
                first=False,
                cues=chosen,
                cue_seconds=self._budget.cue_seconds,
                on_progress=on_progress,
            )
        return _cues(looked, cues, chosen)

    def _credentials(self, path: Path) -> Credentials:
        found = self._reader.read(path)
        if self._fetch_remote and found.state == "remote":
            return credentials.read(path, trust=self._trust, fetch_remote=True, limits=self._limits)
        return found

    def _watermark(self, looked: Looked) -> Watermark:
        pictures = looked.pictures
        if not self._keys:
            return Watermark(reason="no-key")
        if pictures is None or pictures["p_value"] is None:
            return Watermark(reason="too-small" if pictures and pictures["too_small"] else "no-pictures")
        return Watermark(
            looked=True,
            found=pictures["payload"] is not None,
            payload=pictures["payload"],
            p_value=pictures["p_value"],
            key=pictures["found_key"],
        )

    def _fingerprint(self, looked: Looked) -> Fingerprint:
        pictures = looked.pictures or {}
        value, payload = pictures.get("fingerprint"), pictures.get("payload")
        searched = self._registry is not None and (value is not None or payload is not None)
        matches: Sequence[Match] = ()
        if self._registry is not None and searched:
            planes = pictures.get("planes")
            matches = self._registry.matches(payload=payload, fingerprint=value, planes=planes)
        return Fingerprint(
            algorithm=pictures.get("algorithm"),
            value=value,
            searched=searched,
            matches=tuple(replace(one, title=printable(one.title)) for one in matches),
        )


def _cues(looked: Looked, asked: Depth, names: Sequence[str] | None = None) -> Cues:
    if asked == "none":
        return Cues()
    said = {one.cue for one in looked.readings} | set(looked.broken)
    chosen = names_of(asked) if names is None else names
    return Cues(
        asked=asked,
        readings=tuple(looked.readings),
        broken=tuple(looked.broken),
        unread=tuple(name for name in chosen if name not in said) if looked.seen.n_frames else (),
        strip=looked.strip,
        n_frames=looked.seen.n_frames,
        until_s=looked.seen.until_s,
        whole=looked.seen.whole,
    )


def refusal(path: Path, max_bytes: int) -> Problem | None:
    """Say why a path is not even opened, if so."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            return Problem(code="unreadable", detail="This is a folder or a device, not a file.")
        path.open("rb").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return Problem(code="unreadable", detail=f"The file cannot be opened: {printable(reason)}.")
    if facts.st_size == 0:
        return Problem(code="unreadable", detail="The file is empty.")
    if facts.st_size > max_bytes:
        return Problem(code="too-large", detail=f"{facts.st_size} bytes; up to {max_bytes} are read.")
    return None


def _hashed(path: Path) -> tuple[str | None, int | None]:
    """Return the file's SHA-256 and length; None where reading it fails half-way."""
    digest, n_bytes = hashlib.sha256(), 0
    try:
        for block in _blocks(path):
            digest.update(block)
            n_bytes += len(block)
    except OSError:
        return None, None
    return digest.hexdigest(), n_bytes


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
