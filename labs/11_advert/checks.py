# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from pathlib import Path

from medialit.widgets.checking import Asking, NotYet, advising, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)

WHITE, BLACK, GREY = [255, 255, 255], [0, 0, 0], [119, 119, 119]


def worst_contrast(function):
    compare(
        ask.returned(function, WHITE, [GREY]),
        expected=4.478089453577214,
        slips=[
            (1.05 / (119 / 255 + 0.05), _("Levels are no light yet: 119 of 255 is less than a fifth of the light of white. Turn each share `v` into light first.")),
            (5.4207888863637255, _("The 0.05 is missing: add it to both luminances before you divide.")),
            (1 / 4.478089453577214, _("This is the darker divided by the lighter. The lighter one goes above the line.")),
            ([4.478089453577214], _("Return one number, the lowest, and not a list.")),
        ],
        otherwise=_("White has the luminance 1, and 119 has 0.1845 of it: (1 + 0.05) / (0.1845 + 0.05) is 4.48."),
    )  # fmt: skip
    compare(
        ask(function, BLACK, [GREY]),
        expected=4.68949989000882,
        slips=[(1 / 4.68949989000882, _("Here the letters are the darker ones. The lighter one goes above the line, whichever it is."))],
        otherwise=_("Black letters on the grey 119: (0.1845 + 0.05) / (0 + 0.05) is 4.69."),
    )  # fmt: skip
    compare(
        ask(function, WHITE, [[0, 255, 0]]),
        expected=1.05 / 0.7652,
        slips=[
            (1.05 / (1 / 3 + 0.05), _("You took red, green and blue as equals. Green weighs 0.7152, blue only 0.0722.")),
            (1.05 / 0.2626, _("This is green with the weight of red. The order is red, green, blue.")),
            (1.05 / 0.1222, _("This is green with the weight of blue. The order is red, green, blue.")),
        ],
        otherwise=_("White on pure green: (1 + 0.05) / (0.7152 + 0.05) is 1.37."),
    )  # fmt: skip
    compare(
        ask(function, WHITE, [GREY, [200, 200, 200], BLACK]),
        expected=1.6730922959950039,
        slips=[
            (21.0, _("This is the best of the frames. Who looks at the worst one sees nothing: take the lowest.")),
            (4.478089453577214, _("This is the first frame. Look at all of them, and take the lowest.")),
            (9.050393916524072, _("This is the mean. Nobody sees a mean: take the lowest.")),
        ],
        otherwise=_("Three frames with 4.48, 1.67 and 21: the worst is 1.67."),
    )  # fmt: skip


def faults(function):
    def text(contrasts=(12, 6, 5), share=0.05, screen_mm=400, distance_mm=2500, seconds=3, words=4):
        return {
            "contrasts": list(contrasts), "share": share, "screen_mm": screen_mm,
            "distance_mm": distance_mm, "seconds": seconds, "words": words,
        }  # fmt: skip

    answer = ask.returned(function, text())
    if not isinstance(answer, (list, tuple)):
        raise NotYet(_("Return a list of faults, even where there is one or none."))
    compare(
        answer,
        expected=[],
        slips=[
            (["size"], _("20 mm at 2500 mm are 0.46 degrees, and 27 minutes of arc: enough. `math.atan` gives radians; turn them into degrees, and degrees into minutes.")),
            (["time"], _("4 words: 0.2 × 4 + 2 is 2.8 seconds, and the text stands for 3.")),
            (["contrast"], _("All frames have 5 or more, and 4.5 is asked.")),
        ],
        otherwise=_("Contrasts from 5 on, 27 minutes of arc, 3 seconds for 4 words: nothing is wrong. Return []."),
    )  # fmt: skip
    compare(
        ask(function, text(contrasts=(12, 2, 12))),
        expected=["contrast"],
        slips=[([], _("One frame has a contrast of 2, and there the text is gone. Neither the mean nor the first frame tells: look at the lowest."))],
        otherwise=_("One frame has a contrast of 2: return ['contrast']."),
    )  # fmt: skip
    compare(ask(function, text(contrasts=(4.5, 9))), expected=[], slips=[], otherwise=_("4.5 is enough: only what lies *below* it is a fault."))  # fmt: skip
    compare(
        ask(function, text(share=0.018)),
        expected=["size"],
        slips=[([], _("1.8 % of 400 mm are 7.2 mm; at 2500 mm that is 9.9 minutes of arc: “size”. Are these minutes, and not degrees times something else?"))],
        otherwise=_("7.2 mm at 2500 mm are 9.9 minutes of arc: return ['size']."),
    )  # fmt: skip
    compare(
        ask(function, text(share=0.018, screen_mm=140, distance_mm=350)),
        expected=[],
        slips=[(["size"], _("1.8 % looks small, and on a telephone close to the eye it is 25 minutes of arc. The angle counts, not the share."))],
        otherwise=_("1.8 % of 140 mm at 350 mm are 25 minutes of arc: return []."),
    )  # fmt: skip
    compare(
        ask(function, text(words=4, seconds=1.5)),
        expected=["time"],
        slips=[([], _("4 words in 1.5 seconds: reading takes 0.8, and 2 more are for noticing that there is something to read."))],
        otherwise=_("4 words need 2.8 seconds and have 1.5: return ['time']."),
    )  # fmt: skip
    compare(
        ask(function, text(words=10, seconds=4.5)),
        expected=["time"],
        slips=[([], _("From 10 words on it is 3 seconds on top: 0.2 × 10 + 3 is 5."))],
        otherwise=_("10 words need 5 seconds and have 4.5: return ['time']."),
    )
    compare(
        ask(function, text(contrasts=(2, 2), share=0.01, seconds=1)),
        expected=["contrast", "size", "time"],
        slips=[(["contrast"], _("You stop at the first fault. Return all of them: this text has three."))],
        otherwise=_("This text has all three faults: return them in the order of the rule."),
    )


