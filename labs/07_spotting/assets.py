"""The clips of this lab: two matched sets of twenty to judge, ten to learn from, and their scrambled key.

In each set every error is planted twice, once hard and once easy to see, at the same strengths in both sets,
and every planted clip has a camera clip whose scene was drawn in the same way. Things that float or circle by
themselves are left out: they would look wrong in a camera clip, too.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

import medialit.media
import medialit.world
from medialit.media import Clip
from medialit.media.io import write
from medialit.widgets.pack import Part, Trial, write_key
from medialit.world import Scene, draw_scene, film, plant, render

SIZE = (224, 224)
CRF = 25
STRENGTHS = {"a": (0.4, 0.8), "b": (0.4, 0.8), "training": (1.0,)}
CUES = ("teleport", "morph", "flicker", "impossible_bounce", "vanish")
ACTIONS = {
    "teleport": ("bounce", "roll_left", "roll_right", "wall"),
    "impossible_bounce": ("bounce",),
}
ANY_ACTION = ("bounce", "roll_left", "roll_right", "fall", "wall", "hit", "stand")

log = logging.getLogger(__name__)


class Plan(NamedTuple):
    """One clip that is to be made; without a strength it is a camera clip."""

    part: Part
    cue: str
    strength: float | None
    seed: int


def build(folder: Path, *, seed: int) -> None:
    """Write ``clips/`` into a folder; the same seed and code write the same files.

    The clips take a minute to draw, so they are kept under ``build/`` until the code that draws them changes.
    """
    kept = Path(__file__).resolve().parents[2] / "build" / "clips" / f"07_spotting-{_fingerprint(seed)}"
    if not kept.is_dir():
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
        except OSError:  # a checkout that may only be read
            make(folder / "clips", seed=seed)
            return
        with tempfile.TemporaryDirectory(dir=kept.parent) as draft:
            make(Path(draft) / "clips", seed=seed)
            try:
                (Path(draft) / "clips").rename(kept)
            except OSError:  # another build was faster
                log.debug("The clips in %s were made meanwhile", kept)
    shutil.copytree(kept, folder / "clips", dirs_exist_ok=True)


def plans(seed: int) -> Iterator[Plan]:
    """Yield what is to be made: each cue at each strength, and as many camera clips."""
    rng = np.random.default_rng([seed, 7])
    for part, strengths in STRENGTHS.items():
        for cue in CUES:
            for strength in strengths:
                for planted in (strength, None):
                    yield Plan(part, cue, planted, int(rng.integers(2**31)))  # type: ignore[arg-type]


def make(folder: Path, *, seed: int) -> None:
    """Draw every clip into a new folder, and write the key."""
    folder.mkdir()
    todo = list(plans(seed))
    log.info("Drawing %d clips", len(todo))
    with ThreadPoolExecutor(2) as pool:
        trials = list(pool.map(lambda plan: _write(plan, folder), todo))
    write_key(folder, sorted(trials, key=lambda trial: trial.clip))


def _write(plan: Plan, folder: Path) -> Trial:
    scene = _scene(plan)
    at_s = None
    if plan.strength is None:
        clip = render(scene, size=SIZE)
    else:
        planted = plant(scene, violation=plan.cue, strength=plan.strength, seed=plan.seed, size=SIZE)
        clip, at_s = planted.clip, planted.truth.first_frame / scene.fps
    filmed: Clip = film(clip, seed=plan.seed)
    name = hashlib.sha256(f"{plan.seed}".encode()).hexdigest()[:8] + ".mp4"
    write(filmed, folder / name, crf=CRF)
    synthetic = plan.strength is not None
    return Trial(
        clip=name, part=plan.part, synthetic=synthetic, cue=plan.cue if synthetic else None, at_s=at_s
    )


def _scene(plan: Plan) -> Scene:
    return draw_scene(plan.seed, actions=ACTIONS.get(plan.cue, ANY_ACTION), duration_s=2.5)


def _fingerprint(seed: int) -> str:
    """Return a hash of the seed and of all code that the clips depend on."""
    digest = hashlib.sha256(f"{seed} {np.__version__}".encode())
    packages = [Path(package.__file__).parent for package in (medialit.world, medialit.media)]
    for path in [Path(__file__), *(path for package in packages for path in sorted(package.rglob("*.py")))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
