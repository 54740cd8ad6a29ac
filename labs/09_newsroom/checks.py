# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from pathlib import Path

from medialit.widgets.checking import Asking, NotYet, advising, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)

COSTS = {"publish": [0, 30], "label": [6, 8], "hold": [20, 2], "debunk": [80, 0]}


def sources(function):
    chain = {"c": "b", "b": "a", "a": None, "d": "c"}
    compare(
        ask.returned(function, chain),
        expected=["a"],
        slips=[
            (["a", "b", "c", "d"], _("These are all posts. Three of them only copy: follow each one back to where its clip comes from.")),
            (["a", "b", "c"], _("You went back one step. “d” copies “c”, which copies “b”, which copies “a”: go on until a post copies none.")),
            (["b", "c"], _("These are the posts that were copied. Asked are those that copy none themselves.")),
            (["a"] * 4, _("Each origin once, however many posts lead to it: a set forgets what comes twice.")),
            (1, _("This is how many there are. Return the list of the origins themselves.")),
            ("a", _("Return a list, even where there is only one origin.")),
        ],
        otherwise=_("“d” copies “c”, “c” copies “b”, and “b” copies “a”, which copies none: return ['a']."),
    )  # fmt: skip
    gone = _(
        '“old” is not in the list any more: `copy_of["old"]` stops with a KeyError, `copy_of.get("old")` gives None.'
    )
    compare(
        ask(function, {"x": "old", "y": "old", "m": None}, stops={KeyError: gone}),
        expected=["m", "old"],
        slips=[
            (["m"], _("Two posts copy “old”, which is not in the list any more. It is an origin all the same: return ['m', 'old'].")),
            (["m", "x", "y"], _("“x” and “y” copy the same clip, even though it is gone. They are one source, not two.")),
            (["old", "m"], _("Both are right. Return them in alphabetical order: `sorted` does that.")),
        ],
        otherwise=_("“x” and “y” copy “old”, which is gone, and “m” copies none: return ['m', 'old']."),
    )  # fmt: skip


def posterior(function):
    compare(
        ask.returned(function, 0.2, [["a", 3], ["b", 0.5]]),
        expected=0.375 / 1.375,
        slips=[
            (0.375, _("These are odds. Turn them back into a probability: p = odds / (1 + odds).")),
            (0.3, _("You multiplied the probability. Turn it into odds first: p / (1 − p), here 0.2 / 0.8.")),
            (0.6, _("The base rate is missing: begin with its odds, 0.2 / 0.8, and not with 1.")),
            (0.875 / 1.875, _("Ratios are multiplied, not added: 0.25 × 3 × 0.5.")),
            (0.75 / 1.75, _("Evidence against the claim counts, too: multiply by 0.5 as well.")),
        ],
        otherwise=_("20 % are odds of 0.25. 0.25 × 3 × 0.5 is 0.375, and 0.375 / 1.375 is about 0.27."),
    )  # fmt: skip
    compare(
        ask(function, 0.2, [["a", 3], ["b", 3]]),
        expected=2.25 / 3.25,
        slips=[(0.75 / 1.75, _("“a” and “b” are two origins that happen to have the same ratio: both count. Keep apart by origin, not by ratio."))],
        otherwise=_("Two origins with a ratio of 3 each: odds of 0.25 × 3 × 3 = 2.25, so about 0.69."),
    )  # fmt: skip
    compare(
        ask(function, 0.2, [["a", 3], ["a", 3], ["a", 3]]),
        expected=0.75 / 1.75,
        slips=[(6.75 / 7.75, _("Three copies of one origin are one piece of evidence. You multiplied by 3 three times."))],
        otherwise=_("One origin, seen three times, counts once: odds of 0.25 × 3 = 0.75, so about 0.43."),
    )  # fmt: skip
    compare(
        ask(function, 0.2, [["a", 0.5], ["a", 0.2], ["a", 3], ["a", 2]]),
        expected=0.05 / 1.05,
        slips=[
            (0.75 / 1.75, _("3 is the largest ratio, not the strongest: it is a factor of 3, and 0.2 is a factor of 5 the other way. Compare `abs(math.log(ratio))`.")),
            (0.5 / 1.5, _("You took the last piece of the origin. Take the strongest: 0.2, a factor of 5.")),
            (0.125 / 1.125, _("You took the first piece of the origin. Take the strongest: 0.2, a factor of 5.")),
            (0.25 * 0.6 / (1 + 0.25 * 0.6), _("The four pieces of one origin were multiplied. Only the strongest one counts: 0.2.")),
            (0.25 * 1.425 / (1 + 0.25 * 1.425), _("You took the mean of the origin's ratios. Only the strongest one counts: 0.2.")),
        ],
        otherwise=_("Of 0.5, 0.2, 3 and 2 from one origin only 0.2 counts, a factor of 5: odds of 0.25 × 0.2 = 0.05."),
    )  # fmt: skip


