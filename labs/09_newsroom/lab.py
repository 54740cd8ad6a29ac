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
# # Newsroom: thirty minutes before the match
#
# **At the end you can**
#
# - count sources rather than posts, and weigh evidence that hangs together;
# - hold a claimed time and place against what a clip shows;
# - choose between publish, label, hold and debunk by what the mistakes cost;
# - spend thirty minutes on the checks that change a decision;
# - correct a mistake so that it ends there.
#
# **Time** 60 minutes. **You need** this notebook, and no internet.

# %% [markdown] id="case"
# ## The case: water at the north gate
#
# Saturday, 21 November, Tanoumrit. It has rained for two days, and at 16:00 there is a match. Four thousand people
# are getting ready. At 14:31 a clip reaches Radio Asaru: brown water runs down the steps of the stadium. "North gate,
# NOW. Stay at home!" By 14:50 six accounts have it. The gates open at 15:20.
#
# - Driss, the editor on duty: "Six accounts. That is confirmed. Publish."
# - Salma, on the desk: "The detector gives an alarm, and the picture is full of blocks. That is AI. Debunk it."
#
# Driss was quicker. At 14:50 Radio Asaru wrote: "Flood at the north gate: gate closed." The gate was dry. The clip
# came from a camera, so Salma's reason was wrong as well: it showed the flood of 2023.
#
# And at 14:20 Fadma, who has rung the station for years, had left a voice message: "The underpass to the stadium is
# full of water." Nobody counted it, because it was *only one*. It was true. Nobody was hurt; two buses had to back out.
#
# Before you read on, write down: how probable was it, at 14:50, that there was water at the gate?
#
# *Tanoumrit, Radio Asaru, its log book and the people are invented.*

# %% id="setup"
import math
import re
from itertools import combinations

import numpy as np
from checks import check, lang

from medialit.forensics import statistics as stats
from medialit.widgets.newsroom import DeskWidget, cost_after, sun

# %% [markdown] id="sources_intro"
# ## 1. Six posts, how many sources?
#
# A post that copies another one has not seen anything. Salma looks up where each post has its clip from:

# %% id="sources_posts"
posts = {
    "atlas_fans": "oued_2023",  # an account that is gone
    "hamid_t": "atlas_fans",
    "souk_news": "hamid_t",
    "match_day": "souk_news",
    "rania_b": "atlas_fans",
    "tanoumrit_now": "oued_2023",
}

# %% [markdown] id="sources_ask"
# Follow each post back to its **origin**: a post that copies none (`None`), or one that is not in the list any more.
#
# **Item 1 (2 points).** `copy_of` maps each post to the one that it copies, or to `None`. Return the list of origins,
# each once, in alphabetical order (`sorted`).


# %% id="sources" item="sources"
def sources(copy_of):
    """Return the origins of all posts, each once, in alphabetical order."""
    ### BEGIN SOLUTION
    origins = set()
    for post in copy_of:
        while copy_of.get(post) is not None:
            post = copy_of[post]
        origins.add(post)
    return sorted(origins)
    ### END SOLUTION


# %% id="sources_check" checks="sources" points=2
check.sources(sources)

# %% [markdown] id="sources_read"
# Six posts have one origin: an account that nobody can ask. Fadma's message copies nothing. So at 14:50 the gate had one
# source and the underpass had one, and only the second could be rung up.

# %% [markdown] id="ratio_intro"
# ## 2. What is a piece of evidence worth?
#
# **The trivial baseline** comes first: how often is such a claim true at all? In the log book of the desk, 40 of 200
# claims of water, fire or a fall were. This is the **base rate**.

# %% id="ratio_base"
base = stats.wilson(40, 200)
print(f"base rate {base:.0%}")

# %% [markdown] id="ratio_read"
# So, before anybody looks at a clip: 20 %, with a 95 % interval from 15 to 26 %.
#
# A piece of evidence is worth its **likelihood ratio**: how many times as often it turns up with a true claim as with
# a false one. 1 says nothing. 3 speaks for the claim, 1/3 as strongly against it. In the log, a clip of the place came
# 3 times as often with a true claim, and a first-hand message of somebody the desk knows 8 times as often.
#
# And the detector? It says something about *pixels*; the claim is *water, here, now*. In a pack made for this library
# it flagged 2 of 45 camera clips, and 10 of 45 fakes. But a false claim mostly has a camera clip, an old one. Let 20 in
# 100 false claims come with a fake:

# %% id="ratio_detector"
flagged_camera, flagged_fake = stats.wilson(2, 45), stats.wilson(10, 45)
print(f"flagged: camera {flagged_camera:.0%}, fakes {flagged_fake:.0%}")
if_true = 2 / 45
if_false = 0.8 * 2 / 45 + 0.2 * 10 / 45
print(f"ratio {if_true / if_false:.2f}")

# %% [markdown] id="ratio_detector_read"
# An alarm about halves the odds of the claim; it is far from a proof, and with 45 clips of each kind the intervals are
# wide. The 20 in 100 are an assumption. Where *no* false claim comes with a fake, the ratio is 1: the best detector says
# nothing about an old clip.
#
# Salma had a second sign, the blocks. Both come from the same place: a clip that went through many telephones has more
# blocks *and* more alarms. May the two be multiplied? Try it on 200,000 claims that a program draws:

# %% id="together"
rng = np.random.default_rng(9)
true = rng.random(200_000) < 0.5
passed_on = rng.random(200_000) < np.where(true, 0.3, 0.6)
alarm = rng.random(200_000) < np.where(passed_on, 0.4, 0.05)
blocks = rng.random(200_000) < np.where(passed_on, 0.9, 0.1)
one, other, both = (sign[true].mean() / sign[~true].mean() for sign in (alarm, blocks, alarm & blocks))
print(f"alarm {one:.2f}, blocks {other:.2f}, multiplied {one * other:.2f}, counted together {both:.2f}")

# %% [markdown] id="together_read"
# Multiplied, the two signs would cut the odds to about a third; counted together, to about a half. The second sign
# mostly repeats the first. Nobody has a log in which everything was counted together, so the desk has a rule:
#
# **One origin counts once, with its strongest piece**: the one whose ratio is furthest from 1, as a factor. 1/4 is
# stronger than 3. The rule may claim a little too little, and never much too much.
#
# With odds it is one multiplication: odds = p / (1 − p), new odds = old odds × ratio × ratio …, and back:
# p = odds / (1 + odds).
#
# **Item 2 (3 points).** `evidence` is a list of pairs `[origin, ratio]`. Return the probability that the claim is true.
# `abs(math.log(ratio))` says how far a ratio is from 1.


# %% id="posterior" item="posterior"
def posterior(base_rate, evidence):
    """Return the probability of the claim; each origin counts once."""
    ### BEGIN SOLUTION
    strongest = {}
    for origin, ratio in evidence:
        if abs(math.log(ratio)) > abs(math.log(strongest.get(origin, 1))):
            strongest[origin] = ratio
    odds = base_rate / (1 - base_rate) * math.prod(strongest.values())
    return odds / (1 + odds)
    ### END SOLUTION


# %% id="posterior_check" checks="posterior" points=3
check.posterior(posterior)


# %% id="posterior_case"
def probability(odds_before, *ratios):
    odds = odds_before * math.prod(ratios)
    return f"{odds / (1 + odds):.0%}"


for name, ratios in {
    "Driss": [3] * 6,
    "Salma": [0.56, 0.59],
    "gate, origins counted once": [3, 0.56],
    "underpass, Fadma alone": [8],
}.items():
    print(f"{name:28}", probability(0.25, *ratios))

# %% [markdown] id="posterior_read"
# Driss counted one clip six times. Salma left it out, and counted one origin twice. Once each, it was 30 %: with the
# interval of the base rate, 23 to 37 %. Fadma's single message made the underpass 67 % (59 to 74). Compare with what
# you wrote down. The ratios have intervals, too, so the true ones are wider.
#
# The second number is the lesson: **evidence that copies nothing is worth more than copies that are many**. Care with
# copies is one half; the other half is to listen to one witness.

