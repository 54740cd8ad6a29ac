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
# # Rights market: a face on loan
#
# **At the end you can**
#
# - read a licence as rules, and say whether it permits a use;
# - find out which licences cannot stand beside each other;
# - divide and refund money to the centime, so that nothing is made or lost;
# - say what taking a licence back stops, brings down, leaves and costs;
# - tell a clause to stop at from one that only sounds like it.
#
# **Time** 55 minutes. **You need** this notebook, and no internet.

# %% [markdown] id="case"
# ## The case: day ten at Riad Tifawin
#
# Tiziri sings at weddings. In March she lends her face to Riad Tifawin for thirty days of advertising in
# Morocco: clips are made with AI, and she need not stand in front of a camera. The riad pays 2,500 dirhams, of
# which Mehdi, her agent, gets one part in five. A post goes up, and a television station broadcasts a spot.
#
# On the tenth day the riad is in the newspaper, because it has not paid its cooks. That evening Tiziri takes
# her licence back, and three people at one table say three sentences:
#
# - Bahia, for the riad: "We paid for thirty days. Either we show it for thirty days, or all of it comes back."
# - Mehdi: "A fifth of the fee is mine. That is 500 dirhams, whatever happens."
# - Tiziri: "I have taken it back. So everything comes down tonight, the spot as well."
#
# All three had signed the same page, and all three were wrong about it. Nobody lied. Nobody had worked it out.
#
# Before you read on, write down: how much of the 2,500 dirhams does each of the three have in the end?
#
# *Riad Tifawin and the people are invented. No money moves here, and nothing here is legal advice.*

# %% id="setup"
from datetime import UTC, datetime, timedelta

from checks import check, lang

from medialit.consent import market as m
from medialit.consent.odrl import policy_of
from medialit.consent.records import Action, Audience, Medium, Modality, Purpose, Scope
from medialit.widgets.checking import isolated
from medialit.widgets.consenting import ConsentWidget
from medialit.widgets.settling import SettleWidget

START = datetime(2027, 3, 1, tzinfo=UTC)


def day(number):
    return START + timedelta(days=number)


# %% [markdown] id="terms_intro"
# ## 1. The page that they signed
#
# An **offer** says whose likeness it is, what it may be used for, where, how long, and for how much. Sums are
# whole **centimes**, hundredths of a dirham: 2,500 dirhams are 250,000.

# %% id="terms_scope"
scope = Scope(
    purposes={Purpose.ADVERTISING},
    actions={Action.GENERATE, Action.PUBLISH},
    audience=Audience.EVERYONE,
    territories={"MA"},
    media={Medium.SOCIAL, Medium.BROADCAST},
    modalities={Modality.FACE},
    starts=day(0),
    ends=day(30),
)

# %% id="terms_offer"
offer = m.Offer(
    id="spring",
    principal="tiziri",
    offered_by=("tiziri",),
    scope=scope,
    price=m.Money(centimes=250_000, currency=m.Currency.MAD),
    payees=(("tiziri", 4), ("mehdi", 1)),
    exclusivity=m.Exclusivity(
        purposes={Purpose.ADVERTISING}, territories={"MA"}, starts=day(0), ends=day(30)
    ),
    revocability=m.Revocability(run_on_days=3),
    at=day(-10),
    until=day(1),
)

# %% id="terms_accept"
market = m.Market().offer(offer).deposit("paid-in", "riad", offer.price, at=day(-5))
market = market.accept("spring", id="C1", licensee="riad", at=day(-4))
print(market.books.balances(m.Currency.MAD))

# %% [markdown] id="terms_read"
# The fee is neither the riad's nor Tiziri's yet. It waits in an **escrow**, an account of the contract, and is
# earned day by day. `outside` is the world that the money came from: with it, all accounts add up to 0.
#
# A page can be read by machines, too. **ODRL** is a language of the W3C for that: a *policy* holds *permissions*
# and *prohibitions*, and each of them has *constraints*.

