# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

import math
from pathlib import Path

from medialit.widgets.checking import Asking, NotYet, advising, alike, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def terms(function):
    me = {"activity": {"football": 0.8, "music": 0.4}, "follows": ["tuda"]}

    def post(**changed):
        return {"author": "zin", "topics": ["football"], "likes": 20, "made": 5, "age_h": 24} | changed

    pairs = _("Return a list of pairs `[name, points]`, one for each term that is not 0.")
    answer = ask.returned(function, post(topics=["football", "news"]), me, {"activity": 2.0})
    if not isinstance(answer, (list, tuple)) or not all(
        isinstance(one, (list, tuple)) and len(one) == 2 for one in answer
    ):
        raise NotYet(pairs)  # fmt: skip
    compare(
        answer,
        expected=[["activity", 0.8]],
        slips=[
            ([["activity", 1.6]], _("Of football (0.8) and news (0) take the *mean*, 0.4, and not the sum or the known topics alone; times the weight 2 that is 0.8.")),
            ([["activity", 0.4]], _("This is the feature. The points are weight times feature: 2 · 0.4.")),
        ],
        otherwise=_("The mean of 0.8 for football and 0 for news is 0.4, times the weight 2: return [['activity', 0.8]]."),
    )  # fmt: skip
    compare(
        ask(function, post(topics=["football", "music"]), me, {"activity": 1.0}),
        expected=[["activity", 0.6]],
        slips=[
            (
                [["activity", 1.2]],
                _("Two topics that are known, 0.8 and 0.4: you add them up. Take the mean, 0.6."),
            )
        ],
        otherwise=_("The mean of 0.8 and 0.4 is 0.6, with the weight 1: return [['activity', 0.6]]."),
    )
    compare(
        ask(function, post(), me, {"likes": 1.0}),
        expected=[["likes", 0.5]],
        slips=[([["likes", 20.0]], _("These are the likes themselves: 20 would drown everything else. The feature is n / (n + 20), here 0.5."))],
        otherwise=_("20 likes are 20 / (20 + 20), a half; with the weight 1 return [['likes', 0.5]]."),
    )  # fmt: skip
    compare(
        ask(function, post(age_h=48), me, {"freshness": 4.0}),
        expected=[["freshness", 1.0]],
        slips=[
            ([["freshness", 2.0]], _("After 48 hours it has halved twice: 0.5 to the power of age_h / 24.")),
            ([], _("It never gets to 0: after 48 hours it has halved twice, and a quarter is left.")),
        ],
        otherwise=_("After 48 hours a quarter is left, 0.5 ** (48 / 24); times the weight 4: return [['freshness', 1.0]]."),
    )  # fmt: skip
    mixed = {"likes": 1.0, "making": 2.0, "freshness": -6.0}
    compare(
        ask(function, post(), me, mixed),
        expected=[["freshness", -3.0], ["making", 1.0], ["likes", 0.5]],
        slips=[
            ([["making", 1.0], ["likes", 0.5], ["freshness", -3.0]], _("What moves the post *down* by 3 moves it more than what moves it up by 1. Sort by the size without the sign: `abs`.")),
            ([["likes", 0.5], ["making", 1.0], ["freshness", -3.0]], _("The terms stand in the order of the weights. The one that moves the post most comes first, up or down.")),
        ],
        otherwise=_("Here freshness is −3, making 1 and likes 0.5: return them in this order."),
    )  # fmt: skip
    compare(
        ask(function, post(), me, {"follows": 3.0, "likes": 2.0}),
        expected=[["likes", 1.0]],
        slips=[([["likes", 1.0], ["follows", 0.0]], _("Leave out terms of 0 points: “you do not follow zin” is no reason for where the post is."))],
        otherwise=_("Nobody follows zin here, so that term is 0 and is left out: return [['likes', 1.0]]."),
    )  # fmt: skip
    compare(
        ask(function, post(author="tuda"), me, {"follows": 3.0}),
        expected=[["follows", 3.0]],
        slips=[],
        otherwise=_(
            "tuda is in `me[\"follows\"]`: the feature is 1, and with the weight 3 return [['follows', 3.0]]."
        ),
    )