# %% [markdown] id="time_intro"
# ## 3. Does the clip fit its own story?
#
# Times are minutes since midnight of that Saturday: 14:30 is 870, the day before is negative. A story is contradicted by
#
# - `"seen before"`: the clip was seen before the moment at which it is said to be filmed;
# - `"shadow"`: an object of `height` metres throws a `shadow`. The sun then stands atan(height / shadow) degrees high.
#   More than 5 degrees from where it stood at the claimed time is too much; less is the error of measuring;
# - `"too far"`: the same telephone was `elsewhere`, `[minute, km]`, and would have had to travel more than 1 km a minute.
#
# What is `None` is not known, and contradicts nothing.
#
# **Item 3 (3 points).** `clip` has `"filmed"`, `"first_seen"`, `"height"`, `"shadow"` and `"elsewhere"`. Return the list
# of contradictions, in this order. `sun(minute)` says how high the sun stood in Tanoumrit, in degrees; `math.atan` gives
# radians, and `math.degrees` turns them into degrees.


# %% id="contradictions" item="contradictions"
def contradictions(clip):
    """Return what contradicts the clip's story."""
    ### BEGIN SOLUTION
    found, filmed = [], clip["filmed"]
    if clip["first_seen"] is not None and clip["first_seen"] < filmed:
        found.append("seen before")
    if clip["shadow"] is not None:
        height = math.degrees(math.atan(clip["height"] / clip["shadow"]))
        if abs(height - sun(filmed)) > 5:
            found.append("shadow")
    if clip["elsewhere"] is not None:
        minute, km = clip["elsewhere"]
        if km > abs(filmed - minute):
            found.append("too far")
    return found
    ### END SOLUTION


# %% id="contradictions_check" checks="contradictions" points=3
check.contradictions(contradictions)

# %% id="time_case"
for minute in (605, 868, 982):
    print(f"{minute // 60}:{minute % 60:02} sun at {sun(minute):.0f} degrees")
railing = math.degrees(math.atan(1.1 / 2.8))
print(f"the railing says {railing:.0f} degrees")

# %% [markdown] id="time_read"
# The railing in the clip is 1.1 m high and its shadow 2.8 m long, within a tenth: the sun stood at 21 degrees, give
# or take 1. At 14:28 it stood at 36. So the clip is not from then. It could be from about 10 in the morning, or from
# twenty past four: a shadow fits two times a day, and many days a year. **A contradiction can refute a story; fitting
# does not prove one.**

# %% [markdown] id="decide_intro"
# ## 4. Four answers, and what each can cost
#
# "True or false?" is not the desk's question. Its question is what to do *now*. Driss and Salma wrote down, on a calm
# day, what each answer costs, in points, if the claim is true and if it is false:

# %% id="decide_costs"
COSTS = {
    "publish": [0, 40],  # false: four thousand people are sent home, and trust us less
    "label": [5, 10],  # "we have heard, we are checking, this is what to do meanwhile"
    "hold": [15, 3],  # true: people walk into the water; false: the rumour runs on
    "debunk": [60, 0],  # true: we have told people that a danger does not exist
}

# %% [markdown] id="decide_ask"
# The expected cost of an answer is p × (cost if true) + (1 − p) × (cost if false). But p is only known to an interval.
# So take for each answer the **worse of its expected costs at the two ends**, and then the answer where this is lowest.
#
# **Item 4 (2 points).** `low` and `high` are the ends of the interval of p. Return the name of that answer.


# %% id="decide" item="decide"
def decide(low, high, costs):
    """Return the answer whose worse expected cost is the lowest."""

    ### BEGIN SOLUTION
    def worse(answer):
        if_true, if_false = costs[answer]
        return max(p * if_true + (1 - p) * if_false for p in (low, high))

    return min(costs, key=worse)
    ### END SOLUTION


# %% id="decide_check" checks="decide" points=2
check.decide(decide)

# %% id="decide_case"
print("answer      " + "".join(f"{p:8.0%}" for p in (0.02, 0.23, 0.37, 0.59, 0.74, 0.95)))
for answer, (if_true, if_false) in COSTS.items():
    row = [p * if_true + (1 - p) * if_false for p in (0.02, 0.23, 0.37, 0.59, 0.74, 0.95)]
    print(f"{answer:12}" + "".join(f"{cost:8.1f}" for cost in row))

