# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from medialit.widgets.checking import Asking, NotYet, advising, alike, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def survivors(function):
    truths = [True] * 4 + [False] * 4
    high, low = [5, 6, 7, 8, 1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7, 8]
    dull, faint = [1, 3, 6, 8, 2, 4, 5, 7], [2, 3, 6, 8, 1, 4, 5, 7]  # AUC 0.5 and 0.5625
    original = {"grain": high, "edges": low, "hue": high, "pulse": high, "blur": dull, "haze": dull}
    forwarded = {"grain": high, "edges": low, "hue": low, "pulse": faint, "blur": dull, "haze": high}
    compare(
        ask.returned(function, truths, original, forwarded, 0.2),
        expected=["grain", "edges"],
        slips=[
            (["grain", "edges", "hue", "pulse"], _("You look only at the originals. The messenger comes after: both AUCs must be far from 0.5.")),
            (["grain", "edges", "hue", "haze"], _("You look only at the forwarded clips. What the originals do not show cannot be learnt from them: both AUCs must be far from 0.5.")),
            (["grain", "edges", "hue"], _("The feature “hue” changes sides: before, synthetic clips had more of it, after, they have less. Ask that both AUCs lie on the same side of 0.5.")),
            (["grain"], _("The feature “edges” has an AUC of 0 before and after. That tells as much as 1: measure the distance from 0.5 in both directions.")),
            (["grain", "edges", "blur"], _("The feature “blur” does not change, because there is nothing to lose: it has an AUC of 0.5 before and after. To survive, a feature must tell something.")),
            (["hue", "pulse", "blur", "haze"], _("These are the features that do not survive. Return the others.")),
            (["edges", "grain"], _("The right features, in another order: keep the order of `original`.")),
        ],
        otherwise=_(
            "With `least` = 0.2, only “grain” (AUC 1 before and after) and “edges” (0 before and after) survive: "
            "return their names in a list."
        ),
    )  # fmt: skip


