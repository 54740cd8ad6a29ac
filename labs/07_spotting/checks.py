# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

from medialit.widgets.checking import Asking, NotYet, advising, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def count(function):
    truths = [True] * 7 + [False] * 6
    answers = [True] * 4 + [False] * 3 + [True] * 1 + [False] * 5
    compare(
        ask.returned(function, truths, answers),
        expected=[4, 3, 1, 5],
        slips=[
            ([4, 1, 3, 5], _("Misses and false alarms have changed places: a miss is a synthetic clip that was called camera.")),
            ([5, 1, 3, 4], _("You look for camera clips. Here the signal is “synthetic”: a hit is a synthetic clip called synthetic.")),
            ([9, 3, 1, 5], _("You count every right answer as a hit. A camera clip called camera is a correct rejection.")),
            ([4 / 13, 3 / 13, 1 / 13, 5 / 13], _("These are shares. Return the four counts themselves.")),
        ],
        otherwise=_(
            "Seven synthetic clips, four of them called synthetic, and six camera clips, one of them called "
            "synthetic, make 4 hits, 3 misses, 1 false alarm and 5 correct rejections: return [4, 3, 1, 5]."
        ),
    )  # fmt: skip


def sensitivity(function):
    z = NormalDist().inv_cdf
    high, low = z(15.5 / 20), z(7.5 / 20)
    d_prime, c = high - low, -(high + low) / 2
    raw_high, raw_low = z(15 / 19), z(7 / 19)
    compare(
        ask.returned(function, 15, 4, 7, 12),
        expected=[d_prime, c],
        slips=[
            ([d_prime, -c], _("c has the wrong sign: there is a minus before the bracket. Below 0 is suspicious.")),
            ([d_prime, 2 * c], _("c is twice too large: divide the sum by 2.")),
            ([raw_high - raw_low, -(raw_high + raw_low) / 2], _("These are d' and c without the correction. Add 0.5 to the counts and 1 to the totals, always.")),
            ([c, d_prime], _("d' and c have changed places: return d' first.")),
            ([15.5 / 20 - 7.5 / 20, c], _("d' is the difference of z(H) and z(F), not of H and F themselves.")),
        ],
        otherwise=_(
            "With 15 hits, 4 misses, 7 false alarms and 12 correct rejections, H = 15.5 / 20 and F = 7.5 / 20. "
            "So d' is about 1.07 and c about −0.22. H divides by the synthetic clips, F by the camera clips."
        ),
    )  # fmt: skip
    ask(function, 10, 0, 0, 10)  # a perfect block must not stop it


def brier(function):
    truths, probabilities = [True, False, True, False], [0.8, 0.4, 0.95, 0.05]
    compare(
        ask.returned(function, truths, probabilities),
        expected=0.05125,
        slips=[
            (0.175, _("This is the mean distance. Square each distance before you take the mean: a sure error must weigh more.")),
            (0.05125**0.5, _("You took a square root at the end. The Brier score is the mean of the squares itself.")),
            (0.205, _("This is the sum. Divide by the number of clips.")),
            (0.70125, _("You compare with “camera”. The probability is that of “synthetic”, so the truth is 1 for synthetic.")),
        ],
        otherwise=_(
            "For probabilities 0.8, 0.4, 0.95, 0.05 and truths 1, 0, 1, 0 the squares are 0.04, 0.16, 0.0025, 0.0025; "
            "their mean is 0.05125."
        ),
    )  # fmt: skip


