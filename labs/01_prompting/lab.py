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
# # Prompting: from a brief to a shot
#
# **At the end you can**
#
# - turn a brief into a shot specification, with what is open, contradictory, or without effect;
# - say what the seed, the words and guidance each do, and write guidance down;
# - find out what one change did by changing nothing else;
# - write a scorer of adherence that anybody can read, and measure how good it is;
# - allow, transform or refuse a prompt in five languages, and say how often such a rule errs.
#
# **Time** 55 minutes. **You need** this notebook, and no internet.

# %% [markdown] id="case"
# ## The case: the blue lantern of Ighil Nwar
#
# The lantern makers' cooperative of Ighil Nwar telephones Studio Tafukt: "Our lantern, turning slowly, in the souk.
# Blue, like our door." Anass, who is new, types: *a masterpiece, ultra-realistic: a lantern spins in the souk*. The
# lantern comes out green. He tries another seed: orange. He adds *cinematic*: white. He adds *8k*, takes yet
# another seed and doubles the guidance, all at once. The fourth lantern is blue.
#
# He writes on the whiteboard: **"8k makes it blue."** By Friday three colleagues type *8k*.
#
# "Perhaps," says Yamna, the producer. "How would we know?"
#
# *Ighil Nwar, Studio Tafukt and the people are invented. Every clip here is made by the small generator that comes
# with this course.*

# %% id="setup"
import numpy as np
from checks import check, lang

from medialit.forensics import statistics as stats
from medialit.generate import safety, sampler, text
from medialit.generate.judge import judge
from medialit.widgets import takes
from medialit.widgets.generating import GeneratorWidget

# %% [markdown] id="brief_intro"
# ## 1. From a brief to a shot
#
# This generator knows twelve kinds of things, seven colours, ten actions and eight places. A reader looks at each
# word of the prompt: does it name one of these, or does it change nothing?

# %% id="brief_read"
for prompt in (
    "our lantern turns slowly in the souk, blue like our door",
    "our blue lantern turns slowly in the souk",
    "a masterpiece, ultra-realistic, cinematic, 8k: a lantern spins in the souk",
):
    reading = text.read(prompt)
    print({span.text: span.slot for span in reading.used}, *reading.explain(lang), sep="\n    ")

# %% id="brief_same"
plain = sampler.sample("a lantern spins in the souk", seed=2).clip
praised = sampler.sample("a masterpiece, ultra-realistic, 8k: a lantern spins in the souk", seed=2).clip
print("pixels that differ:", np.count_nonzero(plain.frames != praised.frames))

# %% [markdown] id="brief_use"
# The client did say *blue*, but far from the lantern, and the reader loses it; in *our blue lantern* it is read. For
# *slowly* there is nothing in this generator's world. And of Anass's praise not one pixel of 24 frames comes. Another
# generator may have learnt from captions that hold such words, and then they do something. That can be measured, and
# only so.
#
# Before anything is generated, a producer writes the brief down as a **shot specification**: what is asked for,
# what is open, what contradicts itself, what has no effect.
#
# **Item 1 (3 points).** `tags` is a list of `[word, field, value]`, in any language; the field is `None` where the
# word says nothing to the generator. Return a dictionary:
#
# - for each of the four `FIELDS` its value; `None` if no word names it; `"ask"` if words name *different* values;
# - `"unused"`: the list of the words without a field, in order.

# %% id="spec" item="spec"
FIELDS = ("kind", "colour", "action", "place")


def spec(tags):
    """Return the four fields and the unused words of a brief."""
    ### BEGIN SOLUTION
    shot = {"unused": [word for word, field, _value in tags if field is None]}
    for name in FIELDS:
        values = {value for _word, field, value in tags if field == name}
        shot[name] = "ask" if len(values) > 1 else next(iter(values), None)
    return shot
    ### END SOLUTION


# %% id="spec_check" checks="spec" points=3
check.spec(spec)

# %% [markdown] id="seed_intro"
# ## 2. What you leave open, the seed draws
#
# A clip begins as noise, and the **seed** says which noise. It also draws whatever the prompt leaves open. The same
# words and the same seed give the same clip again. Here are Anass's words with four seeds.

# %% id="seed_four"
four = {f"seed={seed}": sampler.sample("a lantern spins in the souk", seed=seed) for seed in (1, 2, 3, 4)}
takes.rows({name: take.clip for name, take in four.items()}, lang=lang)

# %% [markdown] id="seed_read"
# Green, orange, white, blue: Anass's four colours, without *8k* and without more guidance. Nobody had told the
# generator that the lantern is to be blue. It did not disobey; it drew.
#
# How lucky was he? Each of the seven colours is drawn equally often, so one seed gives blue 1 time in 7, or 14 %.
# At least one of four does so with 1 − (6/7)⁴ = 46 %. **A recipe that does nothing "works" within four tries nearly
# every second time.** That is its base rate.

