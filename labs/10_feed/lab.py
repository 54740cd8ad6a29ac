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
# # The feed: who sees what, and who decides
#
# **At the end you can**
#
# - make a ranker whose every point has a reason, and read the reasons;
# - steer a feed in words, and say which words changed nothing;
# - test whether a feed without personalisation reads anything about a viewer;
# - build an end to scrolling that restarts and changed clocks do not undo;
# - say who may write to whom, by age and settings;
# - say what a simulation shows, what it assumes and what it does not show.
#
# **Time** 60 minutes. **You need** this notebook, and no internet.

# %% [markdown] id="case"
# ## The case: five sentences at Dar Tifaout
#
# The youth house Dar Tifaout has a feed of its own, for the clips that are made there. Salma is 14. On Thursday
# she posts a clip about her grandmother's bread. On Yassir's telephone it is the last of eight; before it come a
# derby and a racing cat made with AI. In the evening five people talk about it:
#
# - Salma: "The machine hides me, and nobody can say why."
# - Khadija, her mother: "Then switch off the personal order. What knows nothing about anybody treats all alike."
# - Idir, who looks after the feed: "Twenty posts a day, then it ends. Nobody gets round that."
# - Anass, the football coach: "She is sad, I will write to her. We follow each other, so I may."
# - Nora, who sells adverts: "Leave it as it is. What everybody likes keeps people longer; everybody knows that."
#
# For each sentence, write down *right*, *wrong* or *cannot be known from this*. You come back to it at the end.
#
# *Dar Tifaout and the people are invented. The clips are only names here.*

# %% id="setup"
from datetime import UTC, datetime, timedelta

import numpy as np
from checks import check, lang

from medialit.feed.columns import Profile, columns
from medialit.feed.rank import CREATION_FIRST, ENGAGEMENT_FIRST, rank
from medialit.feed.records import AgeBand, Controls, EventKind, Member, Post
from medialit.widgets.checking import isolated
from medialit.widgets.ranking import RankWidget

NOW = datetime(2027, 4, 8, 18, tzinfo=UTC)

# %% id="feed_rows"
ROWS = [  # clip, author, topic, likes, clips that others made from it, hours ago
    ("bread", "salma", "cooking", 3, 2, 4),
    ("goal", "anass", "football", 64, 1, 30),
    ("cat-race", "zin", "animals", 210, 0, 50),
    ("derby", "zin", "football", 95, 0, 20),
    ("loom", "tuda", "crafts", 9, 6, 26),
    ("poem", "hafid", "poetry", 14, 3, 9),
    ("snow", "tuda", "nature", 31, 2, 70),
    ("dog-chef", "zin", "animals", 120, 1, 11),
]

# %% id="feed_made"
posts, counts = [], {}
for clip, author, topic, likes, made, hours in ROWS:
    when = NOW - timedelta(hours=hours)
    posts.append(Post(id=clip, clip=clip, author=author, topics=(topic,), at=when))
    counts[clip] = {EventKind.LIKE: likes, EventKind.REMIX: made}
feed = columns(posts, now=NOW, counts=counts)
watched = {"football": 0.8, "animals": 0.6, "cooking": -0.2}
yassir = Profile(viewer="yassir", follows=frozenset({"hafid"}), activity=watched)

# %% [markdown] id="widget_intro"
# ## 1. Why is it where it is?
#
# A **ranker** gives each post points and sorts. Here are its weights as sliders, set to *engagement-first*.
#
# Choose `bread` under "Why is it there?" and read its reasons. Then bring it to the top, twice: with sliders alone,
# as few as you can; and with the other preset and one switch. Which posts pay for it?

# %% id="widget"
RankWidget(feed, yassir, lang=lang)

# %% [markdown] id="widget_read"
# Nobody hides the bread. It has 0.14 points and the derby 3.53, and each point has its sentence: few likes, a
# topic that Yassir left soon, an author with few likes. So the first sentence is wrong in one half: it can be said
# why. The other half is right: a post at the end is hardly seen, and somebody **chose** these weights.

