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
# # Watermarks: what a hidden mark can prove
#
# **At the end you can**
#
# - hide a bit in a picture, and find it again without the original;
# - say what an attacker pays in quality for removing a mark;
# - read a message from damaged copies, better than by a majority;
# - say what a found mark proves, and what a missing one does not.
#
# **Time** 55 minutes. **You need** this notebook, and no internet.

# %% [markdown] id="case"
# ## The case: the wall at Imi n Tazart
#
# On a Saturday a wall of the school of Imi n Tazart falls. Itto films it with her telephone. Three hours later
# her clip is back in the newsroom of Tafukt TV, with a note: "This is AI. Check the watermark." Moha runs the
# checker. It finds a mark; its number belongs to an advert of a lantern maker, made by AI and registered by
# Studio Lubban. He writes: "AI-generated. The mark proves it." Itto's clip is not shown.
#
# The same evening another clip makes the round: the wall falls once more, from the other side. The checker
# finds nothing. Moha writes: "No watermark: genuine." It was shown at eight.
#
# Both sentences were wrong. Somebody had lifted the mark off the advert and laid it onto Itto's clip. And the
# second clip came from a generator that writes no mark. Nobody was hurt; the wall had been reported twice
# before, and the council would have liked the clip not to exist.
#
# On Monday Yasmine, who runs the desk, asks one question: "What does a mark *say*?"
#
# *Imi n Tazart, Tafukt TV, Studio Lubban and the people in it are invented. The clips are drawn by a program.*

# %% id="setup"
import numpy as np
from checks import check, lang

from medialit.provenance import watermark
from medialit.widgets.marking import ATTACKS, AttackWidget, attack, bits_that_differ, side_by_side
from medialit.world import draw_scene, render

KEY = "the key of Studio Lubban"
scene = draw_scene(11, n_objects=1, kinds=("lantern",), backgrounds=("souk",), duration_s=0.5)
advert = render(scene, size=(256, 256))

# %% [markdown] id="first_intro"
# ## 1. A hidden mark
#
# The studio marks its advert with a **payload**, a number of 64 bits that leads to an entry in its register.
# It needs a **key**; whoever does not have it finds nothing.

# %% id="first_mark"
marked = watermark.embed(advert, 0x5EED, key=KEY)
side_by_side(advert, marked, lang=lang)

# %% id="first_found"
print(watermark.detect(marked, key=KEY))
print(watermark.detect(marked, key="another key"))

# %% [markdown] id="first_read"
# The pattern of the third picture is there in every frame, twelve times weaker; in a smooth sky a sharp eye
# finds it. With the key the payload comes back (24301 is `0x5EED`), and with another key nothing does. The `p_value` is
# the probability that a clip *without* this mark looks at least as marked; a payload is only given where it is
# at most 0.000001. In 100,000 unmarked crops, measured for this library, no payload was claimed: with 95 %
# confidence at most about 3 in 100,000 would be.
#
# Why so strict? Let 1 clip in 1,000 in the inbox carry the mark, and 9 in 10 of those be found. Of a million
# clips that is 900 right finds. At p ≤ 0.01 there would be 9,990 wrong ones beside them: a find would be right
# 8 times in 100. At p ≤ 0.000001 there is 1, and a find is right 999 times in 1,000.

# %% [markdown] id="embed_intro"
# ## 2. Build the smallest watermark
#
# One bit, one **pattern** of +1 and −1 that the key has chosen. To write 1, add the pattern to the picture,
# `strength` levels strong; to write 0, subtract it. Levels stay between 0 (black) and 255 (white).
#
# **Item 1 (3 points).** `picture` and `pattern` are arrays of the same shape. Return the marked picture, with
# every level that would leave 0 to 255 set to the nearer end (`np.clip`).


# %% id="embed" item="embed"
def embed(picture, pattern, bit, strength):
    """Return the picture with one bit hidden in it."""
    ### BEGIN SOLUTION
    sign = 1 if bit else -1
    return np.clip(picture + sign * strength * pattern, 0, 255)
    ### END SOLUTION


