"""What came of each line of a batch, kept beside the clips as a table or as JSON Lines.

The file is never half-written, and never more than a second behind; a line that nothing came of yet says `waiting`.
What was made is not known by it but by the files and the registry: a lost receipt loses no clip.
"""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

from medialit.batch.lines import Kind
from medialit.errors import BatchError
from medialit.language import msgid as _msgid

MADE, KEPT, REFUSED, WRONG, FAILED, WAITING = "made", "kept", "refused", "wrong", "failed", "waiting"
DONE: Final = (MADE, KEPT)
_PAUSE_S: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one line.

    Parameters
    ----------
    line : int
        Its number in the file of prompts.
    status : str
        ``made``; ``kept`` (it was there already); ``refused`` (the prompt's check or somebody in it said no); ``wrong``
        (the line asks for nothing that can be made); ``failed`` (it broke: run the batch again); ``waiting`` (its turn
        has not come).
    file : str
        Name of the clip, beside the receipt.
    clip, payload, sha256 : str
        The registry's id, the watermark's payload, and the sum of the file's bytes.
    use : str
        The desk's id, where people are in it.
    sum : str
        Of all that the line says; by it a later run finds the use again.
    reason : str
        Why there is no clip.
    """

    line: int
    status: str
    file: str = ""
    clip: str = ""
    payload: str = ""
    sha256: str = ""
    use: str = ""
    sum: str = ""
    reason: str = ""


_COLUMNS: Final = tuple(one.name for one in fields(Outcome))


class Receipt:
    """An open receipt; a context manager that writes it a last time at the end, whatever ends it.

    Parameters
    ----------
    path : Path
    kind : {"csv", "jsonl"}
    lines : iterable of Outcome
        What there is to be done: one for each line, waiting.

    Raises
    ------
    BatchError
        If there is a file already that is no receipt.
    """

    def __init__(self, path: Path, *, kind: Kind, lines: Iterable[Outcome]) -> None:
        self.path, self._kind = path, kind
        self.before = {(one.sum, one.file): one for one in _read(path, kind)}
        self._rows = {one.line: one for one in lines}
        self._written = -_PAUSE_S

    def __enter__(self) -> Self:
        self.write()
        return self

    def __exit__(self, *_: object) -> None:
        self.write()

    @property
    def rows(self) -> tuple[Outcome, ...]:
        """What came of each line, in their order."""
        return tuple(self._rows[number] for number in sorted(self._rows))

    def add(self, outcome: Outcome, *, at_once: bool = False) -> None:
        """Say what came of a line; on the disk within a second of work, or at once."""
        self._rows[outcome.line] = outcome
        if at_once or time.monotonic() - self._written >= _PAUSE_S:
            self.write()

    def write(self) -> None:
        """Write the file, whole or not at all."""
        draft = self.path.with_name(f".{secrets.token_hex(8)}.receipt")
        try:
            with draft.open("w", encoding="utf-8", newline="") as file:
                file.write(_text(self.rows, self._kind))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        self._written = time.monotonic()


def _text(rows: Iterable[Outcome], kind: Kind) -> str:
    if kind == "jsonl":
        return "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS)
    table.writeheader()
    table.writerows(asdict(row) for row in rows)
    return "\ufeff" + text.getvalue()  # without it spreadsheets take UTF-8 for something else


def _read(path: Path, kind: Kind) -> list[Outcome]:
    """Return what an earlier run said; nothing where there was none.

    Raises
    ------
    BatchError
        If the file is no receipt.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise _foreign(path) from error
    try:
        rows: list[dict[str, Any]]
        if kind == "csv":
            rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        else:
            rows = [json.loads(line) for line in text.splitlines()]
        return [Outcome(**row | {"line": int(row["line"])}) for row in rows]
    except (csv.Error, ValueError, TypeError, KeyError) as error:
        raise _foreign(path) from error


def _foreign(path: Path) -> BatchError:
    return BatchError(
        _msgid("{file} is there already and is no receipt of ours: move it away, or choose another folder."),
        file=path.name,
    )
