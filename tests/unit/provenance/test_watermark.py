"""The watermark: what it survives, what it costs, and what it refuses to claim."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from medialit.errors import WatermarkError
from medialit.media import degrade
from medialit.media.clip import Clip
from medialit.provenance import _mark, _sync, _tile, watermark

KEY = "a key for the tests"
PAYLOAD = 0xFEED_C0DE_2026_1123


def pan(picture: NDArray[np.uint8], size: tuple[int, int], n: int) -> Clip:
    """A slow move over a photograph."""
    height, width = picture.shape[:2]
    h = min(height, width * size[1] / size[0]) * 0.85
    w = h * size[0] / size[1]
    frames = []
    for t in np.linspace(-0.5, 0.5, n):
        left, top = (width - w) * (0.5 + 0.5 * t), (height - h) * (0.5 + 0.3 * t)
        warp = np.array([[w / size[0], 0, left], [0, h / size[1], top]], np.float32)
        frames.append(cv2.warpAffine(picture, warp, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP))
    return Clip(np.stack(frames).astype(np.uint8), 24.0)


@pytest.fixture(scope="module")
def clip() -> Clip:
    return pan(np.asarray(skimage.data.astronaut()), (256, 256), 24)


@pytest.fixture(scope="module")
def marked(clip: Clip) -> Clip:
    return watermark.embed(clip, PAYLOAD, key=KEY)


def test_a_payload_comes_back(marked: Clip) -> None:
    found = watermark.detect(marked, key=KEY)
    assert found.payload == PAYLOAD
    assert found.p_value <= watermark.SIGNIFICANCE


ATTACKS = {
    "recompressed": lambda clip: degrade.recompress(clip, crf=28),
    "half the size": lambda clip: degrade.resize(clip, scale=0.5),
    "a third of the size": lambda clip: degrade.resize(clip, scale=0.33),
    "cropped to three quarters": lambda clip: degrade.crop(clip, keep=0.75, anchor=(0.2, 0.9)),
    "mirrored": lambda clip: degrade.flip(clip),
    "darker": lambda clip: degrade.brightness(clip, shift=-40),
    "more contrast": lambda clip: degrade.contrast(clip, factor=1.2),
    "as JPEG": lambda clip: degrade.jpeg(clip, quality=50),
    "every second frame": lambda clip: degrade.drop_frames(clip, every=2, gap="close"),
    "another rate": lambda clip: degrade.change_fps(clip, fps=15.0),
    "turned by two degrees": lambda clip: degrade.rotate(clip, degrees=2),
    "turned back by two degrees": lambda clip: degrade.rotate(clip, degrees=-2),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_payload_survives_being(name: str, marked: Clip) -> None:
    assert watermark.detect(ATTACKS[name](marked), key=KEY).payload == PAYLOAD


def test_a_small_panned_clip_is_read_after_hard_compression(marked: Clip) -> None:
    """The encoder drags the mark along with the picture; the first frame, which it codes by itself, saves it."""
    hard = degrade.recompress(marked, crf=35)
    assert watermark.detect(hard, key=KEY).payload == PAYLOAD
    assert watermark.detect(Clip(hard.frames[8:], hard.fps), key=KEY).payload is None


def test_the_first_frame_alone_is_read_where_compression_empties_the_others(marked: Clip) -> None:
    hard = degrade.recompress(marked, crf=35)
    first, later = (Clip(hard.frames[i : i + 1], 24.0) for i in (0, 12))
    assert watermark.detect(first, key=KEY).payload == PAYLOAD
    assert watermark.detect(later, key=KEY).payload is None


@pytest.mark.parametrize("luma", [0.0, 0.3, 0.8, 1.0])
def test_ink_keeps_to_its_strength_and_its_share_of_luma(luma: float) -> None:
    weights, whole = _mark.ink(2.5, luma=luma), _mark.ink(2.5, luma=1.0)
    assert np.sqrt((weights**2).mean()) <= 2.5 + 1e-9
    grey = np.array([0.299, 0.587, 0.114])
    assert weights @ grey == pytest.approx(luma * (whole @ grey), abs=2e-3)


def test_half_of_a_large_picture_is_enough() -> None:
    large = watermark.embed(pan(np.asarray(skimage.data.astronaut()), (640, 512), 12), PAYLOAD, key=KEY)
    half = degrade.crop(large, keep=0.5, anchor=(0.3, 0.6))
    assert watermark.detect(half, key=KEY).payload == PAYLOAD


def test_one_frame_of_a_large_picture_is_enough() -> None:
    large = watermark.embed(pan(np.asarray(skimage.data.astronaut()), (640, 512), 3), PAYLOAD, key=KEY)
    assert watermark.detect(degrade.screenshot(large), key=KEY).payload == PAYLOAD


def test_the_mark_costs_no_more_than_it_may(clip: Clip, marked: Clip) -> None:
    error = np.mean((clip.frames.astype(np.float64) - marked.frames) ** 2, axis=(1, 2, 3))
    assert 10 * np.log10(255**2 / error.mean()) >= 40.0
    assert (10 * np.log10(255**2 / error[1:])).min() >= 40.0
    assert 10 * np.log10(255**2 / error[0]) >= 35.5  # the first frame may have more of it
    similar = [_mark.ssim(*pair) for pair in zip(clip.frames, marked.frames, strict=True)]
    assert np.mean(similar) >= 0.98


def test_the_similarity_is_that_of_scikit_image(clip: Clip, marked: Clip) -> None:
    from skimage.metrics import structural_similarity

    grey = [cv2.cvtColor(one.frames[0], cv2.COLOR_RGB2GRAY).astype(float) for one in (clip, marked)]
    theirs = structural_similarity(
        *grey, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert _mark.ssim(clip.frames[0], marked.frames[0]) == pytest.approx(theirs, abs=2e-3)


def test_a_black_clip_is_marked_within_the_limits_or_not_at_all() -> None:
    black = Clip(np.zeros((2, 128, 160, 3), np.uint8), 24.0)
    marked = watermark.embed(black, PAYLOAD, key=KEY)
    assert np.mean([_mark.ssim(*pair) for pair in zip(black.frames, marked.frames, strict=True)]) >= 0.98


def test_another_key_finds_nothing(marked: Clip) -> None:
    for i in range(5):
        assert watermark.detect(marked, key=f"another key {i}").payload is None


def test_an_unmarked_clip_holds_nothing(clip: Clip) -> None:
    found = watermark.detect(clip, key=KEY)
    assert found.payload is None
    assert found.p_value > watermark.SIGNIFICANCE


def test_p_values_of_unmarked_pictures_keep_their_promise(clip: Clip) -> None:
    fields = _sync.make_fields(clip.frames[:1])
    p_values = [
        watermark.judge(watermark.measure(fields, _tile.layout(_tile.derive_key(f"null {i}")))).p_value
        for i in range(60)
    ]
    assert min(p_values) > watermark.SIGNIFICANCE
    assert (
        np.mean(np.array(p_values) <= 0.1) <= 0.3
    )  # 0.1 expected; more than 18 of 60 has a probability of 2e-6


def test_frames_in_a_stream_say_what_the_clip_says(marked: Clip) -> None:
    assert watermark.detect_frames(iter(marked.frames), key=KEY) == watermark.detect(marked, key=KEY)


def test_the_same_clip_is_marked_the_same_twice(clip: Clip, marked: Clip) -> None:
    assert watermark.embed(clip, PAYLOAD, key=KEY.encode()) == marked


def test_a_fainter_mark_costs_less_and_is_still_read(clip: Clip, marked: Clip) -> None:
    faint = watermark.embed(clip, PAYLOAD, key=KEY, psnr_db=44)
    error = np.mean((clip.frames.astype(np.float64) - faint.frames) ** 2)
    assert 10 * np.log10(255**2 / error) == pytest.approx(44, abs=0.4)
    assert watermark.detect(faint, key=KEY).payload == PAYLOAD


@pytest.mark.parametrize("psnr_db", [39.0, 61.0, float("nan")])
def test_a_mark_stronger_than_allowed_is_refused(clip: Clip, psnr_db: float) -> None:
    with pytest.raises(WatermarkError, match="PSNR"):
        watermark.embed(clip, 1, key=KEY, psnr_db=psnr_db)


def test_sound_size_and_rate_stay() -> None:
    sound = np.linspace(-1, 1, 800, dtype=np.float32)[:, np.newaxis]
    clip = Clip(np.full((3, 130, 200, 3), 120, np.uint8), 30.0, audio=sound, sample_rate=8000)
    marked = watermark.embed(clip, 1, key=KEY)
    assert (marked.frames.shape, marked.fps, marked.sample_rate) == (clip.frames.shape, 30.0, 8000)
    assert marked.audio is clip.audio


@pytest.mark.parametrize("payload", [0, 1, 2**64 - 1])
def test_the_extreme_payloads_work(clip: Clip, payload: int) -> None:
    still = Clip(clip.frames[:4], 24.0)
    assert watermark.detect(watermark.embed(still, payload, key=KEY), key=KEY).payload == payload


@pytest.mark.parametrize("payload", [-1, 2**64, True, 1.0, "7"])
def test_a_payload_that_does_not_fit_is_refused(clip: Clip, payload: object) -> None:
    with pytest.raises(WatermarkError, match="whole number"):
        watermark.embed(clip, payload, key=KEY)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["", b"", 7])
def test_an_empty_key_is_refused(clip: Clip, key: object) -> None:
    with pytest.raises(WatermarkError, match="key"):
        watermark.detect(clip, key=key)  # type: ignore[arg-type]


def test_small_frames_are_refused_in_words() -> None:
    small = Clip(np.zeros((2, 100, 300, 3), np.uint8), 24.0)
    with pytest.raises(WatermarkError, match="300 x 100"):
        watermark.embed(small, 1, key=KEY)
    assert watermark.detect(small, key=KEY).payload is None
    with pytest.raises(WatermarkError, match="300 x 40"):
        watermark.detect(Clip(small.frames[:, :40].copy(), 24.0), key=KEY)


def test_no_frames_and_frames_of_two_sizes_are_refused() -> None:
    with pytest.raises(WatermarkError, match="no frame"):
        watermark.detect_frames(iter(()), key=KEY)
    sizes = [np.zeros((128, 128, 3), np.uint8), np.zeros((128, 130, 3), np.uint8)]
    with pytest.raises(WatermarkError, match="change size"):
        watermark.detect_frames(iter(sizes), key=KEY)
