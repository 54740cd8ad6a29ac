"""The process that decodes hostile pictures: bounded memory, and it can die without taking anyone along.

One request is one line of JSON on standard input; the answers are lines of JSON on standard output, one a stage
(``facts``, ``pictures``; then, where the cues are asked, ``seen`` and one a cue) and ``end`` last, so that what was found
before a file broke the process is kept. Run by `medialit.verify.asking`, which bounds the time.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medialit.errors import MediaError, MediaTooLargeError
from medialit.media import Limits
from medialit.verify import pictures, traces
from medialit.verify.closer import Answer, look_closer
from medialit.verify.report import Encoding, Metadata

_STILL = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*")
_STILL_BRANDS = (b"avif", b"heic", b"heix", b"mif1")  # still pictures in a video's container
# A frame's pixels are bounded; how long a video is does not matter, since it is read in pieces and by the clock.
_LIMITS = Limits(max_seconds=48 * 3600.0, max_frames=2**31)


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what native libraries print must not look like an answer

    def answer(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    start = json.loads(sys.stdin.readline())
    bound(start["memory_bytes"])
    keys = [(name, bytes.fromhex(key)) for name, key in start["keys"]]
    for line in sys.stdin:
        request = json.loads(line)
        deadline = time.monotonic() + request["seconds"]
        path = Path(request["path"])
        try:
            if request["first"]:
                _look(path, keys, answer, deadline, comparable=start["comparable"])
            if request["cues"] or request["detect"]:
                _look_closer(
                    path, request["cues"], answer, detect=request["detect"], seconds=request["cue_seconds"]
                )
        except MediaTooLargeError as error:
            answer({"stage": "problem", "code": "too-large", "detail": traces.printable(error)})
        except MediaError as error:
            answer({"stage": "problem", "code": "unreadable", "detail": traces.printable(error)})
        except MemoryError:
            answer({"stage": "problem", "code": "too-large", "detail": "not enough memory"})
        except Exception as error:  # the answer is the report: nothing may pass
            answer({"stage": "problem", "code": "unreadable", "detail": type(error).__name__})
        answer({"stage": "end"})


def _look(
    path: Path, keys: list[tuple[str, bytes]], answer: Answer, deadline: float, *, comparable: bool
) -> None:
    """Answer with the facts first, then with what the pictures show."""
    with path.open("rb") as file:
        head = file.read(16)
    if _is_still(path, head):
        metadata, encoding = traces.picture_facts(path)
        _facts(answer, "picture", metadata, encoding)
        if traces.holds_several(path):
            answer({"stage": "problem", "code": "first-only", "detail": ""})
        seen = pictures.look_at_picture(path, keys=keys, limits=_LIMITS, comparable=comparable)
    else:
        info, metadata, encoding = traces.video_facts(path, limits=_LIMITS)
        still = head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS
        _facts(answer, "picture" if still else "video", metadata, encoding)
        if info.cut_short:
            answer({"stage": "problem", "code": "incomplete", "detail": "the index points behind the end"})
        seen = pictures.look_at_video(
            path, info, keys=keys, limits=_LIMITS, deadline=deadline, comparable=comparable
        )
    answer({"stage": "pictures", **dataclasses.asdict(seen)})


def _look_closer(path: Path, names: list[str], answer: Answer, *, detect: bool, seconds: float) -> None:
    with path.open("rb") as file:
        still = _is_still(path, file.read(16))
    look_closer(path, still=still, names=names, detect=detect, seconds=seconds, limits=_LIMITS, answer=answer)


def _is_still(path: Path, head: bytes) -> bool:
    """Say whether Pillow reads it better than FFmpeg does, which takes one picture for a second of video."""
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head.startswith(_STILL) or webp or (head[:4] == b"GIF8" and not traces.holds_several(path))


def _facts(answer: Answer, kind: str, metadata: Metadata, encoding: Encoding) -> None:
    answer(
        {
            "stage": "facts",
            "kind": kind,
            "metadata": _fields(metadata),
            "encoding": _fields(encoding),
        }
    )


def _fields(record: Any) -> dict[str, Any]:
    return {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}


def bound(memory_bytes: int) -> None:
    """Give up rights that reading does not need. A system that lacks a limit goes without it."""
    for name, value in _limits(memory_bytes):
        try:
            import resource

            resource.setrlimit(getattr(resource, name), (value, value))
        except (ImportError, AttributeError, OSError, ValueError):
            continue


def _limits(memory_bytes: int) -> Iterator[tuple[str, int]]:
    yield "RLIMIT_CORE", 0
    yield "RLIMIT_FSIZE", 0
    yield "RLIMIT_AS", memory_bytes


if __name__ == "__main__":
    main()
