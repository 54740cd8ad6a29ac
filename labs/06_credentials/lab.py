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
# # Content Credentials: who says so?
#
# **At the end you can**
#
# - tell apart the states *none*, *remote*, *invalid*, *valid* and *trusted*, and say what each allows;
# - show which changed byte breaks which check, and where a forger has to stop;
# - say what the credentials state about AI, and when they leave it open;
# - choose the public sentence that is true to a file's credentials.
#
# **Time** 55 minutes. **You need** this notebook, the pictures beside it, and no internet.

# %% [markdown] id="case"
# ## The case: the wave at Mersa Zerqa
#
# One evening a wave breaks the mole of Mersa Zerqa. Radio Amwaj has six pictures and one web page to fill.
# Its new tool shows a badge beside each picture: a green tick, a red cross, or nothing. At 21:10 Driss, alone
# on the night desk, writes three captions:
#
# - under the reader's picture, which has no badge: "Probably AI. It carries no credentials."
# - under the poster, which has a green tick: "Verified: this is real."
# - under the desk's own copy, which has a red cross: "A forgery."
#
# All three were wrong. The reader's picture came from a fisherman's daughter, through a messenger that
# removes credentials from every file. The tick on the poster belonged to the agency's graphics desk, which
# had *signed that AI made a part of it*. And the cross came from the newsroom's own cropping tool.
#
# Salma, who runs the desk, takes the badges off the page. "From now on," she says, "we write a sentence." This
# lab is about that sentence.
#
# *Mersa Zerqa, Radio Amwaj and the people in it are invented. The pictures were drawn by a program.*

# %% id="setup"
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from checks import check, lang

from medialit.provenance import keys
from medialit.provenance.anatomy import anatomy
from medialit.provenance.credentials import Statement, sign
from medialit.provenance.trust import parse_trust_list, read_trust_list
from medialit.widgets.inspector import InspectorWidget
from medialit.widgets.tampering import Examiner, TamperWidget

now = datetime.now(UTC)
newsroom = read_trust_list(Path("case/newsroom-list.pem"))
desk = Examiner(trust=[newsroom], lang=lang)

# %% id="pictures"
files = sorted(Path("case").glob("*.jpg"))
desk.pictures(files)

# %% [markdown] id="look_first"
# Before you read on: write down, for each of the six, what you would put under it. Can you tell by eye which
# ones are signed? Nobody can: credentials stand beside the picture in the file, not in it.

# %% [markdown] id="states_intro"
# ## 1. Five states, not one tick
#
# **Content Credentials** are a signed statement about a file. Whoever checks one asks in this order:
#
# | question | answer | state |
# |---|---|---|
# | Is there a manifest in the file? | an address only | **remote**: it is kept elsewhere |
# | | nothing at all | **none** |
# | Did every check of the file pass? | one failed | **invalid**: what it says cannot be relied on |
# | Does a list that *we* chose vouch for the signer? | no list does | **valid**: these bytes were signed by somebody |
# | | one does | **trusted**: we also know who answers for it |
#
# **Trusted is not true.** It says who speaks. And **none says nothing**: nearly every file is sent or posted
# by something that removes credentials.

# %% id="states_read"
desk.pictures(files, words=True)

# %% [markdown] id="states_read_on"
# Compare with your notes. Two files are trusted, and one of the two says that AI made a part of it. The
# invalid one fails a check called `assertion.dataHash.mismatch`: keep that name for section 2. Nothing here
# says whether the wave happened.
#
# A validator gives you a list of the checks that did not pass. Two things in it are no failures of *this*
# file:
#
# - `signingCredential.untrusted` only says that no list vouches for the signer: that is *valid*;
# - what failed in an **ingredient**, a file that this one was made from, is told beside the state. It does
#   not change it: the editor who signed answers for the edit, not for the past of its parts.
#
# **Item 1 (3 points).** `found` has `"manifest"` (True or False), `"address"` (text or None), `"failures"`
# and `"ingredient_failures"` (lists of names) and `"on_list"` (True or False). Return the state as one of
# the texts `"none"`, `"remote"`, `"invalid"`, `"valid"`, `"trusted"`.


