"""Build a pack: pair after pair, each written whole or not at all, so that a build may stop anywhere and go on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import medialit
from medialit.clips.manifest import LICENCE, Pack, file_sha256, read_pack, save_region, write_json, write_pack
from medialit.clips.photographs import KNOWN, photographs
from medialit.clips.plan import KINDS, QUALITIES, Pair, plan
from medialit.clips.recipes import Made, make_pair
from medialit.errors import ClipPackError
from medialit.fakes import Truth
from medialit.generate import sampler
from medialit.language import msgid as _msgid
from medialit.media import Clip, write

AUDIO_KBPS: Final = 64
_BY_GENERATOR: Final = ("regenerate", "v1", "v2")

Label = Literal["camera", "synthetic"]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a build is.

    Parameters
    ----------
    done, of : int
        Clips.
    pair : Pair
        The one that was made last.
    """

    done: int
    of: int
    pair: Pair


def build(
    folder: Path,
    *,
    n: int,
    seed: int,
    kinds: Sequence[str] = KINDS,
    quality: str = "shared",
    on_progress: Callable[[Progress], None] | None = None,
) -> Pack:
    """Build a pack of labelled clips, or go on where a build of the same pack stopped.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    n : int
        Number of clips, even: one half is faked.
    seed : int
        0 or more. The same numbers give the same files on the same machine with the same packages.
    kinds : sequence of str
        Of `KINDS`.
    quality : str
        One of `medialit.clips.plan.QUALITIES`.
    on_progress : callable, optional
        Told after each pair.

    Returns
    -------
    Pack

    Raises
    ------
    ClipPackError
        If a number or a kind is impossible, or the folder holds another pack.
    """
    pairs = plan(n=n, seed=seed, kinds=kinds, quality=quality)
    facts = _facts(n=n, seed=seed, kinds=kinds, quality=quality)
    _claim(folder, facts)
    for pair in pairs:
        part = folder / "parts" / f"{pair.number:05d}.json"
        if not _is_whole(folder, part):
            write_json(part, _write_pair(folder, pair, make_pair(pair), seed=seed))
        if on_progress is not None:
            on_progress(Progress(done=2 * (pair.number + 1), of=n, pair=pair))
    gather(folder)
    return read_pack(folder)


def gather(folder: Path) -> None:
    """Write the lists of a pack anew from its parts, built and added."""
    facts = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    rows = [
        row
        for part in sorted((folder / "parts").glob("*.json"))
        for row in json.loads(part.read_text(encoding="utf-8"))
    ]
    write_pack(folder, facts=facts, rows=rows)


def export(clip: Clip, path: Path, *, kbps: int) -> None:
    """Write a clip as every clip of a pack is written: packets of one size, a fixed pattern of frames, no tags."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write(clip, path, steady_kbps=kbps, audio_kbps=AUDIO_KBPS)


def clip_id(*words: object) -> str:
    """Return an id that says nothing."""
    return hashlib.sha256("/".join(map(str, words)).encode()).hexdigest()[:10]


def row_of(folder: Path, name: str, truth: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a clip that was written, for a part."""
    path = folder / "clips" / f"{name}.mp4"
    return {
        "id": name,
        "file": f"clips/{name}.mp4",
        "sha256": file_sha256(path),
        "n_bytes": path.stat().st_size,
        **truth,
    }


def what_was_faked(truth: Truth | None, *, region: str | None) -> dict[str, Any]:
    """Return the truth of a fake as JSON; of none, for a camera clip."""
    if truth is None:
        return {
            "method": None, "strength": 0.0, "magnitude": None, "unit": None, "first_frame": None,
            "last_frame": None, "first_s": None, "last_s": None, "region": None,
        }  # fmt: skip
    return {
        "method": truth.method, "strength": truth.strength, "magnitude": round(truth.magnitude, 4),
        "unit": truth.unit, "first_frame": truth.first_frame, "last_frame": truth.last_frame,
        "first_s": truth.first_s, "last_s": truth.last_s, "region": region,
    }  # fmt: skip