# %% id="odrl_real"
[rule] = policy_of(market.contracts["C1"].grant)["permission"]
print(rule["action"])
for constraint in rule["constraint"][::3]:
    print(constraint["leftOperand"], constraint["operator"], constraint["rightOperand"])

# %% [markdown] id="odrl_intro"
# Here is the same in short. A rule has a list of actions and a list of constraints `[operand, operator, value]`:
#
#     {"action": ["generate", "publish"],
#      "constraint": [["purpose", "isAnyOf", ["advertising"]],
#                     ["spatial", "isAnyOf", ["MA"]],
#                     ["day", "gteq", 0], ["day", "lt", 30]]}
#
# - A rule **covers** a request if the request's action is among its actions and *every* constraint holds. A
#   rule without constraints covers its actions without limits.
# - A request is permitted if *one* permission covers it, alone, and *no* prohibition does. What nobody permits
#   is not permitted.
#
# **Item 1 (3 points).** `policy` has the lists `"permission"` and `"prohibition"`; `request` has `"action"` and a
# value for each operand. Return True or False. `HOLDS["lt"](29, 30)` tells whether a constraint holds.

# %% id="permits" item="permits"
HOLDS = {
    "eq": lambda given, wanted: given == wanted,
    "isAnyOf": lambda given, wanted: given in wanted,
    "isNoneOf": lambda given, wanted: given not in wanted,
    "gteq": lambda given, wanted: given >= wanted,
    "lt": lambda given, wanted: given < wanted,
}


def permits(policy, request):
    """Return whether the policy permits the request."""

    ### BEGIN SOLUTION
    def covers(rule):
        limits = [HOLDS[operator](request[name], value) for name, operator, value in rule["constraint"]]
        return request["action"] in rule["action"] and all(limits)

    forbidden = any(covers(rule) for rule in policy["prohibition"])
    return not forbidden and any(covers(rule) for rule in policy["permission"])
    ### END SOLUTION


# %% id="permits_check" checks="permits" points=3
check.permits(permits)

# %% [markdown] id="odrl_widget_intro"
# The library's engine asks a few questions more: who is asking, whether somebody is under 18, whether a permission
# was taken back. Try it. First find a question that gets a no, and mend it with *one* switch. Then switch on that
# the permission was taken back.

# %% id="odrl_widget"
ConsentWidget(lang=lang)

# %% [markdown] id="odrl_read"
# A no names its reason, and with it the way to a yes: another purpose, another circle, another permission.
# That is what a licence is for. Whoever only ever says no needs no licence, and is not paid either.

# %% [markdown] id="calendar_intro"
# ## 2. Exclusive means: nobody else
#
# Tiziri promised the riad that no other advert in Morocco shows her face during those thirty days. Two licences
# of one person **are in each other's way** if all of this holds:
#
# 1. the licensees differ, and at least *one of the two* is exclusive, the new or the old one;
# 2. they have a purpose in common;
# 3. they have a territory in common; `"worldwide"` meets every territory;
# 4. they have a day in common. `"ends"` is the first day that is free again.
#
# **Item 2 (3 points).** A licence has `"licensee"`, `"exclusive"` (True or False), `"purposes"` and
# `"territories"` (lists), `"starts"` and `"ends"` (days). Return the positions in `contracts`, counted from 0, of
# those in the way of `offer`.


# %% id="in_the_way" item="in_the_way"
def in_the_way(offer, contracts):
    """Return the positions of the contracts that the offer cannot stand beside."""
    ### BEGIN SOLUTION
    found = []
    for place, other in enumerate(contracts):
        promised = offer["exclusive"] or other["exclusive"]
        purposes = set(offer["purposes"]) & set(other["purposes"])
        ours, theirs = set(offer["territories"]), set(other["territories"])
        lands = ours & theirs or "worldwide" in ours | theirs
        days = max(offer["starts"], other["starts"]) < min(offer["ends"], other["ends"])
        if promised and offer["licensee"] != other["licensee"] and purposes and lands and days:
            found.append(place)
    return found
    ### END SOLUTION


