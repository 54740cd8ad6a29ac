"""A contact sheet of a pack: each fake beside its twin, with its region and what differs, to judge by eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.clips.manifest import Entry, Pack
from medialit.clips.words import source_word
from medialit.errors import ClipPackError
from medialit.fakes.records import Masks
from medialit.fakes.words import title
from medialit.language import msgid as _msgid
from medialit.language import translator
from medialit.media.clip import Frames

_CELL_PX: Final = 160
_OUTLINE: Final = (255, 0, 255)
_GAIN: Final = 4
COLUMNS: Final = (
    _msgid("the camera clip"),
    _msgid("the fake"),
    _msgid("the fake three frames later"),
    _msgid("the region"),
    _msgid("the difference times four"),
)
"""What the five pictures of a row are, as English messages."""


def contact_sheet(
    pack: Pack, *, kinds: Sequence[str] | None = None, per_kind: int = 1, seed: int = 0, lang: str = "en"
) -> tuple[Frames, tuple[str, ...]]:
    """Lay fakes out in rows of five pictures, taken in the middle of what was faked.

    Parameters
    ----------
    pack : Pack
    kinds : sequence of str, optional
        Of the pack's; all of them by default.
    per_kind : int
        Rows of each kind.
    seed : int
        Draws which.
    lang : str
        A code of `medialit.language.LANGUAGES`, for what is said of the rows.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        Columns are `COLUMNS`.
    tuple of str
        What each row shows: kind, method, strength, source, oddity.

    Raises
    ------
    ClipPackError
        If the pack holds none of these kinds.
    """
    rng = np.random.default_rng([seed, 0x5EE7])
    by_id = {entry.id: entry for entry in pack.entries}
    fakes = [e for e in pack.entries if e.synthetic and e.truth["twin"] in by_id]
    wanted = kinds or sorted({str(e.truth["kind"]) for e in fakes})
    rows, names = [], []
    for kind in wanted:
        of_kind = [entry for entry in fakes if entry.truth["kind"] == kind]
        for i in rng.permutation(len(of_kind))[:per_kind]:
            entry = of_kind[int(i)]
            rows.append(_row(by_id[entry.truth["twin"]], entry))
            names.append(_said(entry, lang=lang))
    if not rows:
        raise ClipPackError(
            _msgid("The pack holds no fakes of the kinds {kinds}: name others."),
            kinds=", ".join(wanted) or "-",
        )
    return np.concatenate(rows, axis=0), tuple(names)


def _said(entry: Entry, *, lang: str) -> str:
    _ = translator(lang)
    truth = entry.truth
    slots = {
        "name": title(truth["method"], lang=lang),
        "method": truth["method"],
        "strength": f"{truth['strength']:g}",
        "source": source_word(truth["source"], lang=lang),
    }
    if truth["odd"] is None:
        return _("{name} ({method}), strength {strength}. Filmed: {source}.").format(**slots)
    odd = title(truth["odd"]["name"], lang=lang)
    return _("{name} ({method}), strength {strength}. Filmed: {source}. Both clips also: {odd}.").format(
        odd=odd, **slots
    )


def _row(camera: Entry, fake: Entry) -> Frames:
    honest, forged = camera.read().frames, fake.read().frames
    region = fake.region()
    first, last = fake.truth["first_frame"], fake.truth["last_frame"]
    middle = len(forged) // 4 if first is None else (first + last) // 2
    later = min(len(forged) - 1, middle + 3)
    outlined = forged[middle] if region is None else _outlined(forged[middle], region[middle])
    steps = np.abs(honest[middle].astype(np.int16) - forged[middle]) * _GAIN
    cells = [honest[middle], forged[middle], forged[later], outlined, np.clip(steps, 0, 255).astype(np.uint8)]
    return np.concatenate([_cell(picture) for picture in cells], axis=1)


def _outlined(picture: Frames, mask: Masks) -> Frames:
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    out = np.array(picture)
    out[mask & ~inner] = _OUTLINE
    return out


def _cell(picture: Frames) -> NDArray[np.uint8]:
    scale = _CELL_PX / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    cell = np.zeros((_CELL_PX, _CELL_PX, 3), np.uint8)
    top, left = (_CELL_PX - size[1]) // 2, (_CELL_PX - size[0]) // 2
    cell[top : top + size[1], left : left + size[0]] = small
    return cell
