# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from pathlib import Path

from medialit.consent.sdjwt import digest
from medialit.widgets.checking import Asking, NotYet, advising, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def accept(function):
    challenge = {"nonce": "7f3a", "steps": ["ready", "left", "blink", "speak"], "deadline": 300}

    def handed(nonce="7f3a", seen=("ready", "left", "blink", "speak"), arrived=120):
        return challenge, {"nonce": nonce, "seen": list(seen), "arrived": arrived}, ["0b11", "c2c2"]

    answer = ask.returned(function, *handed())
    if answer not in ("unknown", "used", "late", "order", "accept"):
        raise NotYet(_("Return one of the five texts, exactly as written there, in English."))
    compare(answer, expected="accept", slips=[], otherwise=_("The nonce is the challenge's and new, it is in time, and the steps are those asked: accept."))  # fmt: skip
    compare(
        ask(function, *handed(nonce="9e9e")),
        expected="unknown",
        slips=[("accept", _("This recording names another challenge. Compare the two nonces first: the answer is “unknown”."))],
        otherwise=_("The recording's nonce is not the challenge's: “unknown”, whatever else is wrong."),
    )  # fmt: skip
    challenge_used = (challenge, {"nonce": "7f3a", "seen": ["ready"], "arrived": 120}, ["0b11", "7f3a"])
    compare(
        ask(function, *challenge_used),
        expected="used",
        slips=[
            ("order", _("This nonce stands in `used`, and the steps are wrong, too. The first rule that holds decides: “used”.")),
            ("accept", _("This nonce was handed in before: each is good for one attempt. The answer is “used”.")),
        ],
        otherwise=_("A nonce in the list `used` gives “used”."),
    )  # fmt: skip
    compare(
        ask(function, *handed(arrived=300)),
        expected="accept",
        slips=[("late", _("It arrived at second 300, and the deadline is 300: that is in time."))],
        otherwise=_("At the deadline is in time: accept."),
    )
    compare(
        ask(function, *handed(arrived=301, seen=("ready", "blink"))),
        expected="late",
        slips=[
            ("order", _("It is late and wrong. The deadline is asked first, and a late answer is told no more: “late”.")),
            ("accept", _("It arrived after the deadline: “late”.")),
        ],
        otherwise=_("One second after the deadline is “late”."),
    )  # fmt: skip
    compare(
        ask(function, *handed(seen=("ready", "blink", "left", "speak"))),
        expected="order",
        slips=[("accept", _("All four movements are there, in another order than asked. The order is the point of a challenge: “order”."))],
        otherwise=_("Blink and left were swapped: “order”."),
    )  # fmt: skip
    for seen in (("ready", "left", "blink"), ("ready", "left", "blink", "speak", "left")):
        compare(
            ask(function, *handed(seen=seen)),
            expected="order",
            slips=[("accept", _("A step is missing here, or one too many was seen. Compare the whole list, not only its beginning: “order”."))],
            otherwise=_("A step that is missing or added is “order”."),
        )  # fmt: skip


def _request(**told):
    return {"who": "studio", "person": "hnia", "action": "publish", "purpose": "education", "audience": "approved", "parts": ["face"], "topics": [], "day": 100, **told}  # fmt: skip


def _grant(**told):
    return {"id": "g1", "person": "hnia", "to": ["studio"], "actions": ["publish"], "purposes": ["education"], "audience": "approved", "parts": ["face"], "starts": 90, "ends": 120, **told}  # fmt: skip


def may_use(function):
    answer = ask.returned(function, _request(), [_grant()], [], [])
    if type(answer) is not bool:
        raise NotYet(_("Return True or False, and nothing else."))
    compare(answer, expected=True, slips=[], otherwise=_("The grant covers all of this request, and nothing forbids it: return True."))  # fmt: skip
    _scope(function)
    _period(function)
    _parts(function)
    _own(function)


def _refused(function, message, request=None, grants=None, revocations=(), forbidden=()):
    given = [_grant()] if grants is None else grants
    answer = ask(function, _request(**(request or {})), given, list(revocations), list(forbidden))
    compare(answer, expected=False, slips=[], otherwise=message)


