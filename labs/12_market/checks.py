# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from pathlib import Path

from medialit.widgets.checking import Asking, NotYet, advising, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def permits(function):
    def rule(*constraints, actions=("publish",)):
        return {"action": list(actions), "constraint": [list(one) for one in constraints]}

    def policy(permission=(), prohibition=()):
        return {"permission": list(permission), "prohibition": list(prohibition)}

    def request(purpose="advertising", spatial="MA", day=12, action="publish", topic="food"):
        return {"action": action, "purpose": purpose, "spatial": spatial, "day": day, "topic": topic}

    advert = rule(("purpose", "isAnyOf", ["advertising"]), ("spatial", "isAnyOf", ["MA"]), ("day", "gteq", 0), ("day", "lt", 30))  # fmt: skip
    lesson = rule(("purpose", "isAnyOf", ["education"]), ("spatial", "isAnyOf", ["MA", "FR"]))

    def wants(answer, expected, otherwise, slips=()):
        if not isinstance(answer, bool):
            raise NotYet(_("Return True or False, nothing else."))
        compare(answer, expected=expected, slips=list(slips), otherwise=otherwise)

    wants(
        ask.returned(function, policy([advert]), request()),
        True,
        _("An advert in Morocco on day 12: the rule's action fits and all its constraints hold, so return True."),
    )  # fmt: skip
    wants(
        ask(function, policy([advert]), request(spatial="FR")),
        False,
        _("The purpose fits, the territory does not. *Every* constraint of a rule must hold: return False."),
    )
    wants(
        ask(function, policy([advert]), request(action="train")),
        False,
        _("Nobody permitted the action “train”: return False. Look at the rule's actions, too."),
    )
    wants(
        ask(function, policy(), request()),
        False,
        _("A policy without any permission permits nothing: return False."),
    )
    wants(
        ask(function, policy([advert, lesson]), request(spatial="FR")),
        False,
        _("One permission has the purpose and the other one the territory. *One* of them must cover the request, alone: return False."),
    )  # fmt: skip
    wants(
        ask(function, policy([lesson, advert]), request()),
        True,
        _("The second permission covers the request. One is enough, whichever it is: return True."),
    )
    politics = rule(("topic", "isAnyOf", ["politics"]))
    wants(
        ask(function, policy([advert], [politics]), request(topic="politics")),
        False,
        _("A permission covers the request and so does a prohibition. The prohibition wins: return False."),
    )
    wants(
        ask(function, policy([advert], [politics]), request()),
        True,
        _("There is a prohibition, and it does not cover this request: it is about another topic. Return True."),
    )  # fmt: skip
    wants(
        ask(function, policy([rule()]), request()),
        True,
        _("A rule without constraints covers its actions without limits: return True."),
    )


