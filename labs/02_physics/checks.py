# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from medialit.widgets.checking import Asking, NotYet, advising, alike, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def places(function):
    empty = np.full((6, 8), 100)
    bright, dark, noisy = empty.copy(), empty.copy(), empty.copy()
    bright[1:3, 4:7] = 160, 190, 170  # columns 4 to 6, rows 1 and 2
    dark[3:5, 1] = 20
    noisy[0, 0] = 108
    compare(
        ask.returned(function, np.stack([bright]), empty, 30),
        expected=[[5.0, 1.5]],
        slips=[
            ([[1.5, 5.0]], _("x and y have changed places: x is the column, y the row. `np.nonzero` gives the rows first.")),
            ([5.0, 1.5], _("Return a list with one place for each frame, even where there is only one frame.")),
            ([[5, 1]], _("Take the mean place of *all* pixels that differ, not the place of one of them.")),
            ([[30, 9]], _("This is the sum. Take the mean of the columns and the mean of the rows.")),
        ],
        otherwise=_("The pixels in columns 4 to 6 and rows 1 and 2 differ by more than 30: their mean place is [5.0, 1.5]."),
    )  # fmt: skip
    darker = _("An object can be darker than the place, too: take the size of the difference, `np.abs(frame - empty)`.")  # fmt: skip
    compare(ask(function, np.stack([dark]), empty, 30), expected=[[1.0, 3.5]], slips=[], otherwise=darker)
    unseen = _("In a frame in which nothing differs by more than the threshold there is no place: put None there.")  # fmt: skip
    both = ask(
        function, np.stack([noisy, bright]), empty, 30, stops={ArithmeticError: unseen, IndexError: unseen}
    )
    if alike(both, [[5.0, 1.5]]):
        raise NotYet(
            _(
                "The frame in which nothing is seen is missing. Put None in its place, so that the times stay right."
            )
        )
    compare(
        both,
        expected=[None, [5.0, 1.5]],
        slips=[([[0.0, 0.0], [5.0, 1.5]], _("A difference of 8 is noise, or you put a place where nothing is seen. Put None there."))],
        otherwise=unseen,
    )  # fmt: skip


def gravity(function):
    times = np.arange(8) / 10
    wobble = np.array([0.01, -0.02, 0.0, 0.02, -0.01, 0.01, -0.02, 0.01])
    heights = 3.0 + 1.5 * times - 9.0 * times**2 / 2 + wobble
    (a, _b, _c), spread = np.polyfit(times, heights, 2, cov=True)
    error = math.sqrt(spread[0][0])
    answer = ask.returned(function, times, heights)
    if not hasattr(answer, "__len__") or len(answer) != 2:
        raise NotYet(_("Return two numbers, g and its standard error: [g, error]."))
    # `-2` in the place of `2` for both, and so on: the likeliest first
    compare(
        answer,
        expected=[-2 * a, 2 * error],
        slips=[
            ([2 * a, 2 * error], _("g has the wrong sign: heights count upwards, so a is below 0 and g is −2a.")),
            ([-a, error], _("h = h₀ + v₀t − ½gt²: the coefficient a is −g/2. So g is −2a, and its error is twice that of a.")),
            ([-a, 2 * error], _("h = h₀ + v₀t − ½gt²: the coefficient a is −g/2, so g is −2a.")),
            ([-2 * a, error], _("This is the standard error of a. g is twice as large as a, and so is its error.")),
            ([-2 * a, 2 * error**2], _("The covariance holds the *square* of the error: take the square root of its first entry.")),
            ([-2 * a, 4 * error**2], _("The covariance holds the *square* of the error: take the square root of its first entry.")),
            ([-2 * a, 4 * error], _("This is twice the standard error, half of an interval. Asked is the standard error itself.")),
            ([2 * (heights[0] - heights[-1]) / times[-1] ** 2, 2 * error], _("g = 2h/t² holds for a fall from rest only. This ball was thrown upwards: fit a parabola to all points.")),
        ],
        otherwise=_("Fit a parabola with `np.polyfit(times, heights, 2, cov=True)`: g is −2a, here about 9.0, and its standard error is twice the square root of the covariance's first entry, about 0.28."),
    )  # fmt: skip


