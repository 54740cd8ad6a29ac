"""What holds of every fake, and what each method does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from medialit import fakes
from medialit.errors import FakeError
from medialit.fakes import FACE_POINTS, FaceTrack, Fake
from medialit.fakes.records import require_strength
from medialit.media import Clip
from medialit.world import VIOLATIONS, scene_for

N, H, W = 12, 48, 64


def picture(seed: int, *, n: int = N, shift: int = 1, grain: float = 3) -> Clip:
    """A textured ground that moves, so that every frame and every place differs from every other."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(0, 256, (H, W + shift * n, 3)).astype(np.float32)
    smooth = (ground + np.roll(ground, 1, 0) + np.roll(ground, 1, 1) + np.roll(ground, 2, 1)) / 4
    frames = np.stack([smooth[:, shift * t : shift * t + W] for t in range(n)])
    frames = np.clip(frames + rng.normal(0, grain, frames.shape), 0, 255)
    sound = rng.uniform(-0.5, 0.5, (n * 800, 1)).astype(np.float32)
    return Clip(frames.astype(np.uint8), 12.0, audio=sound, sample_rate=9600)


def disc(*, n: int = N) -> np.ndarray:
    y, x = np.mgrid[0:H, 0:W]
    one = (x - 24) ** 2 + (y - 22) ** 2 < 9**2
    return np.broadcast_to(one, (n, H, W)).copy()


def face(*, n: int = N, x: float = 32.0, y: float = 24.0, scale: float = 1.0) -> FaceTrack:
    at = {
        "left_eye": (-7, -5), "left_eye_outer": (-10, -5), "left_eye_inner": (-4, -5), "right_eye": (7, -5),
        "right_eye_inner": (4, -5), "right_eye_outer": (10, -5), "left_brow": (-7, -9), "right_brow": (7, -9),
        "nose": (0, 1), "mouth_left": (-5, 7), "mouth_right": (5, 7), "mouth_top": (0, 6), "mouth_bottom": (0, 8),
        "chin": (0, 14),
    }  # fmt: skip
    points = np.array([at[name] for name in FACE_POINTS], float) * scale + (x, y)
    return FaceTrack(np.broadcast_to(points, (n, *points.shape)).copy())


CLIP, OTHER = picture(1), picture(2)
METHODS: dict[str, Callable[..., Fake]] = {
    "swap": lambda s, seed: fakes.swap_face(CLIP, face(), donor=OTHER, donor_face=face(x=30), strength=s),
    "mouth": lambda s, seed: fakes.reenact_mouth(CLIP, face(), donor=OTHER, donor_face=face(), strength=s),
    "splice": lambda s, seed: fakes.splice(CLIP, OTHER, strength=s, seed=seed),
    "remove": lambda s, seed: fakes.remove_object(CLIP, disc(), strength=s),
    "insert": lambda s, seed: fakes.insert_object(CLIP, OTHER, disc(), strength=s),
    "clone": lambda s, seed: fakes.clone(CLIP, disc(), strength=s, seed=seed),
    "retime": lambda s, seed: fakes.retime(CLIP, strength=s, seed=seed),
    "interpolate": lambda s, seed: fakes.interpolate(CLIP, strength=s, seed=seed),
    "duplicate": lambda s, seed: fakes.duplicate(CLIP, strength=s, seed=seed),
    "regenerate": lambda s, seed: fakes.regenerate(CLIP, through=lambda clip: OTHER, strength=s),
    "lip_offset": lambda s, seed: fakes.offset_audio(CLIP, strength=s, seed=seed),
}
ALL = pytest.mark.parametrize("name", list(METHODS))
SEEN = pytest.mark.parametrize("name", [name for name in METHODS if name != "lip_offset"])


def level(fake: fakes.Fake) -> float:
    return float(np.abs(fake.clip.frames.astype(int) - CLIP.frames).mean())


@ALL
def test_strength_nought_changes_nothing(name: str) -> None:
    fake = METHODS[name](0.0, 3)
    assert fake.clip == CLIP
    assert not fake.truth.region.any()
    assert fake.truth.first_s is None