def in_the_way(function):
    def licence(who, starts, ends, exclusive=True, purposes=("advertising",), territories=("MA",)):
        return {
            "licensee": who, "exclusive": exclusive, "purposes": list(purposes),
            "territories": list(territories), "starts": starts, "ends": ends,
        }  # fmt: skip

    offer = licence("tea", 20, 50)
    riad = licence("riad", 0, 30)
    free = licence("shop", 60, 90)
    answer = ask.returned(function, offer, [free, riad])
    if isinstance(answer, (list, tuple)) and any(isinstance(one, dict) for one in answer):
        raise NotYet(
            _("These are the contracts themselves. Return their positions in `contracts`, counted from 0.")
        )
    compare(
        answer,
        expected=[1],
        slips=[
            (["riad"], _("These are names. Return the positions in `contracts`, counted from 0.")),
            ([0], _("You return what is *not* in the way. The contract at position 1 shares days 20 to 29 with the offer.")),
            (True, _("Return a list of positions, even where there is one or none.")),
        ],
        otherwise=_("The contract at position 1 shares days 20 to 29, the purpose and the territory with the offer, and both are exclusive: return [1]."),
    )  # fmt: skip
    neither = [licence("riad", 0, 30, exclusive=False)]
    compare(
        ask(function, licence("tea", 20, 50, exclusive=False), neither),
        expected=[],
        slips=[],
        otherwise=_("Neither of the two is exclusive, so both can stand side by side: return []."),
    )
    compare(
        ask(function, offer, neither),
        expected=[0],
        slips=[([], _("The old licence is not exclusive, the new one wants to be. Nobody else may hold one then, so the old one is in the way: return [0]."))],
        otherwise=_("One of the two is exclusive, and that is enough: return [0]."),
    )  # fmt: skip
    compare(
        ask(function, licence("tea", 30, 50), [riad]),
        expected=[],
        slips=[([0], _("Day 30 is the first day that is free again: the riad's licence ends where the offer begins. Return []."))],
        otherwise=_("Day 30 is the first day that is free again: the riad's licence ends where the offer begins. Return []."),
    )  # fmt: skip
    common = _("They share a territory and no purpose. All four conditions must hold: return [].")
    compare(ask(function, licence("tea", 20, 50, purposes=["education"]), [riad]), expected=[], slips=[], otherwise=common)  # fmt: skip
    compare(
        ask(function, licence("tea", 20, 50, territories=["worldwide"]), [riad]),
        expected=[0],
        slips=[([], _("“worldwide” meets every territory, and Morocco is one: return [0]."))],
        otherwise=_("“worldwide” meets every territory, and Morocco is one: return [0]."),
    )
    compare(
        ask(function, licence("riad", 20, 50), [riad]),
        expected=[],
        slips=[([0], _("Both are the riad's own. Exclusivity keeps *others* away: return []."))],
        otherwise=_("Both are the riad's own. Exclusivity keeps *others* away: return []."),
    )


def divide(function):
    compare(
        ask.returned(function, 100, [4, 1]),
        expected=[80, 20],
        slips=[
            ([20, 80], _("The shares have changed places. Keep the order of the list.")),
            ([400, 100], _("Divide by the sum of all shares.")),
        ],
        otherwise=_("Of 100 centimes four parts in five are 80 and one in five is 20: return [80, 20]."),
    )
    # Exact parts: 58.25 and 174.75 of 233, so the odd centime is the second one's.
    compare(
        ask(function, 233, [1, 3]),
        expected=[58, 175],
        slips=[
            ([58, 174], _("58 and 174 are 232: a centime is lost. Give what is left to those who lost most by rounding down.")),
            ([59, 174], _("The odd centime goes to whoever *lost most* by rounding down: the second one, who lost 0.75, not the first one, who lost 0.25.")),
            ([59, 175], _("59 and 175 are 234: a centime was made out of nothing.")),
            ([58.25, 174.75], _("There are no quarters of a centime. Round down with `//`, then give out what is left.")),
        ],
        otherwise=_("Exact parts of 58.25 and 174.75 become 58 and 174, and the centime that is left goes to the second one: return [58, 175]."),
    )  # fmt: skip
    # Exact parts: 71.5, 23.83 and 47.67 of 143
    compare(
        ask(function, 143, [3, 1, 2]),
        expected=[71, 24, 48],
        slips=[
            ([72, 24, 48], _("72, 24 and 48 are 144. Rounding each one by itself makes a centime out of nothing.")),
            ([73, 23, 47], _("Two centimes are left. They go one each to two people, and not both to the first one.")),
            ([72, 23, 48], _("The centimes that are left go to those who lost most by rounding down, and not to those with the largest shares.")),
        ],
        otherwise=_("71.5, 23.83… and 47.66… become 71, 23 and 47. Two centimes are left, and the second and the third lost most: return [71, 24, 48]."),
    )  # fmt: skip
    compare(
        ask(function, 200, [1, 1, 1]),
        expected=[67, 67, 66],
        slips=[
            ([66, 67, 67], _("All three lost the same. Among equals the centime goes to whoever comes first in the list: return [67, 67, 66].")),
            ([67, 67, 67], _("67 three times is 201: a centime was made out of nothing.")),
            ([68, 66, 66], _("Two centimes are left. They go one each to two people, and not both to the first one.")),
        ],
        otherwise=_("200 in three equal parts: 66 each, and two centimes are left for the first two. Return [67, 67, 66]."),
    )  # fmt: skip


