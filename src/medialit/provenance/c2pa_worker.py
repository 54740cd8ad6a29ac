"""The process that opens hostile files: it reads Content Credentials and can die without taking anyone along.

The C2PA library is native code that parses whatever a person brings. Here it runs with bounded memory, no
core dumps and no way to write a file; the parent bounds the time. One request is one line of JSON on standard
input, one answer one line on standard output. The first line holds the validator's settings.

Run by `medialit.provenance.credentials`; it imports nothing that needs long to start.
"""

from __future__ import annotations

import json
import os
import resource
import sys
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
    context = c2pa.Context.from_dict(start["settings"])
    for line in sys.stdin:
        answer = json.dumps(_answer(json.loads(line), context))
        if len(answer) > MAX_ANSWER_BYTES:
            answer = json.dumps({"outcome": "error", "message": "the manifest store is too large to show"})
        answers.write(answer + "\n")
        answers.flush()


def _answer(request: dict[str, Any], context: c2pa.Context) -> dict[str, Any]:
    """Read one file; whatever goes wrong becomes part of the answer."""
    try:
        sidecar = None if request["sidecar"] is None else Path(request["sidecar"]).read_bytes()
        with Path(request["path"]).open("rb") as file:
            reader = _open(file, request["hint"], sidecar, context)
            if reader is None:
                return {"outcome": "none", "remnant": _holds_store(file)}
            with reader:
                return {
                    "outcome": "read",
                    "store": reader.json(),
                    "certificates": reader.crjson(),
                    "remote": reader.get_remote_url(),
                }
    except c2pa.C2paError.NotSupported:
        return {"outcome": "unsupported"}
    except Exception as error:  # the answer is the report: nothing may pass
        return {"outcome": "error", "message": str(error)[:2000]}


def _open(file: BinaryIO, hint: str, sidecar: bytes | None, context: c2pa.Context) -> c2pa.Reader | None:
    """Let the bytes say what they are; ask the file's name only where they do not."""
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