def _allowed(function, message, request=None, grants=None, revocations=(), forbidden=()):
    given = [_grant()] if grants is None else grants
    answer = ask(function, _request(**(request or {})), given, list(revocations), list(forbidden))
    compare(answer, expected=True, slips=[], otherwise=message)


def _scope(function):
    _refused(
        function, _("There is no grant at all. What no rule allows is refused: return False."), grants=[]
    )
    _refused(function, _("The grant is another person's, and says nothing about Hnia: return False."), grants=[_grant(person="salma")])  # fmt: skip
    _refused(function, _("The grant does not name who asks: return False."), grants=[_grant(to=["idir"])])
    _refused(function, _("The grant is for a lesson, and an advert is asked for. A purpose never includes another: return False."), {"purpose": "advertising"})  # fmt: skip
    _refused(function, _("The grant lets the studio publish, and it asks to export. Each action needs to be listed: return False."), {"action": "export"})  # fmt: skip
    halves = [_grant(purposes=["art"]), _grant(id="g2", actions=["export"])]
    _refused(function, _("One grant has the action, the other the purpose, and none has both. Halves do not add up: return False."), grants=halves)  # fmt: skip
    _allowed(function, _("The grant reaches mutuals, who are more than the approved people that are asked for: it is wide enough. Return True."), grants=[_grant(audience="mutuals")])  # fmt: skip
    _refused(function, _("The grant reaches approved people, and everyone is asked for, which is wider: return False."), {"audience": "everyone"})  # fmt: skip


def _period(function):
    _allowed(function, _("The request is on the first day of the period, day 90: that day counts. Return True."), {"day": 90})  # fmt: skip
    _refused(function, _("The period ends before day 120, and the request is on day 120: return False."), {"day": 120})  # fmt: skip
    _refused(function, _("The period has not begun on day 89: return False."), {"day": 89})
    taken = [{"grant": "g1", "day": 100}]
    _refused(function, _("The grant was revoked on day 99, before the request: return False."), revocations=[{"grant": "g1", "day": 99}])  # fmt: skip
    _refused(function, _("The grant was revoked on the very day of the request: that day is included. Return False."), revocations=taken)  # fmt: skip
    _allowed(function, _("On day 100 the revocation of day 104 was not made yet: return True."), revocations=[{"grant": "g1", "day": 104}])  # fmt: skip
    _allowed(function, _("One of two grants was revoked. The other stays, and covers the request: return True."), grants=[_grant(), _grant(id="g2")], revocations=taken)  # fmt: skip


def _parts(function):
    both = {"parts": ["face", "voice"]}
    _refused(function, _("Face and voice are asked for, and only the face is granted. Every part needs a grant: return False."), both)  # fmt: skip
    _allowed(function, _("One grant covers the face and another the voice: every part has one. Return True."), both, grants=[_grant(), _grant(id="g2", parts=["voice"])])  # fmt: skip


def _own(function):
    credit = [{"person": "hnia", "topic": "credit"}]
    asks = {"topics": ["weaving", "credit"]}
    _refused(function, _("Hnia has forbidden the topic “credit”. That stands above every grant: return False."), asks, forbidden=credit)  # fmt: skip
    _allowed(function, _("It is Salma who has forbidden this topic, and the likeness is Hnia's: return True."), asks, forbidden=[{"person": "salma", "topic": "credit"}])  # fmt: skip
    _allowed(function, _("Hnia asks for her own likeness, which needs no grant: return True."), {"who": "hnia"}, grants=[])  # fmt: skip
    _refused(function, _("It is her own likeness, and a topic that she has forbidden. Rule 1 comes first, whoever asks: return False."), asks | {"who": "hnia"}, forbidden=credit)  # fmt: skip