# %% [markdown] id="terms_intro"
# Now build it. The score of a post is a sum of **terms**, and a term is weight times feature:
#
# | feature | what it is |
# |---|---|
# | `activity` | the mean of `me["activity"]` over the post's topics; a topic that is not in there counts 0 |
# | `follows` | 1 if `me["follows"]` has the author, else 0 |
# | `likes` | n / (n + 20), with n likes |
# | `making` | n / (n + 5), with n clips that others made from it |
# | `freshness` | 0.5 to the power of age_h / 24: it halves every 24 hours |
#
# Likes level off: the twentieth brings it to a half, and 210 of them to 0.91.
#
# **Item 1 (3 points).** `post` has `"author"`, `"topics"` (a list), `"likes"`, `"made"` and `"age_h"`; `weights`
# has some of the five names. Return the list of terms `[name, points]`, the one that moves the post most, up *or*
# down, first. Leave out terms of 0 points.


# %% id="terms" item="terms"
def terms(post, me, weights):
    """Return what a post's score is made of, the largest part first."""
    ### BEGIN SOLUTION
    interest = [me["activity"].get(topic, 0) for topic in post["topics"]]
    features = {
        "activity": sum(interest) / len(interest),
        "follows": 1 if post["author"] in me["follows"] else 0,
        "likes": post["likes"] / (post["likes"] + 20),
        "making": post["made"] / (post["made"] + 5),
        "freshness": 0.5 ** (post["age_h"] / 24),
    }
    found = [[name, weight * features[name]] for name, weight in weights.items()]
    return sorted((one for one in found if one[1]), key=lambda one: -abs(one[1]))
    ### END SOLUTION


# %% id="terms_check" checks="terms" points=3
check.terms(terms)

# %% [markdown] id="terms_read"
# One function is both: the sum of its terms is the ranker, and the list is the answer to "why am I seeing this?".
# An explanation that is computed *beside* the ranker can be wrong. This one cannot, because there is nothing else.

# %% [markdown] id="steer_intro"
# ## 2. Steering in words
#
# "Less football, more cooking" is a wish, and not a history. A machine that guesses at wishes turns "not less
# football" into less football. Yours says what it did not understand:
#
# 1. commas cut the text into clauses, and each clause is read by itself, word by word;
# 2. a word of `words["more"]` or `words["less"]` says what the topics after it are asked for;
# 3. a topic after such a word goes into that list;
# 4. a word of `words["small"]` is passed over;
# 5. anything else is **unknown**, and so is all that follows it *in its clause*. A topic that nothing was said about
#    before is unknown as well.
#
# **Item 2 (2 points).** Return three lists of words, `[more, less, unknown]`, in the order of the text. The first
# line of the loop is there: it knows the Arabic comma, too.


# %% id="steer" item="steer"
def steer(text, words):
    """Return the topics asked for more and less, and the words that changed nothing."""
    more, less, unknown = [], [], []
    for clause in text.lower().replace("،", ",").split(","):
        ### BEGIN SOLUTION
        wanted, lost = None, False
        for word in clause.split():
            if not lost and word in words["more"]:
                wanted = more
            elif not lost and word in words["less"]:
                wanted = less
            elif not lost and word in words["topics"] and wanted is not None:
                wanted.append(word)
            elif lost or word not in words["small"]:
                lost = True
                unknown.append(word)
        ### END SOLUTION
    return [more, less, unknown]


# %% id="steer_check" checks="steer" points=2
check.steer(steer)

# %% id="steer_real"
from medialit.feed.steering import said
from medialit.feed.steering import steer as read

WISHES = {"en": "more cooking, not less football", "fr": "plus de cuisine", "ar": "كرة قدم أقل وطبخ أكثر"}
shown = isolated if lang == "ar" else str
for code, text in WISHES.items():
    print(*map(shown, said(read(text, lang=code), lang=lang)), sep="\n", end="\n\n")