# %% [markdown] id="decide_read"
# Read the columns in pairs. Between 23 and 37 %, the gate, `hold` is at worst 7.4. Between 59 and 74 %, the underpass,
# `label` is at worst 7.1: *say it*, with what is not known yet. With these costs, debunk is the best answer below 6 %,
# and publish above 86 %. With other costs the borders lie elsewhere, so a desk should write its own down before the
# telephone rings.
#
# Holding is not free: 15 points if there is water. A desk that always waits has chosen that price.

# %% [markdown] id="plan_intro"
# ## 5. Thirty minutes
#
# Once more from the start: it is 14:50, nothing is published, and the gates open at 15:20. Seven checks are possible.
# For each, `"yes_if_true"` is the share of true claims for which it says yes, and `"yes_if_false"` the same of false
# ones (from the log). The detector's yes is "no alarm". Begin with the clip alone, counted once: 43 %. Spend the time:

# %% id="plan_checks"
rows = [
    ("search", "web", 8, 0.97, 0.4),
    ("caretaker", "caretaker", 11, 0.9, 0.1),
    ("office", "office", 9, 0.8, 0.2),
    ("map", "place", 14, 0.95, 0.6),
    ("shadows", "time", 7, 0.9, 0.5),
    ("detector", "pixels", 3, 0.96, 0.92),
    ("blocks", "pixels", 2, 0.7, 0.6),
]
fields = ("name", "origin", "minutes", "yes_if_true", "yes_if_false")
checks = [dict(zip(fields, row, strict=True)) for row in rows]

# %% id="plan_widget"
desk = DeskWidget(checks, p=0.43, minutes=30, costs=COSTS, lang=lang)
desk

# %% [markdown] id="plan_ask"
# Was every minute worth it? A check is worth something only if one of its results would **change the answer**. The
# library's `cost_after(some, p, costs)` gives the expected cost once the checks in the list `some` are made and the best
# answer to their results is given; `cost_after([], p, costs)` is the cost now.
#
# It takes the checks as independent, so of checks with one `"origin"` at most one may be in a plan.
#
# **Item 5 (3 points).** Of all plans that fit into `minutes`, take the one with the lowest `cost_after`; among equals,
# the one that takes fewer minutes. That can be no check at all. Return the list of its checks' **names**, first the one
# that alone saves most *a minute*: if you are interrupted, you have done the best first. `combinations(checks, n)` gives
# all choices of n checks.


# %% id="plan" item="plan"
def plan(checks, minutes, p, costs):
    """Return the names of the checks to make, the most worth a minute first."""

    ### BEGIN SOLUTION
    def takes(some):
        return sum(one["minutes"] for one in some)

    plans = [some for n in range(len(checks) + 1) for some in combinations(checks, n)]
    fitting = [some for some in plans if takes(some) <= minutes]
    fitting = [some for some in fitting if len({one["origin"] for one in some}) == len(some)]
    best = min(fitting, key=lambda some: (cost_after(list(some), p, costs), takes(some)))
    now = cost_after([], p, costs)
    order = sorted(best, key=lambda one: (cost_after([one], p, costs) - now) / one["minutes"])
    return [one["name"] for one in order]
    ### END SOLUTION


# %% id="plan_check" checks="plan" points=3
check.plan(plan)

# %% id="plan_case"
by_name = {one["name"]: one for one in checks}
print(f"now {cost_after([], 0.43, COSTS):.2f}")
for names in ("detector", "detector shadows search", "search caretaker", "search caretaker office blocks"):
    some = [by_name[name] for name in names.split()]
    used = sum(one["minutes"] for one in some)
    print(f"{used:2} minutes, {cost_after(some, 0.43, COSTS):.2f}: {names}")

# %% [markdown] id="plan_read"
# The detector takes 3 minutes and saves 0.15 of 7.85: its alarm moves the answer from `label` to `hold`, and its silence
# moves nothing. Quick checks first (18 minutes) leave 4.73. The last line is the best plan there is: 2.11. Its first
# two checks, 19 minutes, have most of that already. The order by the minute is a rule of thumb; the choice of checks
# is exact, under these numbers.
#
# And one thing was in no plan: the caretaker told of the underpass without being asked. A search engine answers the
# question; a person answers more.

