"""How well a person belongs to the scene that they are put into, and how long it takes.

    python benchmarks/compositing.py [--clips N]

Everything is measured against exact truth: the cast is drawn, and the world's camera and light are known. A naive
paste, the cut-out laid over the scene as it is, runs beside ours.

* **told apart**: of the whole cast, at the size of a 256-pixel scene, in other poses and the light of another place, how
  many are nearest to their own picture.
* **feet**: the largest distance, in pixels at 256 x 256, between the soles in the picture and their point of the ground
  while the camera pans, over all places and three lanes.
* **light**: from place to place, how far the person's mean colour, channel by channel, changes otherwise than that of a
  white ball that the world itself draws there (mean absolute share, and correlation, over 32 places).
* **halo**: mean error, of 255, on the edges of a person who was filmed before a coloured wall with an exact matte.
* **cut-out**: intersection over union of the network's mattes with exact ones, for drawn people before a wall. It was
  trained on photographs; no photograph with an exact matte is at hand here. Only where the package is installed.
* **faces**: in how many portraits of the cast a detector that was trained on photographs finds one face, and how many
  pairs of different people a recogniser takes for one person. Only where the packages are installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time

import cv2
import numpy as np

from medialit.likeness.cast import ACTIONS, STUDIO, Performance, Pose, cast, enact, perform, person, portrait
from medialit.likeness.composite import appear, light_of, place
from medialit.likeness.composite_cutout import cut_out, segmenter
from medialit.likeness.composite_light import FLAT, clean_edges
from medialit.likeness.models import FaceReader, missing_packages
from medialit.media import Clip
from medialit.world import BACKGROUNDS, PANS, Scene, Thing, render, simulate
from medialit.world.view import to_px

SIZE = (256, 256)
WALLS = {"white": (250, 250, 250), "green": (40, 220, 70), "grey": (120, 120, 125)}
LANES = (0.7, 1.0, 1.25)


def scene(background, *, pan="still", n=12, look=0):
    one = Scene(
        background, (Thing("cube", "red", "stand", "small"),), pan=pan, look=look, fps=12, duration_s=n / 12
    )
    return one, render(one, size=SIZE)


def told_apart():
    people = cast(minors=True)

    def seen(who, pose, light):
        rgba = enact(who, [pose], fps=12, height_px=128, light=light).frames[0].astype(float)
        alpha = rgba[..., 3:] / 255
        return cv2.GaussianBlur((rgba[..., :3] - 140) * alpha, (0, 0), 1.5)

    known = [seen(who, Pose(), STUDIO) for who in people]
    right = total = 0
    for background in BACKGROUNDS:
        for pose in (Pose(yaw_deg=15), Pose(roll_deg=-4, lean=0.01), Pose(mouth_open=0.6, eye_open=0.0)):
            for i, who in enumerate(people):
                picture = seen(who, pose, light_of(background, 1))
                right += int(np.argmin([np.square(picture - one).sum() for one in known])) == i
                total += 1
    return right, total


def feet():
    worst = 0.0
    shown = perform(person("moussa"), "stand", n_frames=12, fps=12, height_px=140, seed=1)
    for background in BACKGROUNDS:
        for pan in PANS:
            one, clip = scene(background, pan=pan)
            camera = simulate(one).camera_m
            for lane in LANES:
                made = place(
                    clip,
                    shown,
                    background=background,
                    camera=pan,
                    lane=lane,
                    at_m=0.2,
                    authorisation="benchmark",
                )
                ground = to_px(
                    np.tile([0.2, 0.0], (12, 1)), scale=np.full(12, lane), camera_m=camera, size=SIZE
                )
                for mask, (x, y) in zip(made.mask, ground, strict=True):
                    rows = np.flatnonzero((mask > 0.5).any(axis=1))
                    soles = np.flatnonzero((mask[rows[-1] - 3 : rows[-1]] > 0.5).any(axis=0))
                    worst = max(worst, abs(rows[-1] + 1 - y), abs((soles[0] + soles[-1] + 1) / 2 - x))
    return worst


def light():
    """Compare the person with a white ball that the world's own code draws in the same place and light."""
    shown = enact(person("hamid"), [Pose()], fps=12, height_px=128)
    people, balls = [], []
    for background in BACKGROUNDS:
        for look in range(4):
            one = Scene(background, (Thing("ball", "white", "stand"),), look=look, fps=12, duration_s=1 / 12)
            clip = render(one, size=SIZE)
            tracks = simulate(one)
            x, y = tracks.px(SIZE)[0, 0]
            rows, columns = np.mgrid[0:256, 0:256] + 0.5
            disc = np.hypot(columns - x, rows - y) < 0.9 * tracks.radius_px(SIZE)[0]
            balls.append(clip.frames[0][disc].mean(axis=0))
            made = place(
                clip, shown, background=background, camera="still", look=look, authorisation="benchmark"
            )
            people.append(made.clip.frames[0][made.mask[0] > 0.98].mean(axis=0))
    ball = np.array(balls) / np.mean(balls, axis=0)
    ours = np.array(people) / np.mean(people, axis=0)
    naive = np.ones_like(ball)  # a paste looks the same everywhere
    correlation = float(np.corrcoef(ball.ravel(), ours.ravel())[0, 1])
    return correlation, float(np.abs(ours / ball - 1).mean()), float(np.abs(naive / ball - 1).mean())