# %% id="state" item="state"
def state(found):
    """Return the state of a file's credentials."""
    ### BEGIN SOLUTION
    if not found["manifest"]:
        return "remote" if found["address"] else "none"
    if any(name != "signingCredential.untrusted" for name in found["failures"]):
        return "invalid"
    return "trusted" if found["on_list"] else "valid"
    ### END SOLUTION


# %% id="state_check" checks="state" points=3
check.state(state)

# %% [markdown] id="lists_intro"
# **A list is a choice.** The same six files, for somebody who has no list:

# %% id="lists_none"
nobody = Examiner(trust=[], lang=lang)
for path in files:
    print(f"{path.name:16} {desk.read(path).state:10} {nobody.read(path).state}")

# %% [markdown] id="lists_read"
# Left with the newsroom's list, right without. Not a byte differs; what was *trusted* is now *valid*. So a
# report that says "trusted" and does not name the list has said nothing that can be checked.

# %% [markdown] id="bytes_intro"
# ## 2. Which byte broke what?
#
# A signed picture is held together by three hashes. A **hash** (here SHA-256) is a number of 64
# hexadecimal digits that comes out otherwise when any byte changes.
#
# 1. The **hard binding** holds the hash of the whole file, *without* the place where the manifest itself
#    stands: it could not contain its own hash.
# 2. The **claim** holds the hash of every assertion, and the hard binding is one of them.
# 3. The **signature** is made over the claim, with a key that only the signer has.
#
# **Item 2 (3 points).** `data` is a list of bytes (numbers from 0 to 255). Return the SHA-256 of all bytes
# except the `length` bytes that begin at position `start`, as hexadecimal text: `sha256(bytes(...)).hexdigest()`.


# %% id="binding" item="binding"
def binding(data, start, length):
    """Return the hash of the data without the excluded bytes."""
    ### BEGIN SOLUTION
    kept = data[:start] + data[start + length :]
    return sha256(bytes(kept)).hexdigest()
    ### END SOLUTION


# %% id="binding_check" checks="binding" points=3
check.binding(binding)

# %% id="binding_real"
agency = Path("case/agency.jpg").read_bytes()
start, length = anatomy(agency).excluded
kept = sha256(agency[:start] + agency[start + length :])
print(length, "of", len(agency), "bytes are left out:", kept.digest() in agency)

# %% [markdown] id="binding_read"
# `True`: the hash that you can compute is written in the file, in its hard binding. Anybody can check it, with
# no list, no network and no permission. The bytes left out are the manifest, a third of this small picture;
# in a video it is less than a hundredth.
#
# Now break it. Move the byte, or jump to a part, and see which check fails. Then let a forger repair what can
# be repaired.

# %% id="tamper"
tamper = TamperWidget(Path("case/agency.jpg"), examiner=desk, now=now)
tamper

# %% [markdown] id="tamper_read"
# Every repair moves the break one link along, and no further:
#
# | changed | check that fails |
# |---|---|
# | a byte of the picture | `assertion.dataHash.mismatch` |
# | an assertion, or: the picture, and its new hash written into the hard binding | `assertion.hashedURI.mismatch` |
# | the claim or the signature, or: all of that, and the new hash written into the claim | `claimSignature.mismatch` |
# | all of that, and signed anew | `signingCredential.untrusted`: it holds again, and the signer is another |
#
# At the end the forger has a *valid* file under a name that is on nobody's list. That is why *valid* is not
# enough, and why the list is. Padding is room that nobody uses: no check covers it, and nothing is lost with
# it. A byte in the frame around a part often makes the whole file unreadable.
#
# **Item 3 (3 points).** `parts` is a list of `[name, start, end]`; `end` is the first byte that no longer
# belongs to the part. The byte at `position` was changed, and `repairs` (0, 1, 2 …) links of the chain were
# repaired after that. Return the name of the check that fails; after the last link more repairs change
# nothing. For padding return `None`, whatever the repairs.

# %% id="breaks" item="breaks"
CHAIN = [
    "assertion.dataHash.mismatch",
    "assertion.hashedURI.mismatch",
    "claimSignature.mismatch",
    "signingCredential.untrusted",
]
FIRST = {"picture": 0, "assertion": 1, "claim": 2, "signature": 2}  # where in CHAIN a change begins


