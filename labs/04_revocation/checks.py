# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from pathlib import Path

from medialit.widgets.checking import Asking, NotYet, advising, alike, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def differ(function):
    one, other = [1, 1, 0, 0, 1, 0, 1, 0, 0, 0], [1, 0, 0, 1, 1, 0, 1, 0, 1, 0]
    compare(
        ask.returned(function, one, other),
        expected=0.3,
        slips=[
            (3, _("This is the number of bits that differ. Return their share: divide by the number of bits.")),
            (0.7, _("This is the share of bits that agree. Return the share that differ.")),
            (30.0, _("This is in per cent. Return a share from 0 to 1.")),
            (0.1, _("You compare how many ones there are. Compare the bits place by place.")),
        ],
        otherwise=_("Three of ten places differ: return 0.3."),
    )  # fmt: skip
    compare(ask(function, one, one), expected=0.0, slips=[], otherwise=_("A clip does not differ from itself: return 0."))  # fmt: skip
    unlike = _(
        "Lists of 10 and of 6 bits cannot be compared: return None, and not the share of the common part."
    )
    answer = ask(function, one, other[:6], stops={ValueError: unlike, IndexError: unlike})
    compare(answer, expected=None, slips=[], otherwise=unlike)


def best_limit(function):
    copies, others = [0.1, 0.2, 0.3, 0.4], [0.3, 0.5, 0.6, 0.6, 0.7]
    limits = [0.4, 0.1, 0.2, 0.3]
    compare(
        ask.returned(function, copies, others, limits, 0.1),
        expected=0.2,
        slips=[
            (0.4, _("This limit flags all copies, and one clip of others in five: more than `most_wrong` allows.")),
            (0.1, _("This limit wrongs nobody, and finds one copy of four. Another wrongs nobody, either, and finds more.")),
            (0.3, _("A clip at the limit is flagged, too: 0.3 flags one of five others, and 0.1 is the most that is allowed.")),
            (0.5, _("This is the share of copies found. Return the limit.")),
            (2, _("This is a position, or a number of copies. Return the limit.")),
        ],
        otherwise=_("At most a tenth of the others may be flagged: 0.1 and 0.2 flag none, and 0.2 finds more copies. Return 0.2."),
    )  # fmt: skip
    compare(
        ask(function, copies, others, limits, 0.2),
        expected=0.4,
        slips=[
            (0.2, _("One of five others is a share of 0.2, and 0.2 is allowed: *at most* includes it. Return 0.4.")),
            (0.3, _("Both 0.3 and 0.4 flag one of the others, and 0.4 finds more copies.")),
        ],
        otherwise=_("With 0.2 allowed, the limit 0.4 flags one of five others and all four copies: return 0.4."),
    )  # fmt: skip
    tie = _("The limits 0.45 and 0.41 flag the same copies. Return the lower one, wherever it stands.")
    compare(
        ask(function, copies, others, [0.45, 0.41], 0.2), expected=0.41, slips=[(0.45, tie)], otherwise=tie
    )
    none = _("Each of these limits wrongs more than a tenth of the others: return None.")
    answer = ask(function, copies, others, [0.4, 0.6], 0.1, stops={ValueError: none, IndexError: none, TypeError: none})  # fmt: skip
    compare(answer, expected=None, slips=[], otherwise=none)


PLACES = {"platform": "cooperates", "page": "notice_only", "group": "closed_group", "gone": "deleted_account"}


