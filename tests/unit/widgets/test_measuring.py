"""Detection by measurement in a notebook: folds, neighbours, and the threshold that the sliders ask for."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.errors import StatisticsError
from medialit.forensics import statistics as stats
from medialit.forensics.roc import auc
from medialit.widgets import measuring
from medialit.widgets.measuring import BASE_RATES, Clips, ThresholdWidget


def clips(n=40, *, shift=3.0, seed=1):
    """Half synthetic; one feature tells them apart in either state, another only how a clip was passed on."""
    rng = np.random.default_rng(seed)
    truths = np.arange(n) % 2 == 0
    tells, file = rng.normal(0, 1, n) + shift * truths, rng.normal(0, 1, n)
    return Clips(
        truths=tuple(bool(truth) for truth in truths),
        scenes=tuple(i // 4 for i in range(n)),
        methods=tuple(("v1", "v2")[i // 2 % 2] if truth else "camera" for i, truth in enumerate(truths)),
        original={"tells": tuple(tells), "file": tuple(file)},
        forwarded={"tells": tuple(tells), "file": tuple(file + 9)},
    )


@given(scenes=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40), n_folds=st.integers(1, 5))
def test_a_scene_is_in_one_fold_and_no_fold_exceeds_the_least_filled_by_more_than_the_largest_scene(
    scenes, n_folds
):
    folds = measuring.scene_folds(scenes, n_folds)
    assert len(set(zip(scenes, folds, strict=True))) == len(set(scenes))
    sizes = [folds.count(fold) for fold in range(n_folds)]
    assert max(sizes) - min(sizes) <= max(scenes.count(scene) for scene in scenes)


def test_folds_of_clips_are_even_and_the_same_for_the_same_seed():
    folds = measuring.clip_folds(23, 5, seed=3)
    assert sorted(folds.count(fold) for fold in range(5)) == [4, 4, 5, 5, 5]
    assert folds == measuring.clip_folds(23, 5, seed=3) != measuring.clip_folds(23, 5, seed=4)


def test_neighbours_are_right_where_the_kinds_lie_far_apart():
    far = clips(shift=30.0)
    folds = measuring.scene_folds(far.scenes, 4)
    scores = measuring.neighbours(far, folds, features=["tells"])
    assert auc(far.truths, scores) > 0.99
    assert (min(scores), max(scores)) == (0, 9)


def test_a_clip_is_not_judged_by_its_own_fold():
    some = clips()
    folds = measuring.scene_folds(some.scenes, 4)
    turned = Clips(
        truths=tuple(truth if fold else not truth for truth, fold in zip(some.truths, folds, strict=True)),
        scenes=some.scenes,
        methods=some.methods,
        original=some.original,
        forwarded=some.forwarded,
    )
    of_first = [i for i, fold in enumerate(folds) if fold == 0]
    before, after = (measuring.neighbours(one, folds, features=["tells"]) for one in (some, turned))
    assert [before[i] for i in of_first] == [after[i] for i in of_first]


def test_a_method_that_is_left_out_is_not_learnt_from():
    some = clips(shift=30.0)
    folds = measuring.scene_folds(some.scenes, 4)
    both = measuring.neighbours(some, folds, features=["tells"], k=15)
    one = measuring.neighbours(some, folds, features=["tells"], without="v2", k=15)
    assert max(both) > 10 >= max(one)  # ten synthetic clips are left


def test_learning_from_clips_as_they_are_sold_is_learning_the_file():
    some = clips(shift=0.0)
    folds = measuring.scene_folds(some.scenes, 4)
    scores = [
        measuring.neighbours(some, folds, features=["file"], learn="as sold", judge=state)
        for state in ("original", "forwarded")
    ]
    camera, sent, synthetic, synthetic_sent = measuring.groups(some, *scores)
    for before, after in ((camera, sent), (synthetic, synthetic_sent)):
        assert auc([False] * len(before) + [True] * len(after), [*before, *after]) > 0.95


def test_folds_that_do_not_fit_are_refused():
    some = clips()
    for folds in ([0, 1], [0] * len(some.truths)):
        with pytest.raises(StatisticsError, match="fold"):
            measuring.neighbours(some, folds, features=["tells"])


def test_a_table_is_read_as_it_was_written(tmp_path):
    row = {"scene": 3, "synthetic": True, "method": "v1", "original": {"a": 1.5}}
    path = tmp_path / "table.json"
    path.write_text(json.dumps({"clips": [row | {"forwarded": {"a": 2.5}}], "archive": [row]}))
    table = measuring.read_table(path)
    assert table["clips"].values("forwarded", ["a"]).tolist() == [[2.5]]
    assert table["clips"].values("as sold", ["a"]).tolist() == [[2.5]]
    assert table["archive"].values("original", ["a"]).tolist() == [[1.5]]
    assert table["archive"].forwarded == {}


def test_the_cheapest_threshold_is_that_of_the_expected_cost_at_every_base_rate():
    some = clips(shift=1.5, seed=5)
    folds = measuring.scene_folds(some.scenes, 4)
    scores = measuring.neighbours(some, folds, features=["tells"])
    widget = ThresholdWidget(some.truths, scores, lang="en")
    found = []
    for base in BASE_RATES:
        widget._base.value = base
        costs = {}
        for level in (None, *sorted(set(scores), reverse=True)):
            said = [level is not None and score >= level for score in scores]
            h, f = stats.rates(stats.count(some.truths, said))
            costs[level] = stats.expected_cost(
                hit_rate=h, false_alarm_rate=f, base_rate=base, cost_of_miss=10, cost_of_false_alarm=5
            )
        assert costs[widget.level] == min(costs.values())
        found.append(widget.level)
    assert found[0] is None and found[-1] is not None


@pytest.mark.parametrize(("lang", "said"), [("fr", "Le moins cher ici"), ("ar", "الأرخص هنا")])
def test_the_widget_speaks_the_readers_language_in_its_direction(lang, said):
    widget = ThresholdWidget([True, False], [1, 0], lang=lang)
    assert said in widget._answer.value
    assert ("mlm-rtl" in widget._dom_classes) is (lang == "ar")


def test_the_figures_say_in_a_sentence_what_they_show():
    some = clips()
    folds = measuring.scene_folds(some.scenes, 4)
    scores = measuring.neighbours(some, folds, features=["tells"])
    picture = measuring.four_groups(some, scores, [9] * len(scores), lang="en")
    camera = np.mean([score for score, truth in zip(scores, some.truths, strict=True) if not truth])
    assert f"camera {camera:.1f} and 9.0" in picture.description
    assert measuring.survival(some, lang="fr").png.startswith(b"\x89PNG")