# %% id="seed_widget"
GeneratorWidget("clips", prompt="a lantern spins in the souk", lang=lang)

# %% [markdown] id="guide_intro"
# **Guidance** says how strongly the words pull. At every step the network is asked twice: what it would dream
# *without* the words, and what *with* them. The difference is what the words do, and guidance multiplies it:
#
# result = without + guidance · (with − without)
#
# **Item 2 (2 points).** `without` and `told` (that is, *with* the words) are arrays of equal shape. Return the
# result.


# %% id="guide" item="guide"
def guide(without, told, guidance):
    """Return what is dreamt at this guidance."""
    ### BEGIN SOLUTION
    return without + guidance * (told - without)
    ### END SOLUTION


# %% id="guide_check" checks="guide" points=2
check.guide(guide)

# %% id="guide_three"
pulled = {
    f"guidance={g}": sampler.sample("a blue lantern spins in the souk", seed=3, guidance=g) for g in (0, 1, 4)
}
takes.rows({name: take.clip for name, take in pulled.items()}, lang=lang)

# %% [markdown] id="guide_read"
# With 0 the words about the thing are ignored, and something else moves in the souk. With 1 it is the blue lantern;
# with 4 it is still the blue lantern, and turns a little otherwise. This generator follows its words at 1 already,
# so more buys nothing here. Many larger ones are delivered with 5 or more; what that buys is to be measured there.

# %% [markdown] id="ablation_intro"
# ## 3. One thing at a time
#
# Anass changed the seed, the words and the guidance between two takes. Whatever came out, no one change can claim
# it. An **ablation** compares *fair pairs*: two takes that agree in everything but one setting.
#
# **Item 3 (2 points).** `tries` is a list of dictionaries. Each has settings, such as `"8k"` (True or False),
# `"guidance"` and `"seed"`, and a `"score"`. In a fair pair for `setting` one take has it True and the other False,
# and all other settings are equal. Its effect is the score with True minus the score with False. Return the mean
# effect over *all* fair pairs; without a fair pair, `None`.


# %% id="ablation" item="ablation"
def ablation(tries, setting):
    """Return the mean effect of a setting over fair pairs, or None."""

    ### BEGIN SOLUTION
    def others(take):
        return {name: value for name, value in take.items() if name not in (setting, "score")}

    pairs = [(a, b) for a in tries for b in tries if a[setting] and not b[setting]]
    effects = [a["score"] - b["score"] for a, b in pairs if others(a) == others(b)]
    return sum(effects) / len(effects) if effects else None
    ### END SOLUTION


# %% id="ablation_check" checks="ablation" points=2
check.ablation(ablation)

# %% id="ablation_log"
log = []
for seed in range(1, 7):
    for words, named in (("a lantern", False), ("a blue lantern", True)):
        clip = sampler.sample(f"{words} spins in the souk", seed=seed).clip
        blue = judge([clip])[0].objects[0].colour == "blue"
        log.append({"seed": seed, "blue is said": named, "score": int(blue)})

# %% id="ablation_case"
for named in (False, True):
    n_blue = sum(row["score"] for row in log if row["blue is said"] == named)
    print(f"blue is said: {named}: {n_blue} of 6 are blue, {stats.wilson(n_blue, 6):.0%}")

# %% [markdown] id="ablation_read"
# Anass's log has no fair pair: the honest result is "cannot tell". Yamna's six pairs share their seeds. Without the
# word 1 of 6 is blue, with it 6 of 6: a mean effect of 5/6. Six takes promise little, so each share has a wide
# interval, but the two intervals do not even touch.
#
# One thing is still not fair here. Look closely: what is left open is drawn in turn, so that with *blue* said the
# seed drew another size. Whoever wants to hold everything fixed names everything.

# %% [markdown] id="adherence_intro"
# ## 4. A scorer that anybody can read
#
# Does a clip show what was asked? That is **adherence**. The trivial scorer gives every clip the same number, and
# ranks nothing. A better one looks. Rules that have learnt nothing find the thing in each frame and report:

# %% id="adherence_seen"
evidence = takes.evidence(four["seed=4"].clip)
evidence

# %% [markdown] id="adherence_ask"
# `colours` holds the share of the thing's pixels that is nearest to each colour, `action` and `place` are words.
# The kind is missing: rules cannot tell a teapot from a cat.
#
# **Item 4 (4 points).** `spec` has the fields `"kind"`, `"colour"`, `"action"` and `"place"`, where `None` is open;
# `seen` is such evidence. Return a number: the more of what was asked for is seen, the higher. What is open must
# not count for or against. At least one of colour, action and place is always asked for. How you weigh is up to
# you; the hidden check compares your *ranking* of 40 clips with that of a trained judge, a network that
# looks at the same three.


