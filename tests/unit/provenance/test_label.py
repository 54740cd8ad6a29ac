"""The visible label: legible on anything, hard to crop away, off the faces."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from medialit.errors import LabelError
from medialit.media import Clip, degrade, text_mask
from medialit.provenance.label import (
    WORDS,
    Placement,
    alt_text,
    burn_label,
    clean_crop,
    contrast_ratio,
    end_card,
    plan_label,
    relative_luminance,
)

LANGUAGES = ("en", "fr", "ar", "zgh")


def clip_of(
    shade: int | tuple[int, int, int], *, seconds: float = 5.0, size: tuple[int, int] = (320, 180)
) -> Clip:
    frames = np.empty((max(1, round(seconds * 10)), size[1], size[0], 3), np.uint8)
    frames[...] = shade
    return Clip(frames, 10.0)


def changed(before: Clip, after: Clip) -> list[tuple[int, int, int, int]]:
    """The box of what is different, for each frame."""
    boxes = []
    for a, b in zip(before.frames, after.frames, strict=True):
        ys, xs = np.nonzero((a != b).any(axis=2))
        boxes.append((int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1))
    return boxes


def test_contrast_is_what_wcag_says_by_hand() -> None:
    grey, white = np.array([119, 119, 119], np.uint8), np.array([255, 255, 255], np.uint8)
    assert contrast_ratio(grey, white) == pytest.approx(4.48, abs=0.005)  # the well-known #777777
    assert relative_luminance(np.array([255, 0, 0], np.uint8)) == pytest.approx(0.2126)


@pytest.mark.parametrize("lang", LANGUAGES)
@settings(max_examples=25, deadline=None)
@given(picture=arrays.arrays(np.uint8, (4, 6, 3)), noise=st.booleans())
def test_letters_stand_out_from_their_ground_on_any_frame(
    lang: str, picture: np.ndarray, noise: bool
) -> None:
    tiled = np.kron(picture, np.ones((45, 54, 1), np.uint8))
    if noise:
        tiled = np.random.default_rng(0).integers(0, 256, tiled.shape, dtype=np.uint8)
    clip = Clip(np.ascontiguousarray(tiled[np.newaxis]), 1.0)
    labelled = burn_label(clip, lang=lang)
    mask = text_mask(WORDS[lang]["generated"], size_px=9, lang=lang)
    assert labelled.size == (324, 180)
    for left, top, right, bottom in {p.box for p in plan_label(clip, _label_size(lang, mask))}:
        region = labelled.frames[0, int(top) : int(bottom), int(left) : int(right)]
        inside = region[2:-2, 4:-4]
        ink = text_mask(WORDS[lang]["generated"], size_px=9, lang=lang)
        solid, ground = inside[ink >= 170], inside[ink == 0]
        assert solid.size and ground.size
        darkest_ink = relative_luminance(solid).min()
        brightest_ground = relative_luminance(ground).max()
        assert (darkest_ink + 0.05) / (brightest_ground + 0.05) >= 4.5


def _label_size(lang: str, mask: np.ndarray) -> tuple[int, int]:
    return mask.shape[1] + 8, mask.shape[0] + 4


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (256, 256), (1280, 720)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_crop_that_keeps_a_quarter_of_the_picture_is_free_of_it(lang: str, size: tuple[int, int]) -> None:
    clip = clip_of(128, size=size, seconds=5.0 if size[0] < 1000 else 2.4)
    boxes = changed(clip, burn_label(clip, lang=lang))
    placements = [Placement(i, i + 1, box) for i, box in enumerate(boxes)]
    assert clean_crop(placements, size) < 0.25


def test_the_largest_clean_crop_is_found_by_hand() -> None:
    size = (100, 50)
    assert clean_crop([], size) == 1.0
    corner = Placement(0, 1, (0, 0, 20, 10))
    assert clean_crop([corner], size) == pytest.approx(
        0.8
    )  # all but a strip of ten rows, or of twenty columns
    middle = Placement(0, 1, (40, 20, 60, 30))
    assert clean_crop([middle], size) == pytest.approx(0.4)
    assert clean_crop([corner, middle], size) == pytest.approx(0.4)


def test_one_fixed_corner_would_not_do() -> None:
    """The same measure on an ordinary corner label, which a crop removes at a tenth of the picture."""
    assert clean_crop([Placement(0, 50, (10, 160, 100, 175))], (320, 180)) > 0.85


@settings(max_examples=30, deadline=None)
@given(left=st.floats(0, 0.7), top=st.floats(0, 0.6), seconds=st.floats(0.1, 6))
def test_a_face_is_never_covered(left: float, top: float, seconds: float) -> None:
    clip = clip_of(90, seconds=seconds)
    face = (left * 320, top * 180, left * 320 + 80, top * 180 + 70)
    moving = [[(face[0] + i, face[1], face[2] + i, face[3])] for i in range(clip.n_frames)]
    labelled = burn_label(clip, lang="fr", faces=moving)
    assert all((a != b).any() for a, b in zip(clip.frames, labelled.frames, strict=True))
    for before, after, boxes in zip(clip.frames, labelled.frames, moving, strict=True):
        x0, y0, x1, y1 = (max(0, round(edge)) for edge in boxes[0])
        assert (before[y0:y1, x0:x1] == after[y0:y1, x0:x1]).all()


def test_faces_that_fill_the_frame_are_refused_with_a_way_out() -> None:
    clip = clip_of(90)
    with pytest.raises(LabelError, match="end card"):
        burn_label(clip, lang="en", faces=[[(0, 0, 320, 180)]] * clip.n_frames)


def test_face_boxes_are_wanted_for_each_frame() -> None:
    with pytest.raises(LabelError, match="50, not 1"):
        burn_label(clip_of(90), lang="en", faces=[[]])


@pytest.mark.parametrize("n_frames", [1, 2, 5, 9, 31])
def test_every_frame_of_a_short_clip_has_a_label(n_frames: int) -> None:
    clip = clip_of(60, seconds=n_frames / 10)
    labelled = burn_label(clip, lang="zgh")
    assert len(changed(clip, labelled)) == n_frames


def test_a_still_picture_has_all_the_labels_at_once() -> None:
    clip = clip_of(60, seconds=0.1)
    size = (90, 20)
    assert len({placement.box for placement in plan_label(clip, size)}) == 6
    assert clean_crop(plan_label(clip, size), clip.size) < 0.25


def test_labels_differ_between_languages_and_kinds() -> None:
    clip = clip_of(60, seconds=0.1)
    pictures = {
        burn_label(clip, lang=lang, kind=kind).sha256
        for lang in LANGUAGES
        for kind in ("generated", "edited")
    }
    assert len(pictures) == 8


def test_what_is_around_the_label_stays_as_it_was() -> None:
    clip = Clip(np.random.default_rng(5).integers(0, 256, (20, 180, 320, 3), dtype=np.uint8), 10.0)
    labelled = burn_label(clip, lang="en")
    share = (clip.frames != labelled.frames).any(axis=3).mean()
    assert 0.01 < share < 0.2


def test_the_label_can_still_be_read_after_a_messenger() -> None:
    clip = clip_of((240, 235, 220), seconds=4.8, size=(640, 360))
    labelled = burn_label(clip, lang="ar")
    sent = degrade.messenger(labelled)
    box = changed(clip, labelled)[0]
    x0, y0, x1, y1 = (int(edge * 0.66) for edge in box)
    levels = relative_luminance(sent.frames[0, y0 + 2 : y1 - 2, x0 + 2 : x1 - 2])
    assert (levels.max() + 0.05) / (np.median(levels) + 0.05) >= 4.5


@pytest.mark.parametrize("size", [(48, 48), (64, 40)])
def test_a_frame_that_is_too_small_says_so(size: tuple[int, int]) -> None:
    with pytest.raises(LabelError, match="not legible"):
        burn_label(clip_of(0, size=size), lang="ar")


def test_a_language_without_words_says_which_there_are() -> None:
    with pytest.raises(LabelError, match="en, fr, ar, zgh"):
        burn_label(clip_of(0), lang="de")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_end_card_follows_the_clip_and_keeps_its_sound_in_step(lang: str) -> None:
    silent = clip_of(200, seconds=1.0)
    clip = Clip(silent.frames, 10.0, audio=np.ones((8000, 1), np.float32), sample_rate=8000)
    carded = end_card(clip, lines=["medialit", "طائرة" if lang == "ar" else "kite"], lang=lang, seconds=1.5)
    assert carded.n_frames == 25 and carded.audio is not None
    assert (carded.frames[:10] == clip.frames).all() and carded.audio.shape == (20000, 1)
    assert not carded.audio[8000:].any()
    card = carded.frames[-1]
    assert card.max() == 255 and 0.5 < (card == 0).mean() < 0.99
    rows = np.flatnonzero(card.any(axis=(1, 2)))
    assert abs((rows[0] + rows[-1]) / 2 - 90) < 20


def test_long_words_on_an_end_card_are_wrapped_or_refused() -> None:
    clip = clip_of(200, seconds=0.5)
    prompt = "a red kite over a market in the old town while two children run after it and laugh"
    card = end_card(clip, lines=[prompt], lang="en").frames[-1]
    assert not card[:, :5].any() and not card[:, -5:].any()
    with pytest.raises(LabelError, match="do not fit"):
        end_card(clip, lines=["word " * 400], lang="en")


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_an_end_card_of_no_length_is_refused(seconds: float) -> None:
    with pytest.raises(LabelError, match="more than 0 seconds"):
        end_card(clip_of(0), lines=[], lang="en", seconds=seconds)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_alt_text_says_ai_and_keeps_the_description(lang: str) -> None:
    text = alt_text(" {a} red kite ", lang=lang, kind="edited")
    assert text.endswith("{a} red kite") and text != alt_text(" {a} red kite ", lang=lang)


def test_no_letter_of_a_label_is_missing_from_the_font() -> None:
    from matplotlib import get_data_path
    from PIL import ImageFont

    font = ImageFont.truetype(str(Path(get_data_path()) / "fonts/ttf/DejaVuSans.ttf"), 20)
    missing = bytes(font.getmask("\U000fffff"))
    for words in WORDS.values():
        for text in words.values():
            assert all(bytes(font.getmask(letter)) != missing for letter in text if letter.strip())