# %% [markdown] id="faults_intro"
# ## 6. The correction
#
# At 15:20 Radio Asaru corrects itself. A correction has four parts, and readers of a headline alone must not take the
# mistake home once more. The rule of the desk:
#
# - `"claim in headline"`: the headline has **all** the words of the false claim. A "no" or "not" does not help: what
#   is repeated is remembered. One of the words, such as the place, is fine;
# - `"what was wrong"`: the text lacks a word of the claim. Here it must be named;
# - `"when"`: the text lacks the time of the mistake or that of the correction;
# - `"what is known"`: the text lacks a word of what is known now.
#
# **Item 6 (3 points).** `note` has `"headline"` and `"text"`; `error` has `"claim"` and `"known"` (lists of words),
# `"published"` and `"corrected"` (times). Return the list of faults, in this order. `words(text)` gives the set of
# words and times of a text, in small letters.


# %% id="faults" item="faults"
def words(text):
    """Return the words and times of a text, in small letters."""
    return set(re.findall(r"\d+:\d+|\w+", text.lower()))


def faults(note, error):
    """Return what is wrong with a correction."""
    ### BEGIN SOLUTION
    headline, text = words(note["headline"]), words(note["text"])
    found = {
        "claim in headline": headline.issuperset(error["claim"]),
        "what was wrong": not text.issuperset(error["claim"]),
        "when": not text.issuperset([error["published"], error["corrected"]]),
        "what is known": not text.issuperset(error["known"]),
    }
    return [fault for fault, there in found.items() if there]
    ### END SOLUTION


# %% id="faults_check" checks="faults" points=3
check.faults(faults)

# %% [markdown] id="faults_read"
# A list of words finds what is missing. It does not find what is *untrue*, or unkind: for that, somebody else on the
# desk reads the note before it goes out.

# %% [markdown] id="reflection_question"
# ## 7. The note, and what changed in your mind
#
# **Item 7 (4 points, read by a person).** In 150 to 220 words:
#
# - Write Radio Asaru's correction of 15:20: a headline and at most 80 words. Known by then: the gate is dry (the
#   caretaker, 15:05), the clip shows the flood of 2023, the underpass is closed by water.
# - To Driss or to Salma: which piece of evidence was counted too often, which one not at all? Give a probability from
#   your notebook with its interval, and say which answer it called for.
# - What did you believe before this lab that you now hold differently, or hold for a better reason?

# %% [markdown] id="reflection" manual="true" points=4
# ### BEGIN SOLUTION
# **Match in Tanoumrit: all gates open, the underpass is closed.** At 14:50 we reported a flood at the north gate. That
# was wrong: the clip behind it shows the flood of 2023. We had not asked anybody at the stadium. At 15:05 the caretaker
# told us that the gate is dry. The underpass is closed by water; please come by the upper road. Corrected at 15:20. We
# are sorry.
#
# Dear Driss, six accounts were one origin, and we could not ask it. Counted once, and with the detector's alarm, I get
# 30 %, 23 to 37 with the interval of our base rate: hold, and check. Fadma's message we did not count at all. Alone it
# made the underpass 67 % (59 to 74), and that called for a label at once.
#
# I used to think that care means to wait until many say it. Now I ask how many of them have *seen* it. One witness whom
# I can ring is worth more than six copies. And I would look at the clip's date before its pixels: most false claims
# come with true pictures.
# ### END SOLUTION

# %% [markdown] id="end"
# ## What you may say now, and what not
#
# - You can say what a claim's probability is *given* a base rate and ratios. Both come from a log: a desk without one
#   guesses. Start one; forty lines are enough for a wide interval.
# - "One origin counts once" is a rule for a desk without time. Where signs were counted together, use that count.
# - The costs are a choice, made by people. Nothing in this lab says that they are right.
# - The plan takes all its checks as made, whatever the first ones say. A desk may stop as soon as no result can
#   change the answer any more.
#
# **Sources.** Good (1950), *Probability and the Weighing of Evidence*; Howard (1966), *Information value theory*, IEEE
# Transactions on Systems Science and Cybernetics 2:22; Meeus (1998), *Astronomical Algorithms*, on the height of the
# sun; `python benchmarks/detectors.py`, for the clips that were flagged.