# %% id="embed_check" checks="embed" points=3
check.embed(embed)

# %% [markdown] id="detect_intro"
# Whoever reads the mark has the pattern and **not** the original. The trick: multiply picture and pattern
# pixel by pixel, and take the mean. What belongs to the picture nearly cancels out, because the pattern does
# not know it; what belongs to the mark adds up.
#
# First subtract the picture's own mean. Otherwise a bright picture with a pattern that has more +1 than −1
# looks marked: the innocent double of a mark.
#
# **Item 2 (3 points).** `score` is the mean of (picture − its mean) × pattern. Return 1 where the score is above
# `threshold`, 0 where it is below −`threshold`, and `None` in between: nothing found.


# %% id="detect" item="detect"
def detect(picture, pattern, threshold):
    """Return the hidden bit, or None."""
    ### BEGIN SOLUTION
    score = ((picture - picture.mean()) * pattern).mean()
    if abs(score) <= threshold:
        return None
    return 1 if score > 0 else 0
    ### END SOLUTION


# %% id="detect_check" checks="detect" points=3
check.detect(detect)

# %% id="detect_noise"
rng = np.random.default_rng(5)
pattern = rng.choice([-1, 1], (256, 256))
red = advert.frames[0, :, :, 0].astype(int)
plain_score, marked_score = (
    float(((picture - picture.mean()) * pattern).mean())
    for picture in (red, np.clip(red + 3 * pattern, 0, 255))
)
print(f"unmarked {plain_score:.2f}, marked {marked_score:.2f}")

# %% [markdown] id="detect_read"
# Three levels of 255 are invisible, and 65,536 pixels make them plain: the marked score is near 3, the
# unmarked one near 0. It is not *exactly* 0, and a smaller picture scatters more. So every detector needs a
# threshold, and every threshold has a false-positive rate.

# %% [markdown] id="psnr_intro"
# ## 3. What does it cost to remove it?
#
# Any mark can be removed: paint the picture black. So the question is what the attacker pays. Quality is
# measured in decibels: **PSNR** = 10 · log10(255² / MSE), where the MSE is the mean of the squared differences.
# Higher is better; above 40 dB few people see a difference, below 25 dB most do.
#
# **Item 3 (2 points).** Return the PSNR of two arrays. For two that are the same there is none (the MSE is 0):
# return `None`.


# %% id="psnr" item="psnr"
def psnr(one, other):
    """Return the peak signal-to-noise ratio in decibels, or None."""
    ### BEGIN SOLUTION
    mse = float(np.mean((one - other) ** 2))
    return 10 * np.log10(255**2 / mse) if mse > 0 else None
    ### END SOLUTION


# %% id="psnr_check" checks="psnr" points=2
check.psnr(psnr)

# %% id="attack_try"
AttackWidget(marked, key=KEY, lang=lang)

# %% id="attack_all"
outcomes = [attack(marked, name, key=KEY) for name in ATTACKS]
for one in outcomes:
    quality = "     " if one.psnr_db is None else f"{one.psnr_db:5.1f}"
    print(f"{one.name:10} {quality} dB   p = {one.detection.p_value:.0e}   {one.detection.payload}")

# %% [markdown] id="attack_read"
# Read it from the attacker's side. Making it brighter costs much and removes nothing. What removes the mark
# here is losing the detail: very strong compression, the messenger, or shrinking it to a tenth, at 26 dB or
# less. This clip is small and short (256 pixels, half a second); in a larger, longer one the same mark survives
# more, and the page on the watermark in the documentation says how much.
#
# **Item 4 (2 points).** `outcomes` is a list of `[psnr_db, p_value]`, one for each attack. The mark is gone where
# p is above 0.000001. Return the position of the attack that removes it at the best quality, if that is at
# least `budget` dB, and `None` if no attack can.


