"""Fingerprints: copies stay near, other clips do not, and a search finds the one from the other."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.errors import FingerprintError
from medialit.media import Clip, degrade
from medialit.provenance.fingerprint import (
    BITS,
    N_WINDOWS,
    Fingerprint,
    Index,
    Match,
    Planes,
    fingerprint,
    mirrored,
    of_planes,
    planes,
)


def scene(
    seed: int, *, mover: int | None = None, size: tuple[int, int] = (160, 90), n_frames: int = 24
) -> Clip:
    """A smooth backdrop drawn by `seed`, and three bright discs that travel as `mover` says."""
    backdrop = np.random.default_rng(seed)
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]] / 90.0
    wave = sum(
        a * np.sin(2 * np.pi * (fx * xs + fy * ys) + p)
        for a, fx, fy, p in backdrop.uniform((10, 0.3, 0.3, 0), (30, 4, 4, 6), (10, 4))
    )
    moves = np.random.default_rng(seed if mover is None else mover)
    starts, steps = moves.uniform(0, 1, (3, 2)), moves.uniform(-0.04, 0.04, (3, 2))
    frames = np.empty((n_frames, size[1], size[0], 3), np.uint8)
    for t in range(n_frames):
        picture = 120 + np.asarray(wave)
        for start, step in zip(starts, steps, strict=True):
            x, y = (start + t * step) % 1.0 * (size[0] / 90.0, size[1] / 90.0)
            picture = np.where((xs - x) ** 2 + (ys - y) ** 2 < 0.02, 235, picture)
        frames[t] = np.clip(picture, 0, 255)[..., np.newaxis]
    return Clip(frames, 24.0)


kept = cache(fingerprint)


def nearest(query: Clip, *originals: Clip, limit: float = 0.4999) -> Match | None:
    index = Index(capacity=1)
    index.extend((str(number), kept(clip)) for number, clip in enumerate(originals))
    found = index.search(fingerprint(query), max_distance=limit)
    return found[0] if found else None


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return [scene(seed) for seed in range(12)]


COPIES = {
    "recompressed": lambda clip: degrade.recompress(clip, crf=35),
    "half as large": lambda clip: degrade.resize(clip, scale=0.5),
    "brighter": lambda clip: degrade.brightness(clip, shift=15),
    "less contrast": lambda clip: degrade.contrast(clip, factor=0.8),
    "as JPEGs": lambda clip: degrade.jpeg(clip, quality=50),
    "fewer frames": lambda clip: degrade.change_fps(clip, fps=12),
    "through a messenger": degrade.messenger,
    "mirrored": degrade.flip,
    "cropped to nine tenths": lambda clip: degrade.crop(clip, keep=0.9),
    "cropped to a corner": lambda clip: degrade.crop(clip, keep=0.75, anchor=(1, 0)),
    "cropped to half": lambda clip: degrade.crop(clip, keep=0.5),
}


@pytest.mark.parametrize("done", COPIES)
def test_a_copy_is_found_among_others_at_the_usual_limit(done: str, clips: list[Clip]) -> None:
    for number in (0, 5):
        found = nearest(COPIES[done](clips[number]), *clips, limit=0.15)
        assert found is not None and found.id == str(number)
        assert found.mirrored == (done == "mirrored")


def _nearest_crop(query: Clip, *originals: Clip, limit: float = 0.2) -> Match | None:
    index = Index(capacity=1)
    index.extend((str(number), kept(clip)) for number, clip in enumerate(originals))
    found = index.search_crop(planes(query), max_distance=limit)
    return found[0] if found else None


@pytest.mark.parametrize(("keep", "anchor"), [(0.9, (0.3, 0.8)), (0.75, (0.3, 0.8)), (0.8, (0.9, 0.2))])
def test_a_crop_from_anywhere_is_found_and_its_place_named(
    keep: float, anchor: tuple[float, float], clips: list[Clip]
) -> None:
    for number in (0, 7):
        match = _nearest_crop(degrade.crop(clips[number], keep=keep, anchor=anchor), *clips)
        assert match is not None and match.id == str(number)
        left, top, side = match.window
        assert abs(side - keep) < 0.04
        assert abs(left - (1 - keep) * anchor[0]) < 0.04 and abs(top - (1 - keep) * anchor[1]) < 0.04


def test_a_crop_of_another_clip_is_not_found(clips: list[Clip]) -> None:
    for number in range(4):
        stranger = degrade.crop(scene(100 + number), keep=0.8, anchor=(0.3, 0.8))
        assert _nearest_crop(stranger, *clips) is None


def test_planes_come_back_from_text_and_nothing_else_does(clips: list[Clip]) -> None:
    taken = planes(clips[0])
    again = Planes.from_text(taken.to_text())
    assert np.abs(again.mean - taken.mean).max() <= 1 / 512
    assert of_planes(taken) == fingerprint(clips[0])
    for text in ("", "AAAA", taken.to_text()[4:], "no base64!"):
        with pytest.raises(FingerprintError):
            Planes.from_text(text)


def test_the_part_that_was_kept_is_named(clips: list[Clip]) -> None:
    windows = {
        (0.0, 0.0, 1.0): clips[1],
        (0.25, 0.25, 0.5): degrade.crop(clips[1], keep=0.5),
        (0.25, 0.0, 0.75): degrade.crop(clips[1], keep=0.75, anchor=(1, 0)),
    }
    for window, query in windows.items():
        found = nearest(query, *clips)
        assert found is not None and found.window == pytest.approx(window)


def test_other_clips_are_not_found_at_the_usual_limit(clips: list[Clip]) -> None:
    strangers = [scene(1000 + seed) for seed in range(12)]
    assert [nearest(stranger, *clips, limit=0.15) for stranger in strangers] == [None] * 12


def test_other_motion_in_front_of_the_same_wall_is_another_clip(clips: list[Clip]) -> None:
    alike = [scene(seed, mover=500 + seed) for seed in range(12)]
    pictures = [
        _share(fingerprint(a).picture[0], fingerprint(b).picture[0])
        for a, b in zip(alike, clips, strict=True)
    ]
    assert np.mean(pictures) < 0.25, "the pictures alone are near"
    copies = [nearest(degrade.recompress(clip, crf=35), clip) for clip in clips]
    others = [nearest(a, b) for a, b in zip(alike, clips, strict=True)]
    assert max(c.distance for c in copies if c) < min(o.distance for o in others if o)


def _share(a: np.ndarray, b: np.ndarray) -> float:
    return int(np.bitwise_count(a ^ b).sum()) / BITS


def test_a_still_picture_is_compared_by_its_picture_only(clips: list[Clip]) -> None:
    still = Clip(clips[3].frames[12:13].copy(), 1.0)
    assert not fingerprint(still).moves and fingerprint(clips[3]).moves
    found = nearest(still, *clips)
    assert found is not None and found.id == "3"


def test_a_clip_that_stands_still_has_no_motion_to_compare() -> None:
    frozen = Clip(np.repeat(scene(4).frames[:1], 24, axis=0), 24.0)
    noisy = degrade.recompress(frozen, crf=40)
    assert not fingerprint(frozen).moves
    found = nearest(noisy, frozen)
    assert found is not None and found.distance < 0.1


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**31), size=st.tuples(st.integers(1, 80), st.integers(1, 80)), n=st.integers(1, 20)
)
def test_text_and_bytes_bring_a_fingerprint_back(seed: int, size: tuple[int, int], n: int) -> None:
    frames = np.random.default_rng(seed).integers(0, 256, (n, size[1], size[0], 3), dtype=np.uint8)
    one = fingerprint(Clip(frames, 10.0))
    assert Fingerprint.from_text(one.to_text()) == one == Fingerprint.from_bytes(one.to_bytes())
    assert hash(Fingerprint.from_text(one.to_text())) == hash(one)


@pytest.mark.parametrize("data", [b"", b"\x00" * 1024, b"\x02" + b"\x00" * 1024, b"\x00" * 1026])
def test_bytes_that_are_no_fingerprint_are_refused(data: bytes) -> None:
    with pytest.raises(FingerprintError, match="1025 bytes"):
        Fingerprint.from_bytes(data)


def test_text_that_is_no_fingerprint_is_refused() -> None:
    with pytest.raises(FingerprintError, match="base64"):
        Fingerprint.from_text("not a fingerprint!")


def test_mirroring_twice_changes_nothing_and_once_matches_the_mirror_image() -> None:
    clip = scene(8)
    one = fingerprint(clip)
    assert (mirrored(mirrored(one)).picture[0] == one.picture[0]).all()
    seen = fingerprint(degrade.flip(clip))
    assert _share(mirrored(one).picture[0], seen.picture[0]) < 0.15
    assert _share(mirrored(one).motion[0], seen.motion[0]) < 0.15


def test_bits_are_balanced() -> None:
    share = np.bitwise_count(fingerprint(scene(9)).picture).sum(axis=1) / BITS
    assert share == pytest.approx(np.full(N_WINDOWS, 0.5))


def test_an_index_grows_and_keeps_what_it_has() -> None:
    index, random = Index(capacity=2), np.random.default_rng(1)
    made = []
    for number in range(9):
        words = random.integers(0, 2**63, (2, N_WINDOWS, 4), dtype=np.uint64)
        made.append(Fingerprint(words[0], words[1], True))
        index.add(f"clip-{number}", made[-1])
    assert len(index) == 9
    for number, one in enumerate(made):
        found = index.search(one)
        assert [(m.id, m.distance, m.mirrored) for m in found] == [(f"clip-{number}", 0.0, False)]


def test_an_empty_index_finds_nothing() -> None:
    assert Index().search(fingerprint(scene(1))) == ()


def test_matches_come_nearest_first_and_no_more_than_asked(clips: list[Clip]) -> None:
    index = Index()
    index.extend(
        (name, fingerprint(clip)) for name, clip in (("b", clips[0]), ("a", clips[0]), ("c", clips[1]))
    )
    assert [m.id for m in index.search(fingerprint(clips[0]), limit=2)] == ["a", "b"]
    every = index.search(fingerprint(clips[0]), max_distance=0.4999)
    assert [m.distance for m in every] == sorted(m.distance for m in every)


@pytest.mark.parametrize("limit", [-0.1, 0.5, 1.0, float("nan")])
def test_a_limit_at_which_everything_matches_is_refused(limit: float) -> None:
    index = Index()
    index.add("one", fingerprint(scene(1)))
    with pytest.raises(FingerprintError, match="half of the bits"):
        index.search(fingerprint(scene(1)), max_distance=limit)
