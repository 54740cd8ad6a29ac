"""Eight ratings counted: both mistakes weigh the same, and what luck does is said."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.clips.manifest import Entry, Pack
from medialit.errors import ClipPackError
from medialit.family import clips, spot

RATINGS = st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=1, max_size=12)
LANGS = ("en", "fr", "ar")


@given(RATINGS)
def test_what_is_right_and_both_mistakes_are_all_there_is(rows):
    truths, ratings = zip(*rows, strict=True)
    found = spot.count(truths, ratings)
    assert found.right + found.passed + found.accused == found.n == len(rows)
    assert found.passed <= found.n_made and found.accused <= found.n_camera
    assert 50 <= found.sure <= 100 and 0 < found.by_luck <= 1


@given(RATINGS)
def test_turning_truth_and_answers_around_turns_the_mistakes_around(rows):
    truths, ratings = zip(*rows, strict=True)
    one = spot.count(truths, ratings)
    other = spot.count([not made for made in truths], [7 - rating for rating in ratings])
    assert (one.passed, one.accused, one.sure) == (other.accused, other.passed, other.sure)


def test_luck_is_that_of_a_coin():
    truths = [True] * 4 + [False] * 4
    six = spot.count(truths, [6, 6, 6, 1, 1, 1, 1, 6])
    assert six.by_luck == pytest.approx((28 + 8 + 1) / 256)
    assert "14 do as well" in spot.sentences(six, lang="en")[-1]


@pytest.mark.parametrize(
    ("ratings", "said"),
    [([6, 6, 6, 6, 6, 6, 6, 6], "More sure than right"), ([4, 4, 4, 4, 3, 3, 3, 3], "More right than sure"),
     ([6, 6, 6, 6, 1, 1, 1, 1], "As sure as you were right")],
)  # fmt: skip
def test_being_surer_than_right_is_told_from_the_other_way_round(ratings, said):
    found = spot.count([True] * 4 + [False] * 4, ratings)
    assert spot.sentences(found, lang="en")[1].startswith(said)


@pytest.mark.parametrize("lang", LANGS)
def test_both_mistakes_are_told_with_their_numbers_and_their_cost(lang):
    found = spot.count([True, True, False, False, False], [1, 6, 6, 6, 1])
    (_title, passed, cost), (_other, accused, also) = spot.mistakes(found, lang=lang)
    assert re.findall(r"\d", passed) == ["1", "2"] and re.findall(r"\d", accused) == ["2", "3"]
    assert cost and also and len(set(spot.scale(lang=lang))) == 6


def pack(tmp_path, n, kinds=("v2", "insert", "violation", "swap")):
    entries = []
    for number in range(n):
        for label in ("camera", "synthetic"):
            kind = kinds[number % len(kinds)]
            truth = {"label": label, "pair": number, "kind": kind, "method": kind if label == "synthetic" else None,
                     "odd": {"name": "mirrored"} if number < 4 else None}  # fmt: skip
            entries.append(
                Entry(id=f"{number}{label}", path=tmp_path / f"{number}{label}", sha256="", truth=truth)
            )
    return Pack(folder=tmp_path, facts={}, entries=tuple(entries))


def test_half_of_the_eight_are_made_and_no_two_come_from_one_source(tmp_path):
    chosen = clips.choose(pack(tmp_path, 8))
    assert [one.made for one in chosen] == [True] * 4 + [False] * 4
    assert len({one.path.name[0] for one in chosen}) == 8
    assert {one.method for one in chosen if one.made} == {"v2", "insert", "violation", "swap"}
    assert not any(one.odd for one in chosen if one.made) and all(one.odd for one in chosen if not one.made)


def test_a_pack_with_too_few_pairs_is_refused(tmp_path):
    with pytest.raises(ClipPackError, match="8 pairs or more, and this one has 7"):
        clips.choose(pack(tmp_path, 7))


@pytest.mark.parametrize("lang", LANGS)
def test_each_truth_is_a_sentence(lang, tmp_path):
    shown = [*clips.choose(pack(tmp_path, 8)), clips.Shown(path=tmp_path, made=False, method="", odd="")]
    assert len({clips.truth_words(one, lang=lang) for one in shown}) == 6