def halo():
    rows = {}
    behind = np.array([30.0, 34.0, 60.0])
    for name, wall in WALLS.items():
        errors = []
        for who in cast():
            rgba = enact(who, [Pose()], fps=12, height_px=128, light=FLAT).frames[0]
            alpha = rgba[..., 3:].astype(float) / 255
            seen = np.round(rgba[..., :3] * alpha + np.array(wall) * (1 - alpha)).astype(np.uint8)
            cut = np.concatenate([seen, rgba[..., 3:]], -1)
            edge = (alpha[..., 0] > 0.03) & (alpha[..., 0] < 0.97)

            def error(picture, alpha=alpha, rgba=rgba, edge=edge):
                pasted = picture[..., :3] * alpha + behind * (1 - alpha)
                return np.abs(pasted - (rgba[..., :3] * alpha + behind * (1 - alpha)))[edge].mean()

            errors.append((error(cut), error(clean_edges(cut, reach_px=2))))
        rows[name] = tuple(np.mean(errors, axis=0).round(2).tolist())
    return rows


def cut_outs():
    if importlib.util.find_spec("mediapipe") is None:
        return None
    model, scores = segmenter(), []
    for who in cast():
        for wall in WALLS.values():
            shown = perform(who, "talk", n_frames=4, fps=12, height_px=400, seed=1)
            rgba = np.pad(shown.frames, ((0, 0), (0, 0), (60, 60), (0, 0)))[:, :235]
            alpha = rgba[..., 3:].astype(float) / 255
            frames = np.round(rgba[..., :3] * alpha + np.array(wall) * (1 - alpha)).astype(np.uint8)
            made = cut_out(
                Clip(frames=frames, fps=12.0), subject=who.id, framing="bust", height_m=0.8, model=model
            )
            scores.append(overlap(made, frames, alpha[..., 0]))
    return scores


def overlap(made: Performance, frames, alpha):
    near = cv2.matchTemplate(frames[0], np.ascontiguousarray(made.frames[0, ..., :3]), cv2.TM_SQDIFF)
    left, top = cv2.minMaxLoc(near)[2]
    found = np.zeros(alpha.shape, bool)
    h, w = made.frames.shape[1:3]
    found[:, top : top + h, left : left + w] = made.alpha > 0.5
    return float((found & (alpha > 0.5)).sum() / (found | (alpha > 0.5)).sum())


def faces():
    """Ask a face detector that was trained on photographs, and a recogniser, about the portraits of the cast."""
    if missing_packages():
        return None
    reader, people = FaceReader(), cast(minors=True)
    found, described = [], []
    for who in people:
        picture = portrait(who, size=384)
        boxes = reader.detect(picture)
        found.append(len(boxes) == 1)
        if boxes:
            described.append(reader.descriptor(picture, reader.mesh(picture, boxes[0])))
    apart = np.linalg.norm(np.array(described)[:, None] - np.array(described)[None], axis=-1)
    pairs = apart[np.triu_indices(len(described), 1)]
    return sum(found), len(people), float((pairs < 0.6).mean())


def seconds(n_clips):
    cv2.setNumThreads(1)
    taken, people = [], cast()
    for i in range(n_clips):
        background = BACKGROUNDS[i % len(BACKGROUNDS)]
        _, clip = scene(background, n=24)
        light_of(background, 0)  # painted once for each place and process
        start = time.process_time()
        appear(
            clip,
            people[i % len(people)],
            ACTIONS[i % len(ACTIONS)],
            background=background,
            camera="still",
            at_m=-0.9,
            seed=i,
            authorisation="benchmark",
        )
        taken.append(time.process_time() - start)
    return float(np.median(taken)), max(taken)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=26, help="clips of 24 frames that are timed")
    options = parser.parse_args()
    right, total = told_apart()
    drift = feet()
    correlation, ours, naive = light()
    edges = halo()
    scores = cut_outs()
    seen = faces()
    median, longest = seconds(options.clips)
    print(f"told apart at 128 px     {right} of {total}")
    print(f"feet, largest distance   {drift:.2f} px")
    print(
        f"light, mean error        {100 * ours:.1f} % (naive paste {100 * naive:.1f} %), r = {correlation:.2f}"
    )
    for wall, (pasted, cleaned) in edges.items():
        print(f"halo from a {wall:5} wall   {cleaned:.1f} of 255 (naive paste {pasted:.1f})")
    if scores is None:
        print("cut-out                  the package mediapipe is not installed")
    else:
        print(f"cut-out, n = {len(scores)}          median {np.median(scores):.3f}, least {min(scores):.3f}")
    if seen is not None:
        print(
            f"faces found              {seen[0]} of {seen[1]}; pairs taken for one person {100 * seen[2]:.0f} %"
        )
    print(
        f"24 frames at 256 px      {median:.2f} s, longest of {options.clips}: {longest:.2f} s, of one core"
    )
    print(
        json.dumps(
            {
                "told_apart": right / total,
                "feet_px": round(drift, 3),
                "light_r": round(correlation, 3),
                "light_error": round(ours, 4),
                "light_error_naive": round(naive, 4),
                "halo": {wall: {"naive": a, "ours": b} for wall, (a, b) in edges.items()},
                "cut_out_iou": None if scores is None else round(float(np.median(scores)), 4),
                "cut_out_iou_least": None if scores is None else round(min(scores), 4),
                "faces_found": None if seen is None else seen[0] / seen[1],
                "faces_confused": None if seen is None else round(seen[2], 3),
                "s_per_clip": round(median, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