# %% id="removes" item="removes"
def removes(outcomes, budget):
    """Return the position of the best attack within the budget, or None."""
    ### BEGIN SOLUTION
    able = [(db, i) for i, (db, p) in enumerate(outcomes) if p > 1e-6 and db >= budget]
    return max(able)[1] if able else None
    ### END SOLUTION


# %% id="removes_check" checks="removes" points=2
check.removes(removes)

# %% [markdown] id="decode_intro"
# ## 4. Errors, and how to live with them
#
# Compression damages some bits of a payload. The simplest remedy is to write the whole payload several times,
# copy after copy. The trivial way of reading it is a majority: two of three copies win.
#
# A detector knows more than a bit. Its score says *how sure* it is: 9.0 is a strong 1, −0.1 a faint 0. A
# majority throws this away. Adding up the scores does not: one sure copy can outweigh two that guess. The
# mark of this library does the same with a better code: 80 bits become 320, and the scores decide.
#
# **Item 5 (3 points).** `scores` holds a payload of `n_bits` bits, copy after copy. Return the list of `n_bits`
# bits, each 1 where the sum of its scores is above 0, else 0.


# %% id="decode" item="decode"
def decode(scores, n_bits):
    """Return the bits that the copies speak for together."""
    ### BEGIN SOLUTION
    sums = [sum(scores[i::n_bits]) for i in range(n_bits)]
    return [1 if total > 0 else 0 for total in sums]
    ### END SOLUTION


# %% id="decode_check" checks="decode" points=3
check.decode(decode)

# %% id="decode_try"
bits = rng.integers(0, 2, 10_000)
scores = (2 * bits - 1) + rng.normal(0, 1.5, (5, 10_000))
majority = ((scores > 0).sum(axis=0) >= 3).astype(int)
added = (scores.sum(axis=0) > 0).astype(int)
for name, read in {
    "first copy": (scores[0] > 0).astype(int),
    "majority": majority,
    "added up": added,
}.items():
    print(f"{name:10} {(read != bits).mean():.1%} of the bits are wrong")

# %% [markdown] id="decode_read"
# One copy is wrong in about a quarter of the bits, five copies by majority in about a tenth, and the same five
# added up in fewer still. Nothing was sent twice as often: the sums only stop throwing knowledge away.
#
# A code that repairs errors also finds a payload where none is: it always gives *some* nearest message. So the
# payload carries a **tag** of 16 bits that only the key's owner can compute. A stranger's noise fits it once in
# 65,536 times.

# %% [markdown] id="forgery_intro"
# ## 5. The mark that was moved
#
# Now Itto's clip. The forger has the advert with the mark and, from a leak in the studio, without it. The
# difference *is* the mark, and it can be added to anything.

# %% id="forgery"
wall = draw_scene(
    12, n_objects=1, kinds=("cube",), actions=("fall",), backgrounds=("medina",), duration_s=0.5
)
witness = render(wall, size=(256, 256))
stolen = marked.frames.astype(int) - advert.frames
forged = witness.with_frames(np.clip(witness.frames + stolen, 0, 255).astype(np.uint8))
print(watermark.detect(forged, key=KEY))
side_by_side(witness, forged, lang=lang)

# %% [markdown] id="forgery_read"
# No key was broken. The detector is right: these pictures carry the studio's mark, at a p as small as before.
# What is false is Moha's conclusion. The payload is an **index into a register**, and the register holds more
# than a number: the **fingerprint** of the clip that was marked, bits that describe what it looks like.

# %% id="forgery_register"
messenger = attack(marked, "messenger", key=KEY).clip
for name, clip in {"the advert, from a messenger": messenger, "Itto's clip": forged}.items():
    print(f"{name:28} {bits_that_differ(marked, clip):.0%} of the bits differ")

