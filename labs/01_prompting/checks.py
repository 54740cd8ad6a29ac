# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from medialit.widgets.checking import Asking, NotYet, advising, alike, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)

NAMES = ("kind", "colour", "action", "place")


def spec(function):
    brief = [
        ["le", None, None],
        ["chat", "kind", "cat"],
        ["fier", None, None],
        ["monte", "action", "rise"],
        ["au", None, None],
        ["souk", "place", "souk"],
    ]
    answer = ask.returned(function, brief)
    if not isinstance(answer, dict):
        raise NotYet(_("Return one dictionary, with the four fields and “unused”."))
    if missing := [name for name in (*NAMES, "unused") if name not in answer]:
        raise NotYet(
            _("The key {name} is missing. What no word names stands there too, with None.").format(
                name=repr(missing[0])
            )
        )
    compare(
        answer["colour"],
        expected=None,
        slips=[("ask", _("No word names a colour. That is open, not contradictory: None."))],
        otherwise=_("No word names a colour: it is open, and its value is None."),
    )
    for name, value, word in (
        ("kind", "cat", "chat"),
        ("action", "rise", "monte"),
        ("place", "souk", "souk"),
    ):
        compare(
            answer[name],
            expected=value,
            slips=[
                (word, _("This is the word of the brief. Put its *value* there, the third of the three.")),
                ("ask", _("One word names it, and nothing speaks against it: its value stands there.")),
            ],
            otherwise=_("The brief names {name}: its value is {value}.").format(
                name=repr(name), value=repr(value)
            ),
        )
    compare(
        answer["unused"],
        expected=["le", "fier", "au"],
        slips=[
            ([], _("Three words have None as their field. List them under “unused”.")),
            (["au", "fier", "le"], _("Leave the unused words in the order of the brief.")),
            ([word for word, _field, _value in brief], _("Only words *without* a field are unused. The others do something.")),
        ],
        otherwise=_("“unused” is the list of the words whose field is None, in order: here le, fier, au."),
    )  # fmt: skip
    torn = [["red", "colour", "red"], ["or", None, None], ["blue", "colour", "blue"], ["cat", "kind", "cat"]]
    again = ask.returned(function, torn)
    compare(
        again.get("colour") if isinstance(again, dict) else again,
        expected="ask",
        slips=[
            ("blue", _("“red or blue”: taking the last word is a guess. Two different values mean “ask”.")),
            ("red", _("“red or blue”: taking the first word is a guess. Two different values mean “ask”.")),
        ],
        otherwise=_("“red or blue”: two words name different values of one field. Write “ask”."),
    )
    twice = ask.returned(function, [["cat", "kind", "cat"], ["so", None, None], ["kitty", "kind", "cat"]])
    compare(
        twice.get("kind") if isinstance(twice, dict) else twice,
        expected="cat",
        slips=[("ask", _("Two words say the *same*, a cat. Nothing contradicts it: ask only if the values differ."))],
        otherwise=_("Two words name the same value: this value stands there."),
    )  # fmt: skip


def guide(function):
    without, told = np.array([1.0, 4.0]), np.array([3.0, 3.0])
    compare(
        ask.returned(function, without, told, 3.0),
        expected=[7.0, 1.0],
        slips=[
            ([9.0, 0.0], _("You start from *told*. Start from *without*, so that guidance 1 gives what was told.")),
            ([-5.0, 7.0], _("The difference is turned round: it is told − without.")),
            ([9.0, 9.0], _("The words alone are multiplied. Start from *without*, and multiply only the difference.")),
            ([10.0, 13.0], _("Add guidance times the *difference* of the two, not guidance times all of what was told.")),
            ([3.0, 3.0], _("Guidance above 1 goes on beyond what was told: nothing stops it there.")),
        ],
        otherwise=_("Without the words [1, 4], with them [3, 3]: the difference is [2, −1], and three times that added to [1, 4] is [7, 1]."),
    )  # fmt: skip
    compare(
        ask.returned(function, without, told, 0.0),
        expected=[1.0, 4.0],
        slips=[([3.0, 3.0], _("Guidance 0 is a number like any other: the words are ignored, and [1, 4] is left."))],
        otherwise=_("With guidance 0 what is dreamt without the words is left: [1, 4]."),
    )  # fmt: skip


