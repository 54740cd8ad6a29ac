# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] id="start"
# # Spotting by eye, calibrated
#
# **At the end you can**
#
# - count hits, misses, false alarms and correct rejections, and turn them into sensitivity (d') and criterion
#   (c);
# - say what your own confidence is worth (Brier score, calibration curve);
# - say what an alarm of yours is worth where 1, 10 or 50 clips in 100 are synthetic;
# - tell whether training made somebody better, or merely more suspicious.
#
# **Time** 55 minutes. **You need** this notebook, your eyes, and no internet. How well *you* spot is never
# marked: only what you can compute and conclude from it.

# %% [markdown] id="case"
# ## The case: the bridge at Tanafelt
#
# Zellij Info is a small newsroom in Tanafelt. One night in November the river rises. At 23:10 a reader sends
# a clip: the old bridge, brown water over its roadway. Hind, alone on the video desk, has had a workshop that
# very week, "Ten signs of a fake". The water flickers. A lamp seems to jump. She has seen nine of the ten
# signs on a slide. She answers: "Probably AI. We do not run it."
#
# The clip was genuine; the flicker came from the phone. The warning went out at 02:40, from the town hall.
# Nobody was hurt.
#
# On Monday her editor Ilyas looks at the workshop's own survey: 27 of 30 participants "feel better able to
# spot fakes". "Better able," he says, "or quicker to say *fake*?" This lab answers his question, first for
# you.
#
# *Zellij Info, Tanafelt and the people in it are invented.*

# %% id="setup"
from pathlib import Path
from statistics import NormalDist

from checks import check, lang

from medialit.forensics import calibration, roc
from medialit.forensics import statistics as stats
from medialit.widgets import plots
from medialit.widgets.spotting import Desk

desk = Desk(Path("clips"), answers=Path("answers"), lang=lang)

# %% [markdown] id="first_intro"
# ## 1. Judge twenty clips
#
# Every clip here was drawn by a program, so that its truth is known exactly: a miniature world of toys, in
# which cars, glasses and birds roll, fall and bounce. A **camera** clip follows the laws of motion, with a
# hand-held camera, sensor noise and fast movements. A **synthetic** clip is the same kind of clip with one
# error planted in it, of the sort that generators make. **Half of the twenty are camera clips.**
#
# First predict how many of the 20 you will get right. Then give each clip one of six answers, from "surely
# camera" to "surely synthetic". Press a button, or type the digit 1 to 6. You may watch a clip as often as
# you like; six seconds is usual. The answers come at the end. They are saved in the folder `answers`, under a
# random name, and go along when you submit, so that a class can be pooled.

# %% id="first_block"
desk.judge("before")

# %% [markdown] id="first_load"
# If you have not judged the clips yet, the next cell takes the answers of Touria, an invented colleague, so
# that you can read on. Run it again when you have finished: everything below then speaks of you.

# %% id="first_answers"
before = desk.judgements("before")
print(before.whose)

# %% [markdown] id="count_intro"
# ## 2. Four outcomes, not one "accuracy"
#
# The thing that we look for, the **signal**, is "synthetic".
#
# | | you said synthetic | you said camera |
# |---|---|---|
# | **it was synthetic** | hit | miss |
# | **it was camera** | false alarm | correct rejection |
#
# A newsroom pays for a miss and for a false alarm in different coin: a miss puts an invention on air, a false
# alarm silences a witness. One number cannot hold both.
#
# **Item 1 (2 points).** `truths` and `answers` are two lists of equal length; `True` means synthetic. Return
# the four counts, in the order hits, misses, false alarms, correct rejections.


# %% id="count" item="count"
def count(truths, answers):
    """Return [hits, misses, false alarms, correct rejections]."""
    pairs = list(zip(truths, answers, strict=True))  # each is (truth, answer)
    ### BEGIN SOLUTION
    outcomes = [(True, True), (True, False), (False, True), (False, False)]
    return [pairs.count(outcome) for outcome in outcomes]
    ### END SOLUTION


# %% id="count_check" checks="count" points=2
check.count(count)

# %% [markdown] id="count_use"
# From here on the lab calls the library's version of what you have just written, so that one slip does not
# stop you.

# %% id="count_mine"
counts = stats.count(before.truths, before.answers)
counts

# %% [markdown] id="baseline_intro"
# **The trivial baseline.** Before any clever number: how well does somebody do who never looks, and always
# says "camera"?

# %% id="baseline"
lazy = stats.Counts(hits=0, misses=10, false_alarms=0, correct_rejections=10)
rare = stats.Counts(hits=0, misses=10, false_alarms=0, correct_rejections=990)
for judged in (lazy, rare):
    right = judged.correct_rejections / judged.n
    print(f"{judged.base_rate:.0%} synthetic: {right:.0%} right, {judged.hits} hits")

