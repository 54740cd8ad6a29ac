"""What grain tells: a pattern that is missing in a place, at a time, in a face."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from medialit.forensics import cues
from medialit.forensics.cues import Footage, planted
from medialit.forensics.cues.records import Face
from medialit.forensics.detectors.copied import of_copies
from medialit.forensics.detectors.faced import NAMES, of_faces
from medialit.forensics.detectors.grained import of_grain
from medialit.forensics.detectors.lit import of_light
from medialit.forensics.grain import Gatherer, Grain
from medialit.media import Clip

HIGH, WIDE, N = 160, 240, 40
PLACE = (slice(48, 112), slice(80, 160))


def filmed(
    *,
    missing: tuple[slice, slice] | None = None,
    from_frame: int = 0,
    body: int = 1,
    then: int = 1,
    noise_in: float = 3.0,
) -> Grain:
    """Film a grey wall with a sensor's pattern; in a place, or from a frame on, another sensor's."""
    ys, xs = np.mgrid[:HIGH, :WIDE]
    wall = 110 + 20 * np.sin(xs / 40) + 15 * np.cos(ys / 30)
    patterns = {k: np.random.default_rng([k, 7]).normal(0, 1.2, (HIGH, WIDE)) for k in (1, 2)}
    rng = np.random.default_rng(5)
    gatherer = Gatherer()
    for t in range(N):
        shot = rng.normal(0, 3.0, (HIGH, WIDE))
        frame = wall + shot + patterns[then if t >= from_frame else body]
        if missing is not None:
            frame[missing] = (wall + rng.normal(0, noise_in, (HIGH, WIDE)))[missing]
        gatherer.add(np.repeat(np.clip(np.rint(frame), 0, 255).astype(np.uint8)[..., None], 3, axis=-1))
    found = gatherer.grain()
    assert found is not None
    return found


def test_the_own_pattern_is_missing_where_something_was_put_in() -> None:
    grain = filmed(missing=PLACE)
    blocks = tuple(slice(s.start // grain.side, s.stop // grain.side) for s in PLACE)
    settled = grain.own[20:].mean(axis=0)
    assert settled[blocks].mean() < 0.1 < 0.2 < np.median(settled)
    honest, faked = (of_grain(one) for one in (filmed(), grain))
    assert faked["own_map_low"] > 2 * honest["own_map_low"]
    assert faked["own_map_std"] > 1.5 * honest["own_map_std"]


def test_the_own_pattern_is_missing_after_another_camera_takes_over() -> None:
    honest, spliced = of_grain(filmed()), of_grain(filmed(from_frame=24, then=2))
    assert spliced["own_missing"] > 2 * honest["own_missing"]
    assert spliced["pattern_break_ratio"] > 0.5 > 5 * honest["pattern_break_ratio"]


def test_a_camera_that_stops_is_no_other_camera() -> None:
    """Where it stands still, edges of the scene stay in the residuals; before, they passed by."""
    scene = np.random.default_rng(3).normal(110, 25, (HIGH // 4, WIDE))
    scene = cv2.resize(scene, (2 * WIDE, HIGH), interpolation=cv2.INTER_LINEAR)
    pattern = np.random.default_rng([1, 7]).normal(0, 1.2, (HIGH, WIDE))
    rng = np.random.default_rng(5)
    gatherer = Gatherer()
    for t in range(N):
        passed = 3 * min(t, N // 2)
        frame = scene[:, passed : passed + WIDE] + pattern + rng.normal(0, 3.0, (HIGH, WIDE))
        gatherer.add(np.repeat(np.clip(np.rint(frame), 0, 255).astype(np.uint8)[..., None], 3, axis=-1))
    grain = gatherer.grain()
    assert grain is not None
    assert of_grain(grain)["pattern_break_ratio"] < 0.25


def exposed(*, own_way: bool) -> Grain:
    """Film a grey wall under an exposure that wanders by a few percent; a place has an exposure of its own."""
    ys, xs = np.mgrid[:HIGH, :WIDE]
    wall = 110 + 20 * np.sin(xs / 40) + 15 * np.cos(ys / 30)
    rng = np.random.default_rng(8)
    gatherer = Gatherer()
    for t in range(N):
        frame = wall * (1 + 0.02 * np.sin(t / 4))
        if own_way:
            frame[PLACE] = wall[PLACE] * (1 + 0.02 * np.cos(t / 3))
        frame += rng.normal(0, 3.0, (HIGH, WIDE))
        gatherer.add(np.repeat(np.clip(np.rint(frame), 0, 255).astype(np.uint8)[..., None], 3, axis=-1))
    found = gatherer.grain()
    assert found is not None
    return found


def test_what_was_put_in_does_not_follow_the_exposure() -> None:
    honest, faked = (of_light(exposed(own_way=one), fps=15.0) for one in (False, True))
    assert honest["follow_low"] > 0.7 and honest["follow_off"] == 0
    assert faked["follow_p10"] < 0.3
    inside = (PLACE[0].stop - PLACE[0].start) * (PLACE[1].stop - PLACE[1].start) / (HIGH * WIDE)
    assert faked["follow_off"] == pytest.approx(inside, rel=0.4)


def test_of_an_exposure_that_stands_still_nothing_is_said() -> None:
    assert of_light(filmed(missing=PLACE), fps=15.0) == {}
    assert of_light(None, fps=15.0) == {}


def test_a_scene_of_one_frame_after_another_has_no_pattern_yet() -> None:
    assert (filmed().own[0] == 0).all()


def face_footage(grain: Grain, *, n_faces: int = 20) -> Footage:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    middle = np.array([120 / WIDE, 80 / HIGH])
    outline = middle + np.stack([40 / WIDE * np.cos(angle), 32 / HIGH * np.sin(angle)], axis=1)
    lips = middle + np.array([[-18 / WIDE, 0.08], [18 / WIDE, 0.08], [0, 0.06], [0, 0.1]])
    face = Face(outline=outline.astype(np.float32), lips=lips.astype(np.float32))
    still = Clip(np.zeros((1, HIGH, WIDE, 3), np.uint8), 20.0)
    return Footage(
        stills=still, still_times_s=np.zeros(1), motion=still, n_frames=N, faces=(face,) * n_faces,
        face_times_s=np.arange(n_faces) / 20, grain=grain,
    )  # fmt: skip


def test_a_face_from_a_softer_picture_has_less_grain_than_its_surroundings() -> None:
    honest = of_faces(face_footage(filmed()))
    swapped = of_faces(face_footage(filmed(missing=PLACE, noise_in=1.0)))
    assert abs(honest["face_noise"]) < 0.1
    assert swapped["face_noise"] < -0.5
    assert swapped["face_own"] < honest["face_own"] - 0.05


@pytest.mark.parametrize("n_faces", [0, 5])
def test_too_few_faces_say_nothing(n_faces: int) -> None:
    found = of_faces(face_footage(filmed(), n_faces=n_faces))
    assert set(found) == set(NAMES) and all(np.isnan(value) for value in found.values())


def test_a_shifted_voice_fits_the_pixels_of_the_mouth_better_elsewhere() -> None:
    both = planted.pair("lip_sync", seed=2)
    gains = [
        cues.read("lip_sync", cues.look(one.clip, faces=one.faces)).features["pixels_gain"]
        for one in (both.honest, both.planted)
    ]
    assert gains[0] < 0 < gains[1]


def noisy_footage(*, copy: tuple[int, int] | None) -> Footage:
    """A regular floor of tiles under fresh noise; a part of each frame is copied, this far down and right."""
    rng = np.random.default_rng(9)
    ys, xs = np.mgrid[:HIGH, :WIDE]
    floor = 110 + 30 * ((ys // 20 + xs // 20) % 2)
    frames = []
    for _ in range(12):
        frame = floor + rng.normal(0, 3.0, (HIGH, WIDE))
        if copy is not None:
            part = frame[20:70, 20:90].copy()
            frame[20 + copy[0] : 70 + copy[0], 20 + copy[1] : 90 + copy[1]] = part
        frames.append(np.clip(np.rint(frame), 0, 255).astype(np.uint8))
    return cues.look(Clip(np.repeat(np.stack(frames)[..., None], 3, axis=-1), 12.0))


def test_noise_that_occurs_twice_is_found_with_its_distance_and_tiles_are_not() -> None:
    honest, cloned = (of_copies(noisy_footage(copy=copy)) for copy in (None, (60, 80)))
    assert honest["copied"] < 3.5 < 4.5 < cloned["copied"]
    assert cloned["copied_px"] == pytest.approx(100, abs=1)  # 60 down and 80 to the right


def test_a_camera_that_stops_for_a_while_is_no_change_of_cameras() -> None:
    rng = np.random.default_rng(3)
    scene = 90 + 60 * (rng.random((HIGH, WIDE + 80)) > 0.5)  # sharp edges everywhere
    gatherer = Gatherer()
    for t in range(36):
        left = 4 * t if t < 12 else 48 if t < 24 else 48 + 2 * (t - 24)
        frame = scene[:, left % 80 : left % 80 + WIDE] + rng.normal(0, 3.0, (HIGH, WIDE))
        gatherer.add(np.repeat(np.clip(np.rint(frame), 0, 255).astype(np.uint8)[..., None], 3, axis=-1))
    stopped = gatherer.grain()
    assert stopped is not None
    spliced = of_grain(filmed(from_frame=24, then=2))
    assert of_grain(stopped)["pattern_break_ratio"] < 0.5 * spliced["pattern_break_ratio"]