def steer(function):
    words = {"more": ["more"], "less": ["less", "fewer"], "topics": ["football", "cooking", "music"], "small": ["and", "of"]}  # fmt: skip

    def wants(text, expected, otherwise, slips=(), known=words):
        compare(
            ask.returned(function, text, known), expected=expected, slips=list(slips), otherwise=otherwise
        )

    wants(
        "Less football, more cooking",
        [["cooking"], ["football"], []],
        _("“Less football, more cooking”: return [['cooking'], ['football'], []]."),
        [([["football"], ["cooking"], []], _("More and less have changed places: the first list has what is wanted more."))],
    )  # fmt: skip
    wants(
        "more cooking and music",
        [["cooking", "music"], [], []],
        _("“more” asks for cooking *and* for music: “and” is a small word and is passed over."),
    )
    wants(
        "more music perhaps",
        [["music"], [], ["perhaps"]],
        _("“perhaps” is in none of the lists. It goes to the unknown words: return [['music'], [], ['perhaps']]."),
        [([["music"], [], []], _("“perhaps” was dropped. Whoever asked wants to know what changed nothing: put it in the third list."))],
    )  # fmt: skip
    wants(
        "not less football, more music",
        [["music"], [], ["not", "less", "football"]],
        _("“not” is unknown, and so is all that follows it in its clause. The next clause is read afresh."),
        [
            ([["music"], ["football"], ["not"]], _("You made *less* football of “not less football”. After an unknown word the rest of the clause is unknown, too.")),
            ([[], [], ["not", "less", "football", "more", "music"]], _("After the comma a new clause begins, and it is read afresh.")),
        ],
    )  # fmt: skip
    wants(
        "more cooking, football",
        [["cooking"], [], ["football"]],
        _("Nothing was said about football in its own clause: it is unknown."),
        [([["cooking", "football"], [], []], _("The wish was carried over the comma. Each clause is read by itself: football is unknown."))],
    )  # fmt: skip
    french = {"more": ["plus"], "less": ["moins"], "topics": ["danse", "cuisine"], "small": ["de"]}
    wants(
        "moins de danse, plus de cuisine",
        [["cuisine"], ["danse"], []],
        _(
            "Here `words` is French. Ask `words` and not for “more” and “less” themselves: then one function reads every language."
        ),
        known=french,
    )


POSTS = [
    {"id": "p1", "author": "zin", "topic": "animals", "place": "Safi", "likes": 90},
    {"id": "p2", "author": "tuda", "topic": "crafts", "place": "Taza", "likes": 70},
    {"id": "p3", "author": "hafid", "topic": "poetry", "place": "Safi", "likes": 50},
    {"id": "p4", "author": "salma", "topic": "cooking", "place": "Oujda", "likes": 30},
    {"id": "p5", "author": "ijja", "topic": "music", "place": "Taza", "likes": 10},
]
ME = {"follows": ["hafid"], "activity": {"crafts": 0.9}, "place": "Safi", "asked": "music"}


def _order(reads):
    """Return a ranker by likes, what was asked first; `reads` says which posts it moves up for whom."""

    def order(me):
        points = {}
        for post in POSTS:
            lifted = 10_000 if reads(post, me) else 0
            points[post["id"]] = post["likes"] + lifted + (1_000 if post["topic"] == me["asked"] else 0)
        return sorted(points, key=points.get, reverse=True)

    return order


def twins(function):
    answer = ask.returned(function, [dict(post) for post in POSTS], dict(ME))
    if (
        not isinstance(answer, (list, tuple))
        or not all(isinstance(one, dict) and one.keys() == ME.keys() for one in answer)
    ):  # fmt: skip
        raise NotYet(
            _(
                'Return a list of twins, each a dictionary with the same four keys as `me`. `me | {"place": …}` makes one.'
            )
        )
    if not all(
        isinstance(one["follows"], (list, tuple)) and isinstance(one["activity"], dict) for one in answer
    ):
        raise NotYet(
            _(
                'In a twin, `"follows"` is a list of authors and `"activity"` a dictionary, as they are in `me`.'
            )
        )
    if len(answer) > 200:
        raise NotYet(_("More than 200 twins: make them on purpose, one for each thing that could be read."))
    if all(one == ME for one in answer):
        raise NotYet(
            _("No twin differs from `me`. What is the same finds nothing: change what a ranker could read.")
        )
    honest = _order(lambda post, me: False)
    if any(honest(one) != honest(ME) for one in answer):
        raise NotYet(_("An honest ranker is accused: a twin has asked for something else. A wish in words may move posts; leave `\"asked\"` as it is."))  # fmt: skip
    doors = [
        (lambda post, me: post["author"] == "hafid" and "hafid" in me["follows"], _("A ranker that moves up an author whom I follow is not caught. Some twin must *not* follow hafid.")),
        (lambda post, me: post["topic"] == "crafts" and me["activity"].get("crafts", 0) > 0.5, _("A ranker that moves up a topic that I watched is not caught. For some twin crafts must be at 0.5 or below.")),
        (lambda post, me: post["place"] == "Safi" == me["place"], _("A ranker that moves up posts from my place is not caught. Some twin must be elsewhere.")),
        (lambda post, me: post["author"] == "salma" and "salma" in me["follows"], _("A ranker shows its cheating only to those who follow salma, whom I do not follow. Go through the authors of *all* posts: who is followed is dropped, who is not is added.")),
        (lambda post, me: post["topic"] == "poetry" and me["activity"].get("poetry", 0) > 0.5, _("A ranker shows its cheating only to those who watched poetry, which I did not. Go through the topics of all posts.")),
        (lambda post, me: post["place"] == "Oujda" == me["place"], _("A ranker shows its cheating only in Oujda. Go through the places of all posts.")),
    ]  # fmt: skip
    for reads, message in doors:
        order = _order(reads)
        if not any(order(one) != order(ME) for one in answer):
            raise NotYet(message)


