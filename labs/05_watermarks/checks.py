# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from medialit.widgets.checking import Asking, NotYet, advising, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def embed(function):
    picture, pattern = np.array([[100, 120], [140, 160]]), np.array([[1, -1], [-1, 1]])
    compare(
        ask.returned(function, picture, pattern, 1, 3),
        expected=[[103, 117], [137, 163]],
        slips=[
            ([[97, 123], [143, 157]], _("The signs are turned round: for the bit 1 the pattern is added.")),
            ([[101, 119], [139, 161]], _("The strength is missing: add `strength` times the pattern.")),
            ([[3, -3], [-3, 3]], _("This is the mark alone. Return the picture with the mark in it.")),
            ([[400, -240], [-280, 640]], _("Add the mark to the picture; do not multiply the two.")),
            ([[255, 0], [0, 255]], _("Add the mark to the picture; do not multiply the two.")),
        ],
        otherwise=_("With the bit 1 and strength 3 a level of 100 under a +1 becomes 103, and 120 under a −1 becomes 117."),
    )  # fmt: skip
    compare(
        ask(function, picture, pattern, 0, 3),
        expected=[[97, 123], [143, 157]],
        slips=[
            ([[103, 117], [137, 163]], _("The bit 0 looks like the bit 1. To write 0, subtract the pattern.")),
            ([[100, 120], [140, 160]], _("The bit 0 leaves no trace: then it looks like no mark at all. Subtract the pattern.")),
        ],
        otherwise=_("With the bit 0 and strength 3 a level of 100 under a +1 becomes 97, and 120 under a −1 becomes 123."),
    )  # fmt: skip
    compare(
        ask(function, np.array([[254, 1]]), np.array([[1, -1]]), 1, 3),
        expected=[[255, 0]],
        slips=[
            ([[257, -2]], _("A level left 0 to 255. Set it to the nearer end, with `np.clip(…, 0, 255)`."))
        ],
        otherwise=_("A level of 254 with 3 added becomes 255, and a level of 1 with 3 subtracted becomes 0."),
    )


def detect(function):
    pattern = np.array([[1, -1], [-1, 1]])
    carrier = np.array([[100, 120], [140, 120]])
    one, zero = carrier + 30 * pattern, carrier - 30 * pattern
    compare(
        ask.returned(function, one, pattern, 10),
        expected=1,
        slips=[(0, _("The signs are turned round: a score above the threshold is a 1."))],
        otherwise=_(
            "The score is the mean of (picture − its mean) × pattern. Here it is 20, above the threshold of 10: return 1."
        ),
    )
    compare(
        ask.returned(function, zero, pattern, 10),
        expected=0,
        slips=[(1, _("A score below −`threshold` is a 0."))],
        otherwise=_("Here the score is −40, below −10: return 0."),
    )
    nothing = _(
        "Here the score is −10 and the threshold 20: nothing is found. Return None, which is neither 0 nor 1."
    )
    summed = _("Take the mean over all pixels, not the sum: otherwise a larger picture looks more marked.")
    answer = ask(function, carrier, pattern, 20)
    compare(answer, expected=None, slips=[(0, summed if _sums(function) else nothing)], otherwise=nothing)
    uneven = np.array([[1, 1], [1, -1]])
    mean = _(
        "The picture's mean is still in it. Subtract it first: this bright picture is all of one level, and holds no mark."
    )
    compare(ask(function, np.full((2, 2), 200), uneven, 10), expected=None, slips=[], otherwise=mean)


def _sums(function):
    """Whether many pixels with little in each look marked."""
    wide = np.tile(np.array([[1, -1]]), (1, 50))
    return function(100 + wide, wide, 5) == 1


def psnr(function):
    one, other = np.array([[10, 20], [30, 40]]), np.array([[12, 16], [30, 44]])
    mse = (4 + 16 + 0 + 16) / 4
    compare(
        ask.returned(function, one, other),
        expected=10 * math.log10(255**2 / mse),
        slips=[
            (10 * math.log10(255 / mse), _("Square the 255: the MSE is a square, too.")),
            (10 * math.log10(255**2 / 2.5), _("You take the mean distance. Square each difference before you take the mean.")),
            (10 * math.log10(255**2 / (4 * mse)), _("This is the sum of the squares. Take their mean.")),
            (math.log10(255**2 / mse), _("This is in bels. A decibel is a tenth: multiply by 10.")),
            (10 * math.log(255**2 / mse), _("This is the natural logarithm. Take the one to base 10, `np.log10`.")),
            (10 * math.log10(mse / 255**2), _("The fraction is upside down: 255² stands above.")),
        ],
        otherwise=_("Differences of 2, 4, 0 and 4 have an MSE of 9, so the PSNR is 10 · log10(65025 / 9), about 38.6 dB."),
    )  # fmt: skip
    alike = _(
        "Two pictures that are the same have an MSE of 0 and no PSNR: return None, and do not divide by 0."
    )
    with np.errstate(divide="raise"):
        answer = ask(function, one, one, stops={ArithmeticError: alike, ValueError: alike})
    compare(answer, expected=None, slips=[], otherwise=alike)