def from_left(function):
    line = ["زيت", "Huile", "Azelfa", "من", "تانومريت"]
    answer = ask.returned(function, line, True)
    if isinstance(answer, str):
        raise NotYet(_("This is one text. Return the list of the words."))
    compare(
        answer,
        expected=["تانومريت", "من", "Huile", "Azelfa", "زيت"],
        slips=[
            (line[::-1], _("You turned the Latin words round as well: it says “Azelfa Huile” now. A run of Latin words keeps its order.")),
            (line, _("This is the order of speech. On the screen the first word of an Arabic line stands on the right, at the end of your list.")),
            ([word[::-1] for word in ["تانومريت", "من", "Huile", "Azelfa", "زيت"]], _("The letters inside a word stay as they are: whoever draws the word puts them in order.")),
            (["زيت", "Huile", "Azelfa", "تانومريت", "من"], _("You laid an Arabic line as if it began on the left: here `right_to_left` is True.")),
        ],
        otherwise=_("From the right: زيت, then “Huile Azelfa” in its own order, then من and تانومريت. From the left that is the other way round."),
    )  # fmt: skip
    compare(
        ask(function, ["Azelfa", "زيت", "أركان", "Tanoumrit"], False),
        expected=["Azelfa", "أركان", "زيت", "Tanoumrit"],
        slips=[
            (["Azelfa", "زيت", "أركان", "Tanoumrit"], _("The line begins on the left, and its two Arabic words are still read from the right: زيت stands to the right of أركان.")),
            (["Tanoumrit", "أركان", "زيت", "Azelfa"], _("This line begins on the left: `right_to_left` is False, and the Latin words stay where they are.")),
        ],
        otherwise=_("In a line from the left only the run of the two Arabic words is turned round."),
    )  # fmt: skip