def ablation(function):
    def take(on, guidance, seed, score):
        return {"8k": on, "guidance": guidance, "seed": seed, "score": score}

    fair = [take(True, 1, 7, 0.75), take(False, 1, 7, 0.5), take(True, 1, 8, 1.0), take(False, 1, 8, 0.5)]
    one = _("There are two fair pairs, seeds 7 and 8. One is not enough: take the mean over both.")
    compare(
        ask.returned(function, fair, "8k"),
        expected=0.375,
        slips=[
            (-0.375, _("The sign is turned round: the score with True minus the score with False.")),
            (0.75, _("There are two fair pairs, with the effects 0.25 and 0.5. Take their *mean*.")),
            (0.25, one),
            (0.5, one),
        ],
        otherwise=_("Two fair pairs, seeds 7 and 8: their effects are 0.25 and 0.5, so return 0.375."),
    )
    odd = [*fair, take(True, 4, 9, 1.0), take(False, 1, 9, 0.0), take(False, 1, 12, 0.25)]
    compare(
        ask.returned(function, odd, "8k"),
        expected=0.375,
        slips=[
            (1.75 / 3, _("Two takes of seed 9 differ in guidance as well: which of the two changes made the difference? This pair is not fair.")),
            (2.75 / 3 - 1.25 / 4, _("You compare all takes with all others. Only pairs that agree in everything else are fair.")),
        ],
        otherwise=_("A fair pair agrees in *everything* but the setting and the score. Takes with another seed or another guidance are no partners."),
    )  # fmt: skip
    seeds = [*fair, take(True, 2, 10, 1.0), take(False, 2, 11, 0.0)]
    compare(
        ask.returned(function, seeds, "8k"),
        expected=0.375,
        slips=[],
        otherwise=_("The seed is a setting, too: takes with different seeds are no fair pair."),
    )
    none = _("No two takes are a fair pair here, so nothing can be said: return None.")
    compare(
        ask(function, [take(True, 4, 9, 1.0), take(False, 1, 8, 0.0)], "8k", stops={ArithmeticError: none}),
        expected=None,
        slips=[(0.0, _("Without a fair pair the effect is not 0 but unknown: return None."))],
        otherwise=none,
    )


def adherence(function):
    def asked(colour="blue", action="spin", place="souk"):
        return {"kind": "lantern", "colour": colour, "action": action, "place": place}

    seen = {"colours": {"blue": 0.8, "yellow": 0.2}, "action": "spin", "place": "souk"}

    def score(**changed):
        answer = ask.returned(function, asked(**changed), dict(seen))
        if isinstance(answer, (bool, str)) or not isinstance(answer, (int, float, np.number)):
            raise NotYet(_("Return one number: the more of what was asked for is seen, the higher."))
        if not math.isfinite(answer):
            raise NotYet(_("Return one number: the more of what was asked for is seen, the higher."))
        return float(answer)

    whole = score()
    if whole < score(colour="red", action="fall", place="beach"):
        raise NotYet(
            _("A clip that shows everything gets less than one that shows nothing: count what is seen.")
        )
    wrong = {"colour": score(colour="red"), "action": score(action="fall"), "place": score(place="beach")}
    unseen = [name for name, value in wrong.items() if not value < whole - 1e-9]
    if len(unseen) > 1:
        raise NotYet(
            _("Your scorer does not look at these: {names}. Each that is asked for should count.").format(
                names=", ".join(unseen)
            )
        )
    if unseen == ["colour"]:
        raise NotYet(_("A red lantern was asked for and none of it is red: that should cost something."))
    if unseen == ["action"]:
        raise NotYet(_("It was to fall and it spins: that should cost something."))
    if unseen == ["place"]:
        raise NotYet(_("It was to be on the beach and is in the souk: that should cost something."))
    if not score(colour="yellow") < whole - 1e-9:
        raise NotYet(
            _("A fifth of the lantern is yellow, four fifths are blue. Who asked for yellow got less than who asked for blue: use the *share*.")
        )  # fmt: skip
    nothing = score(colour="red", action="fall", place="beach")
    for name in NAMES[1:]:
        left = score(**{name: None})
        if not left > wrong[name] + 1e-9:
            raise NotYet(
                _("What is left open counts as missing. Take the mean of those that are *asked for*, not of all three.")
            )  # fmt: skip
        if score(**{"colour": "red", "action": "fall", "place": "beach", name: None}) > nothing + 1e-9:
            raise NotYet(
                _("What is left open counts as seen: a clip with everything wrong gains by it. Leave it out of the mean.")
            )  # fmt: skip


