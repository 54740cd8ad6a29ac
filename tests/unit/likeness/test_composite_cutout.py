import importlib.util
from functools import cache

import cv2
import numpy as np
import pytest
from skimage import data

from medialit.errors import CompositeError, LikenessModelError
from medialit.likeness.cast import perform, person
from medialit.likeness.composite import place
from medialit.likeness.composite_cutout import cut_out, segmenter
from medialit.media import Clip
from medialit.world import Scene, Thing, render

needs_network = pytest.mark.skipif(
    importlib.util.find_spec("mediapipe") is None, reason="the package mediapipe is not installed"
)


@cache
def network():
    return segmenter()


def filmed(who, *, full, wall, n=6):
    """A drawn person before a wall, as a camera sees them, and the exact matte."""
    shown = perform(person(who), "talk", n_frames=n, fps=12, height_px=400, seed=1)
    rgba = np.pad(shown.frames, ((0, 0), (0, 0), (60, 60), (0, 0)))
    if not full:
        rgba = rgba[:, :235]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    shade = np.linspace(1.05, 0.9, rgba.shape[2])[None, None, :, None]
    frames = rgba[..., :3] * alpha + np.clip(np.array(wall) * shade, 0, 255) * (1 - alpha)
    return Clip(frames=np.round(frames).astype(np.uint8), fps=12), alpha[..., 0]


def back_in_frame(made, clip, alpha):
    """Return the cut-out's matte where it was in the clip, found by its colours."""
    h, w = made.frames.shape[1:3]
    near = cv2.matchTemplate(clip.frames[0], np.ascontiguousarray(made.frames[0, ..., :3]), cv2.TM_SQDIFF)
    left, top = cv2.minMaxLoc(near)[2]
    assert np.array_equal(clip.frames[:, top : top + h, left : left + w], made.frames[..., :3])
    out = np.zeros(alpha.shape, np.float32)
    out[:, top : top + h, left : left + w] = made.alpha
    return out


@needs_network
@pytest.mark.parametrize(
    ("who", "full", "wall"),
    [
        ("salma", False, (232, 232, 236)),
        ("moussa", False, (96, 122, 96)),
        ("tiziri", True, (236, 234, 228)),
        ("fatimazahra", False, (150, 120, 110)),
    ],
)
def test_the_matte_is_the_persons(who, full, wall):
    clip, alpha = filmed(who, full=full, wall=wall)
    made = cut_out(
        clip,
        subject="likeness:1",
        framing="full" if full else "bust",
        height_m=1.7 if full else 0.8,
        model=network(),
    )
    found = back_in_frame(made, clip, alpha)
    both, either = (
        ((found > 0.5) & (alpha > 0.5)).sum(),
        ((found > 0.5) | (alpha > 0.5)).sum(),
    )
    assert both / either > 0.90
    assert np.abs(np.diff(found, axis=0)).mean() < np.abs(np.diff(alpha, axis=0)).mean() + 0.008  # flicker
    assert made.subject == "likeness:1" and made.light is None and made.normals is None


@needs_network
def test_a_photographed_person_is_cut_out_and_put_into_a_scene():
    photo = data.astronaut()
    clip = Clip(frames=np.stack([photo] * 3), fps=12)
    made = cut_out(clip, subject="likeness:2", framing="bust", height_m=0.8, model=network())
    # In the picture the face is in the middle above, the flag is on the left and the shuttle on the right.
    found = back_in_frame(made, clip, np.zeros((3, 512, 512)))
    assert found[0, 40:120, 190:250].min() > 0.95  # the face
    assert found[0, 0:120, 0:60].max() < 0.05 and found[0, 0:150, 400:].max() < 0.05
    assert found[0, 280:400, 130:330].min() > 0.95  # the suit, in which the network itself leaves holes
    scene = render(Scene("souk", (Thing("ball", "red", "stand"),), fps=12, duration_s=0.25), size=(128, 128))
    put = place(scene, made, background="souk", camera="still", lane=2.0, authorisation="grant:1")
    assert put.mask[0].max() > 0.9 and put.boxes_px[0, 3] == 128 and put.subject == "likeness:2"


@needs_network
def test_a_clip_without_a_person_is_refused():
    noise = np.random.default_rng(1).integers(0, 255, (2, 64, 64, 3), np.uint8)
    for frames in (noise, np.full((2, 64, 64, 3), 200, np.uint8)):
        with pytest.raises(CompositeError, match="Nobody"):
            cut_out(Clip(frames=frames, fps=12), subject="x", framing="bust", height_m=0.8, model=network())


def test_what_is_not_said_is_not_guessed():
    clip = Clip(frames=np.zeros((1, 32, 32, 3), np.uint8), fps=12)
    with pytest.raises(CompositeError, match="'half'"):
        cut_out(clip, subject="x", framing="half", height_m=1.7)
    with pytest.raises(CompositeError, match="metres"):
        cut_out(clip, subject="x", framing="full", height_m=0.0)


def test_without_the_package_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LikenessModelError, match="pip install"):
        segmenter()
