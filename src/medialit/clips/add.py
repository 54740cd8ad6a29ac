"""A school's own clips in a pack: cut, fitted and written like all others, with the release that allows it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np

from medialit.clips.build import clip_id, export, gather, row_of, what_was_faked
from medialit.clips.make import FREE_METHODS, is_odd, make
from medialit.clips.manifest import Entry, read_pack, save_region, write_json
from medialit.clips.plan import BITS_A_PIXEL, FORMATS, SPLITS, Format, Split
from medialit.errors import ClipPackError
from medialit.fakes import Fake
from medialit.language import msgid as _msgid
from medialit.media import Clip, read
from medialit.media.degrade import change_fps, resize

AddedLabel = Literal["camera", "synthetic"]
_NEEDS_MORE: Final = ("splice", "insert", "remove", "lip_offset")  # another clip, a box, a voice


def add(
    folder: Path,
    file: Path,
    *,
    label: AddedLabel,
    release: Path,
    scene: str,
    split: Split = "test",
    fake: str | None = None,
    strength: float = 1.0,
    seed: int = 0,
) -> tuple[Entry, ...]:
    """Take a clip into a pack: its middle two seconds, fitted to the nearest format, without sound and tags.

    Parameters
    ----------
    folder : Path
        Of a pack that was built.
    file : Path
        A video of at least two seconds.
    label : {"camera", "synthetic"}
        What it is.
    release : Path
        The signed form by which everybody who can be recognised agrees. It stays where it is: the pack holds its
        SHA-256 only, since a pack is passed on to learners.
    scene : str
        A name for place and people, which all clips of them share.
    split : {"train", "calibrate", "test"}
        All clips of a scene belong into one.
    fake : str, optional
        Also add a fake of it, made by this one of `medialit.clips.FREE_METHODS`, so that the pack stays balanced.
    strength, seed
        Of that fake.

    Returns
    -------
    tuple of Entry
        One, or two with the fake.

    Raises
    ------
    ClipPackError
        If the release is missing, the clip too short or there already, or the scene lies in another split.
    MedialitError
        If the file cannot be read or faked.
    """
    pack = read_pack(folder)
    _require(pack.entries, label=label, release=release, scene=scene, split=split, fake=fake)
    data = file.read_bytes() if file.is_file() else b""
    name = clip_id("added", hashlib.sha256(data).hexdigest(), label)
    if any(entry.id == name for entry in pack.entries):
        raise ClipPackError(_msgid("{file} is in this pack already."), file=file)
    clip, shape = fitted(read(file, audio=False), file=file)
    kbps = round(shape.size[0] * shape.size[1] * shape.fps / 1000 * BITS_A_PIXEL[1])
    forged = None if fake is None else make(clip, fake, strength=strength, seed=seed, box=_middle(clip))
    twin = None if forged is None else clip_id("added", name, "fake", fake)
    common = {
        "pair": None,
        "kind": fake or "added",
        "split": split,
        "source": "filmed",
        "scene": f"filmed:{scene}",
        "people": [],
        "camera": None,
        "odd": None,
        "format": shape.name,
        "fps": shape.fps,
        "n_frames": shape.n_frames,
        "size": list(shape.size),
        "kbps": kbps,
        "seed": seed,
        "licence": "by release",
        "credit": None,
        "release_sha256": hashlib.sha256(release.read_bytes()).hexdigest(),
    }
    export(clip, folder / "clips" / f"{name}.mp4", kbps=kbps)
    honest = {"label": label, "twin": twin, **what_was_faked(None, region=None), **common}
    rows = [row_of(folder, name, honest)]
    if forged is not None and twin is not None:
        rows.append(_forged_row(folder, twin, forged, kbps, {"twin": name, **common}))
    write_json(folder / "parts" / f"added-{name}.json", rows)
    gather(folder)
    wanted = {row["id"] for row in rows}
    return tuple(entry for entry in read_pack(folder).entries if entry.id in wanted)


def fitted(clip: Clip, *, file: Path) -> tuple[Clip, Format]:
    """Return the middle of a clip in the format that loses least of its picture.

    Raises
    ------
    ClipPackError
        If it is shorter than the format, or smaller.
    """
    aspect = clip.width / clip.height
    shape = min(FORMATS.values(), key=lambda one: abs(np.log(one.size[0] / one.size[1] / aspect)))
    length_s = shape.n_frames / shape.fps
    width, height = shape.size
    if clip.duration_s < length_s - 0.5 / clip.fps or clip.width < width or clip.height < height:
        raise ClipPackError(
            _msgid(
                "{file} has {length} s of {size}; at least {least} s of {least_size} are needed, since nothing is "
                "stretched or repeated."
            ),
            file=file,
            length=f"{clip.duration_s:.1f}",
            size=f"{clip.width} x {clip.height}",
            least=f"{length_s:g}",
            least_size=f"{width} x {height}",
        )
    slower = change_fps(Clip(clip.frames, clip.fps), fps=float(shape.fps))
    first = (slower.n_frames - shape.n_frames) // 2
    cut = Clip(slower.frames[first : first + shape.n_frames], slower.fps)
    scale = max(width / clip.width, height / clip.height)
    small = resize(cut, scale=scale) if scale < 1 else cut
    left, top = (small.width - width) // 2, (small.height - height) // 2
    window = small.frames[:, top : top + height, left : left + width]
    return replace(cut, frames=np.ascontiguousarray(window)), shape


def _forged_row(
    folder: Path, name: str, forged: Fake, kbps: int, rest: dict[str, object]
) -> dict[str, object]:
    region = f"truth/{name}.npz"
    save_region(folder / region, forged.truth.region)
    export(forged.clip, folder / "clips" / f"{name}.mp4", kbps=kbps)
    return row_of(folder, name, {"label": "synthetic", **what_was_faked(forged.truth, region=region), **rest})


def _middle(clip: Clip) -> tuple[int, int, int, int]:
    return clip.width // 3, clip.height // 3, clip.width // 3, clip.height // 3


def _require(
    entries: tuple[Entry, ...],
    *,
    label: str,
    release: Path,
    scene: str,
    split: str,
    fake: str | None,
) -> None:
    if label not in get_args(AddedLabel) or split not in SPLITS or not scene.strip():
        raise ClipPackError(
            _msgid(
                "A clip is camera or synthetic, in one of {splits}, of a scene that has a name; not “{label}” in "
                "“{split}” of “{scene}”."
            ),
            splits=", ".join(SPLITS),
            label=label,
            split=split,
            scene=scene,
        )
    if not release.is_file() or not release.stat().st_size:
        raise ClipPackError(
            _msgid(
                "There is no signed form {release}: nobody's clip is taken in without. A scan or a photograph of it will "
                "do."
            ),
            release=release,
        )
    if fake is not None and (fake not in FREE_METHODS or is_odd(fake) or fake in _NEEDS_MORE):
        usable = [name for name in FREE_METHODS if not is_odd(name) and name not in _NEEDS_MORE]
        raise ClipPackError(
            _msgid("A fake is added by one of {known}, not by {method}."),
            known=", ".join(usable),
            method=fake,
        )
    elsewhere = {e.truth["split"] for e in entries if e.truth["scene"] == f"filmed:{scene}"} - {split}
    if elsewhere:
        raise ClipPackError(
            _msgid(
                "The scene “{scene}” lies in the split {split}: what is trained on must not be tested on."
            ),
            scene=scene,
            split=", ".join(sorted(elsewhere)),
        )