@ALL
def test_the_same_arguments_make_the_same_fake(name: str) -> None:
    one, two = METHODS[name](0.7, 5), METHODS[name](0.7, 5)
    assert one.clip == two.clip
    assert np.array_equal(one.truth.region, two.truth.region)


@SEEN
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_pixels_differ_within_the_region_only_and_nearly_everywhere_in_it(name: str, strength: float) -> None:
    fake = METHODS[name](strength, 4)
    differs = (fake.clip.frames != CLIP.frames).any(axis=-1)
    assert not (differs & ~fake.truth.region).any()
    assert differs[fake.truth.region].mean() > 0.6


@SEEN
def test_the_frames_outside_the_times_are_untouched(name: str) -> None:
    fake = METHODS[name](0.6, 4)
    first, last = fake.truth.first_frame, fake.truth.last_frame
    assert first is not None
    assert last is not None
    assert np.array_equal(fake.clip.frames[:first], CLIP.frames[:first])
    assert np.array_equal(fake.clip.frames[last + 1 :], CLIP.frames[last + 1 :])
    assert fake.truth.first_s == pytest.approx(first / 12)
    assert fake.truth.last_s == pytest.approx((last + 1) / 12)


@SEEN
def test_more_strength_differs_more(name: str) -> None:
    levels = [level(METHODS[name](s, 4)) for s in (0.0, 0.25, 0.5, 1.0)]
    assert levels == sorted(levels)
    assert levels[-1] > levels[1] > 0


@ALL
@pytest.mark.parametrize("strength", [-0.1, 1.01, float("nan")])
def test_a_strength_outside_nought_to_one_is_refused(name: str, strength: float) -> None:
    with pytest.raises(FakeError, match="strength"):
        METHODS[name](strength, 1)


@ALL
def test_the_size_the_rate_and_the_length_stay(name: str) -> None:
    made = METHODS[name](1.0, 2).clip
    assert (made.frames.shape, made.fps, made.sample_rate) == (CLIP.frames.shape, 12.0, 9600)
    assert made.audio is not None
    assert made.audio.shape == CLIP.audio.shape


def test_a_fake_is_called_one_of_the_methods() -> None:
    assert {METHODS[name](1.0, 1).truth.method for name in METHODS} <= set(fakes.METHODS)


def test_a_lip_offset_moves_the_sound_by_its_magnitude_and_no_pixel() -> None:
    fake = METHODS["lip_offset"](0.5, 3)
    n = round(fake.truth.magnitude * 9600)
    assert abs(n) == pytest.approx(0.3 * 9600, abs=1)
    assert np.array_equal(fake.clip.audio, np.roll(CLIP.audio, n, axis=0))
    assert np.array_equal(fake.clip.frames, CLIP.frames)
    assert not fake.truth.region.any()
    assert (fake.truth.first_s, fake.truth.last_s) == (0.0, 1.0)


def test_a_silent_clip_has_no_sound_to_move() -> None:
    with pytest.raises(FakeError, match="no sound"):
        fakes.offset_audio(Clip(CLIP.frames, 12.0), strength=1, seed=1)


def test_a_splice_shows_the_other_take_between_two_cuts() -> None:
    fake = METHODS["splice"](0.5, 9)
    first, last = fake.truth.first_frame, fake.truth.last_frame
    assert 0 < first <= last < 11
    assert last - first + 1 == fake.truth.magnitude == 3
    assert np.array_equal(fake.clip.frames[first : last + 1], OTHER.frames[first : last + 1])


def test_a_duplicate_shows_an_earlier_stretch_again() -> None:
    fake = METHODS["duplicate"](1.0, 6)
    first, n = fake.truth.first_frame, int(fake.truth.magnitude)
    assert np.array_equal(fake.clip.frames[first : first + n], CLIP.frames[first - n : first])


def test_interpolation_replaces_the_same_frames_and_more() -> None:
    some, all_of_them = (METHODS["interpolate"](s, 8).truth.region.any(axis=(1, 2)) for s in (0.4, 1.0))
    assert (some <= all_of_them).all()
    assert all_of_them.sum() == 5