def settle(function):
    compare(
        ask.returned(function, 30_000, 30, 240, 0, 0),
        expected=[10_000, 10_000, 20_000],
        slips=[
            ([10_000, 20_000], _("Three numbers are asked for: earned, now, refund. Nothing was paid before, so *now* is all that is earned.")),
            ([20_000, 20_000, 10_000], _("Earned and refund have changed places: ten of thirty days were used.")),
            ([30_000, 30_000, 0], _("You let the payees keep all of the fee. Twenty of thirty days were not used.")),
            ([10_000.0, 10_000.0, 20_000.0], _("Centimes are whole numbers: divide with `//`.")),
        ],
        otherwise=_("240 hours are ten days: of 30,000 centimes for 30 days 10,000 are earned and paid now, and 20,000 go back."),
    )  # fmt: skip
    begun = _("After 225 hours the tenth day has begun, and a day that has begun counts: 10 of 30 days, so [10000, 10000, 20000].")  # fmt: skip
    compare(
        ask(function, 30_000, 30, 225, 0, 0),
        expected=[10_000, 10_000, 20_000],
        slips=[
            ([9_000, 9_000, 21_000], _("Nine days are over and the tenth has begun. A day that has begun counts: round up. `-(-hours // 24)` does.")),
            ([9_375, 9_375, 20_625], _("You count hours. This contract counts days, and one that has begun counts whole.")),
        ],
        otherwise=begun,
    )  # fmt: skip
    compare(
        ask(function, 30_000, 30, 240, 3, 0),
        expected=[13_000, 13_000, 17_000],
        slips=[([10_000, 10_000, 20_000], _("What is up stays for 3 days more, and these are used as well: 13 of 30 days."))],
        otherwise=_("Ten days and three for which the post stays up: 13 of 30 days, so [13000, 13000, 17000]."),
    )  # fmt: skip
    compare(
        ask(function, 30_000, 30, 696, 3, 0),
        expected=[30_000, 30_000, 0],
        slips=[([32_000, 32_000, -2_000], _("29 days and 3 are 32, and the contract has 30. Nobody earns more than the fee: take at most `n_days`."))],
        otherwise=_("29 days and 3 more are all of the 30 days, not 32: return [30000, 30000, 0]."),
    )  # fmt: skip
    compare(
        ask(function, 30_000, 30, 240, 0, 7_000),
        expected=[10_000, 3_000, 20_000],
        slips=[
            ([10_000, 10_000, 20_000], _("7,000 were paid out before. Of the 10,000 that are earned only 3,000 are paid now.")),
            ([10_000, 3_000, 13_000], _("What was paid out before was earned. It lessens what is paid *now*, not the refund.")),
            ([3_000, 3_000, 20_000], _("Earned is 10,000, whatever was paid out before. Only what is paid *now* is less.")),
        ],
        otherwise=_("10,000 are earned, 7,000 of them were paid out before: 3,000 are paid now and 20,000 go back."),
    )  # fmt: skip
    # 5 of 7 days of 10,001 centimes are 7143.57
    compare(
        ask(function, 10_001, 7, 120, 0, 0),
        expected=[7_143, 7_143, 2_858],
        slips=[
            ([7_144, 7_144, 2_857], _("7143.57 is rounded *down*: the odd centime goes back to whoever paid.")),
            ([7_143, 7_143, 2_857], _("7,143 and 2,857 are 10,000: a centime is lost. The refund is the fee minus what is earned.")),
        ],
        otherwise=_("5 of 7 days of 10,001 centimes are 7143.57: 7,143 are earned, and the rest, 2,858, goes back."),
    )  # fmt: skip