# %% [markdown] id="steer_read"
# The library's reader knows twenty topics in three languages, and word orders that yours does not: in Arabic "less"
# may stand behind. It does not understand Darija, nor a spelling mistake. It says so, and leaves the order as it was.

# %% [markdown] id="twins_intro"
# ## 3. Off: does it really know nothing?
#
# With personalisation off, the order may not depend on what a viewer did. Reading the code is one way to find out.
# The other one needs only the outcome, a **metamorphic test**: change the viewer, and nothing else. The order must
# stay the same. Each changed viewer is a *twin*.
#
# **Item 3 (3 points).** A post has `"author"`, `"topic"` and `"place"`. `me` has `"follows"` (a list of authors),
# `"activity"` (topic to a number from −1 to 1), `"place"`, and `"asked"`: a topic that I asked for in words just now.
# Return a list of at most 200 twins, each made like `me`, with which an **honest** ranker gives the same order.
#
# Your twins are then tried on rankers that cheat: one moves up the posts of an author whom I follow, another one
# those of an author whom only others follow; and so with topics (above 0.5) and places. Each must be caught by a
# twin. What was *asked* may move posts, also when personalisation is off: leave it as it is, or an honest ranker is
# accused.


# %% id="twins" item="twins"
def twins(posts, me):
    """Return viewers who must get the same order as me while personalisation is off."""
    ### BEGIN SOLUTION
    found = []
    for post in posts:
        author, topic = post["author"], post["topic"]
        opposite = -1.0 if me["activity"].get(topic, 0) > 0 else 1.0
        found.append(me | {"follows": sorted(set(me["follows"]) ^ {author})})
        found.append(me | {"activity": me["activity"] | {topic: opposite}})
        found.append(me | {"place": post["place"]})
    return found
    ### END SOLUTION


# %% id="twins_check" checks="twins" points=3
check.twins(twins)

# %% id="twins_real"
rng = np.random.default_rng(3)
topics, authors = sorted({row[2] for row in ROWS}), sorted({row[1] for row in ROWS})
others = []
for _twin in range(300):
    activity = {topic: float(rng.uniform(-1, 1)) for topic in topics}
    others.append(Profile(viewer="twin", follows=frozenset(rng.choice(authors, 2)), activity=activity))

# %% id="twins_count"
for personalised in (True, False):
    orders = [
        rank(feed, one, weights=ENGAGEMENT_FIRST, personalised=personalised).order.tolist()
        for one in (yassir, *others)
    ]
    print(personalised, sum(order != orders[0] for order in orders[1:]), "of 300 differ")

# %% [markdown] id="twins_read"
# Switched on, all 300 random twins get another order than Yassir; switched off, none. "None of 300" is not
# "never": with 95 % confidence fewer than 1 twin in 100 would differ (3 / 300, the rule of three). A leak that
# shows with 1 twin in 100 is missed by 10 random ones 90 times in 100. That is why yours are made on purpose, one
# for each door.

# %% id="twins_off"
for name, weights in (("engagement", ENGAGEMENT_FIRST), ("creation", CREATION_FIRST)):
    order = feed.ids[rank(feed, None, weights=weights, personalised=False).order].tolist()
    print(f"{name:10} {order.index('bread') + 1} of {len(order)}: {order}")

# %% [markdown] id="twins_off_read"
# Khadija's sentence is half right. Off is off: it knows nothing about anybody. But it still ranks, by likes, and
# the bread is as far down as before. What brings it to the top are the *other* weights. "Treats all viewers alike"
# and "treats all posts alike" are two different promises, and only the first one was tested.

