"""Asking the process that decodes: one request at a time, for a bounded time, and what it says is checked."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from medialit.errors import CueError
from medialit.forensics.cues import CUES
from medialit.forensics.cues.shown import Frame, Shown, frame_from_plain, from_plain
from medialit.verify import detected
from medialit.verify.detected import Synthetic
from medialit.verify.report import Encoding, Examined, Kind, Metadata, Problem

_MAX_ANSWER_BYTES: Final = 2**22
_MAX_STRIP: Final = 16
_GRACE_S: Final = 15.0  # beyond its own deadline the worker is ended

Progress = Callable[[float, str], None]
"""Called with a share from 0 to 1, and ``decode`` or a cue's name."""


class Looked:
    """What the worker's answers amount to."""

    def __init__(self) -> None:
        self.kind: Kind = "unknown"
        self.metadata, self.encoding, self.examined = Metadata(), Encoding(), Examined()
        self.pictures: dict[str, Any] | None = None
        self.problems: list[Problem] = []
        self.readings: list[Shown] = []
        self.broken: list[str] = []
        self.strip: tuple[Frame, ...] = ()
        self.seen = Examined()
        self.synthetic: Synthetic | None = None

    def lose(self, problem: Problem) -> None:
        """Note that the process was lost; where only cues were left, the cues that did not look say so."""
        if not self.seen.n_frames:
            self.problems.append(problem)

    def take(self, answer: dict[str, Any]) -> None:
        """Add one answer."""
        match answer["stage"]:
            case "facts":
                self.kind = answer["kind"]
                self.metadata = Metadata(**_tuples(answer["metadata"]))
                self.encoding = Encoding(**_tuples(answer["encoding"]))
            case "problem":
                self.problems.append(Problem(code=answer["code"], detail=answer["detail"]))
            case "pictures":
                self.pictures = answer
                self.examined = Examined(
                    n_frames=answer["n_frames"], until_s=answer["until_s"], whole=answer["whole"]
                )
                if not answer["whole"]:
                    self.problems.append(Problem(code="partly-seen"))
            case "seen":
                self.strip = tuple(frame_from_plain(one) for one in answer["strip"][:_MAX_STRIP])
                self.seen = Examined(
                    n_frames=int(answer["n_frames"]),
                    until_s=float(answer["until_s"]),
                    whole=answer["whole"] is True,
                )
            case "cue":
                self.readings.append(from_plain(answer["reading"], known=CUES))
            case "detected":
                self.synthetic = detected.from_plain(answer["assessment"])
            case "broken":
                self.broken += [one for one in CUES if one == answer["cue"]]


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


class Worker:
    """The process that decodes; it is started at the first file, and anew after one that broke it."""

    def __init__(self, keys: Mapping[str, bytes], *, memory_bytes: int, comparable: bool) -> None:
        self._start_line = {
            "comparable": comparable,
            "memory_bytes": memory_bytes,
            "keys": [[name, key.hex()] for name, key in keys.items()],
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._pending = b""

    def close(self) -> None:
        """End the process."""
        process, self._process, self._pending = self._process, None, b""
        if process is not None:
            process.kill()
            process.communicate()

    def ask(
        self,
        path: Path,
        *,
        seconds: float,
        into: Looked,
        first: bool = True,
        cues: Sequence[str] = (),
        detect: bool = False,
        cue_seconds: float = 0.0,
        on_progress: Progress | None = None,
    ) -> None:
        """Have one file looked at, for a bounded time.

        Parameters
        ----------
        path : Path
        seconds : float
            For the first look.
        into : Looked
            Takes the answers; those that came before a loss stay.
        first : bool
            Whether to look at the facts, the watermark and the fingerprint.
        cues : sequence of str
            Which cues look after that.
        detect : bool
            Whether the detectors are asked.
        cue_seconds : float
            For cues and detectors together.
        on_progress : callable, optional
        """
        allowed = seconds * first + cue_seconds * (bool(cues) or detect)
        finished = False
        try:
            self._send(
                {
                    "path": str(path.absolute()),
                    "seconds": seconds,
                    "first": first,
                    "cues": list(cues),
                    "detect": detect,
                    "cue_seconds": cue_seconds,
                }
            )
            deadline = time.monotonic() + allowed + _GRACE_S
            while not finished:
                answer = json.loads(self._line(deadline))
                finished = answer["stage"] == "end"
                if answer["stage"] == "progress" and on_progress is not None:
                    on_progress(min(1.0, max(0.0, float(answer["share"]))), str(answer["what"]))
                into.take(answer)
        except TimeoutError:
            into.lose(Problem(code="too-long", detail=f"more than {allowed:g} seconds"))
        except (OSError, ValueError, KeyError, TypeError, CueError):
            into.lose(Problem(code="lost"))
        finally:
            if not finished:  # also where this process is interrupted: a late answer is not the next file's
                self.close()

    def _send(self, request: dict[str, Any]) -> None:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "medialit.verify.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._write(self._start_line)
        self._write(request)

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def _line(self, deadline: float) -> bytes:
        """Return the next line of answers.

        Raises
        ------
        TimeoutError
            After the deadline.
        EOFError
            If the process ended; an OSError to its callers is as good.
        """
        assert self._process is not None and self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while b"\n" not in self._pending:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                part = os.read(descriptor, 2**16)
                if not part or len(self._pending) > _MAX_ANSWER_BYTES:
                    raise BrokenPipeError("the reading process ended, or says too much")
                self._pending += part
        line, _, self._pending = self._pending.partition(b"\n")
        return line