# %% id="in_the_way_check" checks="in_the_way" points=3
check.in_the_way(in_the_way)

# %% id="calendar_real"
from dataclasses import replace

days = replace(scope, starts=day(20), ends=day(50))
later = replace(offer, id="tea", exclusivity=None, scope=days)
for conflict in m.conflicts(later, market.contracts.values(), licensee="tea-house"):
    print(isolated(conflict.explain(lang=lang)))
free = replace(later, scope=replace(scope, starts=day(30), ends=day(60)))
print(m.conflicts(free, market.contracts.values(), licensee="tea-house"))

# %% [markdown] id="calendar_read"
# The tea house came too late for its first ten days, and the refusal says what would do: begin on the day on
# which the riad's promise ends. The second offer does, and nothing is in its way. Exclusivity has a price for
# that reason: it is paid for what Tiziri may *not* sell meanwhile.

# %% [markdown] id="divide_intro"
# ## 3. Centimes do not vanish
#
# Of what is earned Tiziri gets four parts and Mehdi one. But 58,333 centimes do not divide by five. If everybody is
# rounded by themselves, a centime is made or lost; after a thousand contracts somebody asks where it went.
#
# The **largest remainder** settles it: everybody gets their exact part rounded *down*. The centimes that are left go,
# one each, to those who lost most by rounding; among equals, to whoever comes first in the list.
#
# **Item 3 (3 points).** `shares` is a list of whole numbers from 1, such as `[4, 1]`. Return the list of centimes,
# in the same order. `//` divides and rounds down, and `%` is what remains.