def _write_pair(folder: Path, pair: Pair, made: Made, *, seed: int) -> list[dict[str, Any]]:
    names: dict[Label, str] = {label: clip_id(seed, pair.number, label) for label in ("camera", "synthetic")}
    region = f"truth/{names['synthetic']}.npz"
    save_region(folder / region, made.fake.truth.region)
    export(made.camera, folder / "clips" / f"{names['camera']}.mp4", kbps=pair.kbps)
    export(made.fake.clip, folder / "clips" / f"{names['synthetic']}.mp4", kbps=pair.kbps)
    common = _common(pair, made)
    return [
        row_of(
            folder,
            names["camera"],
            {"label": "camera", "twin": names["synthetic"], **what_was_faked(None, region=None), **common},
        ),
        row_of(
            folder,
            names["synthetic"],
            {
                "label": "synthetic",
                "twin": names["camera"],
                **what_was_faked(made.fake.truth, region=region),
                **common,
            },
        ),
    ]


def _common(pair: Pair, made: Made) -> dict[str, Any]:
    """Return what both clips of a pair share; `kind` is that of the pair, whichever clip it is."""
    photo = next((one for one in KNOWN if one.name == pair.photograph), None)
    return {
        "pair": pair.number,
        "kind": pair.kind,
        "split": pair.split,
        "source": pair.source,
        "scene": pair.scene,
        "people": [name for name in (pair.person, pair.donor) if name],
        "camera": pair.body,
        "odd": made.oddity or None,
        "quality": pair.quality,
        "arrival": pair.arrival,
        "format": pair.form,
        "fps": pair.format.fps,
        "n_frames": made.camera.n_frames,
        "size": list(made.camera.size),
        "kbps": pair.kbps,
        "seed": pair.seed,
        "licence": LICENCE,
        "credit": None if photo is None else f"photograph: {photo.credit} ({photo.licence}), changed",
    }


def _facts(*, n: int, seed: int, kinds: Sequence[str], quality: str) -> dict[str, Any]:
    made_by_generator = any(kind in _BY_GENERATOR for kind in kinds)
    state = {} if quality == "shared" else {"quality": quality}  # packs from before there were two go on
    return {
        **state,
        "n": n,
        "seed": seed,
        "kinds": list(kinds),
        "licence": LICENCE,
        "medialit": medialit.__version__,
        "photographs": [photo.name for photo in photographs()],
        "generator": {name: one["sha256"] for name, one in sampler.facts()["files"].items()}
        if made_by_generator
        else None,
    }


def _claim(folder: Path, facts: Mapping[str, Any]) -> None:
    """Note which pack the folder holds, or refuse it if it holds another."""
    path = folder / "pack.json"
    if not path.is_file():
        if folder.exists() and any(folder.iterdir()):
            raise ClipPackError(
                _msgid("{folder} holds other things: name an empty folder, or one with this pack."),
                folder=folder,
            )
        write_json(path, facts)
        return
    held = json.loads(path.read_text(encoding="utf-8"))
    if held != json.loads(json.dumps(facts)):
        differing = sorted(key for key in facts if held.get(key) != facts[key])
        raise ClipPackError(
            _msgid("{folder} holds another pack (it differs in {facts}): name another folder."),
            folder=folder,
            facts=", ".join(differing),
        )


def _is_whole(folder: Path, part: Path) -> bool:
    """Return whether a pair was finished and its files are still there and the same."""
    if not part.is_file():
        return False
    rows = json.loads(part.read_text(encoding="utf-8"))
    return all(
        (folder / row["file"]).is_file()
        and file_sha256(folder / row["file"]) == row["sha256"]
        and (row["region"] is None or (folder / row["region"]).is_file())
        for row in rows
    )


def room_needed_mb(*, n: int, quality: str = "shared") -> int:
    """Return about how many megabytes a pack takes."""
    return max(1, round(QUALITIES[quality].mb_a_clip * n))


def require_room(folder: Path, *, n: int, quality: str = "shared") -> None:
    """Refuse to begin where the disk would be full before the end.

    Raises
    ------
    ClipPackError
        If there is too little room.
    """
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.is_dir())
    free_mb = shutil.disk_usage(there).free // 2**20
    if free_mb < room_needed_mb(n=n, quality=quality):
        raise ClipPackError(
            _msgid(
                "A pack of {n} clips takes about {needed} MB, and {folder} has {free} MB left: make room, or build fewer."
            ),
            n=n,
            needed=room_needed_mb(n=n, quality=quality),
            folder=there,
            free=free_mb,
        )