def restitution(function):
    compare(
        ask.returned(function, 2.0, 1.28, 0.0),
        expected=[0.8, 0.8],
        slips=[
            ([0.64, 0.64], _("This is the share of the *height*. Height goes with the square of the speed: take the square root.")),
            ([1.25, 1.25], _("The fraction is upside down: the height after the bounce stands above.")),
            (0.8, _("Return two numbers, the smallest and the largest e. Without an error they are the same.")),
        ],
        otherwise=_("From 2 m to 1.28 m, without an error: e is the square root of 0.64, so return [0.8, 0.8]."),
    )  # fmt: skip
    low, high = math.sqrt(1.2 / 2.1), math.sqrt(1.4 / 1.9)
    compare(
        ask(function, 2.0, 1.3, 0.1),
        expected=[low, high],
        slips=[
            ([high, low], _("The smallest comes first.")),
            ([math.sqrt(1.2 / 1.9), math.sqrt(1.4 / 2.1)], _("Both heights move the same way here. The smallest e has the lower end of *after* and the *upper* end of *before*.")),
            ([math.sqrt(1.2 / 2.0), math.sqrt(1.4 / 2.0)], _("The height before the bounce has an error, too.")),
            ([math.sqrt(0.65), math.sqrt(0.65)], _("The error is not in it. Use the ends of both heights.")),
            ([math.sqrt(0.65) - 0.1, math.sqrt(0.65) + 0.1], _("The error is one of the heights, in metres, and not one of e. Put it into the fraction.")),
        ],
        otherwise=_("With 0.1 m of error the smallest e is √(1.2 / 2.1) and the largest √(1.4 / 1.9)."),
    )  # fmt: skip
    floor = _("After the bounce it rises 0.05 m, with an error of 0.1 m: the lower end counts as 0, so the smallest e is 0.")  # fmt: skip
    with np.errstate(invalid="ignore"):
        answer = ask(function, 2.0, 0.05, 0.1, stops={ValueError: floor})
    compare(answer, expected=[0.0, math.sqrt(0.15 / 1.9)], slips=[], otherwise=floor)


def permanence(function):
    clear = [False] * 8
    compare(
        ask.returned(function, [False, True, True, False, False, True, True, False], clear),
        expected=4 / 6,
        slips=[
            (4 / 8, _("Before it is first seen and after it is last seen it may be outside of the picture: those frames don't count.")),
            (2 / 6, _("This is the share in which it is *missing*. Return the share in which it is seen.")),
            (4, _("This is a number of frames. Return the share.")),
        ],
        otherwise=_("It is first seen in frame 1 and last in frame 6. In 4 of these 6 frames it is seen: return 4 / 6."),
    )  # fmt: skip
    seen = [True, True, False, False, True, False, True]
    hidden = [False, True, True, True, False, False, False]
    compare(
        ask(function, seen, hidden),
        expected=4 / 5,
        slips=[
            (4 / 7, _("In frames 2 and 3 something may hide it: being unseen there is excused, and they don't count.")),
            (3 / 4, _("In frame 1 something may hide it, and it is seen all the same: this frame counts.")),
            (6 / 7, _("Where something may hide it, being unseen is no proof that it is there. Leave those frames out.")),
        ],
        otherwise=_("Frames 2 and 3 are excused. Of the 5 others it is seen in 4: return 4 / 5."),
    )  # fmt: skip
    little = _("Seen in fewer than two frames: there is nothing to say, so return None.")
    stops = {ArithmeticError: little, ValueError: little, IndexError: little}
    for never in ([False] * 4, [False, True, False, False]):
        compare(ask(function, never, [False] * 4, stops=stops), expected=None, slips=[], otherwise=little)


