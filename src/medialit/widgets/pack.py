"""A pack of clips with a scrambled key, and what a learner answered: plain files, no widgets.

The key is scrambled so that nobody reads an answer by accident. It is not locked: whoever unscrambles it
gains no mark, since nobody's spotting is marked, and loses only their own measurement.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from medialit.errors import SpottingError

SCHEMA = 1
KEY = "key.txt"
PROBABILITIES = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
"""The probability of "synthetic" that each rating stands for; rating 1 is the first."""

Block = Literal["before", "after"]
Part = Literal["a", "b", "training"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One clip of a pack, and the truth about it.

    Parameters
    ----------
    clip : str
        The file's name, which says nothing about the truth.
    part : {"a", "b", "training"}
        Two sets of equal difficulty for judging, and one for learning.
    synthetic : bool
        True where an error was planted.
    cue : str or None
        What was planted, such as ``"teleport"``.
    at_s : float or None
        When it begins, in seconds from the first frame.
    """

    clip: str
    part: Part
    synthetic: bool
    cue: str | None = None
    at_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One judgement: the clip, the rating from 1 to 6, and how long it took."""

    clip: str
    rating: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one learner answered in one block.

    Parameters
    ----------
    learner : str
        Eight random hexadecimal digits; they belong to this folder, not to a person.
    block : {"before", "after"}
    part : {"a", "b"}
        The set that was shown.
    predicted : int
        How many clips the learner expected to judge rightly.
    answers : tuple of Answer
        In the order in which they were given.
    """

    learner: str
    block: Block
    part: Part
    predicted: int
    answers: tuple[Answer, ...] = ()

    def with_answer(self, answer: Answer) -> Record:
        """Return the record with one answer more."""
        return replace(self, answers=(*self.answers, answer))


def write_key(folder: Path, trials: Sequence[Trial]) -> Path:
    """Write the key of a pack beside its clips, scrambled, and return its path."""
    content = json.dumps([asdict(trial) for trial in trials], sort_keys=True).encode()
    path = folder / KEY
    path.write_text(base64.b64encode(zlib.compress(content, 9)).decode() + "\n", encoding="ascii")
    return path


def read_key(folder: Path) -> tuple[Trial, ...]:
    """Read the key of a pack.

    Raises
    ------
    SpottingError
        If there is none, or it is damaged.
    """
    path = folder / KEY
    try:
        rows = json.loads(zlib.decompress(base64.b64decode(path.read_text(encoding="ascii"))))
        return tuple(Trial(**row) for row in rows)
    except OSError:
        raise SpottingError(
            f"There are no clips in {folder}: {KEY} is missing. Fetch the lab again."
        ) from None
    except (ValueError, TypeError, zlib.error, binascii.Error):
        raise SpottingError(f"{path} is damaged. Fetch the lab again.") from None


def path_of(folder: Path, block: Block) -> Path:
    """Return the file that holds a block's answers."""
    return folder / f"{block}.json"


def save(folder: Path, record: Record) -> None:
    """Write a block's answers; after a power cut the old or the new file is there, whole.

    Raises
    ------
    SpottingError
        If the folder cannot be written.
    """
    path = path_of(folder, record.block)
    draft = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"schema": SCHEMA, **asdict(record)}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise SpottingError(
            f"Your answers cannot be saved in {folder} ({error.strerror}). Make room there, or correct its rights."
        ) from None


def load(folder: Path, block: Block) -> Record | None:
    """Return what was answered in a block, or None before it was begun.

    Raises
    ------
    SpottingError
        If the file is damaged or was changed by hand into something else.
    """
    path = path_of(folder, block)
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        row = None
    record = _record(row)
    if record is None or record.block != block:
        raise SpottingError(f"{path} is damaged. Delete it and judge this block again.")
    return record


def begin(folder: Path, block: Block, *, predicted: int) -> Record:
    """Return an empty record: the learner of the other block, if it was begun, and the set that it left over."""
    other = load(folder, "after" if block == "before" else "before")
    if other is not None:
        return Record(
            learner=other.learner, block=block, part="b" if other.part == "a" else "a", predicted=predicted
        )
    learner = secrets.token_hex(4)
    return Record(learner=learner, block=block, part="ab"[int(learner, 16) % 2], predicted=predicted)  # type: ignore[arg-type]  # a or b


def order(trials: Sequence[Trial], *, part: Part, learner: str) -> list[Trial]:
    """Return the clips of one set, shuffled alike whenever the same learner opens it."""
    chosen = sorted((trial for trial in trials if trial.part == part), key=lambda trial: trial.clip)
    seed = int.from_bytes(hashlib.sha256(f"{learner} {part}".encode()).digest()[:8], "big")
    return [chosen[i] for i in np.random.default_rng(seed).permutation(len(chosen))]


def _record(row: Any) -> Record | None:
    """Return the record that a JSON value holds, or None: the file may have been edited."""
    try:
        record = Record(
            learner=str(row["learner"]),
            block=row["block"],
            part=row["part"],
            predicted=int(row["predicted"]),
            answers=tuple(
                Answer(
                    clip=str(answer["clip"]), rating=int(answer["rating"]), seconds=float(answer["seconds"])
                )
                for answer in row["answers"]
            ),
        )
    except (KeyError, TypeError, ValueError):
        return None
    right = row.get("schema") == SCHEMA and record.part in ("a", "b")
    return record if right and all(1 <= answer.rating <= 6 for answer in record.answers) else None