# %% [markdown] id="verdict_intro"
# Two clips that have nothing to do with each other differ in about half of the bits; a copy differs in few. Up to
# 15 % counts as alike.
#
# The rule of the desk, in this order:
#
# 1. no payload, or a p above 0.000001: `"says nothing"`. Not "genuine";
# 2. the payload is not in the register: `"unknown payload"`;
# 3. more than 15 % of the fingerprint's bits differ from the registered ones: `"foreign clip"`. The mark was
#    moved, or the clip was changed very much: somebody has to compare the two;
# 4. otherwise: `"registered clip"`.
#
# **Item 6 (3 points).** `payload` is a text or None, `fingerprint` a list of bits, and `register` a dictionary
# from payloads to such lists. Return one of the four texts, exactly as written.

# %% id="verdict" item="verdict"
MAX_P = 1e-6
MAX_DISTANCE = 0.15


def verdict(payload, p_value, fingerprint, register):
    """Return what a mark allows one to say."""
    ### BEGIN SOLUTION
    if payload is None or p_value > MAX_P:
        return "says nothing"
    if payload not in register:
        return "unknown payload"
    pairs = list(zip(fingerprint, register[payload], strict=True))
    distance = sum(a != b for a, b in pairs) / len(pairs)
    return "foreign clip" if distance > MAX_DISTANCE else "registered clip"
    ### END SOLUTION


# %% id="verdict_check" checks="verdict" points=3
check.verdict(verdict)

# %% [markdown] id="verdict_read"
# For Itto's clip the rule says "foreign clip": *a mark of Studio Lubban is in these pictures, and it was made
# for others*. For the second clip it says "says nothing". Neither sentence says whether the wall fell. That,
# the desk had to find out in the street.

# %% [markdown] id="reflection_question"
# ## 6. What changed in your mind?
#
# **Item 7 (4 points, read by a person).** In 120 to 200 words, to Moha:
#
# - What could he have said on Saturday about each of the two clips, on the strength of the mark alone? What
#   should he have done next?
# - Give one number from your own notebook (a PSNR, a p-value, a share of bits) and say what it means and what
#   it does not.
# - A politician proposes: "Every clip without a watermark is to be treated as suspicious." What would you
#   answer?

# %% [markdown] id="reflection" manual="true" points=4
# ### BEGIN SOLUTION
# Of Itto's clip: "A mark of Studio Lubban is in these pictures; it was registered for another clip, from which
# they differ in nearly half of the fingerprint's bits." Next: ask Itto for the file on her telephone, ask the
# studio who has had its originals. Of the second: "No mark that we can look for was found. That says nothing."
# Next: who sent it, from where, and can the other side of the wall be seen from there?
#
# In my notebook the moved mark is found with p about 10 to the −32. So it is no chance that it is there. It
# does not say who put it there, nor that the pictures are AI's.
#
# To the politician: most cameras write no mark, the tools of those who lie write none, and a mark is lost at
# about 25 dB. The rule would make nearly every witness suspicious and stop nobody who means harm. I would ask
# for the opposite: that those who generate mark and register, and that a missing mark counts for nothing.
# ### END SOLUTION

# %% [markdown] id="end"
# ## What you may say now, and what not
#
# - A found mark says: *whoever has this key put this payload into these pictures, or into pictures from which
#   it was moved here*. With a register and a fingerprint the two can be told apart, mostly.
# - It does not say who made the clip, nor that it is synthetic: a key can mark anything.
# - **A missing mark says nothing.** Other makers' marks need other keys, and any mark can be removed at a price.
# - Here one bit, one pattern and a repetition code were yours. The library's mark holds 64 bits; where it fails
#   is told beside where it holds, on its page in the documentation.
#
# **Sources.** Cox, Miller, Bloom, Fridrich and Kalker (2008), *Digital Watermarking and Steganography*; Kutter,
# Voloshynovskiy and Herrigel (2000), *The watermark copy attack*, SPIE 3971; Hanley and Lippman-Hand (1983), *JAMA*
# 249:1743, on the rule of three.