def genuine(function):
    parts = ["name-Hnia", "purpose-education", "terms-17"]
    digests = sorted(digest(one) for one in parts)
    answer = ask.returned(function, digests, parts)
    if type(answer) is not bool:
        raise NotYet(_("Return True or False, and nothing else."))
    compare(
        answer,
        expected=True,
        slips=[(False, _("All three parts were signed. The list holds their digests, not the parts, and in another order: look for `digest(part)` in it."))],
        otherwise=_("All three parts were signed: return True."),
    )  # fmt: skip
    compare(
        ask(function, digests, parts[:1]),
        expected=True,
        slips=[(False, _("Two digests have no part: those were kept back, which is the holder's right. Return True."))],
        otherwise=_("Two digests have no part: those were kept back, which is the holder's right. Return True."),
    )  # fmt: skip
    compare(
        ask(function, digests, []),
        expected=True,
        slips=[(False, _("Nothing is shown, so nothing that is shown is wrong: return True."))],
        otherwise=_("Nothing is shown, so nothing that is shown is wrong: return True."),
    )
    compare(
        ask(function, digests, [parts[0], "purpose-advertising"]),
        expected=False,
        slips=[(True, _("The second part was never signed, though the first was. One wrong part is enough: return False."))],
        otherwise=_("The second part was never signed, though the first was. One wrong part is enough: return False."),
    )  # fmt: skip
    twice = _("One part is shown twice. Whoever reads it could take the first or the second: return False.")
    compare(
        ask(function, digests, [parts[1], parts[1]]), expected=False, slips=[(True, twice)], otherwise=twice
    )


def still(function):
    ledger = {"g1": {"revoked": None, "ends": 400}, "g2": {"revoked": 155, "ends": 400}, "g3": {"revoked": None, "ends": 300}}  # fmt: skip
    answer = ask.returned(function, {"ok": True, "grant": "g1"}, ledger, 200)
    if answer not in ("do not rely", "not known", "taken back", "over", "holds"):
        raise NotYet(_("Return one of the five texts, exactly as written there, in English."))
    compare(answer, expected="holds", slips=[], otherwise=_("The receipt is ok, and by the ledger the grant runs until day 400 and was not revoked: “holds”."))  # fmt: skip
    compare(
        ask(function, {"ok": False, "grant": "g1"}, ledger, 200),
        expected="do not rely",
        slips=[("holds", _("The signature does not hold, so nobody knows which grant this was: “do not rely”, whatever the ledger says."))],
        otherwise=_("A receipt that is not ok comes first: “do not rely”."),
    )  # fmt: skip
    silent = _("The ledger could not be asked. The receipt alone does not say that the consent holds, nor that it does not: “not known”.")  # fmt: skip
    stops = {TypeError: silent, AttributeError: silent}
    answer = ask(function, {"ok": True, "grant": "g1"}, None, 200, stops=stops)
    compare(answer, expected="not known", slips=[], otherwise=silent)
    late = {"ok": False, "grant": "g1"}
    compare(
        ask(function, late, None, 200, stops=stops),
        expected="do not rely",
        slips=[],
        otherwise=_("Here the receipt is not ok and the ledger is silent. The first rule that holds decides: “do not rely”."),
    )  # fmt: skip
    strange = _("The ledger was asked and does not know this grant: “do not rely”. Ask with `in` before you look it up.")  # fmt: skip
    answer = ask(function, {"ok": True, "grant": "g9"}, ledger, 200, stops={KeyError: strange})
    compare(answer, expected="do not rely", slips=[], otherwise=strange)
    compare(
        ask(function, {"ok": True, "grant": "g2"}, ledger, 200),
        expected="taken back",
        slips=[("holds", _("The receipt is whole, and the ledger says that the grant was revoked on day 155. A receipt does not know what came after it: “taken back”."))],
        otherwise=_("Revoked on day 155, asked on day 200: “taken back”."),
    )  # fmt: skip
    compare(
        ask(function, {"ok": True, "grant": "g2"}, ledger, 154),
        expected="holds",
        slips=[("taken back", _("Asked on day 154, the revocation of day 155 is still to come: “holds”."))],
        otherwise=_("Asked on day 154, the revocation of day 155 is still to come: “holds”."),
    )
    compare(
        ask(function, {"ok": True, "grant": "g2"}, ledger, 155),
        expected="taken back",
        slips=[("holds", _("On the very day of the revocation it is taken back: that day is included."))],
        otherwise=_("On the very day of the revocation it is taken back: that day is included."),
    )
    compare(
        ask(function, {"ok": True, "grant": "g3"}, ledger, 300),
        expected="over",
        slips=[("holds", _("The grant ended on day 300, and it is day 300: “over”."))],
        otherwise=_("The grant ended on day 300, and it is day 300: “over”."),
    )
    compare(
        ask(function, {"ok": True, "grant": "g2"}, ledger, 500),
        expected="taken back",
        slips=[
            (
                "over",
                _("It was revoked, and it would also be over by now. “taken back” stands before “over”."),
            )
        ],
        otherwise=_("It was revoked, and it would also be over by now. “taken back” stands before “over”."),
    )