def ppv(function):
    compare(
        ask.returned(function, 0.8, 0.1, 0.01),
        expected=8 / 107,
        slips=[
            (0.8 / 0.9, _("This would be right if half of the clips were synthetic. Weigh H by the base rate and F by one minus the base rate.")),
            (0.8, _("This is the hit rate: the share of synthetic clips that raise an alarm. Asked is the share of alarms that are synthetic.")),
            (0.008 / 0.108, _("Weigh the false alarms by one minus the base rate: only camera clips can be false alarms.")),
            (0.99 * 0.9 / (0.99 * 0.9 + 0.01 * 0.2), _("This is the worth of the answer “camera”. Asked is that of an alarm.")),
        ],
        otherwise=_(
            "Of 1,000 clips 10 are synthetic. With H = 0.8 and F = 0.1 there are 8 right alarms and 99 false ones, "
            "so the PPV is 8 / 107, about 0.075."
        ),
    )  # fmt: skip
    nothing = _(
        "Without any alarm (H = 0, F = 0) there is no share of alarms: return None, do not divide by 0."
    )
    quiet = ask(function, 0.0, 0.0, 0.1, stops={ZeroDivisionError: nothing})
    compare(quiet, expected=None, slips=[], otherwise=nothing)


def cheapest(function):
    points = [(0.0, 0.0), (0.5, 0.05), (0.8, 0.3), (1.0, 1.0)]
    explain = _(
        "With p = 0.2, a miss costing 10 and a false alarm 5, the four points cost 2, 1.2, 1.6 and 4: "
        "return 1, the position of (0.5, 0.05)."
    )
    compare(
        ask.returned(function, points, 0.2, 10, 5),
        expected=1,
        slips=[
            (1.2, _("This is the lowest cost. Return its position in `points`, counted from 0.")),
            (2, _("The base rate is missing: weigh the cost of a miss by p, and that of a false alarm by 1 − p.")),
            (3, _("You chose the dearest point, or the one with most hits. A hit costs nothing, but its false alarms do.")),
            ([0.5, 0.05], _("This is the point itself. Return its position in `points`, counted from 0.")),
        ],
        otherwise=explain,
    )  # fmt: skip
    compare(
        ask(function, points, 0.01, 10, 5),
        expected=0,
        slips=[],
        otherwise=_("Where 1 clip in 100 is synthetic, “always camera” costs least here: return 0."),
    )  # fmt: skip
    compare(
        ask(function, points, 0.2, 50, 1),
        expected=3,
        slips=[
            (0, _("The costs have changed places: the cost of a miss belongs to p · (1 − H).")),
            (1, _("The two costs are missing: multiply each kind of error by what it costs.")),
        ],
        otherwise=_("Where a miss costs 50 times a false alarm, and p = 0.2, “always synthetic” costs least: return 3."),
    )  # fmt: skip


def verdict(function):
    texts = ("better", "worse", "more suspicious", "more trusting", "cannot tell")
    answer = ask.returned(function, -0.4, 0.9, -0.8, -0.1)
    if answer not in texts:
        raise NotYet(_("Return one of the five texts of the rule, exactly as written there, in English."))
    compare(
        answer,
        expected="more suspicious",
        slips=[
            ("better", _("The interval of d' from −0.4 to 0.9 includes 0: a change of sight is not shown, however high its middle.")),
            ("more trusting", _("The criterion fell: below 0 is more suspicious.")),
            ("cannot tell", _("The interval of c from −0.8 to −0.1 lies wholly below 0: something can be told.")),
        ],
        otherwise=_("d' from −0.4 to 0.9 includes 0, c from −0.8 to −0.1 does not: the verdict is “more suspicious”."),
    )  # fmt: skip
    compare(
        ask(function, 0.2, 1.1, -0.8, -0.1),
        expected="better",
        slips=[("more suspicious", _("The rule asks for sight first: an interval of d' wholly above 0 decides."))],
        otherwise=_("An interval of d' wholly above 0 is “better”, whatever the criterion did."),
    )  # fmt: skip
    compare(
        ask(function, -1.1, -0.2, 0.1, 0.8),
        expected="worse",
        slips=[],
        otherwise=_("An interval of d' wholly below 0 is “worse”, whatever the criterion did."),
    )
    compare(
        ask(function, -0.9, 0.4, -0.2, 0.7),
        expected="cannot tell",
        slips=[],
        otherwise=_("Both intervals include 0: nothing can be told from these clips, in either direction."),
    )


check = advising(
    lang, count=count, sensitivity=sensitivity, brier=brier, ppv=ppv, cheapest=cheapest, verdict=verdict
)