def contradictions(function):
    def clip(filmed=794, first_seen=800, height=2.0, shadow=2.55, elsewhere=(700, 40)):
        there = None if elsewhere is None else list(elsewhere)
        return {
            "filmed": filmed,
            "first_seen": first_seen,
            "height": height,
            "shadow": shadow,
            "elsewhere": there,
        }

    answer = ask.returned(function, clip())
    if not isinstance(answer, (list, tuple)):
        raise NotYet(_("Return a list of contradictions, even where there is one or none."))
    compare(
        answer,
        expected=[],
        slips=[
            (["shadow"], _("At 13:14 the sun stood at 38.5 degrees, and 2 m with a shadow of 2.55 m mean 38.1: that fits. Is it atan(height / shadow), in degrees, and a difference of up to 5 degrees allowed?")),
            (["too far"], _("40 km in 94 minutes can be driven: 1 km a minute is the limit.")),
            (["seen before"], _("Filmed at minute 794 and first seen at minute 800: that is the right order.")),
        ],
        otherwise=_("Filmed at minute 794, seen at 800, a shadow that fits, 40 km in 94 minutes: nothing contradicts. Return []."),
    )  # fmt: skip
    unknown = _("What is None is not known, and contradicts nothing: ask `is not None` first.")
    nothing = clip(first_seen=None, shadow=None, elsewhere=None)
    compare(
        ask(function, nothing, stops={TypeError: unknown}),
        expected=[],
        slips=[],
        otherwise=unknown,
    )
    compare(
        ask(function, clip(first_seen=-1400)),
        expected=["seen before"],
        slips=[([], _("A clip that was seen the day before (minute −1400) was not filmed at minute 794: “seen before”."))],
        otherwise=_("First seen at minute −1400, said to be filmed at 794: return ['seen before']."),
    )  # fmt: skip
    compare(
        ask(function, clip(first_seen=794)),
        expected=[],
        slips=[],
        otherwise=_("Filmed and seen in the same minute: that is a live broadcast, and no contradiction."),
    )
    for shadow, said in (
        (1.5, _("2 m with a shadow of 1.5 m mean 53 degrees; the sun stood at 38.5. Higher than it was: “shadow”.")),
        (4.5, _("2 m with a shadow of 4.5 m mean 24 degrees; the sun stood at 38.5. *Lower* than it was: “shadow”, too.")),
    ):  # fmt: skip
        compare(ask(function, clip(shadow=shadow)), expected=["shadow"], slips=[], otherwise=said)
    compare(
        ask(function, clip(elsewhere=(780, 60))),
        expected=["too far"],
        slips=[([], _("60 km in 14 minutes is more than 1 km a minute: “too far”."))],
        otherwise=_("60 km in 14 minutes is more than 1 km a minute: return ['too far']."),
    )
    compare(
        ask(function, clip(elsewhere=(850, 40))),
        expected=[],
        slips=[(["too far"], _("The telephone was elsewhere *afterwards*, at minute 850. 56 minutes are 56 minutes in either direction: take `abs`."))],
        otherwise=_("40 km in the 56 minutes afterwards can be driven: no contradiction."),
    )  # fmt: skip
    both = ask(function, clip(first_seen=-1400, shadow=1.5, elsewhere=(780, 60)))
    compare(
        both,
        expected=["seen before", "shadow", "too far"],
        slips=[
            (
                ["seen before"],
                _("You stop at the first contradiction. Return all of them: this clip has three."),
            )
        ],
        otherwise=_("This clip has all three contradictions: return them in the order of the text."),
    )