def test_a_re_timed_clip_begins_and_ends_as_it_did_and_is_faster_in_between() -> None:
    fake = METHODS["retime"](1.0, 2)
    assert fake.truth.magnitude == 2
    for end in (0, -1):
        assert np.array_equal(fake.clip.frames[end], CLIP.frames[end])


def test_a_frame_in_between_a_shift_is_half_the_shift() -> None:
    clip = picture(7, shift=2, grain=0)
    between = fakes.in_between(clip.frames[0], clip.frames[1], 0.5)
    truth = np.array(clip.frames[0])[:, 1:]
    error = np.abs(between[6:-6, 8:-9].astype(int) - truth[6:-6, 8:-8]).mean()
    shown_before = np.abs(clip.frames[0][6:-6, 8:-9].astype(int) - truth[6:-6, 8:-8]).mean()
    assert error < 0.5 * shown_before


def test_what_is_removed_from_before_a_ground_that_is_known_leaves_that_ground() -> None:
    ground = np.array(CLIP.frames[0])
    frames = np.broadcast_to(ground, (8, *ground.shape)).copy()
    masks = np.zeros(frames.shape[:3], bool)
    for t in range(8):
        masks[t, 10:18, 4 + 6 * t : 10 + 6 * t] = True
    frames[masks] = 255
    fake = fakes.remove_object(Clip(frames, 12.0), masks, strength=1.0)
    assert np.abs(fake.clip.frames.astype(int) - ground).max() <= 1


def test_a_copy_is_the_thing_itself_at_the_distance_that_the_truth_says() -> None:
    fake = METHODS["clone"](1.0, 3)
    y, x = (round(float(v.mean())) for v in np.nonzero(fake.truth.region[0]))
    assert fake.truth.magnitude > 8
    inside = fake.clip.frames[0, y - 2 : y + 3, x - 2 : x + 3]
    thing = CLIP.frames[0]
    found = [
        (dy, dx)
        for dy in range(H - 5)
        for dx in range(W - 5)
        if np.array_equal(thing[dy : dy + 5, dx : dx + 5], inside)
    ]
    assert found


def test_a_swap_carries_the_donors_landmarks_onto_the_targets() -> None:
    n = 3
    target = Clip(np.full((n, 96, 96, 3), 120, np.uint8), 12.0)
    marked = np.full((n, 96, 96, 3), 120, np.uint8)
    there = face(n=n, x=40, y=44, scale=1.6)
    here = face(n=n, x=52, y=48, scale=1.8)
    spot = there.at(0, "nose")
    marked[:, int(spot[1]) - 1 : int(spot[1]) + 2, int(spot[0]) - 1 : int(spot[0]) + 2] = 20
    fake = fakes.swap_face(target, here, donor=Clip(marked, 12.0), donor_face=there, strength=1.0)
    dark = np.argwhere(fake.clip.frames[0, ..., 0] < fake.clip.frames[0, ..., 0].max() - 5)
    assert np.hypot(*(dark.mean(axis=0)[::-1] + 0.5 - here.at(0, "nose"))) < 2.0


def test_a_mouth_changes_below_the_nose_only() -> None:
    region = METHODS["mouth"](1.0, 1).truth.region
    assert region.any()
    assert np.nonzero(region)[1].min() > face().at(0, "left_eye")[1]


def test_a_mirrored_track_follows_the_mirrored_clip() -> None:
    track = face(x=20)
    turned = track.mirrored(width=W)
    assert turned.at(0, "left_eye_outer")[0] == pytest.approx(W - track.at(0, "right_eye_outer")[0])
    assert np.array_equal(turned.mirrored(width=W).points_px, track.points_px)


def test_landmarks_of_another_length_or_too_small_are_refused() -> None:
    with pytest.raises(FakeError, match="as many frames"):
        fakes.swap_face(CLIP, face(n=2), donor=OTHER, donor_face=face(), strength=1)
    with pytest.raises(FakeError, match="too small"):
        fakes.swap_face(CLIP, face(scale=0.3), donor=OTHER, donor_face=face(), strength=1)
    with pytest.raises(FakeError, match="finite points"):
        fakes.FaceTrack(np.zeros((3, 5, 2)))
    with pytest.raises(FakeError, match="outside"):
        fakes.swap_face(CLIP, face(x=400), donor=OTHER, donor_face=face(), strength=1)


