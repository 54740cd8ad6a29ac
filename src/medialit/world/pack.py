"""Packs of clips to judge: half of them honest renders through the camera model, half with a planted violation.

The words are exact: a clip labelled "camera" is rendered too. It is what the modelled camera recorded of this
miniature world's physics; "synthetic" is what it recorded of the world with one law broken. Everything else is
matched: scenes of both labels are drawn from the same distribution, have the same size, rate, length and codec,
and go through the same camera, so that nothing but the violation separates them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from medialit.errors import WorldError
from medialit.media import Clip
from medialit.media.io import write
from medialit.world.camera import Sensor, film
from medialit.world.captions import caption
from medialit.world.render import render
from medialit.world.scene import Scene
from medialit.world.violations import VIOLATIONS, Truth, plant, scene_for

Label = Literal["camera", "synthetic"]


@dataclass(frozen=True, eq=False)
class PackClip:
    """One clip of a pack and everything that is true about it.

    Parameters
    ----------
    clip_id : str
        Says nothing about the label.
    clip : Clip
    label : {"camera", "synthetic"}
        "synthetic": a violation was planted. "camera": none was.
    violation : str or None
        Which, if one was.
    strength : float
        0 for a camera clip.
    scene : Scene
    caption : str
        In English.
    truth : Truth or None
        Where and when the violation is.
    """

    clip_id: str
    clip: Clip
    label: Label
    violation: str | None
    strength: float
    scene: Scene
    caption: str
    truth: Truth | None


def spotting_pack(
    *,
    seed: int,
    n: int,
    share_synthetic: float = 0.5,
    strengths: tuple[float, float] = (0.25, 1.0),
    violations: Sequence[str] = VIOLATIONS,
    size: tuple[int, int] = (256, 256),
    duration_s: float = 2.0,
    fps: float = 24.0,
    sensor: Sensor | None = None,
) -> list[PackClip]:
    """Make a pack of clips; the same arguments make the same pack.

    Parameters
    ----------
    seed : int
        0 or more.
    n : int
        Number of clips.
    share_synthetic : float
        Share with a violation, 0 to 1; rounded to a whole number of clips.
    strengths : tuple of float
        Strengths are drawn evenly between these.
    violations : sequence of str
        Used in turn, so that each is as frequent as the others.
    size, duration_s, fps
        Of every clip.
    sensor : Sensor, optional
        The camera for every clip.

    Returns
    -------
    list of PackClip
        In random order.

    Raises
    ------
    WorldError
        If a number is out of range or no violation is given.

    Examples
    --------
    >>> pack = spotting_pack(seed=1, n=4, size=(64, 64), duration_s=0.5, violations=("vanish", "morph"))
    >>> sorted(item.label for item in pack)
    ['camera', 'camera', 'synthetic', 'synthetic']
    """
    low, high = strengths
    if n < 1 or not 0 <= share_synthetic <= 1 or not 0 < low <= high <= 1 or not violations:
        raise WorldError(
            "A pack needs at least one clip and one violation, a share from 0 to 1 and strengths above 0 up to 1; "
            f"not n={n}, share_synthetic={share_synthetic}, strengths={strengths}, violations={tuple(violations)}."
        )
    rng = np.random.default_rng([seed, 0x9ACC])
    n_synthetic = round(n * share_synthetic)
    # Both labels go through the violations in turn: a camera clip's scene is drawn as for a violation, too.
    slots = [(True, i) for i in range(n_synthetic)] + [(False, i) for i in range(n - n_synthetic)]
    items = []
    for position in rng.permutation(n):
        synthetic, turn = slots[position]
        violation = violations[turn % len(violations)]
        clip_seed, strength = int(rng.integers(2**31)), float(rng.uniform(low, high))
        scene = scene_for(violation, seed=clip_seed, duration_s=duration_s, fps=fps)
        truth = None
        if synthetic:
            planted = plant(scene, violation=violation, strength=strength, seed=clip_seed, size=size)
            clip, truth = planted.clip, planted.truth
        else:
            clip = render(scene, size=size)
        items.append(
            PackClip(
                clip_id=hashlib.sha256(f"{seed}/{clip_seed}".encode()).hexdigest()[:10],
                clip=film(clip, seed=clip_seed, sensor=sensor),
                label="synthetic" if synthetic else "camera",
                violation=violation if synthetic else None,
                strength=strength if synthetic else 0.0,
                scene=scene,
                caption=caption(scene, seed=clip_seed),
                truth=truth,
            )
        )
    return items


def write_pack(pack: Sequence[PackClip], folder: Path, *, crf: int = 23) -> Path:
    """Write a pack as H.264 files that play in a browser, with its truth apart.

    ``clips.json`` lists ids, captions and files and gives nothing away; ``truth.json`` holds the rest.

    Parameters
    ----------
    pack : sequence of PackClip
    folder : Path
        Made if it isn't there.
    crf : int
        Constant rate factor of the encoder, the same for all.

    Returns
    -------
    Path
        Of ``clips.json``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for item in pack:
        write(item.clip, folder / f"{item.clip_id}.mp4", codec="h264", crf=crf)
    listing = [{"id": item.clip_id, "file": f"{item.clip_id}.mp4", "caption": item.caption} for item in pack]
    truth = {item.clip_id: _truth(item) for item in pack}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    path = folder / "clips.json"
    path.write_text(json.dumps(listing, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _truth(item: PackClip) -> dict[str, Any]:
    return {
        "label": item.label,
        "violation": item.violation,
        "strength": round(item.strength, 4),
        "scene": dataclasses.asdict(item.scene),
        "truth": dataclasses.asdict(item.truth) if item.truth else None,
    }
