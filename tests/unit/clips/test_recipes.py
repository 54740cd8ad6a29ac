"""What is known of a clip follows what is done to it on its way."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from medialit.clips.plan import Pair, plan
from medialit.clips.recipes import make_pair


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