def fates(function):
    def counted(*copies):
        return ask.returned(function, [{"place": place, "day": day} for place, day in copies], PLACES, 150)

    def told(answer, **expected):
        _require_fates(answer)
        wanted = {
            name: expected.get(name, 0) for name in ("blocked", "unpublished", "notified", "unreachable")
        }
        return all(alike(answer[name], wanted[name]) for name in wanted)

    if not told(counted(("platform", 149)), unpublished=1):
        raise NotYet(_("A copy from day 149, before the revocation of day 150, at a place that cooperates: it is unpublished."))  # fmt: skip
    if not told(counted(("platform", 160)), blocked=1):
        raise NotYet(_("Posted after the revocation at a place that cooperates: the upload is blocked."))
    if not told(counted(("platform", 150)), blocked=1):
        raise NotYet(_("Posted on the very day of the revocation counts as after it: blocked."))
    if not told(counted(("page", 100)), notified=1):
        raise NotYet(
            _("A page that accepts notices only takes nothing down by itself: the copy is notified.")
        )
    if not told(counted(("page", 160)), notified=1):
        raise NotYet(_("After the revocation, too, a page that accepts notices only is notified: it refuses no upload."))  # fmt: skip
    if not told(counted(("group", 100), ("group", 170)), unreachable=2):
        raise NotYet(_("Nobody outside a closed group can do anything about what is in it: both copies are unreachable."))  # fmt: skip
    if not told(counted(("gone", 100)), unreachable=1):
        raise NotYet(
            _("The account is deleted, and the copy is not. Nobody is left to ask: it is unreachable.")
        )
    mixed = (("gone", 10), ("platform", 151), ("platform", 20), ("platform", 30), ("page", 155))
    if not told(counted(*mixed), blocked=1, unpublished=2, notified=1, unreachable=1):
        raise NotYet(_("Five copies have five fates between them: 1 blocked, 2 unpublished, 1 notified, 1 unreachable. Count each once."))  # fmt: skip


def _require_fates(answer):
    if not isinstance(answer, dict):
        raise NotYet(_("Return the dictionary `found`, with a number for each of the four fates."))
    if set(answer) != {"blocked", "unpublished", "notified", "unreachable"}:
        raise NotYet(_("The dictionary needs exactly the four fates as keys, those with 0 copies included."))


def in_force(function):
    grant = {"day": 10, "kind": "grant", "id": "b", "ends": 100}
    other = {"day": 30, "kind": "grant", "id": "a", "ends": None}
    compare(
        ask.returned(function, [grant, other], 50),
        expected=["a", "b"],
        slips=[
            (["b", "a"], _("Both are in force. Return them sorted.")),
            (2, _("This is how many. Return the list of their ids.")),
            (["a"], _("A grant with an end is in force until then: `b` ends on day 100, and it is day 50.")),
            (["b"], _("A grant whose `ends` is None has no end: `a` is in force, too.")),
        ],
        otherwise=_("Two grants, both begun and neither ended: return ['a', 'b']."),
    )  # fmt: skip
    _gone(function, [grant, other], 20, ["b"], _("On day 20 the grant of day 30 was not given yet: only `b` is in force."))  # fmt: skip
    _gone(
        function,
        [grant, other],
        30,
        ["a", "b"],
        _("A grant is in force from its own day on: on day 30 `a` is."),
    )
    _gone(
        function, [grant, other], 100, ["a"], _("`b` is in force before day 100, and on day 100 no longer.")
    )
    one = {"day": 40, "kind": "revoke", "id": "b"}
    _gone(function, [grant, other, one], 50, ["a"], _("`b` was revoked on day 40. It is no longer in force, and `a` is."))  # fmt: skip
    _gone(function, [grant, other, one], 39, ["a", "b"], _("On day 39 the revocation of day 40 had not happened: what was permitted then stays permitted *then*."))  # fmt: skip
    _gone(function, [grant, other, one], 40, ["a"], _("A revocation counts from its own day on: on day 40 `b` is out."))  # fmt: skip
    everything = {"day": 30, "kind": "revoke all"}
    later = {"day": 35, "kind": "grant", "id": "c", "ends": None}
    _gone(function, [grant, everything], 50, [], _("`revoke all` on day 30 ends every grant from before, `b` among them: return an empty list."))  # fmt: skip
    _gone(function, [grant, everything, later], 50, ["c"], _("`c` was given on day 35, after the revocation of all on day 30: it stands."))  # fmt: skip
    _gone(function, [other, everything], 50, [], _("`a` is dated on the very day of `revoke all`: that day is included, and it ends."))  # fmt: skip
    _gone(function, [later, everything, grant], 50, ["c"], _("The lines are not in the order of their days here. `c` is dated after `revoke all`, though it was written before: it stands."))  # fmt: skip
    _gone(function, [one, grant], 50, [], _("The revocation was written above the grant, and is dated after it. Go by the days: `b` is out."))  # fmt: skip