def wins(function):
    compare(
        ask.returned(function, [5.0, 1.0, 4.0], [3.0, 2.0, 6.0]),
        expected=4 / 9,
        slips=[
            (5 / 9, _("Turned round: count the pairs in which the value of `first` is the larger one.")),
            (1 / 3, _("You compare the first with the first and the second with the second. Take every one with every other: nine pairs.")),
            (4, _("This is a number of pairs. Return the share.")),
            (0.0, _("You compare the means, or whole lists. Compare clip with clip: 4 of the 9 pairs are won.")),
            (1.0, _("You compare the means, or whole lists. Compare clip with clip: 4 of the 9 pairs are won.")),
        ],
        otherwise=_("Of the nine pairs `first` has the larger value in four, those of 5 and of 4 with 3 and with 2: return 4 / 9."),
    )  # fmt: skip
    compare(
        ask(function, [1.0, 2.0], [2.0]),
        expected=0.25,
        slips=[
            (0.0, _("2 and 2 are equal: this pair counts one half.")),
            (0.5, _("2 and 2 are equal: this pair counts one half, not whole.")),
        ],
        otherwise=_("Of two pairs one is lost and one is equal, which counts one half: return 0.25."),
    )  # fmt: skip


def law(function):
    texts = ("permanence", "energy", "gravity", "cannot tell", "none")

    def reading(gone=0, e=(0.7, 0.9), g=(9.2, 10.3), clock=True):
        pair = lambda one: None if one is None else list(one)  # noqa: E731
        return {"gone": gone, "e": pair(e), "g": pair(g), "clock": clock}

    answer = ask.returned(function, reading())
    if answer not in texts:
        raise NotYet(_("Return one of the five texts of the rule, exactly as written there, in English."))
    compare(
        answer,
        expected="none",
        slips=[],
        otherwise=_("It is there all the time, e lies below 1, and the interval of g contains 9.81: “none”."),
    )
    compare(
        ask(function, reading(gone=3, g=(4.0, 5.0))),
        expected="permanence",
        slips=[("gravity", _("Both are broken, and the rule asks for absence first: “permanence”."))],
        otherwise=_("It is missing in the open for three frames: “permanence”."),
    )
    compare(
        ask(function, reading(e=(1.1, 1.3))),
        expected="energy",
        slips=[],
        otherwise=_("The interval of e from 1.1 to 1.3 lies wholly above 1: “energy”."),
    )
    compare(
        ask(function, reading(e=(0.9, 1.2))),
        expected="none",
        slips=[("energy", _("The interval of e from 0.9 to 1.2 contains values below 1, however high its middle: no energy from nowhere is shown."))],
        otherwise=_("The interval of e contains 1, that of g contains 9.81: “none”."),
    )  # fmt: skip
    for g in ((4.0, 4.7), (12.0, 13.0)):
        compare(
            ask(function, reading(g=g)),
            expected="gravity",
            slips=[],
            otherwise=_("The clock is known and the interval of g does not contain 9.81, whether it lies below or above: “gravity”."),
        )  # fmt: skip
    compare(
        ask(function, reading(g=(8.0, 10.0))),
        expected="none",
        slips=[
            ("gravity", _("The interval of g from 8 to 10 contains 9.81, though its middle is 9: “none”."))
        ],
        otherwise=_("The interval of g contains 9.81: “none”."),
    )
    compare(
        ask(function, reading(g=(4.0, 4.7), clock=False)),
        expected="cannot tell",
        slips=[("gravity", _("The clock is not known: slow motion gives this number, too. “cannot tell”."))],
        otherwise=_("g is off and the clock is not known: “cannot tell”."),
    )
    compare(
        ask(function, reading(clock=False)),
        expected="none",
        slips=[("cannot tell", _("The clock is not known, and the interval of g contains 9.81 all the same: nothing is off, so “none”."))],
        otherwise=_("The interval of g contains 9.81: “none”."),
    )  # fmt: skip
    unmeasured = _("Neither e nor g could be measured: “cannot tell”. Ask whether they are None before you look into them.")  # fmt: skip
    compare(
        ask(function, reading(e=None, g=None), stops={TypeError: unmeasured}),
        expected="cannot tell",
        slips=[("none", _("Nothing was measured, and that is not “none”: it cannot be told."))],
        otherwise=unmeasured,
    )
    half = _("g could not be measured and e could: it lies below 1, so “none”.")
    compare(ask(function, reading(g=None), stops={TypeError: unmeasured}), expected="none", slips=[], otherwise=half)  # fmt: skip


check = advising(
    lang, places=places, gravity=gravity, restitution=restitution, permanence=permanence, wins=wins, law=law
)