# %% [markdown] id="baseline_read"
# Where 1 clip in 100 is synthetic, never looking is right 99 times in 100 and finds nothing. So "99 %
# accurate" says nothing until you know the base rate, the hits and the false alarms. Any method has to beat
# this baseline first.

# %% [markdown] id="sensitivity_intro"
# ## 3. Seeing better, or saying "synthetic" sooner?
#
# Two different things raise your hits: seeing the difference, and asking for less evidence. Signal detection
# theory keeps them apart. With the hit rate H, the false-alarm rate F and z, the inverse of the normal
# distribution:
#
# - **sensitivity** d' = z(H) − z(F): how far apart the two kinds look to you. 0 is guessing.
# - **criterion** c = −(z(H) + z(F)) / 2: how much evidence you ask for. **Below 0: suspicious. Above 0:
#   trusting.**
#
# z(0) and z(1) are infinite, so a perfect block would break the formula. The **log-linear correction**
# (Hautus, 1995) always adds half a clip: H = (hits + 0.5) / (hits + misses + 1), and F = (false alarms + 0.5)
# / (false alarms + correct rejections + 1).
#
# **Item 2 (4 points).** Return d' and c, with the correction. The function `z` is ready.

# %% id="sensitivity" item="sensitivity"
z = NormalDist().inv_cdf  # z(0.5) is 0, z(0.84) is about 1


def sensitivity(hits, misses, false_alarms, correct_rejections):
    """Return [d', c], from log-linear corrected rates."""
    ### BEGIN SOLUTION
    hit_rate = (hits + 0.5) / (hits + misses + 1)
    false_alarm_rate = (false_alarms + 0.5) / (false_alarms + correct_rejections + 1)
    return [z(hit_rate) - z(false_alarm_rate), -(z(hit_rate) + z(false_alarm_rate)) / 2]
    ### END SOLUTION


# %% id="sensitivity_check" checks="sensitivity" points=4
check.sensitivity(sensitivity)

# %% id="sensitivity_mine"
print("d' =", stats.d_prime_interval(counts))
print("c  =", stats.criterion_interval(counts))

# %% [markdown] id="sensitivity_read"
# Read the interval before the number. 7 hits and 3 false alarms, of 10 clips each, give a d' of 0.95 with a
# 95 % interval from −0.20 to 2.09: anything from a little worse than guessing to excellent. Twenty clips
# cannot rank two people, which is one reason why your d' is not marked.

# %% [markdown] id="roc_intro"
# Your six answers hold more than one threshold: "surely synthetic" alone is a strict one, "anything but
# surely camera" a lax one. All thresholds together give the **ROC curve**.

# %% id="roc_mine"
area = roc.bootstrap(roc.auc, before.truths, before.ratings, seed=7)
plots.roc_curve(before.truths, before.ratings, area=area, lang=lang)

# %% [markdown] id="roc_read"
# Each point is one threshold; moving along the curve buys hits with false alarms, and is **not** seeing
# better. The dashed diagonal is guessing. The area is the chance that of one synthetic and one camera clip
# you rate the synthetic one higher (0.5 is guessing); the interval in brackets says how little 20 clips can
# promise.

# %% [markdown] id="brier_intro"
# ## 4. What is your confidence worth?
#
# The six answers stand for probabilities of "synthetic": 5, 20, 40, 60, 80 and 95 %. An editor can only act
# on "80 %" if it comes true about 80 times in 100: then you are **calibrated**. The **Brier score** is the
# mean of (probability − truth)², where the truth is 1 for synthetic and 0 for camera. Lower is better. Always
# saying 50 % gets 0.25: that is the baseline.
#
# **Item 3 (2 points).** Return the Brier score. In Python `True` counts as 1 and `False` as 0.


# %% id="brier" item="brier"
def brier(truths, probabilities):
    """Return the mean squared distance between probability and truth."""
    ### BEGIN SOLUTION
    squares = [(said - was) ** 2 for was, said in zip(truths, probabilities, strict=True)]
    return sum(squares) / len(squares)
    ### END SOLUTION


# %% id="brier_check" checks="brier" points=2
check.brier(brier)

# %% id="calibration_mine"
score = roc.bootstrap(calibration.brier_score, before.truths, before.probabilities, seed=7)
plots.calibration_curve(before.truths, before.probabilities, brier=score, lang=lang)

# %% [markdown] id="calibration_read"
# On the diagonal, "80 %" came true 80 times in 100. Below it you claimed "synthetic" more strongly than it
# came true; above it, less. The bars are 95 % intervals, and with 20 clips most of them cross the diagonal:
# miscalibration is claimed only where a bar does not. If the interval of your Brier score includes 0.25, you
# have not shown that your confidence beats "I don't know".