# %% [markdown] id="next_intro"
# ## 4. An end to scrolling
#
# Twenty posts a day, then it ends. A counter is easily undone: start the computer again, or change the clock. So a
# small **state** is written down, and it knows two clocks:
#
# - `wall`, the clock on the wall. It counts minutes, and anybody can set it;
# - `counted`, minutes since this start of the computer. Nobody can set it, and it knows no days.
#
# The rule for each post that is asked for:
#
# 1. the same `boot` as in the state: `now` grows by as much as `counted` did, whatever the wall says;
# 2. another `boot`: the wall is believed, but `now` never goes back;
# 3. a day is 1,440 minutes: `now // 1440`. If the new `now` is in a later day than the old one, `used` begins at 0;
# 4. the post is shown while `used` is below `limit`, and only a shown post is used.
#
# **Item 4 (3 points).** `state` has `"now"`, `"counted"`, `"boot"` and `"used"`; `reading` has `"wall"`,
# `"counted"` and `"boot"`. Return `[shown, state]`: True or False, and the new state.


# %% id="next_post" item="next_post"
def next_post(state, reading, limit):
    """Return whether another post is shown, and what is written down."""
    ### BEGIN SOLUTION
    if reading["boot"] == state["boot"]:
        now = state["now"] + reading["counted"] - state["counted"]
    else:
        now = max(state["now"], reading["wall"])
    used = state["used"] if now // 1440 == state["now"] // 1440 else 0
    shown = used < limit
    kept = {"now": now, "counted": reading["counted"], "boot": reading["boot"], "used": used + shown}
    return [shown, kept]
    ### END SOLUTION


# %% id="next_post_check" checks="next_post" points=3
check.next_post(next_post)

# %% id="clock_real"
from medialit.feed.clock import Reading
from medialit.feed.limits import beat, first_usage

steps = [  # what happened, hours that the wall clock is off, seconds counted, start of the computer
    ("15 s later", 0, 15, "a"),
    ("clock put a day ahead", 24, 30, "a"),
    ("restart, clock a day back", -24, 5, "b"),
    ("restart, clock a day ahead", 24, 5, "c"),
]

# %% id="clock_show"
usage = first_usage(Reading(wall=NOW, counted_s=0, boot="a"), zone="Africa/Casablanca")
for what, hours, counted_s, boot in steps:
    reading = Reading(wall=NOW + timedelta(hours=hours, minutes=1), counted_s=counted_s, boot=boot)
    usage = beat(usage, reading, zone="Africa/Casablanca", active=True)
    print(f"{what:27} {usage.day}  {usage.used_s:3.0f} s used  {usage.evidence.changed} times changed")

# %% [markdown] id="clock_read"
# The library counts seconds, by the same rule. A clock that is changed while the computer runs changes nothing and
# is noticed; after a restart it brings no day back. The last line is the hole: whoever sets the clock *ahead while
# the computer is off* is believed, because nobody can tell that from a night that passed. They get tomorrow's part
# today, and none tomorrow. So Idir's sentence is wrong, and what can be promised instead is: **nobody gets a day
# twice**.

# %% [markdown] id="write_intro"
# ## 5. Who may write to whom
#
# What holds for somebody who changes nothing?

# %% id="defaults"
from medialit.feed.controls import Tie, contact, contact_words, defaults

for age in AgeBand:
    held = defaults(age)
    print(f"{age:9} {held.daily_minutes:3} min  messages {held.messages:6} likeness {held.likeness}")

# %% [markdown] id="write_rule"
# These numbers are ours, and no law's. Nobody is under 13 here, and age is *what was said*: nothing checks it.
#
# A person's **setting** is what they chose; for those who chose nothing (`None`), what `DEFAULTS` has. For somebody
# under 18, `"everyone"` counts as `"known"`: no strangers, whatever was chosen. Then, in this order:
#
# 1. one of the two is under 13: `"under 13"`;
# 2. one blocked the other: `"blocked"`;
# 3. one of the two settings is off: `"off"`;
# 4. an adult writes to somebody under 18 who did not begin the conversation: `"adult to minor"`;
# 5. one of the two settings is known, and they do not *both* follow each other: `"not known"`;
# 6. otherwise: `"allowed"`.
#
# **Item 5 (3 points).** `sender` and `recipient` have `"age"` (`"under_13"`, `"13_15"`, `"16_17"` or `"adult"`) and
# `"messages"` (`"off"`, `"known"`, `"everyone"` or None). `tie` has True or False for `"follows"` (the sender
# follows the recipient), `"followed"` (the other way round), `"blocked"`, and `"opened"` (the recipient wrote
# first). Return one of the six texts, exactly as written.