def _gone(function, events, day, expected, message):
    answer = ask(function, events, day, stops={KeyError: message})
    compare(answer, expected=expected, slips=[], otherwise=message)


def channels(function):
    def case(*harms, country="MA", us=True, eu=True):
        return {"harms": list(harms), "country": country, "serves_us": us, "serves_eu": eu}

    compare(
        ask.returned(function, case("revoked")),
        expected=["law_09_08", "cndp", "platform"],
        slips=[
            (["take_it_down", "law_09_08", "cndp"], _("The 48 hours are for intimate pictures only. A consent that was taken back is none.")),
            (["dsa", "law_09_08", "cndp"], _("`dsa` needs a harm other than “revoked”: taken back is not yet illegal content.")),
            (["prosecutor_ma", "law_09_08", "cndp", "platform"], _("This table knows no offence here: `prosecutor_ma` needs a harm other than “revoked”.")),
            (["law_09_08", "cndp"], _("Neither `take_it_down` nor `dsa` is open, so a plain request to the `platform` is.")),
            (["law_09_08", "platform"], _("In Morocco the `cndp` is open as well, after one has asked.")),
            ("law_09_08", _("Return the list of all channels that are open, not the first.")),
            (["law_09_08"], _("Return the list of all channels that are open, not the first.")),
            (["platform", "law_09_08", "cndp"], _("Keep the order of the table: `platform` comes last.")),
        ],
        otherwise=_("Taken back, in Morocco: `law_09_08`, `cndp`, and a plain request to the `platform`."),
    )  # fmt: skip
    compare(
        ask(function, case("intimate", eu=False)),
        expected=["take_it_down", "prosecutor_ma", "law_09_08", "cndp"],
        slips=[
            (["take_it_down", "prosecutor_ma", "law_09_08", "cndp", "platform"], _("The fast channel is open, so a plain request is not in the list.")),
            (["take_it_down", "dsa", "prosecutor_ma", "law_09_08", "cndp"], _("The place does not serve the EU, and she lives in Morocco: `dsa` is not open.")),
        ],
        otherwise=_("An intimate picture in Morocco, at a place that serves the United States: `take_it_down`, `prosecutor_ma`, `law_09_08`, `cndp`."),
    )  # fmt: skip
    compare(
        ask(function, case("intimate", us=False, eu=False)),
        expected=["prosecutor_ma", "law_09_08", "cndp", "platform"],
        slips=[(["take_it_down", "prosecutor_ma", "law_09_08", "cndp"], _("The place does not serve the United States: `take_it_down` is not open, whatever the picture."))],
        otherwise=_("The place serves neither the United States nor the EU: `prosecutor_ma`, `law_09_08`, `cndp`, `platform`."),
    )  # fmt: skip
    compare(
        ask(function, case("montage", "revoked")),
        expected=["dsa", "prosecutor_ma", "law_09_08", "cndp"],
        slips=[
            (["take_it_down", "dsa", "prosecutor_ma", "law_09_08", "cndp"], _("A montage that is not intimate: no rule gives 48 hours for it.")),
            (["law_09_08", "cndp", "platform"], _("There are two harms. One other than “revoked” is enough for `dsa` and `prosecutor_ma`.")),
        ],
        otherwise=_("A montage in Morocco, at a place that serves the EU: `dsa`, `prosecutor_ma`, `law_09_08`, `cndp`."),
    )  # fmt: skip
    compare(
        ask(function, case("defamation", country="FR", eu=False)),
        expected=["dsa", "gdpr"],
        slips=[
            (["gdpr", "platform"], _("Who lives in France can use `dsa` even where the place does not say that it serves the EU.")),
            (["dsa", "law_09_08", "cndp"], _("Law 09-08 and the CNDP are Moroccan; she lives in France, where it is `gdpr`.")),
        ],
        otherwise=_("In France it is `dsa` and `gdpr`."),
    )  # fmt: skip
    compare(
        ask(function, case("revoked", country="FR")),
        expected=["gdpr", "platform"],
        slips=[],
        otherwise=_("Taken back, in France: `gdpr`, and a plain request to the `platform`."),
    )


check = advising(
    lang, differ=differ, best_limit=best_limit, fates=fates, in_force=in_force, channels=channels
)
