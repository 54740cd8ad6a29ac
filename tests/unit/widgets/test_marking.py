"""A watermark inside a notebook: what an attack leaves of a clip and of its mark."""

from __future__ import annotations

import math

import numpy as np
import pytest

from medialit.media import Clip
from medialit.provenance import watermark
from medialit.widgets.marking import (
    ATTACKS,
    MOVED,
    AttackWidget,
    attack,
    bits_that_differ,
    psnr_db,
    side_by_side,
)

PAYLOAD = 0xC0FFEE


@pytest.fixture(scope="module")
def plain() -> Clip:
    noise = np.random.default_rng(5).integers(110, 125, (1, 32, 32, 3), np.uint8)
    return Clip(noise.repeat(8, axis=1).repeat(8, axis=2).repeat(4, axis=0), 24.0)


@pytest.fixture(scope="module")
def marked(plain: Clip) -> Clip:
    return watermark.embed(plain, PAYLOAD, key="our class")


def test_psnr_is_infinite_for_the_same_and_as_its_definition_says(plain: Clip) -> None:
    other = plain.with_frames(plain.frames + np.uint8(5))
    assert psnr_db(plain, plain) == math.inf
    assert psnr_db(plain, other) == pytest.approx(20 * math.log10(255 / 5))
    assert psnr_db(plain, other) == psnr_db(other, plain)


def test_the_mark_costs_no_more_than_the_library_promises(plain: Clip, marked: Clip) -> None:
    assert psnr_db(plain, marked) > 40


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_leaves_a_clip_with_a_quality_and_an_answer(marked: Clip, name: str) -> None:
    one = attack(marked, name, key="our class")
    assert (one.psnr_db is None) == (name in MOVED)
    assert one.detection.payload in (PAYLOAD, None)
    assert one.detection.payload == (PAYLOAD if one.detection.p_value <= watermark.SIGNIFICANCE else None)


def test_everyday_attacks_leave_the_mark_and_losing_the_detail_takes_it(marked: Clip) -> None:
    for name in ("nothing", "brighter", "jpeg-50", "mirror"):
        assert attack(marked, name, key="our class").detection.payload == PAYLOAD, name
    assert attack(marked, "tenth", key="our class").detection.payload is None


def test_another_key_finds_nothing(marked: Clip) -> None:
    assert attack(marked, "nothing", key="another class").detection.payload is None


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_widget_says_what_is_left(marked: Clip, lang: str) -> None:
    widget = AttackWidget(marked, key="our class", lang=lang)
    assert f"{PAYLOAD:016x}" in widget._shown.value
    assert f'dir="{"rtl" if lang == "ar" else "ltr"}"' in widget._shown.value
    widget._choice.value = "tenth"
    assert widget.outcome.detection.payload is None
    assert f"{PAYLOAD:016x}" not in widget._shown.value


def test_three_pictures_show_the_mark(plain: Clip, marked: Clip) -> None:
    assert side_by_side(plain, marked, lang="fr").data.count("<img ") == 3


def test_a_copy_has_nearly_the_same_bits_and_another_clip_about_half() -> None:
    blocks = (
        np.random.default_rng(5)
        .integers(0, 256, (2, 8, 8, 3), np.uint8)
        .repeat(32, axis=1)
        .repeat(32, axis=2)
    )
    one, other = (Clip(frame[np.newaxis].repeat(4, axis=0), 24.0) for frame in blocks)
    assert bits_that_differ(one, one) == 0
    assert bits_that_differ(one, watermark.embed(one, PAYLOAD, key="our class")) < 0.15
    assert bits_that_differ(one, other) > 0.35