def gaps(function):
    lacking = {
        "fr": {"price": "100", "bottles": "2"},
        "ar": {"price": "100"},
        "en": {"price": "100", "until": "15"},
    }
    answer = ask.returned(function, lacking)
    if not isinstance(answer, (list, tuple)):
        raise NotYet(_("Return a list of pairs, even where there is one or none."))
    answer = [list(one) if isinstance(one, tuple) else one for one in answer]
    right = [["bottles", "ar"], ["bottles", "en"], ["until", "ar"], ["until", "fr"]]
    compare(
        answer,
        expected=right,
        slips=[
            ([["bottles", "ar"], ["bottles", "en"]], _("You compared with the first language only. English says “until”, and two others do not: look at the claims of *all* languages.")),
            ([["until", "ar"], ["until", "fr"]], _("You compared with English only. French says “bottles”, and two others do not: look at the claims of *all* languages.")),
            ([one[::-1] for one in right], _("In each pair the claim comes first, then the language.")),
            (sorted(one[::-1] for one in right), _("In each pair the claim comes first, then the language.")),
            (sorted([*right, ["bottles", "differs"], ["until", "differs"]]), _("A language that does not make a claim does not say anything different about it: compare only those that make it.")),
        ],
        otherwise=_("“bottles” is missing in ar and en, “until” in ar and fr: return [['bottles', 'ar'], ['bottles', 'en'], ['until', 'ar'], ['until', 'fr']]."),
    )  # fmt: skip
    compare(
        ask(function, {"en": {"price": "100"}, "fr": {"price": "120"}}),
        expected=[["price", "differs"]],
        slips=[
            ([], _("Both languages make the claim, and with different numbers: 100 and 120. That is [['price', 'differs']].")),
            ([["price", "fr"]], _("Which of the two is right, the texts do not say. Return [['price', 'differs']], without a language.")),
        ],
        otherwise=_("Both languages make the claim, and with different numbers: 100 and 120. That is [['price', 'differs']]."),
    )  # fmt: skip
    compare(
        ask(function, {"fr": {"price": "100"}, "ar": {"price": "١٠٠"}}),
        expected=[],
        slips=[([["price", "differs"]], _("١٠٠ is 100 in other digits. Compare the numbers, `int(...)`, and not how they are written."))],
        otherwise=_("١٠٠ is 100 in other digits: return []."),
    )  # fmt: skip


def duties(function):
    facts = {"ai": True, "eu": True, "art": False, "private": None, "minor": None}

    def rule(needed, unless=(), sure="read"):
        return {"name": "tell", "if": list(needed), "unless": list(unless), "sure": sure}

    do, to_ask = [["tell", "do"]], [["tell", "ask"]]
    answer = ask.returned(function, facts, [rule(["ai", "eu"])])
    if not isinstance(answer, (list, tuple)):
        raise NotYet(_("Return a list of pairs, even where there is one or none."))
    compare(
        answer,
        expected=do,
        slips=[
            (["tell"], _("These are the names alone. Return pairs: [['tell', 'do']].")),
            (["do"], _("These are the answers alone. Return pairs: [['tell', 'do']].")),
            ([], _("Both facts are True, nothing speaks against it, and the wording was read: [['tell', 'do']].")),
        ],
        otherwise=_("Both facts are True, nothing speaks against it, and the wording was read: [['tell', 'do']]."),
    )  # fmt: skip
    compare(
        ask(function, facts, [rule(["ai", "art"])]),
        expected=[],
        slips=[(do, _("One of the two facts is False. *All* of them must hold, or the rule is out: return []."))],
        otherwise=_("One of the two facts is False: the rule is out, return []."),
    )  # fmt: skip
    compare(
        ask(function, facts, [rule(["ai"], ["art", "eu"])]),
        expected=[],
        slips=[(do, _("A fact in “unless” is True: the exception holds, and the rule is out. Return []."))],
        otherwise=_("A fact in “unless” is True: the exception holds, and the rule is out. Return []."),
    )
    compare(ask(function, facts, [rule(["ai"], ["art"])]), expected=do, slips=[], otherwise=_("The only fact in “unless” is False, so there is no exception: [['tell', 'do']]."))  # fmt: skip
    compare(
        ask(function, facts, [rule(["ai", "minor"])]),
        expected=to_ask,
        slips=[
            ([], _("`None` is not False. Nobody knows, so the rule may hold: [['tell', 'ask']].")),
            (do, _("`None` is not True. Nobody knows, so ask before you do: [['tell', 'ask']].")),
        ],
        otherwise=_("One fact is not known, and no other one decides: [['tell', 'ask']]."),
    )  # fmt: skip
    compare(
        ask(function, facts, [rule(["art", "minor"])]),
        expected=[],
        slips=[(to_ask, _("One fact is not known, but another is False, so the rule is out whatever the first one is. Do not ask for nothing: return []."))],
        otherwise=_("One fact is False: the rule is out, return []."),
    )  # fmt: skip
    compare(
        ask(function, facts, [rule(["ai"], ["private"])]),
        expected=to_ask,
        slips=[
            (do, _("The exception may hold: nobody knows. [['tell', 'ask']].")),
            ([], _("The exception may hold, and it may not: nobody knows. [['tell', 'ask']].")),
        ],
        otherwise=_("The exception may hold: nobody knows. [['tell', 'ask']]."),
    )
    compare(
        ask(function, facts, [rule(["ai"], sure="assumed")]),
        expected=to_ask,
        slips=[
            (do, _("This rule is only assumed: nobody here has read it. [['tell', 'ask']].")),
            ([], _("This rule is only assumed. That does not make it go away: [['tell', 'ask']].")),
        ],
        otherwise=_("This rule is only assumed: nobody here has read it. [['tell', 'ask']]."),
    )
    compare(ask(function, facts, [rule(["ai"], sure="reported")]), expected=do, slips=[], otherwise=_("Only what is assumed is a question. What is reported is to do: [['tell', 'do']]."))  # fmt: skip


