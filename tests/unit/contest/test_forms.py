"""Three forms: apart in clips and sources, alike in what is known of their difficulty."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.contest.conftest import TINY, entries

from medialit.contest import QUICK, STANDARD, Item, draw
from medialit.contest.design import Block, Design
from medialit.contest.forms import NEEDS_SOUND
from medialit.contest.records import BLOCKS, FORMS
from medialit.errors import ContestError

HELD = entries()
TRUTH = {entry.id: entry.truth for entry in HELD}


@pytest.fixture(scope="module")
def items() -> tuple[Item, ...]:
    return draw(HELD, seed=1)


def test_no_clip_no_twin_and_no_source_is_in_two_forms(items: tuple[Item, ...]) -> None:
    clips = [item.clip for item in items]
    assert len(set(clips)) == len(clips) == 3 * STANDARD.n
    pairs = {clip: min(clip, str(TRUTH[clip]["twin"])) for clip in clips}
    assert len(set(pairs.values())) == len(clips)
    sources = {form: {s for item in items if item.form == form for s in item.sources} for form in FORMS}
    assert all(sources.values())
    assert (
        not sources["a"] & sources["b"]
        and not sources["a"] & sources["c"]
        and not sources["b"] & sources["c"]
    )


def test_every_form_has_at_least_half_camera_clips_and_one_block_of_75_to_90_percent(
    items: tuple[Item, ...],
) -> None:
    for form in FORMS:
        here = [item for item in items if item.form == form]
        assert sum(not item.synthetic for item in here) >= len(here) / 2
        rare = [item for item in here if item.block == "rare"]
        assert 0.75 <= sum(not item.synthetic for item in rare) / len(rare) <= 0.90
        assert all(any(item.block == block for item in here) for block in BLOCKS)


def test_some_camera_clips_of_every_block_are_odd(items: tuple[Item, ...]) -> None:
    odd = Counter((item.form, item.block) for item in items if item.odd is not None and not item.synthetic)
    assert all(odd[form, block.name] >= block.n_odd > 0 for form in FORMS for block in STANDARD.blocks)


def test_each_form_has_a_kind_of_fakes_that_no_other_has(items: tuple[Item, ...]) -> None:
    kinds = {form: {item.method for item in items if item.form == form and item.synthetic} for form in FORMS}
    own = {form: {item.method for item in items if item.form == form and item.unseen} for form in FORMS}
    for form in FORMS:
        assert len(own[form]) == 1
        assert not any(own[form] & kinds[other] for other in FORMS if other != form)


def test_forms_have_the_same_kinds_of_common_fakes_in_the_same_blocks(items: tuple[Item, ...]) -> None:
    common = [
        Counter(
            (item.block, item.method)
            for item in items
            if item.form == form and item.synthetic and not item.unseen
        )
        for form in FORMS
    ]
    assert common[0] == common[1] == common[2]


def test_forms_are_nearer_in_hardness_than_chance_draws_are() -> None:
    def spread(drawn: tuple[Item, ...]) -> float:
        means = [
            np.mean([i.hardness for i in drawn if i.form == form and i.synthetic and not i.unseen])
            for form in FORMS
        ]
        return float(max(means) - min(means))

    matched = [draw(HELD, seed=seed) for seed in range(1, 5)]
    rng = np.random.default_rng(1)
    strengths = [1 - float(e.truth["strength"]) for e in HELD if e.synthetic]
    chance = [
        float(np.ptp(rng.choice(strengths, 3 * STANDARD.n_synthetic).reshape(3, -1).mean(axis=1)))
        for _ in range(400)
    ]
    assert np.mean([spread(one) for one in matched]) < np.mean(chance)


def test_clips_that_a_class_missed_count_as_hard() -> None:
    missed = {entry.id: 0.9 for entry in HELD[::2]}
    drawn = draw(HELD, seed=1, missed=missed)
    assert all(item.hardness == 0.9 for item in drawn if item.clip in missed)


def test_what_needs_sound_is_left_out(items: tuple[Item, ...]) -> None:
    assert not any(item.method in NEEDS_SOUND for item in items)
    assert any(entry.truth["kind"] in NEEDS_SOUND for entry in HELD)


def test_a_seed_gives_the_same_forms_and_another_gives_others(items: tuple[Item, ...]) -> None:
    assert draw(HELD, seed=1) == draw(tuple(reversed(HELD)), seed=1) == items
    assert draw(HELD, seed=2) != items


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_standard_pack_holds_the_standard_design(seed: int) -> None:
    assert len(draw(entries(300, seed=seed), seed=seed)) == 3 * STANDARD.n


def test_a_pack_that_is_too_small_is_refused_in_words() -> None:
    with pytest.raises(ContestError, match="three forms of 39 clips"):
        draw(entries(220), seed=1, unseen=("v2", "clone", "retime"))
    with pytest.raises(ContestError, match="a kind of fakes of its own"):
        draw(HELD, seed=1, unseen=("v1", "v2", "not_there"))
    assert len(draw(entries(220), seed=1, design=TINY)) == 3 * TINY.n


def test_the_kinds_to_hold_back_can_be_named() -> None:
    drawn = draw(HELD, seed=1, unseen=("v2", "clone", "retime"))
    assert [{i.method for i in drawn if i.form == form and i.unseen} for form in FORMS] == [
        {"v2"},
        {"clone"},
        {"retime"},
    ]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rare", {"n_camera": 6, "n_odd": 1}),  # 67 %
        ("rare", {"n_camera": 40, "n_odd": 1}),  # 93 %
        ("even", {"n_synthetic": 40}),  # fakes outnumber camera clips
        ("even", {"n_unseen": 0}),  # no unseen method
        ("even", {"n_camera": 2, "n_odd": 3}),
    ],
)
def test_a_design_that_breaks_a_rule_is_refused(name: str, change: dict[str, int]) -> None:
    blocks = tuple(replace(one, **change) if one.name == name else one for one in STANDARD.blocks)
    with pytest.raises(ContestError, match="at least half"):
        Design(blocks=blocks)


def test_a_design_without_odd_clips_or_without_a_block_is_refused() -> None:
    with pytest.raises(ContestError):
        Design(blocks=tuple(replace(block, n_odd=0) for block in QUICK.blocks))
    with pytest.raises(ContestError):
        Design(blocks=(Block(name="even", n_camera=4, n_odd=1, n_synthetic=3, n_unseen=1),))