def rates(function):
    honest, thieves = [0.25, 0.5, 0.625, 0.75], [0.5, 0.75, 0.875, 0.625, 0.875]
    compare(
        ask.returned(function, honest, thieves, 0.5),
        expected=[0.2, 0.5],
        slips=[
            ([0.5, 0.2], _("The two are swapped: FAR is the share of thieves who are accepted, and stands first.")),
            ([0.8, 0.5], _("FAR counts the thieves who are accepted, those at or below the limit. You count the refused.")),
            ([0.8, 0.2], _("FAR is of the thieves alone, and FRR of the honest alone.")),
            ([0.0, 0.75], _("Who is at the limit exactly is accepted. Here one thief and one honest person are at 0.5.")),
            ([1, 2], _("These are counts. Divide each by the number of people of its kind.")),
            ([1 / 9, 2 / 9], _("You divide by all people. FAR is a share of the thieves, FRR a share of the honest.")),
            ([0.2, 0.4], _("You divide by the number of thieves both times. FRR is a share of the honest.")),
            ([0.8, 0.25], _("The wrong way round: a small distance is alike, and is accepted.")),
        ],
        otherwise=_("Of five thieves one is at or below 0.5, so FAR is 0.2; of four honest people two are above it, so FRR is 0.5."),
    )  # fmt: skip


def cheapest(function):
    rows = [[0.5, 0.10, 0.02], [0.4, 0.01, 0.20], [0.6, 0.40, 0.0], [0.7, 0.90, 0.0]]
    compare(
        ask.returned(function, rows, 0.01, 1000, 10),
        expected=0.5,
        slips=[
            (0, _("This is the position of the row. Return its limit.")),
            (0.4, _("Weigh the two errors by how often each kind of person comes: FAR by the attack rate, FRR by 1 minus it.")),
            (0.6, _("This limit refuses nobody, and lets 40 % of the thieves in. Both errors cost something: add them up.")),
            (0.7, _("You look for the highest cost. Return the limit with the lowest.")),
            ([0.5, 0.10, 0.02], _("This is the whole row. Return its limit, the first of the three.")),
        ],
        otherwise=_("At 0.5 an attempt costs 0.01 · 0.10 · 1000 + 0.99 · 0.02 · 10, about 1.2; at 0.4 about 2.1, and at 0.6 it is 4. Return 0.5."),
    )  # fmt: skip
    compare(
        ask(function, rows, 0.5, 1000, 10),
        expected=0.4,
        slips=[
            (0.5, _("Now every second attempt is a thief's, and the strict limit 0.4 is the cheapest. Does your cost use the attack rate?")),
        ],
        otherwise=_("With an attack rate of 0.5 the limit 0.4 is the cheapest."),
    )  # fmt: skip
    compare(
        ask(function, rows, 0.01, 10, 1000),
        expected=0.6,
        slips=[(0.4, _("The two costs are swapped: here a refusal is the dear one, and 0.6 refuses nobody."))],
        otherwise=_("Here a refusal costs 1000 and a thief 10: the limit 0.6, which refuses nobody, is the cheapest."),
    )  # fmt: skip
    tie = _("Two limits cost the same here. Return the lower one, wherever it stands in the list.")
    compare(
        ask(function, [[0.6, 0.1, 0.1], [0.5, 0.1, 0.1]], 0.5, 10, 10),
        expected=0.5,
        slips=[(0.6, tie)],
        otherwise=tie,
    )


check = advising(
    lang, accept=accept, may_use=may_use, genuine=genuine, still=still, rates=rates, cheapest=cheapest
)
