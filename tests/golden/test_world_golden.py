"""The same scene on every machine and in every version: its truth to a hash, its pictures to a tolerance.

After a change that is meant, write the file anew with ``python tests/golden/test_world_golden.py`` and say in the
commit why it changed: clips that learners saw, and marks that rest on them, change with it.
"""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np

from medialit.world import BACKGROUNDS, KINDS, Scene, Thing, caption, draw_scene, film, render, simulate

GOLDEN = Path(__file__).with_name("world.json")


def truth(seed):
    """Hash everything simulated, rounded to a micrometre so that no processor's last digit matters."""
    tracks = simulate(draw_scene(seed))
    numbers = [tracks.position_m, tracks.angle_rad, tracks.camera_m, tracks.stride_rad, tracks.radius_m]
    rounded = [np.round(np.asarray(n) * 1e6).astype(np.int64).tolist() for n in numbers]
    contacts = [(round(c.time_s * 1e6), c.thing, c.against) for c in tracks.collisions]
    return hashlib.sha256(json.dumps([rounded, contacts]).encode()).hexdigest()[:16]


def thumbnail(index):
    """A background with a kind in it, filmed, at 8 x 8."""
    thing = Thing(KINDS[index % len(KINDS)], "green", "stand", "large")
    scene = Scene(
        BACKGROUNDS[index % len(BACKGROUNDS)], (thing,), seed=index, fps=1, duration_s=1, look=index % 4
    )
    frame = film(render(scene, size=(128, 128)), seed=index).frames[0]
    return cv2.resize(frame, (8, 8), interpolation=cv2.INTER_AREA).reshape(-1).tolist()


def current():
    return {
        "truth": {str(seed): truth(seed) for seed in range(30)},
        "captions": {str(seed): caption(draw_scene(seed), seed=seed) for seed in range(10)},
        "thumbnails": {str(i): thumbnail(i) for i in range(12)},
    }


def test_simulated_truth_is_frozen():
    golden = json.loads(GOLDEN.read_text("utf-8"))["truth"]
    assert {seed: truth(int(seed)) for seed in golden} == golden


def test_captions_are_frozen():
    golden = json.loads(GOLDEN.read_text("utf-8"))["captions"]
    assert {seed: caption(draw_scene(int(seed)), seed=int(seed)) for seed in golden} == golden


def test_pictures_stay_within_a_tolerance():
    for index, golden in json.loads(GOLDEN.read_text("utf-8"))["thumbnails"].items():
        difference = np.abs(np.array(thumbnail(int(index))) - golden)
        assert difference.max() <= 3 and difference.mean() < 0.5, f"picture {index}"


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(current(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
