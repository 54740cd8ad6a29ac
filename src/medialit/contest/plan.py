"""A contest in a folder that can be carried from computer to computer.

::

    DIR/contest.json    id, key, design, slips, the machine's error rates: gives nothing away about a clip
    DIR/key.json        each clip's form, block and truth, and the machine's scores
    DIR/clips/ID.mp4
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from medialit.clips import Pack
from medialit.contest import order
from medialit.contest.design import STANDARD, Design
from medialit.contest.forms import draw
from medialit.contest.machine import Machine, machine_from
from medialit.contest.records import Form, Item
from medialit.errors import ContestError, MedialitError
from medialit.forensics.statistics import Counts
from medialit.language import msgid as _msgid

SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A contest that lies in a folder.

    Parameters
    ----------
    folder : Path
    id : str
        Twelve hexadecimal digits, of the pack and the seed.
    key : str
        Decides orders and who begins with which form.
    items : tuple of Item
    slips : mapping of str to {"a", "b"}
        Code words that were made beforehand.
    machine : Machine or None
    credits : tuple of str
        Makers of what is seen in the clips, and their licences.
    """

    folder: Path
    id: str
    key: str
    items: tuple[Item, ...]
    slips: Mapping[str, Form]
    machine: Machine | None
    credits: tuple[str, ...] = ()

    def form(self, name: Form) -> tuple[Item, ...]:
        """Return the clips of a form."""
        return tuple(item for item in self.items if item.form == name)

    def path(self, clip: str) -> Path:
        """Return a clip's file."""
        return self.folder / "clips" / f"{clip}.mp4"


def plan(
    pack: Pack,
    folder: Path,
    *,
    seed: int,
    design: Design = STANDARD,
    unseen: Sequence[str] | None = None,
    missed: Mapping[str, float] | None = None,
    machine: tuple[str, Mapping[str, float]] | None = None,
    n_slips: int = 0,
) -> Contest:
    """Draw a contest from a pack, and write it into a folder; the same arguments give the same contest.

    Parameters
    ----------
    pack : Pack
    folder : Path
        Made; it must be empty or not be there.
    seed : int
        0 or more.
    design : Design
    unseen : sequence of str, optional
        Three kinds of fakes, each of which only one form has.
    missed : mapping of str to float, optional
        By clip, the share of people who judged it wrongly in an earlier contest.
    machine : tuple of str and mapping, optional
        A name, and scores by clip.
    n_slips : int
        Code words to hand out.

    Raises
    ------
    ContestError
        If the pack holds too little or the folder something else.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ContestError(_msgid("{folder} is not empty: name another folder."), folder=folder)
    items = draw(pack.entries, seed=seed, design=design, unseen=unseen, missed=missed)
    adviser = None
    if machine is not None:
        name, scores = machine
        adviser = machine_from(name, scores, pack.entries, without=[item.clip for item in items])
        items = tuple(replace(item, machine=scores.get(item.clip)) for item in items)
    digest = hashlib.sha256(
        json.dumps([seed, [(item.clip, item.form, item.block) for item in items]]).encode()
    ).hexdigest()
    key = hashlib.sha256(f"order {digest}".encode()).hexdigest()[:32]
    truths = {entry.id: entry.truth for entry in pack.entries}
    makers = {truths[item.clip].get("credit") for item in items} - {None}
    contest = Contest(
        folder=folder,
        id=digest[:12],
        key=key,
        items=items,
        slips=order.slips(n_slips, key=key),
        machine=adviser,
        credits=tuple(sorted(map(str, makers))),
    )
    _write(contest, pack)
    return contest


def read_contest(folder: Path) -> Contest:
    """Open a contest.

    Raises
    ------
    ContestError
        If there is none, or it is damaged or of another version.
    """
    try:
        head = json.loads((folder / "contest.json").read_text(encoding="utf-8"))
        rows = json.loads((folder / "key.json").read_text(encoding="utf-8"))
        if head["schema"] != SCHEMA:
            raise ValueError(f"version {head['schema']}")
        told = head["machine"]
        machine = None
        if told is not None:
            machine = Machine(name=told["name"], threshold=told["threshold"], counts=Counts(**told["counts"]))
        return Contest(
            folder=folder,
            id=str(head["id"]),
            key=str(head["key"]),
            items=tuple(Item(**{**row, "sources": tuple(row["sources"])}) for row in rows),
            slips=head["slips"],
            machine=machine,
            credits=tuple(head["credits"]),
        )
    except (OSError, ValueError, KeyError, TypeError, MedialitError) as error:
        raise ContestError(
            _msgid("There is no whole contest in {folder} ({why}): draw one with `medialit contest plan`."),
            folder=folder,
            why=error,
        ) from error


def _write(contest: Contest, pack: Pack) -> None:
    (contest.folder / "clips").mkdir(parents=True, exist_ok=True)
    paths = {entry.id: entry.path for entry in pack.entries}
    for item in contest.items:
        shutil.copyfile(paths[item.clip], contest.path(item.clip))
    # By id: neither the order nor the files' times tell a form or a label.
    rows = [asdict(item) for item in sorted(contest.items, key=lambda item: item.clip)]
    _write_json(contest.folder / "key.json", rows)
    machine = contest.machine
    _write_json(
        contest.folder / "contest.json",
        {
            "schema": SCHEMA,
            "id": contest.id,
            "key": contest.key,
            "slips": dict(contest.slips),
            "machine": None
            if machine is None
            else {"name": machine.name, "threshold": machine.threshold, "counts": asdict(machine.counts)},
            "credits": list(contest.credits),
        },
    )


def _write_json(path: Path, value: Any) -> None:
    draft = path.with_name(f".{path.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