# %% id="may_write" item="may_write"
DEFAULTS = {"13_15": "off", "16_17": "known", "adult": "known"}


def may_write(sender, recipient, tie):
    """Return whether the sender may write to the recipient, or what stands in the way."""
    ### BEGIN SOLUTION
    people = (sender, recipient)
    if any(person["age"] == "under_13" for person in people):
        return "under 13"
    if tie["blocked"]:
        return "blocked"
    settings = [person["messages"] or DEFAULTS[person["age"]] for person in people]
    minors = [person["age"] != "adult" for person in people]
    if "off" in settings:
        return "off"
    if not minors[0] and minors[1] and not tie["opened"]:
        return "adult to minor"
    strangers = not (tie["follows"] and tie["followed"])
    return "not known" if strangers and ("known" in settings or any(minors)) else "allowed"
    ### END SOLUTION


# %% id="may_write_check" checks="may_write" points=3
check.may_write(may_write)

# %% id="coach"
from dataclasses import replace

mutual = Tie(follows=True, followed=True)
anass = Member(id="anass", age=AgeBand.ADULT, zone="Africa/Casablanca")
salma = replace(anass, id="salma", age=AgeBand.TEEN_13_15, guardian="khadija")
for person in (salma, replace(salma, set_by_guardian=Controls(messages="known"))):
    print(isolated(contact_words(contact(anass, person, tie=mutual), recipient="Salma", lang=lang)))

# %% [markdown] id="coach_read"
# Anass is wrong, and means well. At first messages are off for Salma. Even where her mother allows known people, an
# adult does not begin; Salma may, and then he can answer. The rule does not say what kind of man he is: it does not
# ask. A coach has other doors, such as the telephone of her mother. The library's test walks all 2,304
# combinations; 70 are allowed.

# %% [markdown] id="compared_intro"
# ## 6. What keeps people longer?
#
# Nora's sentence is about people, and no people are here. There is a **simulation**: a made-up town with interests,
# boredom and habits, *all of them assumed*, and the real ranker. Each seed is another draw of the same town. Both
# rankings get the same people, the same posts and the same luck, so the runs come in **pairs**, and one looks at
# differences.
#
# **Item 6 (2 points).** `one` and `other` are lists of numbers, pair by pair. With d the differences `one − other`,
# n of them, m their mean and s = √(Σ(d − m)² / (n − 1)), the interval is m ± t · s / √n. Return
# `[low, high, word]`, where the word is `"more"` if the whole interval is above 0, `"less"` if it is below 0, and
# otherwise `"not shown"`.


# %% id="compared" item="compared"
def compared(one, other, t):
    """Return the interval of the mean difference, and what may be said."""
    ### BEGIN SOLUTION
    differences = np.array(one) - np.array(other)
    half = t * differences.std(ddof=1) / np.sqrt(len(differences))
    low, high = float(differences.mean() - half), float(differences.mean() + half)
    return [low, high, "more" if low > 0 else "less" if high < 0 else "not shown"]
    ### END SOLUTION


# %% id="compared_check" checks="compared" points=2
check.compared(compared)

# %% id="town"
from scipy.stats import ttest_rel

from medialit.feed.simulate import CONDITIONS, simulate
from medialit.feed.simulate_world import Assumptions


def runs(name, assumed):
    town = {"n_viewers": 100, "n_days": 5, "assumed": assumed}
    return [simulate(CONDITIONS[name], seed=seed, **town) for seed in range(1, 6)]