# %% [markdown] id="ppv_intro"
# ## 5. What is an alarm worth?
#
# In the block half of the clips were synthetic. In a reader's inbox it may be 1 in 100. Of the clips that
# *you call synthetic*, which share is? This is the **positive predictive value**, PPV. Imagine 1,000 clips,
# of which 10 are synthetic, an H of 0.8 and an F of 0.1: 8 right alarms, 99 false ones. PPV = 8 / 107, about
# 7 %.
#
# **Item 4 (3 points).** Return the PPV. If the observer never raises an alarm (H and F are both 0) there is
# no such share: return `None`.


# %% id="ppv" item="ppv"
def ppv(hit_rate, false_alarm_rate, base_rate):
    """Return the share of alarms that are right, or None without alarms."""
    ### BEGIN SOLUTION
    right = hit_rate * base_rate
    alarms = right + false_alarm_rate * (1 - base_rate)
    return right / alarms if alarms > 0 else None
    ### END SOLUTION


# %% id="ppv_check" checks="ppv" points=3
check.ppv(ppv)

# %% id="ppv_mine"
for base_rate in (0.01, 0.10, 0.50):
    print(f"{base_rate:.0%} synthetic: PPV {stats.ppv_interval(counts, base_rate=base_rate):.0%}")
plots.ppv_by_base_rate(counts, lang=lang)

# %% [markdown] id="ppv_read"
# The same eyes, the same H and F: at 50 % most alarms are right, at 1 % most are wrong. The band is the 95 %
# interval. So "I think this is AI" is a reason to *check* the source, and at a base rate of 1 % it is no
# reason to *publish a denial*.

# %% [markdown] id="cheapest_intro"
# ## 6. Where should the desk put its threshold?
#
# A threshold is a choice of the newsroom, not of the eye. For a base rate p, an operating point (H, F) costs
# on average p · (1 − H) · cost of a miss + (1 − p) · F · cost of a false alarm. "Always camera" is the point
# (0, 0), "always synthetic" is (1, 1); both are options like any other.
#
# **Item 5 (2 points).** `points` is a list of pairs `(H, F)`. Return the position, counted from 0, of the
# cheapest one.


# %% id="cheapest" item="cheapest"
def cheapest(points, base_rate, cost_of_miss, cost_of_false_alarm):
    """Return the position in `points` of the lowest expected cost."""
    ### BEGIN SOLUTION
    missed = [base_rate * (1 - h) * cost_of_miss for h, f in points]
    alarmed = [(1 - base_rate) * f * cost_of_false_alarm for h, f in points]
    costs = [miss + alarm for miss, alarm in zip(missed, alarmed, strict=True)]
    return costs.index(min(costs))
    ### END SOLUTION


# %% id="cheapest_check" checks="cheapest" points=2
check.cheapest(cheapest)

# %% [markdown] id="train_intro"
# ## 7. Learn the cues, and their innocent doubles
#
# | cue | what to look at | its innocent double in a camera clip |
# |---|---|---|
# | **teleport** | the object skips a piece of its path | a fast object, a panning camera |
# | **morph** | it turns into something else | it turns round, or its far side shows |
# | **flicker** | one object changes colour or brightness by itself | noise or light over the whole frame |
# | **impossible bounce** | it comes back faster than it fell | a lively bounce, each lower than the last |
# | **vanish** | it fades or is gone for a moment | it goes behind something, or out of the frame |
#
# Five clips show a cue and five do not. Here the answer follows at once. Ask both ways each time: *what would
# I see if it were synthetic, and what would I see if it were not?*

# %% id="train_block"
desk.learn()

# %% [markdown] id="second_intro"
# ## 8. Judge twenty others
#
# Half of them are camera clips again. Which of the two sets came first was drawn by lot for you, so that a
# harder set cannot pass for a worse lesson.

# %% id="second_block"
desk.judge("after")

# %% id="second_answers"
after = desk.judgements("after")
counts_after = stats.count(after.truths, after.answers)
print(after.whose)
counts_after

# %% [markdown] id="verdict_intro"
# ## 9. Better, or merely more suspicious?
#
# Take "after minus before", with a 95 % interval, for d' and for c. The rule:
#
# 1. the interval of d' lies wholly above 0: `"better"`; wholly below 0: `"worse"`;
# 2. otherwise, the interval of c lies wholly below 0: `"more suspicious"`; wholly above 0: `"more trusting"`;
# 3. otherwise: `"cannot tell"`. That is not "nothing changed".
#
# **Item 6 (3 points).** Return one of these five texts, exactly as written.