def breaks(parts, position, repairs):
    """Return the check that fails, or None."""
    ### BEGIN SOLUTION
    [name] = [name for name, start, end in parts if start <= position < end]
    if name == "padding":
        return None
    return CHAIN[min(FIRST[name] + repairs, len(CHAIN) - 1)]
    ### END SOLUTION


# %% id="breaks_check" checks="breaks" points=3
check.breaks(breaks)

# %% [markdown] id="sign_intro"
# ## 3. Sign something yourself
#
# Everybody can make a certificate, under any name. The next cells make an authority of your own, let it sign
# the reader's picture, and read the result twice: by the newsroom's list, and by a list that you write
# yourself. In the statement you say that a camera took it. Nothing stops you.

# %% id="sign_mine"
folder = Path(mkdtemp())
authority = keys.open_authority(folder / "keys", now=now, organisation="Just Me")
key = keys.signing_key(authority, now=now, common_name="Just Me")
words = Statement(title="wave", software="my lab", version="1", when=now, source_type="digitalCapture")
sign(Path("case/reader.jpg"), folder / "mine.jpg", key=key, statement=words)

# %% id="sign_read"
mine = parse_trust_list(authority.trust_list_pem(), name="my list", file_date=now.date())
for examiner in (desk, Examiner(trust=[mine], lang=lang)):
    print(examiner.read(folder / "mine.jpg").state)

# %% [markdown] id="sign_read_on"
# *Valid* for the newsroom, *trusted* for you, and what you signed was never seen by a camera: the picture was
# drawn by a program. The mathematics was right each time. The statement was a lie, and now it has your name
# on it. **That** is what a signature adds: not truth, but somebody who answers for it.
#
# The inspector below reads any file on this computer. Try `case/poster.jpg`, and then a picture of your own:
# most probably it carries none.

# %% id="inspect"
InspectorWidget("case/poster.jpg", lang=lang, trust=[newsroom], trust_course=False)

# %% [markdown] id="ai_intro"
# ## 4. What do they say about AI?
#
# A manifest states for each part where it comes from, its **digital source type**: `digitalCapture` (a
# camera), `trainedAlgorithmicMedia` (AI) and others. The poster has two parts: the agency's picture, and what
# AI added.
#
# - The credentials say **AI** if *any* part is of a type in `AI`. One is enough.
# - They say **no AI** only if *every* part has a type in `WITHOUT_AI`. That is the signer's word.
# - Otherwise they **do not say**: a part without a type, or of a type on neither list, leaves it open.
#   A screen capture can show anything.
# - Where the state is neither valid nor trusted, nothing that they say counts: open.
#
# **Item 4 (3 points).** `sources` has one type, or None, for each part; the list can be empty, and then
# nothing is said. Return `True`, `False` or `None` for open.

# %% id="says_ai" item="says_ai"
AI = {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}
WITHOUT_AI = {"digitalCapture", "negativeFilm", "digitalCreation", "humanEdits"}


def says_ai(state, sources):
    """Return True, False, or None where the credentials leave it open."""
    ### BEGIN SOLUTION
    if state not in ("valid", "trusted"):
        return None
    if any(source in AI for source in sources):
        return True
    return False if sources and all(source in WITHOUT_AI for source in sources) else None
    ### END SOLUTION


# %% id="says_ai_check" checks="says_ai" points=3
check.says_ai(says_ai)

# %% id="says_ai_case"
for path in files:
    found = desk.read(path)
    print(f"{path.name:16} {found.state:10} {found.ai}")

# %% [markdown] id="says_ai_read"
# One of six is said to hold AI, two are said to hold none, and three leave it open. Count with care: of six
# pictures on the desk the credentials decide three, and the one from the fisherman's daughter is not among
# them. A newsroom that asks only signed files asks few people.