# %% id="adherence" item="adherence"
def adherence(spec, seen):
    """Return how much of the specification is seen; higher is more."""
    ### BEGIN SOLUTION
    found = {
        "colour": seen["colours"].get(spec["colour"], 0),
        "action": seen["action"] == spec["action"],
        "place": seen["place"] == spec["place"],
    }
    asked = [found[field] for field in found if spec[field] is not None]
    return sum(asked) / len(asked)
    ### END SOLUTION


# %% id="adherence_check" checks="adherence" points=4
check.adherence(adherence)

# %% id="adherence_six"
prompts = [
    "a blue lantern spins in the souk", "a red lantern spins in the souk",
    "a blue teapot spins in the souk", "a blue lantern rises in the souk",
    "a green ball bounces in the souk", "a yellow cat falls on the beach",
]  # fmt: skip
six = {prompt: sampler.sample(prompt, seed=4).clip for prompt in prompts}
takes.rows(six, lang=lang)

# %% id="adherence_scores"
for prompt, clip in six.items():
    seen, found = takes.evidence(clip), judge([clip])[0]
    colour = seen["colours"].get("blue", 0)
    rules = (colour + (seen["action"] == "spin") + (seen["place"] == "souk")) / 3
    first = found.objects[0]
    judged = [first.kind == "lantern", first.colour == "blue", first.action == "spin"]
    print(f"rules {rules:.2f}, judge {np.mean([*judged, found.background == 'souk']):.2f}: {prompt}")

# %% [markdown] id="adherence_read"
# All six are scored against the brief for the blue lantern, and both columns fall as less of it is shown. The blue
# *teapot* separates them. The judge, a network that was trained on drawn clips, sees the wrong kind. To the rules it is
# the best of the six: it has no yellow fittings, so more of it is blue. A score is never simply "quality": ask what it
# cannot see.

# %% [markdown] id="rank_intro"
# ## 5. How good is the scorer?
#
# The two columns have different scales, and only the order matters. **Rank correlation** (Spearman's ρ) compares
# orders: 1 is the same, −1 reversed, 0 unrelated. Replace each value by its rank, *the number of smaller values in
# its list, plus half of (1 + the number of values equal to it, itself included)*, then take the ordinary
# correlation of the two lists of ranks, `np.corrcoef(a, b)[0, 1]`.
#
# **Item 5 (2 points).** Return ρ. Where all values of one list are equal, nothing is ranked: return `None`.


# %% id="rank_correlation" item="rank_correlation"
def rank_correlation(first, second):
    """Return Spearman's rank correlation of two lists, or None."""

    ### BEGIN SOLUTION
    def ranks(values):
        return [sum(v < x for v in values) + (1 + sum(v == x for v in values)) / 2 for x in values]

    if len(set(first)) == 1 or len(set(second)) == 1:
        return None
    return np.corrcoef(ranks(first), ranks(second))[0, 1]
    ### END SOLUTION


# %% id="rank_correlation_check" checks="rank_correlation" points=2
check.rank_correlation(rank_correlation)

# %% [markdown] id="rank_read"
# On 120 clips that show all, some or nothing of what was asked, the mean of colour, action and place reaches a ρ
# with the judge of 0.83 (95 % interval 0.75 to 0.89); colour alone 0.28 (0.11 to 0.44). If the judge counts the
# kind as well, which rules do not see, it is 0.70 (0.58 to 0.79). ρ says nothing about whether the judge is right:
# on clips whose truth is known it names kind, colour, action and place all rightly in 99.2 % of 1,000.

# %% [markdown] id="decide_intro"
# ## 6. What is not made
#
# A prompt can also ask for what must not be made: a real person without their licence, a child, nudity, violence,
# political persuasion. Such a prompt is **refused**, or **transformed**, so that a fictional cast member or an
# animal plays the part. The trivial filter allows everything: it stops no harmless prompt, and no harmful one. The
# next one is a list of words.

# %% id="decide_try"
for prompt in (
    "a naked flame in the souk", "a naked dancer in the souk", "le roi danse dans le souk",
    "طفل يلعب في السوق", "fanous zre9 kaydor f souk", "شمعة عارية",
):  # fmt: skip
    verdict = safety.judge(prompt)
    print(f"{verdict.decision} ({verdict.category})\n    {prompt}")
    if verdict.suggestion:
        print("   ", verdict.suggestion)