def fate(function):
    texts = ("may not be shown", "breach", "remains", "comes down")
    answer = ask.returned(function, {"medium": "social", "shown": 40}, 100)
    if answer not in texts:
        raise NotYet(_("Return one of the four texts of the rule, exactly as written there, in English."))
    compare(
        answer,
        expected="comes down",
        slips=[
            ("remains", _("A post can be taken down: only what is in PAST_RECALL remains.")),
            ("breach", _("The post was shown at hour 40, and the licence was taken back at hour 100. It was allowed then, and stays allowed.")),
        ],
        otherwise=_("A post of hour 40, before the revocation at hour 100, can be taken down: “comes down”."),
    )  # fmt: skip
    compare(
        ask(function, {"medium": "broadcast", "shown": 40}, 100),
        expected="remains",
        slips=[("comes down", _("A spot that was broadcast cannot be called back: “remains”. Ask whether the medium is in PAST_RECALL."))],
        otherwise=_("A broadcast before the revocation remains: it can only not be repeated."),
    )  # fmt: skip
    planned = _("`shown` is None: it was not shown yet, so it “may not be shown”. Ask for that first.")
    compare(
        ask(function, {"medium": "web", "shown": None}, 100, stops={TypeError: planned}),
        expected="may not be shown",
        slips=[],
        otherwise=planned,
    )
    compare(
        ask(function, {"medium": "broadcast", "shown": 130}, 100),
        expected="breach",
        slips=[("remains", _("It was broadcast *after* the revocation, without a permission: “breach”. Ask when before you ask where."))],
        otherwise=_("Shown at hour 130, after the revocation at hour 100: “breach”."),
    )  # fmt: skip
    compare(
        ask(function, {"medium": "web", "shown": 100}, 100),
        expected="breach",
        slips=[],
        otherwise=_(
            "Shown at the very moment of the revocation: there was no permission any more, so “breach”."
        ),
    )


def stops(function):
    calm = dict.fromkeys(
        ("minor", "irrevocable", "voice_included", "perpetual", "worldwide", "all_media", "earns_revenue", "exclusive"), False
    ) | dict.fromkeys(("guardian_signs", "voice_named", "paid", "minimum"), False)  # fmt: skip
    compare(
        ask.returned(function, calm | {"perpetual": True, "irrevocable": True}),
        expected=["irrevocable", "perpetual"],
        slips=[
            (["perpetual", "irrevocable"], _("Both are right, and the order is not: return them in the order of the table, the gravest first.")),
            (2, _("This is how many there are. Return the list of their codes.")),
            (True, _("Return the list of codes, in the order of the table.")),
        ],
        otherwise=_("This paper has no end and cannot be taken back: return ['irrevocable', 'perpetual']."),
    )  # fmt: skip
    compare(
        ask(function, calm | {"worldwide": True, "all_media": True, "exclusive": True, "earns_revenue": True}),
        expected=["worldwide_all_media", "no_fee_for_revenue", "exclusive_without_minimum"],
        slips=[],
        otherwise=_("The whole world in all media, revenue without a fee, exclusive without a minimum: return these three codes, in the order of the table."),
    )  # fmt: skip
    half = _("Half of a clause is no reason to stop: {what}. Return [].")
    cases = [
        ({"worldwide": True}, _("the whole world, in one medium")),
        ({"all_media": True}, _("all media, in one country")),
        ({"exclusive": True, "minimum": True}, _("exclusive, with a minimum that is paid")),
        ({"minor": True, "guardian_signs": True}, _("a minor, and all guardians sign")),
        ({"voice_included": True, "voice_named": True}, _("the voice, in a clause of its own")),
        ({"earns_revenue": True, "paid": True}, _("revenue, and a fee")),
    ]
    for changed, what in cases:
        compare(ask(function, calm | changed), expected=[], slips=[], otherwise=half.format(what=what))


check = advising(
    lang, permits=permits, in_the_way=in_the_way, divide=divide, settle=settle, fate=fate, stops=stops
)