def rank_correlation(function):
    first, second = [1.0, 3.0, 2.0, 100.0], [10.0, 12.0, 30.0, 11.0]
    answer = ask.returned(function, first, second)
    if np.ndim(answer) != 0:
        raise NotYet(_("`np.corrcoef` gives a table. The correlation of the two lists is its entry [0, 1]."))
    compare(
        answer,
        expected=0.2,
        slips=[
            (float(np.corrcoef(first, second)[0, 1]), _("This is the correlation of the values, in which one large value decides. Replace each value by its rank first.")),
            (float(np.corrcoef(np.argsort(first), np.argsort(second))[0, 1]), _("`np.argsort` gives the places in order, not the ranks. Count for each value how many are smaller.")),
        ],
        otherwise=_("The ranks are 1, 3, 2, 4 and 1, 3, 4, 2: their correlation is 0.2."),
    )  # fmt: skip
    compare(
        ask.returned(function, [1.0, 2.0, 3.0, 4.0], [9.0, 7.0, 8.0, 1.0]),
        expected=-0.8,
        slips=[
            (0.64, _("This is the square, which hides the sign. Return ρ itself.")),
            (0.8, _("The sign is turned round: the second list falls as the first rises.")),
        ],
        otherwise=_("The ranks are 1, 2, 3, 4 and 4, 2, 3, 1: their correlation is −0.8."),
    )
    first, second = [1.0, 1.0, 2.0, 2.0, 3.0], [5.0, 5.0, 5.0, 1.0, 9.0]
    a, b = [1.5, 1.5, 3.5, 3.5, 5.0], [3.0, 3.0, 3.0, 1.0, 5.0]
    low, placed = ([0, 0, 2, 2, 4], [1, 1, 1, 0, 4]), ([0, 1, 2, 3, 4], [1, 2, 3, 0, 4])
    compare(
        ask.returned(function, first, second),
        expected=float(np.corrcoef(a, b)[0, 1]),
        slips=[
            (float(np.corrcoef(*low)[0, 1]), _("Equal values share the *mean* of their ranks. You give all of them the lowest.")),
            (float(np.corrcoef(*placed)[0, 1]), _("Equal values must have equal ranks. Sorting gives them different ones.")),
        ],
        otherwise=_("With equal values the ranks of the first list are 1.5, 1.5, 3.5, 3.5, 5 and those of the second 3, 3, 3, 1, 5."),
    )  # fmt: skip
    flat = _("All values of one list are equal: nothing is ranked, so return None.")
    with np.errstate(invalid="ignore", divide="ignore"):
        answer = ask(function, [2.0, 2.0, 2.0], [1.0, 2.0, 3.0], stops={ArithmeticError: flat})
    if alike(answer, 0.0):
        raise NotYet(
            _(
                "0 would say that the two orders are unrelated. Where all values are equal there is no order: None."
            )
        )
    compare(answer, expected=None, slips=[], otherwise=flat)


def decide(function):
    phrases = [
        [["naked", "flame"], "allow"],
        [["king"], "transform"],
        [["naked"], "refuse"],
        [["lantern"], "allow"],
    ]

    def answer(text):
        said = ask.returned(function, text.split(), [[list(words), what] for words, what in phrases])
        if said not in ("allow", "transform", "refuse"):
            raise NotYet(_("Return “allow”, “transform” or “refuse”, exactly so."))
        return said

    compare(
        answer("a blue cat spins"),
        expected="allow",
        slips=[],
        otherwise=_("No phrase stands in “a blue cat spins”: what is unknown is allowed. Refusing it would stop nearly every prompt."),
    )  # fmt: skip
    compare(
        answer("the king dances"),
        expected="transform",
        slips=[("refuse", _("For a person there is a third way: “transform”, so that a fictional one plays the part."))],
        otherwise=_("Only *king* is found, and its decision is “transform”."),
    )  # fmt: skip
    stricter = _("A lantern and a king: the stricter of “allow” and “transform” is “transform”.")
    compare(
        answer("the king with a lantern"),
        expected="transform",
        slips=[("allow", _("The lantern is allowed, and that does not excuse the king: the strictest of all that counts decides."))],
        otherwise=stricter,
    )  # fmt: skip
    compare(
        answer("a lantern for the king"),
        expected="transform",
        slips=[("allow", _("The phrase that comes first does not decide. Look at all that count, and take the strictest."))],
        otherwise=stricter,
    )  # fmt: skip
    for text in ("a naked king", "the king is naked"):
        compare(
            answer(text),
            expected="refuse",
            slips=[
                ("transform", _("“refuse” is stricter than “transform”: no stand-in makes this one good."))
            ],
            otherwise=_("A king and *naked*: the stricter decision is “refuse”."),
        )
    compare(
        answer("a naked flame"),
        expected="allow",
        slips=[
            ("refuse", _("*naked* lies within *naked flame*, which is longer and found: it does not count."))
        ],
        otherwise=_("*naked flame* excuses the *naked* within it: “allow”."),
    )
    for text in ("a naked man with a naked flame", "a naked flame and a naked man"):
        compare(
            answer(text),
            expected="refuse",
            slips=[("allow", _("The flame is excused, the man is not: each place in the prompt is looked at by itself."))],
            otherwise=_("One *naked* is excused, the other is not: “refuse”."),
        )  # fmt: skip


check = advising(
    lang,
    spec=spec,
    guide=guide,
    ablation=ablation,
    adherence=adherence,
    rank_correlation=rank_correlation,
    decide=decide,
)