# %% id="verdict" item="verdict"
def verdict(d_low, d_high, c_low, c_high):
    """Return what the intervals of the two changes allow one to say."""
    ### BEGIN SOLUTION
    if d_low > 0 or d_high < 0:
        return "better" if d_low > 0 else "worse"
    if c_high < 0 or c_low > 0:
        return "more suspicious" if c_high < 0 else "more trusting"
    return "cannot tell"
    ### END SOLUTION


# %% id="verdict_check" checks="verdict" points=3
check.verdict(verdict)

# %% id="verdict_mine"
change = stats.compare(counts, counts_after)
print(f"d' {change.d_prime}, c {change.criterion}: {change.verdict}")
plots.change(counts, counts_after, lang=lang)

# %% [markdown] id="verdict_read"
# Up is seeing better; left is more suspicious. The crosses are 95 % intervals. After two blocks of 20 clips
# the change of d' carries an interval about 3.2 wide, so for most people the honest verdict is "cannot tell".
# A teacher who reports "you improved" from such data reports noise. What can be told is told of many people
# together:

# %% id="workshops"
start = stats.Counts(hits=180, misses=120, false_alarms=60, correct_rejections=240)
ten_signs = stats.Counts(hits=240, misses=60, false_alarms=126, correct_rejections=174)
both_ways = stats.Counts(hits=240, misses=60, false_alarms=60, correct_rejections=240)
for name, end in {"Ten signs": ten_signs, "Both ways": both_ways}.items():
    found = stats.compare(start, end)
    print(f"{name}: d' {found.d_prime}, c {found.criterion}: {found.verdict}")
    print(f"PPV at 1 %: {stats.ppv_interval(end, base_rate=0.01):.1%}")

# %% [markdown] id="workshops_read"
# Two invented workshops, 30 people each, 20 clips each time. In both the hit rate rose from 60 to 80 %, and
# in both nearly all participants would say that they now find more fakes. After "Ten signs" false alarms rose
# from 20 to 42 %: no change of d' is shown (−0.05, interval −0.36 to 0.25), c fell by 0.6, and at a base rate
# of 1 % an alarm is right 2 times in 100, where before it was 3. After "Both ways" false alarms stayed at 20
# %: d' rose by 0.6 (0.3 to 0.9), and an alarm is right 4 times in 100.
#
# Pooling treats 30 people as one observer; people differ, so the true intervals are somewhat wider. Ilyas's
# question is answered by false alarms on genuine clips. The survey had not asked for any.

# %% [markdown] id="reflection_question"
# ## 10. What changed in your mind?
#
# **Item 7 (4 points, read by a person).** In 120 to 200 words, to the colleague who sits on the video desk
# tonight:
#
# - Did you get better, or merely more suspicious? Give the changes of d' and of c with their intervals.
# - What is your alarm worth where 1 clip in 100 is synthetic? What would you do with the next clip like that
#   of the bridge?
# - What did you believe before this lab that you now hold differently, or hold for a better reason?

# %% [markdown] id="reflection" manual="true" points=4
# ### BEGIN SOLUTION
# My d' went from 0.95 to 1.22: a change of 0.28, with a 95 % interval from −1.4 to 1.9. My c changed by
# −0.14, from −1.0 to 0.7. Both intervals include 0, so I cannot tell whether I got better or more suspicious;
# I can tell that 20 clips are too few to know.
#
# Where 1 clip in 100 is synthetic, my alarms would be right 1 to 6 times in 100. So with the bridge I would
# not have written "probably AI". I would have written "not checked yet", rung the sender and the town hall,
# compared the bridge with a map, and asked for a second clip: checks whose answer does not depend on my eyes.
#
# I used to think that a trained eye is one that finds more fakes. Now I ask how many genuine clips it throws
# away. A workshop that shows only fakes cannot tell us that. I also trusted my "surely": it came true less
# often than I said.
# ### END SOLUTION

# %% [markdown] id="end"
# ## What you may say now, and what not
#
# - Your d', c and calibration are those for *these drawn clips*. They say nothing about clips from a
#   generator that you have not been tested on.
# - The five cues are those of today's weak generators. They fade as models improve. What stays: count both
#   errors, give the interval, ask for the base rate, and check the source rather than the pixels.
# - The key to the clips is only scrambled, not locked. Reading it gains no mark; it only spoils your own
#   measurement.
#
# **Sources.** Green and Swets (1966); Hautus (1995), *Behavior Research Methods* 27:46; Brier (1950),
# *Monthly Weather Review* 78:1; Macmillan and Creelman (2005), *Detection Theory*; Mercaldo, Lau and Zhou
# (2007), *Statistics in Medicine* 26:2170.
