"""Wrong answers to "Rights market: a face on loan", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _permits(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
HOLDS = {{
    "eq": lambda given, wanted: given == wanted,
    "isAnyOf": lambda given, wanted: given in wanted,
    "isNoneOf": lambda given, wanted: given not in wanted,
    "gteq": lambda given, wanted: given >= wanted,
    "lt": lambda given, wanted: given < wanted,
}}

def permits(policy, request):
    def limits(rule):
        return [HOLDS[operator](request[name], value) for name, operator, value in rule["constraint"]]
    def covers(rule):
        return request["action"] in rule["action"] and all(limits(rule))
    forbidden = any(covers(rule) for rule in policy["prohibition"])
    {body.strip()}
"""
    return Mutant(item="permits", name=name, source=source, loses={"permits": loses})


def _in_the_way(name: str, changed: str, added: str = "place", *, loses: float) -> Mutant:
    source = f"""
def in_the_way(offer, contracts):
    found = []
    for place, other in enumerate(contracts):
        promised = offer["exclusive"] or other["exclusive"]
        purposes = set(offer["purposes"]) & set(other["purposes"])
        ours, theirs = set(offer["territories"]), set(other["territories"])
        lands = ours & theirs or "worldwide" in ours | theirs
        days = max(offer["starts"], other["starts"]) < min(offer["ends"], other["ends"])
        differ = offer["licensee"] != other["licensee"]
        covers = purposes and lands
        {changed}
        if promised and differ and covers and days:
            found.append({added})
    return found
"""
    return Mutant(item="in_the_way", name=name, source=source, loses={"in_the_way": loses})