def removes(function):
    outcomes = [[41.0, 1e-20], [33.0, 0.2], [36.0, 0.01], [22.0, 0.9]]
    compare(
        ask.returned(function, outcomes, 30),
        expected=2,
        slips=[
            (0, _("At 41 dB the mark is still found: p is far below 0.000001. Look only at attacks that remove it.")),
            (1, _("This one removes the mark at 33 dB. Another does so at a better quality.")),
            (3, _("This one removes the mark, at 22 dB: below the budget, and not the best quality.")),
            (36.0, _("This is the quality. Return the position of the attack, counted from 0.")),
        ],
        otherwise=_("The attacks at 33, 36 and 22 dB remove the mark. The best quality, 36 dB, is within the budget: return 2."),
    )  # fmt: skip
    tight = _("With a budget of 38 dB no attack removes the mark: return None.")
    compare(ask(function, outcomes, 38), expected=None, slips=[], otherwise=tight)
    compare(
        ask(function, [[41.0, 1e-20]], 30),
        expected=None,
        slips=[],
        otherwise=_("Where no attack removes the mark, return None."),
    )


def decode(function):
    scores = [2.0, -3.0, 1.0, -1.0, -2.0, 2.0, 1.5, -2.5, 3.0]  # three copies of three bits
    compare(
        ask.returned(function, scores, 3),
        expected=[1, 0, 1],
        slips=[
            ([0, 1, 0], _("Turned round: a sum above 0 is a 1.")),
            ([2.5, -7.5, 6.0], _("These are the sums. Return a bit for each: 1 above 0, else 0.")),
            ([0, 0, 1], _("The copies stand one after the other: bit 0 is at places 0, 3 and 6, which is `scores[0::3]`.")),
        ],
        otherwise=_("Bit 0 has the scores 2, −1 and 1.5, so 1; bit 1 has −3, −2 and −2.5, so 0; bit 2 has 1, 2 and 3, so 1."),
    )  # fmt: skip
    sure = [0.1, -0.2, -0.3, 0.1, 8.0, -9.0]  # in both places two unsure copies are against a sure one
    compare(
        ask(function, [-0.2, 0.3, -0.1, 0.2, 5.0, -6.0], 2),
        expected=[1, 0],
        slips=[
            ([0, 1], _("A majority of copies, or the first copy alone, decides here. Add up the scores: one sure copy outweighs two that guess.")),
        ],
        otherwise=_("Bit 0 has the scores −0.2, −0.1 and 5, a sum above 0; bit 1 has 0.3, 0.2 and −6, a sum below 0: return [1, 0]."),
    )  # fmt: skip
    compare(
        ask(function, sure, 2),
        expected=[1, 0],
        slips=[],
        otherwise=_("Add up the scores of each bit over all copies."),
    )


def verdict(function):
    register = {"5eed": [1, 0] * 20, "beef": [0, 0, 1, 1] * 10}
    texts = ("says nothing", "unknown payload", "foreign clip", "registered clip")
    answer = ask.returned(function, None, 0.4, [1, 0] * 20, register)
    if answer not in texts:
        raise NotYet(_("Return one of the four texts of the rule, exactly as written there, in English."))
    compare(
        answer,
        expected="says nothing",
        slips=[("unknown payload", _("No payload was found. That is no unknown one: it says nothing."))],
        otherwise=_(
            "No payload was found, and that says nothing: not “registered”, not “foreign”, and not “genuine”."
        ),
    )
    compare(
        ask(function, "5eed", 0.001, [1, 0] * 20, register),
        expected="says nothing",
        slips=[("registered clip", _("p is 0.001: of a thousand unmarked clips one looks like this. Only up to 0.000001 a payload counts."))],
        otherwise=_("A payload with a p above 0.000001 says nothing."),
    )  # fmt: skip
    unknown = _(
        "The payload `cafe` is not in the register: the text is “unknown payload”. Ask with `in` before you look it up."
    )
    answer = ask(function, "cafe", 1e-20, [1, 0] * 20, register, stops={KeyError: unknown})
    compare(answer, expected="unknown payload", slips=[], otherwise=unknown)
    compare(
        ask(function, "5eed", 1e-30, [0, 0, 1, 1] * 10, register),
        expected="foreign clip",
        slips=[("registered clip", _("Half of the fingerprint's bits differ: the mark was made for other pictures. However small the p, this is a foreign clip."))],
        otherwise=_("20 of 40 bits differ, more than 15 %: the text is “foreign clip”."),
    )  # fmt: skip
    near = [1, 0] * 19 + [0, 1]
    compare(
        ask(function, "5eed", 1e-30, near, register),
        expected="registered clip",
        slips=[("foreign clip", _("2 of 40 bits differ, 5 %: a copy never has quite the same bits. Up to 15 % it is the registered clip."))],
        otherwise=_("2 of 40 bits differ, at most 15 %: the text is “registered clip”."),
    )  # fmt: skip


check = advising(lang, embed=embed, detect=detect, psnr=psnr, removes=removes, decode=decode, verdict=verdict)