# %% id="divide" item="divide"
def divide(centimes, shares):
    """Return the centimes of each payee; together they are the sum."""
    ### BEGIN SOLUTION
    parts = [centimes * share // sum(shares) for share in shares]
    lost = [centimes * share % sum(shares) for share in shares]
    most = sorted(range(len(shares)), key=lambda payee: -lost[payee])
    for payee in most[: centimes - sum(parts)]:
        parts[payee] += 1
    return parts
    ### END SOLUTION


# %% id="divide_check" checks="divide" points=3
check.divide(divide)

# %% id="divide_days"
daily = market
for number in range(1, 31):
    daily = daily.release(f"day-{number}", "C1", at=day(number))
once = market.release("all", "C1", at=day(30))
for books in (daily.books, once.books):
    print(books.balances(m.Currency.MAD), books.total(m.Currency.MAD))

# %% [markdown] id="divide_read"
# Paid out on thirty evenings Mehdi has 50,010 centimes, paid out once 50,000. Ten centimes came from Tiziri's part,
# because the remainder falls the same way each time; no centime was made or lost, and the total is 0 in both. A rule
# can be exact and still lean to one side: whoever writes it decides to which, so it belongs in the contract.

# %% [markdown] id="settle_intro"
# ## 4. Taking it back
#
# That a licence may be taken back is not for sale here. What it *costs* is a matter of the contract, and this
# one says:
#
# - **days used**: days that have begun, and the days for which what is up may stay up. Never more than the
#   contract has;
# - **earned**: the fee, times days used, divided by the contract's days, rounded down;
# - what was paid out before is subtracted from what is earned, and the rest is paid **now**;
# - the **refund** is what of the fee was not earned. The odd centime goes back to whoever paid.
#
# **Item 4 (3 points).** `fee` and `paid` (what was paid out before) are in centimes. `hours` have passed since the
# beginning; what is up stays for `up_days` more. Return `[earned, now, refund]`.


# %% id="settle" item="settle"
def settle(fee, n_days, hours, up_days, paid):
    """Return what is earned, what of it is paid now, and what goes back."""
    ### BEGIN SOLUTION
    used = min(-(-hours // 24) + up_days, n_days)
    earned = fee * used // n_days
    return [earned, earned - paid, fee - earned]
    ### END SOLUTION


# %% id="settle_check" checks="settle" points=3
check.settle(settle)

# %% id="settle_widget"
shown = [
    m.Use(id="post", at=day(2), medium=Medium.SOCIAL, place="network"),
    m.Use(id="spot", at=day(4), medium=Medium.BROADCAST, place="atlas-tv"),
]
SettleWidget(market.contracts["C1"], uses=shown, lang=lang)

# %% [markdown] id="settle_widget_read"
# Move the day. From which day on does nothing go back? Untick the box: which days change, and by how much? What
# would you have paid, as the riad, for three days more of a post?

# %% id="settle_case"
market = market.release("week-1", "C1", at=day(7))
ended, settlement = market.revoke("C1", at=day(9) + timedelta(hours=20), uses=shown)
print(ended.books.balances(m.Currency.MAD), ended.books.total(m.Currency.MAD))
for sentence in settlement.explain(lang=lang):
    print(isolated(sentence))

# %% [markdown] id="settle_read"
# Compare with what you wrote down. Ten days have begun and the post stays up for three: 13 of 30 days. Tiziri
# keeps 866.66 dirhams and Mehdi 216.67; 1,416.67 go back to the riad. The three parts are 2,500.00, and the escrow is
# empty.
#
# So Bahia gets neither all of it back nor thirty days. Mehdi's fifth is a fifth of what was *earned*. And
# Tiziri's third sentence is next.

# %% [markdown] id="fate_intro"
# ## 5. What stops, what comes down, what remains
#
# Taking back works forward. What was shown while the licence stood was allowed, and stays allowed. The rule, in this
# order:
#
# 1. not shown yet: `"may not be shown"`;
# 2. shown at the moment of the revocation or later: `"breach"`. There was no permission any more;
# 3. shown before, in a medium of `PAST_RECALL`: `"remains"`. It cannot be called back, only not repeated;
# 4. shown before, elsewhere: `"comes down"`, within the days that the contract allows.
#
# **Item 5 (2 points).** `use` has `"medium"` and `"shown"` (hours since the beginning, or None); `revoked` is in
# hours, too. Return one of the four texts, exactly as written.

# %% id="fate" item="fate"
PAST_RECALL = {"broadcast", "cinema", "print"}


def fate(use, revoked):
    """Return what a revocation means for one use."""
    ### BEGIN SOLUTION
    if use["shown"] is None:
        return "may not be shown"
    if use["shown"] >= revoked:
        return "breach"
    return "remains" if use["medium"] in PAST_RECALL else "comes down"
    ### END SOLUTION


# %% id="fate_check" checks="fate" points=2
check.fate(fate)

# %% [markdown] id="fate_read"
# The spot was broadcast on the fourth day: it remains, and may not be repeated. The post comes down within three
# days. "Everything comes down tonight" was wrong twice.
#
# And the copies that others have made? A tool that looks for clips that *look alike* finds more than copies: of 180
# clips that others had made from the same words, it matched 91, 51 % (95 % interval 43 to 58). Let 1 in 100 of the
# clips that it searches be a copy, and let it find every one. Of 1,000 clips that is 10 copies and about 500
# others: a match is a copy 2 times in 100. So a match is a reason to look, and not to send a notice.

# %% [markdown] id="flags_intro"
# ## 6. Where to stop reading and ask
#
# Next time the riad sends its own paper. Some clauses are worth a stop, *and some only sound like it*:
#
# | code | stop where | no reason to stop |
# |---|---|---|
# | `minor_without_guardian` | `minor` and not `guardian_signs` | a minor, and all guardians sign |
# | `irrevocable` | `irrevocable` | |
# | `hidden_voice` | `voice_included` and not `voice_named` | the voice is agreed to in a clause of its own |
# | `perpetual` | `perpetual` | a long licence that ends |
# | `worldwide_all_media` | `worldwide` *and* `all_media` | the whole world in one medium; one country in all |
# | `no_fee_for_revenue` | `earns_revenue` and not `paid` | a school's clip that earns nothing |
# | `exclusive_without_minimum` | `exclusive` and not `minimum` | exclusive, with a minimum that is paid |
#
# **Item 6 (2 points).** `terms` has True or False for each word in the middle column. Return the list of codes to
# stop at, in the order of the table: the gravest first.


# %% id="stops" item="stops"
def stops(terms):
    """Return the codes of the clauses to stop at, the gravest first."""
    ### BEGIN SOLUTION
    found = {
        "minor_without_guardian": terms["minor"] and not terms["guardian_signs"],
        "irrevocable": terms["irrevocable"],
        "hidden_voice": terms["voice_included"] and not terms["voice_named"],
        "perpetual": terms["perpetual"],
        "worldwide_all_media": terms["worldwide"] and terms["all_media"],
        "no_fee_for_revenue": terms["earns_revenue"] and not terms["paid"],
        "exclusive_without_minimum": terms["exclusive"] and not terms["minimum"],
    }
    return [code for code, raised in found.items() if raised]
    ### END SOLUTION


# %% id="stops_check" checks="stops" points=2
check.stops(stops)

# %% id="flags_paper"
paper = m.Terms(perpetual=True, worldwide=True, all_media=True, exclusive=True, minimum=True)
for flag in m.red_flags(paper):
    print(isolated(flag.what(lang=lang)), isolated(flag.ask(lang=lang)), sep="\n", end="\n\n")

# %% [markdown] id="flags_read"
# Each flag comes with what to *ask for*. "Exclusive" raised none, because a minimum is paid. A list sees only what it
# asks about: a contract without a flag is not thereby fair, and one with a flag may be worth signing at the right
# price, if you know what you give.

# %% [markdown] id="reflection_question"
# ## 7. What changed in your mind?
#
# **Item 7 (4 points, read by a person).** In 120 to 200 words, to *one* of the three at the table:
#
# - What does this person have in the end, to the centime, and from which rule does it follow? Which part of their
#   sentence was right?
# - Name one clause that you would change next time, in whose favour, and what it would cost the other side.
# - A friend says: "After this I would never lend my face to anybody." What would you answer?

# %% [markdown] id="reflection" manual="true" points=4
# ### BEGIN SOLUTION
# Dear Mehdi, you have 216.67 dirhams, and not 500. Your part is one in five of what was *earned*: 13 of 30 days
# of 2,500 dirhams are 1,083.33, and a fifth of that is 216.666, rounded up because your remainder was the larger
# one. You were right that nobody can take your fifth from you; you had it of the wrong sum. Tiziri has 866.66,
# and 1,416.67 went back.
#
# Next time I would ask for a minimum: a tenth of the fee is earned by signing, because the work of an agent is done
# before the first day. That would cost the riad up to 250 dirhams when somebody takes a licence back early, and so it
# may offer less from the start.
#
# To the friend: Tiziri got paid, for thirteen days in which she could sing elsewhere, and it ended when she
# said so. What I would never sign is a paper without an end, or one that I cannot take back. Those two I can ask to
# have changed. Before this lab I thought that taking back means that it never happened. It means: from now on.
# ### END SOLUTION

# %% [markdown] id="end"
# ## What you may say now, and what not
#
# - You can say whether a policy permits a request, what is in the way of an offer, and who has which centime after a
#   revocation. You cannot say that a contract is fair: fairness is not in the sums.
# - Rounding, the begun day and the days for which a post stays up are choices of this contract. Another one chooses
#   otherwise; the question to ask is the same.
# - Taxes, advances and courts are left out. Law, and how sure we are: the European GDPR, article 7(3), lets consent be
#   taken back at any time, and what was done before stays lawful (we have read it); in Morocco, article 1 of Law 09-08
#   counts sound and picture among personal data (read), and article 4 asks for consent (assumed, not read).
#
# **Sources.** W3C (2018), *ODRL Information Model 2.2*; Balinski and Young (2001), *Fair Representation*, on the
# largest remainder; `python benchmarks/reach.py`, for the 180 clips.