def next_post(function):
    keys = ("now", "counted", "boot", "used")

    def state(now, used, counted=50, boot="a"):
        return {"now": now, "counted": counted, "boot": boot, "used": used}

    def asked(before, wall, counted=53, boot="a"):
        answer = ask.returned(function, before, {"wall": wall, "counted": counted, "boot": boot}, 20)
        if (
            not isinstance(answer, (list, tuple)) or len(answer) != 2
            or not isinstance(answer[1], dict) or set(answer[1]) != set(keys)
        ):  # fmt: skip
            raise NotYet(_("Return `[shown, state]`; the new state has the same four keys as the old one."))
        return [answer[0], *(answer[1][key] for key in keys)]

    noon = 10 * 1440 + 720
    compare(
        asked(state(noon, 7), noon + 3),
        expected=[True, noon + 3, 53, "a", 8],
        slips=[
            ([True, noon + 3, 50, "a", 8], _("The new state must keep the *new* `counted`: from there the next step counts.")),
            ([True, noon + 3, 53, "a", 7], _("The post was shown. Then `used` grows by one.")),
            ([True, noon + 53, 53, "a", 8], _("`now` grows by as much as `counted` *grew*: by 3, not by 53.")),
            ([1, noon + 3, 53, "a", 8], _("`shown` is True or False.")),
        ],
        otherwise=_("Three minutes later, 7 of 20 used: the post is shown, `now` grows by 3, `counted` is 53 and `used` 8."),
    )  # fmt: skip
    full = asked(state(noon, 20), noon + 3)
    compare(
        full,
        expected=[False, noon + 3, 53, "a", 20],
        slips=[
            ([True, noon + 3, 53, "a", 21], _("20 of 20 are used, and yours shows the twenty-first. It is shown while `used` is *below* the limit.")),
            ([False, noon + 3, 53, "a", 21], _("Nothing was shown, so nothing was used: `used` stays at 20.")),
        ],
        otherwise=_("20 of 20 are used: not shown, and `used` stays at 20."),
    )  # fmt: skip
    compare(
        asked(state(noon, 7), noon + 30, counted=2, boot="b"),
        expected=[True, noon + 30, 2, "b", 8],
        slips=[([True, noon + 30, 2, "b", 1], _("A restart is no new day: what was used stays used."))],
        otherwise=_(
            "After a restart, 30 minutes later by the wall: shown, and `used` is 8, with the new `boot` and `counted`."
        ),
    )
    compare(
        asked(state(10 * 1440 + 1439, 20), 11 * 1440 + 2),
        expected=[True, 11 * 1440 + 2, 53, "a", 1],
        slips=[([False, 11 * 1440 + 2, 53, "a", 20], _("Midnight has passed: `now // 1440` is another day, and `used` begins at 0."))],
        otherwise=_("Midnight has passed. `used` begins at 0, the post is shown, and then it is 1."),
    )  # fmt: skip
    compare(
        asked(state(noon, 20), noon + 1440),
        expected=[False, noon + 3, 53, "a", 20],
        slips=[([True, noon + 1440, 53, "a", 1], _("Somebody put the clock a day ahead while the computer ran, and got new posts. With the same `boot` go by `counted` alone."))],
        otherwise=_("The wall was put a day ahead, the other clock says 3 minutes: `now` grows by 3, and nothing is shown."),
    )  # fmt: skip
    compare(
        asked(state(noon, 20), noon - 1440, counted=2, boot="b"),
        expected=[False, noon, 2, "b", 20],
        slips=[([True, noon - 1440, 2, "b", 1], _("Restarted, with the clock a day back: yesterday is given a second time. `now` never goes back; take the larger of the two."))],
        otherwise=_("After a restart with the clock a day back `now` stays where it was, and nothing is shown."),
    )  # fmt: skip