def differences(assumed):
    pairs = list(zip(runs("engagement-first", assumed), runs("creation-first", assumed), strict=True))
    for measure in ("minutes", "topic_bits", "made"):
        one, other = ([getattr(run, measure) for run in kind] for kind in zip(*pairs, strict=True))
        low, high = ttest_rel(one, other).confidence_interval()
        print(f"{measure:10} {low:+.2f} to {high:+.2f}")


# %% id="town_bored"
differences(Assumptions())

# %% [markdown] id="town_bored_read"
# These are engagement-first minus creation-first, five pairs each, 95 %. In this town engagement-first has *fewer*
# minutes a day: 1.0 to 1.7 fewer. It shows fewer topics (0.5 to 0.6 bits), and fewer clips are made. Was Nora
# wrong? The town is assumed to get bored: a topic loses pleasure with each post of it. Change this one assumption:

# %% id="town_never"
differences(Assumptions(boredom=0.0))

# %% [markdown] id="town_read"
# Now engagement-first has 3.0 to 3.8 minutes *more*. Both intervals are narrow, both leave 0 out, and they
# contradict each other. An interval knows the luck of the draw. It does not know whether the assumption is true:
# nobody measured it here. That fewer topics are shown holds in both towns; that fewer clips are made is, in the
# second one, not shown.
#
# So Nora's sentence *cannot be known from this*. It would take people, their agreement, and an experiment.

# %% [markdown] id="reflection_question"
# ## 7. What changed in your mind?
#
# **Item 7 (4 points, read by a person).** In 120 to 200 words, to *one* of the five:
#
# - What was right in their sentence, and what was not? Give a number from your notebook, and say what it does not
#   show.
# - Dar Tifaout asks you for one weight and one default. Which would you choose, for whom is it good, and what does it
#   cost somebody else?
# - A friend says: "Feeds are made to hook us, so the best is none at all." What would you answer?

# %% [markdown] id="reflection" manual="true" points=4
# ### BEGIN SOLUTION
# Dear Salma, you were right that hardly anybody sees the eighth post. But nobody hid it: it has 0.14 points, the
# derby has 3.53, and the largest part of the difference is what Yassir watched before. With creation-first and
# without a personal order your bread is the first of eight. That does not show that more people would like it, only
# who decides: the weights.
#
# I would ask for a weight of 1.5 for clips that others make from one. That is good for those who show how something
# is done, and it costs those whose clips are only nice to look at: snow goes down. As a default I would take twenty
# posts a day. It is good for tired evenings, and it costs somebody who is ill in bed and would like to go on.
#
# To the friend: the same feed brought my grandmother's recipe to a girl in Oujda, who baked it. I would not switch it
# off; I want to see the weights, and to be able to say "less football" and be told what was not understood. Whether
# it holds us, the simulation could not tell me: with boredom it lost a minute, without it won three.
# ### END SOLUTION

# %% [markdown] id="end"
# ## What you may say now, and what not
#
# | sentence | | why |
# |---|---|---|
# | Salma: hidden, and nobody can say why | half | low, not hidden; and every point has its reason |
# | Khadija: off treats all alike | half | all viewers, yes; all posts, no |
# | Idir: nobody gets round it | wrong | nobody gets a day *twice*; tomorrow's can be had today |
# | Anass: we follow each other, so I may | wrong | an adult does not begin; he may answer |
# | Nora: it keeps people longer | not known | the answer follows from what is assumed |
#
# - You can say why a post is where it is in *this* feed. Feeds that show no weights can be asked the same question,
#   and tested with twins.
# - A test without a finding bounds a leak; it does not exclude one.
# - The weights, the ages, the minutes and the town are choices of this project. None was measured on people, and
#   nothing here shows that a limit does anybody good. It is a choice that can be seen and changed, and that is the
#   point.
#
# **Sources.** Chen, Cheung and Yiu (1998), *Metamorphic testing*, HKUST-CS98-01; Hanley and Lippman-Hand (1983),
# *JAMA* 249:1743, on the rule of three; `medialit feed simulate`, for a larger town.