# %% [markdown] id="sentence_intro"
# ## 5. The sentence in place of the badge
#
# Salma's rule: **a sentence is published only if every claim in it is borne out by the credentials.**
#
# | claim | the sentence says | borne out if |
# |---|---|---|
# | `"no credentials"` | It carries no Content Credentials. That says nothing about its origin. | the state is none |
# | `"elsewhere"` | Its credentials are kept elsewhere; we have not read them. | the state is remote |
# | `"unreliable"` | Its credentials did not pass the checks; we do not rely on them. | the state is invalid |
# | `"changed"` | It was changed after it was signed. | invalid, *and* the name of a failure ends in `.mismatch` |
# | `"as signed"` | It is as it was signed. | the state is valid or trusted |
# | `"known signer"` | It was signed by somebody for whom our list vouches. | the state is trusted |
# | `"says AI"` | The signer says that AI made it or a part of it. | `ai` is True |
# | `"says no AI"` | The signer names an origin without AI. | `ai` is False |
# | `"is real"` | It shows what happened. | **never**: no file can show this |
# | `"is fake"` | It is a fake. | **never** |
#
# An expired certificate makes a file invalid, and nothing in it was changed.
#
# **Item 5 (4 points).** `report` has `"state"`, `"failures"` and `"ai"`. `sentences` is a list of sentences,
# each a list of claims. Exactly one is borne out whole: return its position, counted from 0.


# %% id="truthful" item="truthful"
def truthful(report, sentences):
    """Return the position of the sentence of which every claim is borne out."""
    state, ai = report["state"], report["ai"]
    ### BEGIN SOLUTION
    changed = any(name.endswith(".mismatch") for name in report["failures"])
    borne_out = {
        "no credentials": state == "none",
        "elsewhere": state == "remote",
        "unreliable": state == "invalid",
        "changed": state == "invalid" and changed,
        "as signed": state in ("valid", "trusted"),
        "known signer": state == "trusted",
        "says AI": ai is True,
        "says no AI": ai is False,
    }
    true = [all(borne_out.get(claim, False) for claim in claims) for claims in sentences]
    return true.index(True)
    ### END SOLUTION


# %% id="truthful_check" checks="truthful" points=4
check.truthful(truthful)

# %% [markdown] id="sentence_read"
# Go back to Driss's three captions. "Probably AI" and "a forgery" are `"is fake"`; "verified: this is real" is
# `"is real"`. No state bears them out. What he could have written at 21:10, and would not have had to correct:
# "It carries no Content Credentials. That says nothing about its origin. We are asking the sender."

# %% [markdown] id="reflection_question"
# ## 6. What changed in your mind?
#
# **Item 6 (4 points, read by a person).** In 120 to 200 words, to Driss, who is on the night desk again:
#
# - Write the public sentence for `reader.jpg`, for `desk.jpg` and for `poster.jpg`, each with what you would do
#   next to find out what the credentials cannot say.
# - Explain with one of the three what *trusted* adds to *valid*, and what it does not add.
# - What did you believe about a green tick before this lab that you now hold differently?

# %% [markdown] id="reflection" manual="true" points=4
# ### BEGIN SOLUTION
# reader.jpg: "A reader's picture. It carries no Content Credentials, which says nothing about where it comes
# from." I ring the sender, ask for the original from her telephone, and compare the mole with another picture.
#
# desk.jpg: "The credentials of this copy did not pass the checks: it was changed after it was signed." I look
# for the agency's own file, because our cropping tool writes files anew, and publish that one.
#
# poster.jpg: "An illustration. The agency's graphics desk signs that AI made a part of it." It goes to the
# announcement, not to the news, with the label in the caption.
#
# With the poster, valid would mean that these bytes were signed by somebody. Trusted adds that our list
# vouches for the graphics desk, so I know whom to ring. It does not add that the wave looked like this: the
# signer says himself that it did not.
#
# I used to read a green tick as "true" and its absence as "suspicious". Most honest pictures will never have
# one, and the tick belongs to the speaker, not to the picture.
# ### END SOLUTION

# %% [markdown] id="end"
# ## What you may say now, and what not
#
# - You can say what a file states, whether these are the bytes that were signed, and by which list its signer
#   is known. You cannot say that it is real, and not that it is a fake.
# - A list has holes: whoever cannot afford a certificate is on none. A rule "only signed pictures" silences
#   readers before it stops a liar.
# - A stolen key signs trusted files until a revocation list names it, and a trusted file can be made of
#   tampered parts. Read what stands beside the state.
#
# **Sources.** C2PA, *Technical Specification 2.2*, on validation states, hard bindings and trust lists; IPTC,
# *NewsCodes: Digital Source Type*; NIST, *FIPS 180-4* (SHA-256).