def folds(function):
    scenes = ["souk", "dune", "souk", "port", "hall", "riad", "dune", "riad", "riad"]
    answer = ask.returned(function, scenes, 3)
    explain = _(
        "The 9 clips have 5 scenes: 3 of the riad, 2 of the souk, 2 of the dune, 1 of the port, 1 of the hall. "
        "Largest first, into three folds, makes 3, 3 and 3 clips. Return a list of 9 numbers: 0, 1 or 2."
    )
    if not (isinstance(answer, (list, tuple)) and len(answer) == len(scenes)):
        if isinstance(answer, dict):
            raise NotYet(
                _("This is a fold for each scene. Return a fold for each clip, in the order of `scenes`.")
            )
        raise NotYet(explain)
    if sorted(set(map(str, answer))) == ["1", "2", "3"]:
        raise NotYet(_("The folds are numbered from 0: with three folds 0, 1 and 2."))
    if not all(any(alike(one, number) for number in range(3)) for one in answer):
        raise NotYet(explain)
    if len(set(answer)) < 3:
        raise NotYet(
            _("Not every fold has clips. A detector that is judged on a fold must have others to learn from.")
        )
    homes = {
        scene: {fold for one, fold in zip(scenes, answer, strict=True) if one == scene} for scene in scenes
    }
    if list(answer) == [i % 3 for i in range(9)]:
        raise NotYet(
            _("You deal clip by clip, so that a scene lies in several folds. Deal scenes, not clips.")
        )
    if list(answer) == [i // 3 for i in range(9)]:
        raise NotYet(
            _(
                "You cut the list into three pieces, and a cut goes through scenes. Give each scene one fold, wherever its clips stand."
            )
        )
    if any(len(found) > 1 for found in homes.values()):
        raise NotYet(
            _(
                "A scene lies in more than one fold: its clips do not always stand side by side in the list. Remember each scene's fold."
            )
        )
    sizes = sorted(Counter(answer).values())
    compare(
        sizes,
        expected=[3, 3, 3],
        slips=[
            ([1, 3, 5], _("Every scene is in one fold, but the folds have 5, 3 and 1 clips: put the next scene into the fold that holds the fewest clips, not into the next fold.")),
            ([2, 2, 5], _("Every scene is in one fold, but the folds have 5, 2 and 2 clips: begin with the largest scene, not with the first of the list.")),
            ([2, 3, 4], _("Every scene is in one fold, but the folds have 4, 3 and 2 clips: begin with the largest scene, not with the smallest.")),
        ],
        otherwise=explain,
    )  # fmt: skip


def drop(function):
    truths = [True, True, True, True, False, False, False]
    methods = ["mesh", "mesh", "voxel", "voxel", "camera", "camera", "camera"]
    known, unseen = [8, 5, 2, 3, 1, 4, 6], [5, 3, 9, 9, 1, 4, 6]
    compare(
        ask.returned(function, truths, methods, known, unseen, "mesh"),
        expected=5 / 6 - 3 / 6,
        slips=[
            (-2 / 6, _("The sign is turned round: a drop is the AUC of `known` minus that of `unseen`.")),
            (5 / 6, _("This is the AUC of `known` alone. Subtract that of `unseen`.")),
            (3 / 6, _("This is the AUC of `unseen` alone. Asked is the drop: `known` minus `unseen`.")),
            (7 / 12 - 9 / 12, _("You take all clips. The other methods were learnt in both cases: take those of `method` and the camera clips alone.")),
        ],
        otherwise=_(
            "For “mesh” two synthetic and three camera clips count. With `known` 5 of 6 pairs are ranked right, with `unseen` "
            "3 of 6: return 5/6 − 3/6, about 0.333."
        ),
    )  # fmt: skip
    compare(
        ask(function, truths, methods, known, unseen, "voxel"),
        expected=2 / 6 - 1,
        slips=[(number, _("A drop may be below 0: that is a rise, and it is to be said as well.")) for number in (0, 4 / 6)],
        otherwise=_("For “voxel” 2 of 6 pairs are ranked right with `known`, and 6 of 6 with `unseen`: return 2/6 − 1, about −0.667."),
    )  # fmt: skip


def threshold(function):
    truths = [True] * 5 + [False] * 5
    scores = [9, 8, 6, 6, 2, 1, 2, 4, 5, 7]
    compare(
        ask.returned(function, truths, scores, 0.5, 4, 1),
        expected=2,
        slips=[
            (8, _("The costs have changed places: the cost of a miss belongs to p · (1 − H).")),
            (6, _("You count both kinds of error alike. Multiply each by what it costs: here a miss costs 4 times a false alarm.")),
            (0.4, _("This is the lowest cost. Return the threshold that has it.")),
            (1, _("A clip is flagged from the threshold on: `score >= threshold`, not `>`.")),
        ],
        otherwise=_(
            "With p = 0.5, a miss costing 4 and a false alarm 1, never flagging costs 2 and flagging from a score of 2 on costs "
            "0.4 (H = 1, F = 0.8), the least of all. Try each score, and return the threshold: 2."
        ),
    )  # fmt: skip
    compare(
        ask.returned(function, truths, scores, 0.2, 4, 1),
        expected=6,
        slips=[
            (2, _("You take the base rate of the table, where half of the clips are synthetic. Take `base_rate`, the newsroom's: here 0.2.")),
        ],
        otherwise=_("With p = 0.2, a miss costing 4 and a false alarm 1, it is cheapest to flag from 6 on: H = 0.8, F = 0.2, cost 0.32."),
    )  # fmt: skip
    never = _(
        "Here no synthetic clip scores higher than the camera clips, and they are rare: never flagging (cost 0.05) is the cheapest. Return None."
    )
    compare(
        ask(function, truths, [1, 2, 3, 4, 5, 6, 7, 8, 9, 9], 0.05, 1, 1),
        expected=None,
        slips=[],
        otherwise=never,
    )


def promise(function):
    expected = 0.4 * 0.1 / (0.4 * 0.1 + _upper(4, 50) * 0.9)
    compare(
        ask.returned(function, 12, 30, 4, 50, 0.1),
        expected=expected,
        slips=[
            (0.04 / (0.04 + 0.08 * 0.9), _("This takes F as observed, 4 of 50. A promise takes it as high as it may be: `upper(false_alarms, n_camera)`.")),
            (0.4 / (0.4 + _upper(4, 50)), _("This would be right if half of the clips were synthetic. Weigh H by the base rate, and F by one minus it.")),
            (_upper(12, 30) * 0.1 / (_upper(12, 30) * 0.1 + _upper(4, 50) * 0.9), _("You take the upper end for H, too. That makes the promise larger: take H as observed, and only F at its upper end.")),
            (12 * 0.1 / (12 * 0.1 + _upper(4, 50) * 0.9), _("H is a share: the hits, divided by the synthetic clips.")),
            (0.04 / (0.04 + 3 / 50 * 0.9), _("The rule of three, 3 in n, holds only where no false alarm was seen. Use `upper(false_alarms, n_camera)`.")),
            (0.04 / (0.04 + _upper(4, 50) * 0.1), _("Weigh the false alarms by one minus the base rate: only camera clips can be false alarms.")),
        ],
        otherwise=_(
            "With 12 hits of 30, H = 0.4. With 4 false alarms of 50, F may be 0.188. At p = 0.1 the PPV is "
            "0.04 / (0.04 + 0.188 · 0.9), about 0.191."
        ),
    )  # fmt: skip
    compare(
        ask(function, 12, 30, 0, 50, 0.1),
        expected=0.04 / (0.04 + _upper(0, 50) * 0.9),
        slips=[
            (1.0, _("None of 50 does not mean never. F may be up to 7 %, and the promise is 0.384, not 1.")),
            (None, _("Without a false alarm there is a promise all the same: `upper(0, 50)` is about 0.07.")),
        ],
        otherwise=_("Without a false alarm among 50, F may still be 0.071: the PPV that may be promised is about 0.384."),
    )  # fmt: skip


def audit(function):
    texts = ("the fake", "the file", "both", "neither")
    low, high = [0, 1, 1, 2, 3], [6, 7, 7, 8, 9]
    answer = ask.returned(function, low, high, low, high)
    if answer not in texts:
        raise NotYet(_("Return one of the four texts, exactly as written there, in English."))
    compare(
        answer,
        expected="the file",
        slips=[
            ("both", _("Each comparison of synthetic and camera clips must be made in one state: here the two kinds score the same as originals, and the same when forwarded.")),
            ("the fake", _("Here every forwarded clip scores higher than every original, of either kind: the score follows the file.")),
            ("neither", _("Here forwarded camera clips score higher than their originals (AUC 1): the detector sees the file.")),
        ],
        otherwise=_("Here the score follows the file, not the fake: return “the file”."),
    )  # fmt: skip
    cases = (
        ((low, low, high, high), "the fake", _("Here synthetic clips score higher in both states (AUC 1), and forwarding moves no camera clip: return “the fake”.")),
        ((high, low, high, low), "the file", _("Here forwarding *lowers* every score. An AUC of 0 tells as much as 1: measure the distance from 0.5 on either side.")),
        ((low, low, high, [20, 21, 22, 23, 24]), "the fake", _("Here forwarding moves synthetic clips alone. Whether the file is seen is asked of *camera* clips, in which there is no fake to be seen.")),
        ((low, low, high, low), "neither", _("Here synthetic clips score higher as originals, but not when forwarded. Both states count, and no camera clip moved: return “neither”.")),
        (([0, 0, 1, 1, 2], [3, 3, 4, 4, 5], [1, 2, 2, 3, 3], [6, 7, 7, 8, 8]), "both", _("Here forwarding moves camera clips (AUC 1), and synthetic ones score higher in both states as well: return “both”.")),
    )  # fmt: skip
    for scores, expected, message in cases:
        compare(ask(function, *scores), expected=expected, slips=[], otherwise=message)


def _upper(n_alarms, n):
    """The upper end of Wilson's interval, as `upper` in the notebook gives it."""
    z = 1.959963984540054
    share = n_alarms / n
    centre = share + z**2 / (2 * n)
    half = z * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    return (centre + half) / (1 + z**2 / n)


check = advising(
    lang, survivors=survivors, folds=folds, drop=drop, threshold=threshold, promise=promise, audit=audit
)
