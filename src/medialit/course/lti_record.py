"""What a learning platform has accepted: one line of JSON for each score, beside the gradebook.

A line is written once the platform has answered, and reaches the disk before the next score is sent. A last line that a
power cut tore is passed over. The record only saves questions: where it is lost, the platform is asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from medialit.errors import LtiError

FILE = "lti-sent.jsonl"


class Record:
    """The record of one course.

    Parameters
    ----------
    path : Path
        Made with the first score.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._columns: dict[tuple[str, str], str] = {}
        self._sent: dict[tuple[str, str], str] = {}
        for line in self._lines():
            try:
                one = json.loads(line)
                platform, lab, column, user, fingerprint = (
                    str(one[name]) for name in ("platform", "lab", "column", "user", "fingerprint")
                )
            except (ValueError, KeyError, TypeError):
                continue
            self._columns[platform, lab] = column
            self._sent[column, user] = fingerprint

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise LtiError(f"{self._path} cannot be read: {error.strerror}.") from None

    def column(self, *, platform: str, lab: str) -> str | None:
        """Return the address of a lab's column when a score was last accepted there."""
        return self._columns.get((platform, lab))

    def accepted(self, *, column: str, user: str) -> str | None:
        """Return the fingerprint of the score that was accepted last."""
        return self._sent.get((column, user))

    def accept(
        self, *, platform: str, lab: str, column: str, user: str, fingerprint: str, at: datetime
    ) -> None:
        """Write down that a score was accepted; it is on the disk when this returns.

        Raises
        ------
        LtiError
            If it cannot be written.
        """
        line: Mapping[str, str] = {
            "platform": platform,
            "lab": lab,
            "column": column,
            "user": user,
            "fingerprint": fingerprint,
            "at": at.isoformat(timespec="seconds"),
        }
        try:
            # Begun with a new line where the last one was torn, so that only that one is lost.
            data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
            with self._path.open("a+b") as file:
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    data = data if file.read(1) == b"\n" else b"\n" + data
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise LtiError(
                f"{self._path} cannot be written: {error.strerror}. The platform has the mark; make room and run again."
            ) from None
        self._columns[platform, lab] = column
        self._sent[column, user] = fingerprint
