"""What is real but odd is not called fake, and is what its name says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from medialit.errors import FakeError
from medialit.fakes import FACE_POINTS, ODD, FaceTrack, oddities, steadying
from medialit.media import Clip
from medialit.world import Scene, Thing, render

SCENE = Scene("medina", (Thing("car", "red", "roll_right"),), fps=8, duration_s=1, shake_m=0.05)


def clip(factor: int = 1) -> Clip:
    return render(SCENE, size=(64, 64), fps=8 * factor)


def test_every_oddity_says_that_it_is_none_of_the_fakes_and_has_no_region() -> None:
    made = [
        oddities.slow_motion(clip(2), factor=2, n_frames=8),
        oddities.rolling_shutter(clip(4), factor=4, strength=1),
        oddities.bad_light(clip(), strength=1, seed=1),
        oddities.compressed(clip(), strength=1),
        oddities.stabilised(clip(), strength=1),
        oddities.mirrored(clip()),
        oddities.uploaded(clip(), times=1),
    ]
    assert {fake.truth.method for fake in made} == set(ODD)
    for fake in made:
        assert not fake.truth.fake
        assert not fake.truth.region.any()
        assert (fake.clip.n_frames, fake.clip.fps, fake.clip.size) == (8, 8.0, (64, 64)), fake.truth.method


def test_nothing_of_an_oddity_is_no_oddity() -> None:
    for fake in (
        oddities.compressed(clip(), strength=0),
        oddities.stabilised(clip(), strength=0),
        oddities.uploaded(clip(), times=0),
    ):
        assert fake.clip == clip()
    still = oddities.rolling_shutter(clip(4), factor=4, strength=0)
    assert np.array_equal(still.clip.frames, clip(4).frames[::4])
    assert oddities.slow_motion(clip(), factor=1, n_frames=8).clip == clip()


def test_slow_motion_shows_the_frames_between_the_frames() -> None:
    slow = oddities.slow_motion(clip(2), factor=2, n_frames=8).clip
    assert np.array_equal(slow.frames[::2], clip().frames[:4])


def test_a_rolling_shutter_reads_each_row_later_than_the_one_above() -> None:
    frames = np.repeat(np.arange(16, dtype=np.uint8), 8 * 4 * 3).reshape(16, 8, 4, 3)
    rolled = oddities.rolling_shutter(Clip(frames, 16.0), factor=8, strength=1).clip
    assert rolled.frames[1, :, 0, 0].tolist() == [8, 9, 10, 11, 12, 13, 14, 15]


def test_bad_light_has_more_grain_than_good() -> None:
    grey = Clip(np.full((4, 32, 32, 3), 128, np.uint8), 8.0)
    noise = [oddities.bad_light(grey, strength=s, seed=1).clip.frames.std(axis=0).mean() for s in (0, 0.5, 1)]
    means = [oddities.bad_light(grey, strength=s, seed=1).clip.frames.mean() for s in (0, 0.5, 1)]
    assert noise[0] / means[0] < noise[1] / means[1] < noise[2] / means[2]


def test_a_stabilised_clip_shakes_less() -> None:
    rng = np.random.default_rng(2)
    ground = np.kron(rng.integers(0, 256, (16, 16, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    shake = rng.integers(-2, 3, (16, 2))
    frames = np.stack([ground[16 + y : 112 + y, 16 + x : 112 + x] for x, y in shake])
    steady = oddities.stabilised(Clip(frames, 12.0), strength=1).clip.frames

    def unrest(pictures: np.ndarray) -> float:
        return float(np.abs(np.diff(pictures[:, 16:-16, 16:-16].astype(int), axis=0)).mean())

    assert unrest(steady) < 0.6 * unrest(frames)


def dotted(*, at: tuple[float, float], n: int = 12) -> tuple[Clip, FaceTrack]:
    """A dark dot on a ground that shakes with it, and a face whose every point is the dot."""
    rng = np.random.default_rng(5)
    ground = np.kron(rng.integers(150, 256, (20, 24, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    shake = rng.integers(-3, 4, (n, 2))
    left, top = round(at[0]), round(at[1])
    ground[top + 16 : top + 19, left + 16 : left + 19] = 0
    frames = np.stack([ground[16 - y : 112 - y, 16 - x : 144 - x] for x, y in shake])
    points = np.array([left + 1.5, top + 1.5]) + shake
    return Clip(frames, 12.0), FaceTrack(np.repeat(points[:, None], len(FACE_POINTS), axis=1).astype(float))


def middle_of_the_dark(picture: np.ndarray) -> np.ndarray:
    weight = np.maximum(0, 70.0 - picture.mean(axis=-1))
    rows, columns = np.mgrid[: weight.shape[0], : weight.shape[1]] + 0.5
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()


@pytest.mark.parametrize("at", [(20, 15), (64, 48), (100, 80)])
@pytest.mark.parametrize("strength", [0.4, 1.0])
def test_landmarks_follow_the_stabiliser(at: tuple[int, int], strength: float) -> None:
    shaking, face = dotted(at=at)
    moved = steadying(shaking, strength=strength)
    steady = oddities.stabilised(shaking, strength=strength, by=moved).clip
    assert steady == oddities.stabilised(shaking, strength=strength).clip
    followed = moved.face(face, size=shaking.size)
    assert moved.mean_px > 0.5
    for t, picture in enumerate(steady.frames):
        assert middle_of_the_dark(picture) == pytest.approx(followed.at(t, "nose"), abs=0.25)


def test_masks_follow_the_stabiliser() -> None:
    shaking, _ = dotted(at=(90, 30))
    marked = shaking.frames.max(axis=-1) == 0
    moved = steadying(shaking, strength=1.0)
    steady = oddities.stabilised(shaking, strength=1.0, by=moved).clip.frames
    after = moved.masks(marked)
    assert after.shape == marked.shape
    for t in range(len(marked)):
        rows, columns = np.nonzero(after[t])
        assert [columns.mean() + 0.5, rows.mean() + 0.5] == pytest.approx(
            middle_of_the_dark(steady[t]), abs=0.6
        )


def test_a_stabiliser_that_does_nothing_moves_no_landmark_and_no_mask() -> None:
    shaking, face = dotted(at=(64, 48))
    still = steadying(shaking, strength=0)
    assert np.array_equal(still.face(face, size=shaking.size).points_px, face.points_px)
    marked = shaking.frames.max(axis=-1) == 0
    assert np.array_equal(still.masks(marked), marked)
    assert np.array_equal(still.frames(shaking), shaking.frames)


def test_a_size_that_the_transform_needs_no_padding_for_is_steadied_like_another() -> None:
    """OpenCV writes the windowed pictures over what it is given there: shake was measured in what the window left."""
    rng = np.random.default_rng(1)
    wall = cv2.GaussianBlur(rng.normal(size=(140, 220)).astype(np.float32), (0, 0), 2.5)
    wall = 128 + 30 * wall / wall.std()
    shake = np.cumsum(0.5 * rng.normal(size=(30, 2)), axis=0)
    frames = [
        cv2.warpAffine(
            wall, np.array([[1, 0, x - 14], [0, 1, y - 16]], np.float32), (192, 108), flags=cv2.INTER_CUBIC
        )
        for x, y in shake
    ]
    film = np.repeat(np.clip(np.stack(frames), 0, 255).astype(np.uint8)[..., None], 3, axis=-1)
    whole = steadying(Clip(film, 12.0), strength=1).moves_px
    smaller = steadying(Clip(np.ascontiguousarray(film[:, :106, :190]), 12.0), strength=1).moves_px
    assert np.abs(whole - smaller).max() < 0.2


def test_a_steadying_of_another_clip_is_refused() -> None:
    shaking, face = dotted(at=(64, 48))
    shorter = steadying(Clip(shaking.frames[:5], 12.0), strength=1)
    with pytest.raises(FakeError, match="5 frames"):
        shorter.face(face, size=shaking.size)


def test_two_mirrors_cancel() -> None:
    assert oddities.mirrored(oddities.mirrored(clip()).clip).clip == clip()


def test_stronger_compression_is_a_higher_crf_and_differs_more() -> None:
    made = [oddities.compressed(clip(), strength=s) for s in (0.1, 0.5, 1.0)]
    assert [fake.truth.magnitude for fake in made] == [25, 34, 44]
    levels = [np.abs(f.clip.frames.astype(int) - clip().frames).mean() for f in made]
    assert levels == sorted(levels)


@pytest.mark.parametrize(
    "way",
    [
        lambda: oddities.slow_motion(clip(), factor=9, n_frames=8),
        lambda: oddities.slow_motion(clip(), factor=2, n_frames=80),
        lambda: oddities.rolling_shutter(clip(), factor=1, strength=1),
        lambda: oddities.rolling_shutter(clip(), factor=64, strength=1),
        lambda: oddities.bad_light(clip(), strength=2, seed=1),
        lambda: oddities.compressed(clip(), strength=-1),
        lambda: oddities.stabilised(clip(), strength=1.5),
        lambda: oddities.uploaded(clip(), times=9),
    ],
)
def test_what_cannot_be_is_refused(way: object) -> None:
    with pytest.raises(FakeError):
        way()  # type: ignore[operator]