def refused(function):
    def licence(person, parts=("face",), media=("social", "web"), first=0, last=30, revoked=None):
        return {
            "person": person, "minor": False, "parts": list(parts), "media": list(media),
            "lands": ["MA"], "first": first, "last": last, "revoked": revoked,
        }  # fmt: skip

    def advert(people, media=("social",), first=5, last=20):
        return {
            "people": people, "media": list(media), "lands": ["MA"], "first": first, "last": last,
        }  # fmt: skip

    both = {"itto": ["face"], "hania": ["face"]}
    answer = ask.returned(function, advert(both), [licence("itto"), licence("hania")])
    if not isinstance(answer, (list, tuple)):
        raise NotYet(_("Return a list of pairs, even where there is one or none."))
    compare(answer, expected=[], slips=[([["hania", "social"], ["itto", "social"]], _("These are the ones that may be shown. Asked are those that may *not*."))], otherwise=_("Both have a licence for the network on all days: return []."))  # fmt: skip

    def asked(one, licences):
        found = ask(function, one, licences)
        return [list(pair) if isinstance(pair, tuple) else pair for pair in found] if isinstance(found, (list, tuple)) else found  # fmt: skip

    compare(
        asked(advert(both), [licence("itto"), licence("hania", media=["web"])]),
        expected=[["hania", "social"]],
        slips=[
            ([], _("You asked for one person only. Hania is in the advert, too: ask for each one.")),
            (["hania"], _("Return pairs of a person and a medium: [['hania', 'social']].")),
        ],
        otherwise=_("Hania's licence is for the web and not for the network: [['hania', 'social']]."),
    )
    compare(
        asked(advert({"itto": ["face"]}, ["social", "broadcast"]), [licence("itto")]),
        expected=[["itto", "broadcast"]],
        slips=[
            ([], _("You asked for one medium only. The advert is for television, too: ask for each one."))
        ],
        otherwise=_("Itto's licence does not name television: [['itto', 'broadcast']]."),
    )
    compare(
        asked(advert({"hania": ["voice"]}), [licence("hania")]),
        expected=[["hania", "social"]],
        slips=[([], _("The advert uses her voice, and you asked about her face. Give `may_show` the parts that the advert uses of this person."))],
        otherwise=_("Hania lent her face, and the advert uses her voice: [['hania', 'social']]."),
    )  # fmt: skip
    for known, said in (
        (licence("itto", last=12), _("The licence ends on day 12, and the advert runs to day 20. Ask about the last day as well.")),
        (licence("itto", first=9), _("The licence begins on day 9, and the advert on day 5. Ask about the first day as well.")),
        (licence("itto", last=20, revoked=14), _("The licence was taken back on day 14, and the advert runs to day 20. Ask about the last day as well.")),
    ):  # fmt: skip
        compare(
            asked(advert({"itto": ["face"]}), [known]),
            expected=[["itto", "social"]],
            slips=[],
            otherwise=said,
        )
    compare(
        asked(advert({"itto": ["face"]}), []),
        expected=[["itto", "social"]],
        slips=[([["itto", "social"], ["itto", "social"]], _("The same pair twice, for two days. Return each pair once."))],
        otherwise=_("Nobody has a licence here: [['itto', 'social']], once."),
    )  # fmt: skip


check = advising(
    lang,
    worst_contrast=worst_contrast,
    faults=faults,
    from_left=from_left,
    gaps=gaps,
    duties=duties,
    refused=refused,
)