def _divide(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def divide(centimes, shares):
    parts = [centimes * share // sum(shares) for share in shares]
    lost = [centimes * share % sum(shares) for share in shares]
    left = centimes - sum(parts)
    {body.strip()}
"""
    return Mutant(item="divide", name=name, source=source, loses={"divide": loses})


def _settle(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def settle(fee, n_days, hours, up_days, paid):
    used = min(-(-hours // 24) + up_days, n_days)
    earned = fee * used // n_days
    {body.strip()}
"""
    return Mutant(item="settle", name=name, source=source, loses={"settle": loses})


def _fate(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
PAST_RECALL = {{"broadcast", "cinema", "print"}}

def fate(use, revoked):
    shown, past_recall = use["shown"], use["medium"] in PAST_RECALL
    {body.strip()}
"""
    return Mutant(item="fate", name=name, source=source, loses={"fate": loses})


def _stops(name: str, changed: str, choice: str = "codes", *, loses: float) -> Mutant:
    source = f"""
def stops(terms):
    found = {{
        "minor_without_guardian": terms["minor"] and not terms["guardian_signs"],
        "irrevocable": terms["irrevocable"],
        "hidden_voice": terms["voice_included"] and not terms["voice_named"],
        "perpetual": terms["perpetual"],
        "worldwide_all_media": terms["worldwide"] and terms["all_media"],
        "no_fee_for_revenue": terms["earns_revenue"] and not terms["paid"],
        "exclusive_without_minimum": terms["exclusive"] and not terms["minimum"],
    }}
    {changed}
    codes = [code for code, raised in found.items() if raised]
    return {choice}
"""
    return Mutant(item="stops", name=name, source=source, loses={"stops": loses})


MUTANTS = [
    _permits(
        "is_content_with_one_constraint",
        """def covers_some(rule):
        held = limits(rule)
        return request["action"] in rule["action"] and (any(held) or not held)
    return not forbidden and any(covers_some(rule) for rule in policy["permission"])""",
        loses=1.5,
    ),
    _permits(
        "overlooks_prohibitions", 'return any(covers(rule) for rule in policy["permission"])', loses=0.75
    ),
    _permits(
        "overlooks_actions",
        'return not forbidden and any(all(limits(rule)) for rule in policy["permission"])',
        loses=0.75,
    ),
    _permits("permits_what_is_not_forbidden", "return not forbidden", loses=2.25),
    _permits(
        "mixes_two_permissions",
        """action = any(request["action"] in rule["action"] for rule in policy["permission"])
    every = [one for rule in policy["permission"] for one in rule["constraint"]]
    operands = {name for name, _, _ in every if name in ("purpose", "spatial")}
    held = all(
        any(HOLDS[operator](request[n], value) for n, operator, value in every if n == name) for name in operands
    ) and any(
        all(HOLDS[operator](request[n], value) for n, operator, value in rule["constraint"] if n == "day")
        for rule in policy["permission"]
    )
    return not forbidden and action and held""",
        loses=0.75,
    ),
    _permits(
        "asks_the_first_permission_only",
        """first = policy["permission"][:1]
    return not forbidden and any(covers(rule) for rule in first)""",
        loses=0.75,
    ),
    _permits(
        "forbids_wherever_there_is_a_prohibition",
        'return not policy["prohibition"] and any(covers(rule) for rule in policy["permission"])',
        loses=0.75,
    ),
    _in_the_way("asks_only_whether_the_old_one_is_exclusive", 'promised = other["exclusive"]', loses=0.75),
    _in_the_way("takes_every_licence_for_exclusive", "promised = True", loses=0.75),
    _in_the_way(
        "counts_the_first_free_day",
        'days = max(offer["starts"], other["starts"]) <= min(offer["ends"], other["ends"])',
        loses=0.75,
    ),
    _in_the_way("overlooks_the_whole_world", "covers = purposes and ours & theirs", loses=0.75),
    _in_the_way("is_content_with_one_thing_in_common", "covers = purposes or lands", loses=0.75),
    _in_the_way("keeps_the_licensee_from_their_own", "differ = True", loses=0.75),
    _in_the_way("returns_the_contracts", "", "other", loses=3.0),
    _divide("loses_the_centimes_that_are_left", "return parts", loses=2.0),
    _divide(
        "rounds_each_by_itself",
        "return [round(centimes * share / sum(shares)) for share in shares]",
        loses=2.0,
    ),
    _divide(
        "gives_all_that_is_left_to_the_first",
        """parts[0] += left
    return parts""",
        loses=2.0,
    ),
    _divide(
        "gives_what_is_left_to_the_largest_shares",
        """for payee in sorted(range(len(shares)), key=lambda one: -shares[one])[:left]:
        parts[payee] += 1
    return parts""",
        loses=1.0,
    ),
    _divide(
        "prefers_the_last_among_equals",
        """for payee in sorted(range(len(shares)), key=lambda one: (-lost[one], -one))[:left]:
        parts[payee] += 1
    return parts""",
        loses=1.0,
    ),
    _divide("divides_a_centime", "return [centimes * share / sum(shares) for share in shares]", loses=3.0),
    _settle(
        "counts_days_that_are_over",
        """earned = fee * min(hours // 24 + up_days, n_days) // n_days
    return [earned, earned - paid, fee - earned]""",
        loses=0.75,
    ),
    _settle(
        "counts_hours",
        """earned = fee * min(hours + 24 * up_days, 24 * n_days) // (24 * n_days)
    return [earned, earned - paid, fee - earned]""",
        loses=0.75,
    ),
    _settle(
        "forgets_what_stays_up",
        """earned = fee * -(-hours // 24) // n_days
    return [earned, earned - paid, fee - earned]""",
        loses=0.75,
    ),
    _settle(
        "uses_more_days_than_there_are",
        """earned = fee * (-(-hours // 24) + up_days) // n_days
    return [earned, earned - paid, fee - earned]""",
        loses=0.75,
    ),
    _settle("pays_twice", "return [earned, earned, fee - earned]", loses=0.75),
    _settle(
        "takes_what_was_paid_from_the_refund",
        "return [earned, earned - paid, fee - earned - paid]",
        loses=0.75,
    ),
    _settle(
        "rounds_to_the_nearest_centime",
        """earned = round(fee * used / n_days)
    return [earned, earned - paid, fee - earned]""",
        loses=0.75,
    ),
    _settle("refunds_nothing", "return [fee, fee - paid, 0]", loses=3.0),
    _fate(
        "brings_everything_down",
        """if shown is None:
        return "may not be shown"
    return "breach" if shown >= revoked else "comes down\"""",
        loses=1.0,
    ),
    _fate(
        "asks_where_before_when",
        """if shown is None:
        return "may not be shown"
    if past_recall:
        return "remains"
    return "breach" if shown >= revoked else "comes down\"""",
        loses=1.0,
    ),
    _fate(
        "allows_the_moment_itself",
        """if shown is None:
        return "may not be shown"
    if shown > revoked:
        return "breach"
    return "remains" if past_recall else "comes down\"""",
        loses=1.0,
    ),
    _fate(
        "takes_back_the_past",
        """if shown is None:
        return "may not be shown"
    return "breach\"""",
        loses=1.0,
    ),
    _fate(
        "stops_at_what_was_not_shown",
        """if shown >= revoked:
        return "breach"
    return "remains" if past_recall else "comes down\"""",
        loses=1.0,
    ),
    _stops(
        "stops_at_half_a_clause",
        'found["worldwide_all_media"] = terms["worldwide"] or terms["all_media"]',
        loses=1.0,
    ),
    _stops(
        "stops_at_every_exclusivity", 'found["exclusive_without_minimum"] = terms["exclusive"]', loses=1.0
    ),
    _stops("stops_at_every_minor", 'found["minor_without_guardian"] = terms["minor"]', loses=1.0),
    _stops("counts_them", "", "len(codes)", loses=2.0),
    _stops("takes_the_alphabet_for_the_gravity", "", "sorted(codes, reverse=True)", loses=1.0),
]
