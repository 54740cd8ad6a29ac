"""The process that opens hostile files: it reads Content Credentials and can die without taking anyone along.

The C2PA library is native code that parses whatever a person brings. Here it runs with bounded memory, no
core dumps and no way to write a file; the parent bounds the time. One request is one line of JSON on standard
input, one answer one line on standard output. The first line holds the validator's settings.

Run by `medialit.provenance.reading`; it imports nothing that needs long to start.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import c2pa

MAX_ANSWER_BYTES = 16 * 2**20
_BLOCK_BYTES = 2**20

# The head of a manifest store: a description box with the C2PA's UUID (ISO/IEC 19566-5; C2PA 2.2, 11.1.4.2).
_STORE_MARK = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the native library prints must not look like an answer
    start = json.loads(sys.stdin.readline())
    _bound(start["memory_bytes"])
    judge = Judge(start["settings"], start["vouching"])
    for line in sys.stdin:
        request = json.loads(line)
        number = {"number": request["number"]}
        answer = json.dumps({**_answer(request, judge), **number})
        if len(answer) > MAX_ANSWER_BYTES:
            answer = json.dumps({"outcome": "error", "message": "the store is too large to show", **number})
        answers.write(answer + "\n")
        answers.flush()


class Judge:
    """The validator under the settings that were given, and under each trust list alone."""

    def __init__(self, settings: dict[str, Any], vouching: list[dict[str, Any]]) -> None:
        self._settings = settings
        self._vouching = vouching
        self._contexts: dict[str, c2pa.Context] = {}
        self.all_lists = self._context("all", settings["trust"])

    def first_that_vouches(self, reader: c2pa.Reader, again: Callable[[c2pa.Context], str]) -> int | None:
        """Return the position of the first trust list that vouches for the signer, if one does.

        Parameters
        ----------
        reader : Reader
            The file under all lists.
        again : callable
            Reads the file in another context and returns the store's JSON.
        """
        if len(self._vouching) == 1 and _trusted_by(reader.json()) not in self._vouching[0]["others"]:
            return int(self._vouching[0]["position"])
        for one in self._vouching:
            for part in ("with_stamps", "without"):
                uri = _trusted_by(again(self._context(f"{one['position']} {part}", one[part])))
                if uri is None:
                    break
                if uri not in one["others"]:
                    return int(one["position"])
        return None

    def _context(self, name: str, trust: dict[str, Any]) -> c2pa.Context:
        if name not in self._contexts:
            self._contexts[name] = c2pa.Context.from_dict({**self._settings, "trust": trust})
        return self._contexts[name]


def _trusted_by(store: str) -> str | None:
    """Return the name of the list that the validator took; empty for an allowed signer, None for no list."""
    results = json.loads(store).get("validation_results", {})
    passed = results.get("activeManifest", {}).get("success", [])
    if any(entry.get("code") == "signingCredential.trusted" for entry in passed):
        return str(results.get("trustListUri") or "")
    return None


def _answer(request: dict[str, Any], judge: Judge) -> dict[str, Any]:
    """Read one file; whatever goes wrong becomes part of the answer."""
    hint = request["hint"]
    try:
        sidecar = None if request["sidecar"] is None else Path(request["sidecar"]).read_bytes()
        with Path(request["path"]).open("rb") as file:

            def again(context: c2pa.Context) -> str:
                other = _open(file, hint, sidecar, context)
                if other is None:
                    return "{}"
                with other:
                    return str(other.json())

            reader = _open(file, hint, sidecar, judge.all_lists)
            if reader is None:
                return {"outcome": "none", "remnant": _holds_store(file)}
            with reader:
                store = reader.json()
                trusted = _trusted_by(store) is not None  # the state is less where an identity is not known
                return {
                    "outcome": "read",
                    "store": store,
                    "certificates": reader.crjson(),
                    "remote": reader.get_remote_url(),
                    "vouching": judge.first_that_vouches(reader, again) if trusted else None,
                }
    except c2pa.C2paError.NotSupported:
        return {"outcome": "unsupported"}
    except Exception as error:  # the answer is the report: nothing may pass
        return {"outcome": "error", "message": str(error)[:2000]}


def _open(file: BinaryIO, hint: str, sidecar: bytes | None, context: c2pa.Context) -> c2pa.Reader | None:
    """Let the bytes say what they are; ask the file's name only where they do not."""
    file.seek(0)
    try:
        reader: c2pa.Reader | None = c2pa.Reader.try_create("", file, sidecar, context)
    except c2pa.C2paError.NotSupported:
        if hint not in c2pa.Reader.get_supported_mime_types():
            raise
        file.seek(0)
        reader = c2pa.Reader.try_create(hint, file, sidecar, context)
    return reader


def _holds_store(file: BinaryIO) -> bool:
    """Say whether the mark of a manifest store stands somewhere that the format does not look."""
    file.seek(0)
    tail = b""
    while block := file.read(_BLOCK_BYTES):
        if _STORE_MARK in tail + block:
            return True
        tail = block[-len(_STORE_MARK) :]
    return False


def _bound(memory_bytes: int) -> None:
    """Give up rights that reading does not need. A system that lacks a limit goes without it."""
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_AS, memory_bytes)]
    for kind, value in limits:
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            continue


if __name__ == "__main__":
    main()