# %% [markdown] id="decide_ask"
# The last prompt says "a bare candle" in Arabic, and is refused: a **false refusal**. The neighbour decides, and a
# filter learns neighbours from examples. In a list, a longer phrase can excuse a shorter one: *naked flame*.
#
# **Item 6 (3 points).** `words` are the words of a prompt in one of five languages, `phrases` pairs of a list of
# words and a decision. `found` is given: for each phrase that stands in the prompt, where it begins, where it ends,
# and its decision. The rule:
#
# 1. a phrase that lies within a *longer* one that is found does not count;
# 2. of those that count the strictest decides: `"refuse"` before `"transform"` before `"allow"`;
# 3. if none counts: `"allow"`.


# %% id="decide" item="decide"
def decide(words, phrases):
    """Return "allow", "transform" or "refuse"."""
    found = [
        (start, start + len(phrase), decision)
        for phrase, decision in phrases
        for start in range(len(words))
        if words[start : start + len(phrase)] == phrase
    ]
    ### BEGIN SOLUTION
    count = [
        decision
        for start, end, decision in found
        if not any(a <= start and end <= b and b - a > end - start for a, b, _other in found)
    ]
    return max(count, key=["allow", "transform", "refuse"].index, default="allow")
    ### END SOLUTION


# %% id="decide_check" checks="decide" points=3
check.decide(decide)

# %% id="decide_worth"
for name, caught, stopped in (("words", 150, 55), ("learnt", 209, 3)):
    print(name, f"catches {stats.wilson(caught, 216):.1%}, stops {stats.wilson(stopped, 216):.1%} wrongly")
    counts = stats.Counts(caught, 216 - caught, stopped, 216 - stopped)
    print(
        "  right refusals, if 1 prompt in 100 is harmful:",
        f"{stats.ppv_interval(counts, base_rate=0.01):.0%}",
    )

# %% [markdown] id="decide_read"
# The figures come from 216 harmful and 216 harmless prompts in six ways to write, the harmless ones near misses. A
# list of 200 words catches 69 % of the harmful ones and stops 25 % of such near misses; the filter of this course,
# which has learnt from examples, catches 97 % and stops 1.4 %. Still: where only 1 prompt in 100 is harmful, and the
# others are near misses like these, a refusal of the learnt filter is right about 38 times in 100 (95 % interval 18 to
# 63), one of the list 3 times in 100.
#
# **A refused prompt says little about the person who wrote it.** So a refusal gives its reason, offers other words, and
# names somebody to ask.

# %% [markdown] id="reflection_question"
# ## 7. What changed in your mind?
#
# **Item 7 (4 points, read by a person).** In 120 to 200 words, to Anass:
#
# - What may he write on the whiteboard in place of "8k makes it blue", and which takes would he need for it?
# - Give one number from your own notebook with its interval or its base rate, and say what it does not tell.
# - A colleague says: "Prompting is magic; you have to find the words." What of it is true, and what in this lab
#   answers it?

# %% [markdown] id="reflection" manual="true" points=4
# ### BEGIN SOLUTION
# On the whiteboard: "In Ighil Nwar's clip the lantern is blue if we say blue: 6 of 6 takes, 61 to 100 %; without it
# 1 of 6." He needs pairs with the same seed that differ in one word. For *8k* the pairs show the same pixels, so
# here it does nothing; what it does in another generator we haven't measured.
#
# My number: four tries show a blue lantern 46 times in 100 without any recipe. It doesn't tell whether his four
# tries were lucky, only that luck is enough to explain them.
#
# To the colleague: what we leave open is drawn, and that feels like magic. The words that count can be listed, and
# what each does can be measured by changing it alone. I used to add words until it fitted. Now I write down first
# what is asked for and what is open, and change one thing.
# ### END SOLUTION

# %% [markdown] id="end"
# ## What you may say now, and what not
#
# - You can say which words of a brief are followed, which are open and which change nothing, *in a generator that
#   you have tried with fair pairs*. You cannot carry a recipe to another one unmeasured.
# - The rules of section 4 know a miniature world with one thing in it. In a clip from a street they see nothing;
#   ranks, pairs and open fields stay as they are.
# - A good prompt is no secret: it is a complete brief. Keep it with the seed, the model, the steps and the
#   guidance, so that somebody else can make the clip again.
#
# **Sources.** Ho and Salimans (2022), *Classifier-free diffusion guidance*, arXiv 2207.12598; Huang et al. (2024),
# *VBench*, CVPR, on measuring adherence field by field; Spearman (1904), American Journal of Psychology 15:72;
# `python benchmarks/adherence.py`, `python benchmarks/generator.py` and `python benchmarks/prompt_safety.py`, for
# the numbers of sections 5 and 6.