def decide(function):
    answer = ask.returned(function, 0.3, 0.34, COSTS)
    if answer not in list(COSTS):
        raise NotYet(_("Return the name of one of the answers in `costs`."))
    compare(
        answer,
        expected="label",
        slips=[
            ("debunk", _("Below one half is not “false”. If there is a fire at p = 0.3, debunking costs 80: weigh each cost by how probable it is.")),
            ("hold", _("Between 0.30 and 0.34 “hold” costs at worst 8.1 and “label” at worst 7.4.")),
            ("publish", _("At p = 0.3 the claim is false in 7 of 10 cases, and “publish” costs 30 each time. Weigh each cost by how probable it is.")),
        ],
        otherwise=_("At p = 0.30 “label” costs 0.3 × 6 + 0.7 × 8 = 7.4, at 0.34 it costs 7.3. No other answer has a lower worst."),
    )  # fmt: skip
    compare(
        ask(function, 0.01, 0.015, COSTS),
        expected="debunk",
        slips=[
            ("label", _("You compare what each answer costs at its very worst, whatever p is. At p = 0.015 water is improbable: weigh by it.")),
            ("publish", _("The two costs have changed places: the first one is paid if the claim is *true*, and that has probability p.")),
        ],
        otherwise=_("At p = 0.015 “debunk” costs 0.015 × 80 = 1.2 and “hold” about 2.3: debunk."),
    )  # fmt: skip
    compare(
        ask(function, 0.02, 0.34, COSTS),
        expected="label",
        slips=[
            ("hold", _("You took the middle of the interval. At its upper end, 0.34, “hold” costs 8.1 and “label” 7.3; at its lower end “label” costs 8.0. The worst counts.")),
            ("debunk", _("You looked at the end where it is cheap. At the other end, 0.34, “debunk” costs 27. The worst counts.")),
        ],
        otherwise=_("From 0.02 to 0.34 “label” costs at worst 8.0, “hold” 8.1 and “debunk” 27: label."),
    )  # fmt: skip
    compare(
        ask(function, 0.6, 0.9, COSTS),
        expected="label",
        slips=[("publish", _("You looked at the upper end, or the middle. At the lower end, 0.6, “publish” costs 12. The worst counts."))],
        otherwise=_("From 0.6 to 0.9 “label” costs at worst 6.8 and “publish” 12: label."),
    )  # fmt: skip


def _check(name, minutes, yes_if_true, yes_if_false, origin=None):
    return {
        "name": name, "origin": origin or name, "minutes": minutes,
        "yes_if_true": yes_if_true, "yes_if_false": yes_if_false,
    }  # fmt: skip


def plan(function):
    quick, strong, fair = (
        _check("quick", 4, 0.8, 0.3),
        _check("strong", 20, 0.98, 0.03),
        _check("fair", 12, 0.85, 0.2),
    )
    answer = ask.returned(function, [quick, strong, fair], 20, 0.4, COSTS)
    if isinstance(answer, (list, tuple)) and any(isinstance(one, dict) for one in answer):
        raise NotYet(_("These are the checks themselves. Return the list of their names."))
    if not isinstance(answer, (list, tuple)):
        raise NotYet(
            _("Return the list of the names of the checks to make, even where there is one or none.")
        )
    compare(
        answer,
        expected=["strong"],
        slips=[
            (["quick", "fair"], _("You filled the time with what is short, or with what looks best a minute. “strong” alone, 20 minutes, leaves a lower cost: compare whole plans.")),
            (["quick", "strong", "fair"], _("All three take 36 minutes, and there are 20. Leave out the plans that do not fit.")),
            (["quick", "fair", "strong"], _("All three take 36 minutes, and there are 20. Leave out the plans that do not fit.")),
            (["quick"], _("16 minutes are left over. Compare all plans that fit, not only single checks.")),
            ([], _("Making no check leaves a cost of 7.2. “strong” alone brings it to 1.2.")),
        ],
        otherwise=_("Of the plans that fit into 20 minutes “strong” alone has the lowest `cost_after`: return ['strong']."),
    )  # fmt: skip
    twice = [
        _check("detector", 3, 0.9, 0.3, "pixels"),
        _check("blocks", 4, 0.85, 0.3, "pixels"),
        _check("ring", 9, 0.8, 0.3),
    ]
    compare(
        ask(function, twice, 16, 0.4, COSTS),
        expected=["detector", "ring"],
        slips=[
            (["detector", "blocks", "ring"], _("“detector” and “blocks” look at the same pixels. At most one of each origin may be in a plan.")),
            (["ring", "detector"], _("The right checks, in another order: first the one that alone saves most *a minute*. That is the detector.")),
        ],
        otherwise=_("At most one of the two that look at pixels, and “ring”: return ['detector', 'ring']."),
    )  # fmt: skip
    compare(
        ask(function, [_check("weak", 5, 0.55, 0.5), _check("vague", 3, 0.5, 0.45)], 20, 0.97, COSTS),
        expected=[],
        slips=[],
        otherwise=_("At p = 0.97 neither check can change the answer, so all plans cost the same. Among equals the shortest one wins: return []."),
    )  # fmt: skip
    three = [_check("long", 13, 0.8, 0.1), _check("mid", 4, 0.65, 0.35), _check("short", 5, 0.9, 0.3)]
    compare(
        ask(function, three, 22, 0.4, COSTS),
        expected=["short", "long", "mid"],
        slips=[
            (["long", "mid", "short"], _("These are the right checks in the order of the list. First comes the one that alone saves most a minute.")),
            (["mid", "short", "long"], _("You put the shortest first. First comes the one that saves most *a minute*: divide what it saves by its minutes.")),
            (["long", "short", "mid"], _("You put first what saves most. Divide by its minutes: “short” saves more a minute than “long”.")),
        ],
        otherwise=_("All three fit. What each one alone saves, divided by its minutes, gives the order ['short', 'long', 'mid']."),
    )  # fmt: skip


