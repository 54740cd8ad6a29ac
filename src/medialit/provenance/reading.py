"""Reading what a file says about itself, whatever the file may be.

A file can be hostile. The library that parses it runs in another process with bounded memory
(`medialit.provenance.c2pa_worker`), and this one waits a bounded time: whatever a file does, the outcome is a
state. Nothing is ever fetched from the network unless it is asked for by `fetch_remote`.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import os
import selectors
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from medialit.provenance.records import Credentials, Failure
from medialit.provenance.store import parse_store
from medialit.provenance.trust import TrustList, trust_settings, vouching_settings

_MAX_ANSWER_BYTES = 17 * 2**20
_MAX_SIDECAR_BYTES = 64 * 2**20
_REMOTE = "must fetch remote manifests from url "
# Containers that hold media and that the library does not read.
_OTHER_MEDIA = {
    b"\x1a\x45\xdf\xa3": "WebM or Matroska",
    b"OggS": "Ogg",
    b"FLV\x01": "FLV",
    b"BM": "BMP",
    b"\x00\x00\x01\xba": "MPEG programme stream",
}


@dataclass(frozen=True)
class Limits:
    """How much one file may cost.

    Parameters
    ----------
    max_bytes : int
        A larger file is not opened.
    timeout_s : float
        After which the reading process is ended.
    memory_bytes : int
        Address space of the reading process, the library itself (about 0.4 GB) included. Systems other than
        Linux may not enforce it.
    """

    max_bytes: int = 4 * 2**30
    timeout_s: float = 60.0
    memory_bytes: int = 2 * 2**30


def read(
    path: Path,
    *,
    trust: Sequence[TrustList] = (),
    sidecar: Path | None = None,
    fetch_remote: bool = False,
    limits: Limits | None = None,
) -> Credentials:
    """Read the Content Credentials of one file. For many files, keep a `CredentialReader`.

    Parameters
    ----------
    path : Path
        A picture, a video or a sound of any kind; its name is not relied on.
    trust : sequence of TrustList
        Whose signatures are relied on. Without a list nothing is trusted.
    sidecar : Path, optional
        A manifest store that came beside the file.
    fetch_remote : bool
        Whether a manifest that is kept elsewhere may be fetched: the file's maker then learns that it was
        looked at, from where and when. Only the host that the file names is visited, no redirection is
        followed, and no address inside a private network.
    limits : Limits, optional

    Returns
    -------
    Credentials
        Always: a missing, damaged or hostile file has the state ``unreadable``.
    """
    with CredentialReader(trust=trust, limits=limits) as reader:
        found = reader.read(path, sidecar=sidecar)
    if not fetch_remote or found.state != "remote" or found.remote is None:
        return found
    host = _public_host(found.remote)
    if host is None:
        return Credentials(
            "remote",
            "The address is not one on the public network, so it was not visited.",
            trust_lists=tuple(trust),
            remote=found.remote,
        )
    with CredentialReader(trust=trust, limits=limits, allowed_host=host) as reader:
        fetched = reader.read(path)
    return dataclasses.replace(fetched, remote=found.remote)


class CredentialReader:
    """A process that reads files one after another, and is started anew when one of them breaks it.

    Threads may share one; they wait for each other.

    Parameters
    ----------
    trust : sequence of TrustList
        Whose signatures are relied on.
    limits : Limits, optional
        For each file.
    allowed_host : str, optional
        The one host, with its port where the address has one, from which a remote manifest may be fetched.
        None means that nothing is.

    Examples
    --------
    >>> with CredentialReader() as reader:
    ...     found = reader.read(Path("no such file.mp4"))
    >>> found.state, found.reason
    ('unreadable', 'The file cannot be opened: No such file or directory.')
    """

    def __init__(
        self,
        *,
        trust: Sequence[TrustList] = (),
        limits: Limits | None = None,
        allowed_host: str | None = None,
    ) -> None:
        self._trust = tuple(trust)
        self._limits = limits or Limits()
        self._settings = _settings(self._trust, allowed_host)
        self._process: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()
        self._n_asked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def read(self, path: Path, *, sidecar: Path | None = None) -> Credentials:
        """Read one file; `read` describes the parameters and what comes back."""
        refused = _refusal(path, self._limits.max_bytes)
        if refused is None and sidecar is not None:
            refused = _refusal(sidecar, _MAX_SIDECAR_BYTES)
        if refused is not None:
            return self._unreadable(refused)
        request = {
            "path": str(path.absolute()),
            "hint": path.suffix.lower().removeprefix("."),
            "sidecar": None if sidecar is None else str(sidecar.absolute()),
        }
        answer = self._ask(request)
        match answer.get("outcome"):
            case "read":
                return parse_store(
                    answer["store"],
                    certificates=answer["certificates"],
                    remote=answer["remote"],
                    vouching=None if answer["vouching"] is None else self._trust[answer["vouching"]],
                    lists=self._trust,
                )
            case "none":
                return self._none(remnant=bool(answer["remnant"]))
            case "unsupported":
                return self._unsupported(path)
            case _:
                return self._failed(str(answer.get("message")))

    def _none(self, *, remnant: bool) -> Credentials:
        """Report absence, and say where a store stands that no reader finds: it may have been damaged."""
        failures = (
            (
                Failure(
                    "manifest.unreferenced", "a manifest store stands where this format does not look for one"
                ),
            )
            if remnant
            else ()
        )
        return Credentials(
            "none", "The file carries no Content Credentials.", failures=failures, trust_lists=self._trust
        )

    def _unsupported(self, path: Path) -> Credentials:
        with path.open("rb") as file:
            head = file.read(16)
        kind = next((name for magic, name in _OTHER_MEDIA.items() if head.startswith(magic)), None)
        if kind is None:
            return self._unreadable("The file is no picture, video or sound that is known here.")
        return Credentials(
            "none", f"Content Credentials are not read from {kind} files.", trust_lists=self._trust
        )

    def _failed(self, message: str) -> Credentials:
        if not message.startswith("Remote: "):
            return self._unreadable(f"The file could not be read: {message}.")
        _, found, address = message.partition(_REMOTE)
        reason = (
            "The Content Credentials are kept elsewhere and were not fetched."
            if found
            else "The Content Credentials are kept elsewhere and could not be fetched."
        )
        return Credentials(
            "remote", reason, trust_lists=self._trust, remote=address.strip()[:2000] if found else None
        )

    def _unreadable(self, reason: str) -> Credentials:
        return Credentials("unreadable", reason, trust_lists=self._trust)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Put one request to the process, and start another after one that is lost."""
        with self._one_at_a_time:
            self._n_asked += 1
            if self._process is not None and self._process.poll() is not None:
                self.close()
            if self._process is None:
                self._process = self._start()
            process = self._process
            assert process.stdin is not None and process.stdout is not None
            try:
                process.stdin.write(json.dumps({**request, "number": self._n_asked}).encode() + b"\n")
                process.stdin.flush()
                answer = json.loads(_read_line(process.stdout.fileno(), self._limits.timeout_s))
                if not isinstance(answer, dict) or answer.get("number") != self._n_asked:
                    raise ValueError("the reading process answered for another file")
            except (OSError, TimeoutError, ValueError) as error:
                self.close()
                return {"outcome": "error", "message": str(error) or "the reading process ended"}
            except BaseException:  # an interrupt: the answer that is still to come belongs to no later file
                self.close()
                raise
            return answer

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("c2pa_worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None
        start = {
            "settings": self._settings,
            "vouching": vouching_settings(self._trust),
            "memory_bytes": self._limits.memory_bytes,
        }
        process.stdin.write(json.dumps(start).encode() + b"\n")
        return process


def _settings(trust: Sequence[TrustList], allowed_host: str | None) -> dict[str, Any]:
    """Return the validator's settings: no network but for one host, if any."""
    hosts = [] if allowed_host is None else [allowed_host]
    return {
        "trust": trust_settings(trust),
        "verify": {"remote_manifest_fetch": bool(hosts), "ocsp_fetch": False},
        "core": {"allowed_network_hosts": hosts, "allow_redirects": False},
    }


def _read_line(descriptor: int, timeout_s: float) -> bytes:
    """Read up to a line's end, for a bounded time and length."""
    deadline = time.monotonic() + timeout_s
    parts: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError(f"reading took longer than {timeout_s:g} seconds")
            part = os.read(descriptor, 2**16)
            if not part:
                raise TimeoutError("the reading process ended")
            parts.append(part)
            size += len(part)
            if part.endswith(b"\n"):
                return b"".join(parts)
            if size > _MAX_ANSWER_BYTES:
                raise TimeoutError("the manifest store is too large to show")


def _refusal(path: Path, max_bytes: int) -> str | None:
    """Say why a path is not even opened, if so."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            return "This is a folder or a device, not a file."
        path.open("rb").close()
    except (OSError, ValueError) as error:
        return f"The file cannot be opened: {getattr(error, 'strerror', None) or error}."
    if facts.st_size == 0:
        return "The file is empty."
    if facts.st_size > max_bytes:
        return f"The file has {facts.st_size} bytes; up to {max_bytes} are read."
    return None


def _public_host(address: str) -> str | None:
    """Return host and port of a web address, or None where it is no place for a stranger's file to send us."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or host == "localhost":
        return None
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host
    place = f"[{host}]" if ":" in host else host
    return (place if port is None else f"{place}:{port}") if public else None