def may_write(function):
    texts = ("under 13", "blocked", "off", "adult to minor", "not known", "allowed")

    def one(age, messages="known"):
        return {"messages": messages, "age": age}

    def tie(**changed):
        return {"blocked": False, "opened": False, "follows": True, "followed": True} | changed

    answer = ask.returned(function, one("16_17"), one("16_17"), tie())
    if answer not in texts:
        raise NotYet(_("Return one of the six texts of the rule, exactly as written there, in English."))
    cases = [
        (answer, "allowed", _("Two of 16, known people, who follow each other: “allowed”.")),
        (ask(function, one("adult", "off"), one("adult"), tie(blocked=True)), "blocked", _("One is blocked, and messages are off as well. The block comes first in the rule: “blocked”.")),
        (ask(function, one("under_13"), one("adult"), tie(blocked=True)), "under 13", _("One of the two is under 13; that comes before everything else: “under 13”.")),
        (ask(function, one("adult", "off"), one("adult"), tie()), "off", _("The sender's own messages are off. Ask for the settings of *both*: “off”.")),
        (ask(function, one("16_17"), one("13_15", None), tie()), "off", _("Somebody of 13 to 15 changed nothing, and for them `DEFAULTS` says off. `None` is no “known” and no “everyone”.")),
        (ask(function, one("adult", "everyone"), one("adult", None), tie(follows=False, followed=False)), "not known", _("An adult who changed nothing has “known”, and the two do not follow each other: “not known”.")),
        (ask(function, one("adult"), one("16_17"), tie()), "adult to minor", _("An adult begins a conversation with somebody of 16. That they follow each other does not help: “adult to minor”.")),
        (ask(function, one("adult"), one("16_17"), tie(opened=True)), "allowed", _("The minor wrote first and they follow each other. An adult may answer: “allowed”.")),
        (ask(function, one("16_17"), one("16_17"), tie(followed=False)), "not known", _("Only one of the two follows the other. Known means that *both* do: “not known”.")),
        (ask(function, one("16_17", "everyone"), one("16_17", "everyone"), tie(follows=False, followed=False)), "not known", _("Two minors chose “everyone”. For somebody under 18 that counts as “known”: “not known”.")),
        (ask(function, one("adult", "everyone"), one("adult", "everyone"), tie(follows=False, followed=False)), "allowed", _("Two adults who both let everyone in may write without following each other: “allowed”.")),
    ]  # fmt: skip
    for given, expected, message in cases:
        compare(given, expected=expected, slips=[], otherwise=message)


def compared(function):
    one, other = [21.0, 35.0, 12.0, 28.0], [20.0, 33.0, 11.0, 26.0]  # differences of 1, 2, 1 and 2
    half = 3.182 * math.sqrt(1 / 3) / 2
    answer = ask.returned(function, one, other, 3.182)
    if not isinstance(answer, (list, tuple)) or len(answer) != 3:
        raise NotYet(_("Return three things: `[low, high, word]`."))
    if alike(answer[:2], [-1.5 - half, -1.5 + half]):
        raise NotYet(_("The difference is turned round: take `one − other`."))
    low, high = (_number(end) for end in answer[:2])
    slips = [
        (3.182 / 2 / 2, _("You divide the squares by n. The formula has n − 1: `std(ddof=1)`.")),
        (
            half * 2,
            _(
                "You left out √n: this is how far single pairs scatter. The *mean* of four is surer than one of them."
            ),
        ),
    ]
    width = (high - low) / 2
    for wrong, message in slips:
        if math.isclose(width, wrong, rel_tol=1e-6):
            raise NotYet(message)
    if width > 10:
        raise NotYet(_("You compare two groups. These are pairs: first take the difference in each, and then see how the differences scatter."))  # fmt: skip
    compare(
        answer,
        expected=[1.5 - half, 1.5 + half, "more"],
        slips=[],
        otherwise=_(
            "The differences are 1, 2, 1 and 2: m = 1.5, s = 0.577, so the interval is 0.58 to 2.42, and the word “more”."
        ),
    )
    compare(
        ask(function, other, one, 3.182),
        expected=[-1.5 - half, -1.5 + half, "less"],
        slips=[],
        otherwise=_("The whole interval is below 0: the word is “less”."),
    )
    unclear = ask(function, [21.0, 33.0, 11.0, 27.0], [20.0, 34.0, 10.0, 26.0], 3.182)
    if isinstance(unclear, (list, tuple)) and len(unclear) == 3:
        compare(
            unclear[2],
            expected="not shown",
            slips=[
                ("more", _("The mean is above 0, but the interval reaches from −1.09 to 2.09. It holds 0: “not shown”.")),
                ("same", _("“The same” would have to be shown as well. An interval that holds 0 says only that nothing was shown: “not shown”.")),
            ],
            otherwise=_("The interval holds 0: the word is “not shown”."),
        )  # fmt: skip


def _number(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


check = advising(
    lang, terms=terms, steer=steer, twins=twins, next_post=next_post, may_write=may_write, compared=compared
)