@pytest.mark.parametrize(
    ("what", "shape"),
    [("splice", (12, 48, 60, 3)), ("insert", (11, 48, 64, 3)), ("regenerate", (12, 40, 64, 3))],
)
def test_clips_that_do_not_match_are_refused(what: str, shape: tuple[int, ...]) -> None:
    other = Clip(np.zeros(shape, np.uint8), 12.0)
    ways = {
        "splice": lambda: fakes.splice(CLIP, other, strength=1, seed=1),
        "insert": lambda: fakes.insert_object(CLIP, other, disc(), strength=1),
        "regenerate": lambda: fakes.regenerate(CLIP, through=lambda _: other, strength=1),
    }
    with pytest.raises(FakeError, match="same size"):
        ways[what]()


def test_masks_of_another_shape_or_without_a_pixel_are_refused() -> None:
    for masks in (disc(n=3), disc().astype(np.uint8), np.zeros((12, 48, 64), bool)):
        with pytest.raises(FakeError, match=r"[Mm]ask"):
            fakes.remove_object(CLIP, masks, strength=1)


@pytest.mark.parametrize("n", [1, 2])
def test_a_clip_that_is_too_short_is_refused(n: int) -> None:
    short = Clip(CLIP.frames[:n], 12.0)
    for way in (fakes.retime, fakes.interpolate, fakes.duplicate):
        with pytest.raises(FakeError, match="at least"):
            way(short, strength=1, seed=1)
    with pytest.raises(FakeError, match="at least"):
        fakes.splice(short, short, strength=1, seed=1)


def test_the_smallest_clips_go_through_every_method_of_time() -> None:
    tiny = Clip(np.arange(4 * 2 * 2 * 3, dtype=np.uint8).reshape(4, 2, 2, 3), 12.0)
    for way in (fakes.retime, fakes.interpolate, fakes.duplicate):
        assert way(tiny, strength=1, seed=1).clip.frames.shape == tiny.frames.shape


def test_there_is_no_room_for_a_copy_of_everything() -> None:
    tiny = Clip(np.zeros((4, 3, 3, 3), np.uint8), 12.0)
    with pytest.raises(FakeError, match="no room"):
        fakes.clone(tiny, np.ones((4, 3, 3), bool), strength=1, seed=1)


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_violation_differs_from_the_honest_scene_within_its_region(violation: str) -> None:
    scene = scene_for(violation, seed=3, fps=8)
    honest = fakes.violate(scene, violation=violation, strength=0, seed=1, size=(48, 48))
    broken = fakes.violate(scene, violation=violation, strength=1, seed=1, size=(48, 48))
    assert not honest.truth.region.any()
    assert broken.truth.region.any()
    beyond = np.abs(broken.clip.frames.astype(int) - honest.clip.frames).max(axis=-1)[~broken.truth.region]
    assert beyond.max() <= 3


def test_a_synthetic_clip_is_fake_everywhere() -> None:
    truth = fakes.synthetic(CLIP, generator="v2").truth
    assert truth.region.all()
    assert (truth.strength, truth.first_frame, truth.last_frame) == (1.0, 0, 11)


def test_a_voice_of_nobody_is_loud_pauses_and_is_the_same_again() -> None:
    voice = fakes.babble(duration_s=2, sample_rate=16_000, seed=4)
    assert voice.shape == (32_000, 1)
    assert np.array_equal(voice, fakes.babble(duration_s=2, sample_rate=16_000, seed=4))
    assert np.abs(voice).max() == pytest.approx(0.6)
    assert np.sqrt((voice.reshape(40, -1) ** 2).mean(axis=1)).min() < 0.02
    with pytest.raises(FakeError, match="voice"):
        fakes.babble(duration_s=0, sample_rate=16_000, seed=4)


def test_a_strength_is_required_to_be_a_share() -> None:
    require_strength(0)
    require_strength(1)
