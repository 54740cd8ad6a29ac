"""What is known of a clip follows what is done to it on its way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from medialit.clips.plan import Pair, plan
from medialit.clips.recipes import make_pair
from medialit.errors import ClipPackError


def pair_of(kind: str, *, odd: str | None) -> Pair:
    first = next(p for p in plan(n=20, seed=3, kinds=(kind,), photos=()) if p.form == "square")
    return replace(first, odd=odd, odd_strength=1.0 if odd else 0.0, strength=1.0, body=1, other_body=2)


def middle(mask: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(mask)
    return np.array([columns.mean(), rows.mean()]) + 0.5


@pytest.mark.parametrize("kind", ["swap", pytest.param("mouth", marks=pytest.mark.long), "remove"])
def test_a_fake_of_a_stabilised_clip_sits_where_the_stabiliser_put_the_thing(kind: str) -> None:
    plain = make_pair(pair_of(kind, odd=None))
    steady = make_pair(pair_of(kind, odd="stabilised"))
    assert steady.oddity["name"] == "stabilised"
    middle_px = np.array(plain.camera.size) / 2
    t = int(np.argmax(plain.fake.truth.region.sum(axis=(1, 2))))
    # Where the stabiliser moved the picture, found by looking: not by asking it.
    zoom = 1 / 0.92
    size = plain.camera.size
    shifted = (middle_px - 0.5) * (1 - zoom)
    zoomed = cv2.warpAffine(
        np.ascontiguousarray(plain.camera.frames[t]),
        np.array([[zoom, 0, shifted[0]], [0, zoom, shifted[1]]]),
        size,
    )
    grey = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY).astype(np.float32) for f in (zoomed, steady.camera.frames[t])]
    found, _ = cv2.phaseCorrelate(*grey, cv2.createHanningWindow(size, cv2.CV_32F))
    before, after = (middle(made.fake.truth.region[t]) for made in (plain, steady))
    expected = middle_px + zoom * (before - middle_px) + found
    assert after == pytest.approx(expected, abs=1.0)
    assert np.hypot(*(before - expected)) > 2.0  # what has not followed is caught


def test_an_original_is_large_close_and_passed_on_by_nobody() -> None:
    pairs = plan(n=400, seed=2, photos=(), quality="original")
    assert {pair.format.size for pair in pairs} == {(512, 512), (640, 384), (384, 640)}
    assert {pair.odd for pair in pairs} <= {
        None, "bad_light", "stabilised", "mirrored", "slow_motion", "rolling_shutter"
    }  # fmt: skip
    assert all(0.3 <= pair.blur_px <= 1.5 for pair in pairs)
    assert {pair.form for pair in pairs if pair.kind in ("v1", "v2", "regenerate")} == {"square"}
    assert all(pair.format.duration_s == 4 for pair in pairs if pair.form != "square")


def test_a_quality_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ClipPackError, match="shared, original"):
        plan(n=2, seed=1, quality="cinema")


def test_an_original_keeps_the_grain_that_sharing_takes_away() -> None:
    def grain(quality: str) -> float:
        made = make_pair(
            replace(
                plan(n=2, seed=4, kinds=("regenerate",), photos=(), quality=quality)[0],
                odd=None, odd_strength=0.0, blur_px=0.0, strength=1.0, body=1,
            )
        ).camera  # fmt: skip
        return float(np.median(residual_levels(made.frames[12])))

    assert grain("original") > 1.5 * grain("shared")


def test_what_was_never_before_a_camera_arrives_in_three_ways_and_in_every_split() -> None:
    pairs = plan(n=1200, seed=5, photos=(), quality="original")
    whole = [pair for pair in pairs if pair.kind in ("v1", "v2", "violation")]
    assert {pair.arrival for pair in pairs if pair not in whole} == {"filmed"}
    counts = Counter((pair.split, pair.arrival) for pair in whole)
    assert len(counts) == 9
    for split in ("train", "calibrate", "test"):
        here = [counts[split, arrival] for arrival in ("straight", "grained", "filmed")]
        assert min(here) > sum(here) / 6, (split, here)
    assert {pair.odd for pair in whole if pair.arrival != "filmed"} == {None}
    assert {pair.arrival for pair in plan(n=60, seed=5, photos=())} == {"filmed"}


def test_only_what_was_filmed_has_the_pattern_of_the_camera_and_only_the_straight_has_no_grain() -> None:
    first = next(pair for pair in plan(n=60, seed=6, kinds=("violation",), photos=(), quality="original"))
    still = replace(first, method="shadow_mismatch", odd=None, odd_strength=0.0, blur_px=1.0)
    made = {one: make_pair(replace(still, arrival=one)) for one in ("straight", "grained", "filmed")}
    levels = {one: float(np.median(residual_levels(pair.fake.clip.frames[12]))) for one, pair in made.items()}
    assert levels["straight"] < 0.25 * min(levels["grained"], levels["filmed"]), levels
    alike = {
        one: float(np.corrcoef(pattern(pair.camera.frames), pattern(pair.fake.clip.frames))[0, 1])
        for one, pair in made.items()
    }
    assert alike["filmed"] > 0.25 > 0.1 > abs(alike["grained"]), alike


def pattern(frames: np.ndarray) -> np.ndarray:
    """Return what residuals of plain places have in common over a clip; shape (N,)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32) for frame in frames]
    rests = np.clip(np.stack([cv2.filter2D(one, cv2.CV_32F, kernel) for one in grey]), -8, 8)
    return np.asarray(rests.mean(axis=0)).ravel()


def residual_levels(frame: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    return np.abs(cv2.filter2D(grey, cv2.CV_32F, kernel))
