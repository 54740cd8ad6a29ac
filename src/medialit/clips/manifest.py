"""A pack on disk: what is in it, and the truth about it, in files that anybody can read.

::

    DIR/clips.json      ids, files, sizes and SHA-256: gives nothing away
    DIR/truth.json      labels, methods, strengths, times, splits, sources and licences, by id
    DIR/clips/ID.mp4
    DIR/truth/ID.npz    the region of a fake: packed bits, and their shape
    DIR/parts/N.json    what is done already, pair by pair; a build that was stopped goes on from there
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from medialit.errors import ClipPackError
from medialit.fakes.records import Masks
from medialit.language import msgid as _msgid
from medialit.media import Clip, read

SCHEMA: Final = 1
LICENCE: Final = "CC BY 4.0"
_LISTED: Final = ("id", "file", "sha256", "n_bytes")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One clip of a pack.

    Parameters
    ----------
    id : str
        Says nothing about the label.
    path : Path
    sha256 : str
        Of the file.
    truth : mapping
        As in ``truth.json``: ``label`` (``camera`` or ``synthetic``), ``kind``, ``method``, ``strength``, ``split``,
        ``scene``, ``people``, ``camera``, ``odd``, and more.
    """

    id: str
    path: Path
    sha256: str
    truth: Mapping[str, Any]

    @property
    def synthetic(self) -> bool:
        """Whether it was faked."""
        return bool(self.truth["label"] == "synthetic")

    def read(self) -> Clip:
        """Return the clip."""
        return read(self.path)

    def region(self) -> Masks | None:
        """Return where it was faked, shape (T, H, W), exact before its last encoder; None for a camera clip."""
        name = self.truth["region"]
        if name is None:
            return None
        return load_region(self.path.parent.parent / name)


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A pack that lies in a folder.

    Parameters
    ----------
    folder : Path
    facts : mapping
        The head of ``clips.json``: seed, kinds, number, licence, versions.
    entries : tuple of Entry
        In the order of their ids, which is no order.
    """

    folder: Path
    facts: Mapping[str, Any]
    entries: tuple[Entry, ...]

    def damaged(self) -> tuple[str, ...]:
        """Return the ids of clips whose file is missing or not what it was."""
        return tuple(e.id for e in self.entries if not e.path.is_file() or file_sha256(e.path) != e.sha256)


def read_pack(folder: Path) -> Pack:
    """Open a pack.

    Raises
    ------
    ClipPackError
        If there is none, or it is of another version.
    """
    try:
        listing = json.loads((folder / "clips.json").read_text(encoding="utf-8"))
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        if listing["schema"] != SCHEMA:
            raise ClipPackError(
                _msgid("The pack in {folder} is of version {held}, and {read} is read here: build it again."),
                folder=folder,
                held=listing["schema"],
                read=SCHEMA,
            )
        entries = tuple(
            Entry(id=row["id"], path=folder / row["file"], sha256=row["sha256"], truth=truth[row["id"]])
            for row in listing["clips"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClipPackError(
            _msgid("There is no whole pack in {folder} ({why}): build one with `medialit clips build`."),
            folder=folder,
            why=error,
        ) from error
    return Pack(folder=folder, facts={k: v for k, v in listing.items() if k != "clips"}, entries=entries)


def write_pack(folder: Path, *, facts: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write ``clips.json`` and ``truth.json`` of rows that hold both."""
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    listing = {
        "schema": SCHEMA,
        **facts,
        "clips": [{key: row[key] for key in _LISTED} for row in ordered],
    }
    truth = {
        str(row["id"]): {key: value for key, value in row.items() if key not in _LISTED} for row in ordered
    }
    write_json(folder / "truth.json", truth)
    write_json(folder / "clips.json", listing)


def save_region(path: Path, region: Masks) -> None:
    """Write masks; the same masks give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part.npz")
    np.savez_compressed(draft, bits=np.packbits(region), shape=np.array(region.shape))
    draft.replace(path)


def load_region(path: Path) -> Masks:
    """Read what `save_region` wrote.

    Raises
    ------
    ClipPackError
        If it is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            shape = tuple(int(n) for n in held["shape"])
            bits = np.unpackbits(held["bits"], count=int(np.prod(shape)))
        return np.asarray(bits.reshape(shape), np.bool_)
    except (OSError, ValueError, KeyError) as error:
        raise ClipPackError(
            _msgid("The region {path} cannot be read ({why}): build the pack again."), path=path, why=error
        ) from error


def write_json(path: Path, value: object) -> None:
    """Write a file of JSON at once: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