def faults(function):
    error = {
        "claim": ["fire", "market"], "published": "09:10", "corrected": "09:45", "known": ["smoke", "bakery"],
    }  # fmt: skip
    text = "At 09:10 we reported a fire at the market. That was wrong: the smoke came from a bakery. Corrected at 09:45."

    def note(headline="Smoke over the market: it was a bakery", text=text):
        return {"headline": headline, "text": text}

    answer = ask.returned(function, note(), error)
    if not isinstance(answer, (list, tuple)):
        raise NotYet(_("Return a list of faults, even where there is one or none."))
    compare(
        answer,
        expected=[],
        slips=[(["claim in headline"], _("The headline has “market” and not “fire”. Only *all* words of the claim together repeat it."))],
        otherwise=_("This note names the mistake, both times and what is known, and its headline does not repeat the claim: return []."),
    )  # fmt: skip
    compare(
        ask(function, note(headline="No fire at the market"), error),
        expected=["claim in headline"],
        slips=[([], _("“No fire at the market” has all words of the claim. The “No” does not help: what is repeated is remembered."))],
        otherwise=_("“No fire at the market” repeats the claim: return ['claim in headline']."),
    )  # fmt: skip
    named = text.replace("a fire at the market", "at a supermarket that there were fireworks")
    for lacking, fault, said in (
        (text.replace(" at the market", ""), "what was wrong", _("The text names the fire and not the market. *Each* word of the claim must be there: “what was wrong”.")),
        (named, "what was wrong", _("“fireworks” is not the word “fire”, nor “supermarket” the word “market”: compare whole words, with `words(text)`.")),
        (text.replace(" Corrected at 09:45.", ""), "when", _("The time of the mistake is there, that of the correction is not: “when”.")),
        (text.replace("At 09:10 we", "We"), "when", _("The time of the correction is there, that of the mistake is not: “when”.")),
        (text.replace(" from a bakery", ""), "what is known", _("The text says “smoke” and not “bakery”: *each* word of what is known must be there.")),
    ):  # fmt: skip
        compare(ask(function, note(text=lacking), error), expected=[fault], slips=[], otherwise=said)
    compare(
        ask(function, note("No fire at the market", "We are sorry."), error),
        expected=["claim in headline", "what was wrong", "when", "what is known"],
        slips=[
            (["claim in headline"], _("You stop at the first fault. Return all of them: this note has four."))
        ],
        otherwise=_("This note has all four faults: return them in the order of the rule."),
    )


check = advising(
    lang,
    sources=sources,
    posterior=posterior,
    contradictions=contradictions,
    decide=decide,
    plan=plan,
    faults=faults,
)
