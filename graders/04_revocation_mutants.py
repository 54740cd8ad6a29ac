"""Wrong answers to "Taken back: what is still out there?", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _changed(item: str, source: str, name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    """Return the reference with some pieces of its text replaced."""
    for old, new in changes:
        assert source.count(old) == 1, (name, old)
        source = source.replace(old, new)
    return Mutant(item=item, name=name, source=source, loses={item: loses})


def _differ(name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    return _changed("differ", _DIFFER, name, *changes, loses=loses)


def _best_limit(name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    return _changed("best_limit", _BEST_LIMIT, name, *changes, loses=loses)


def _fates(name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    return _changed("fates", _FATES, name, *changes, loses=loses)


def _in_force(name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    return _changed("in_force", _IN_FORCE, name, *changes, loses=loses)


def _channels(name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    return _changed("channels", _CHANNELS, name, *changes, loses=loses)


_DIFFER = """
def differ(one, other):
    if len(one) != len(other):
        return None
    n = sum(a != b for a, b in zip(one, other))
    return n / len(one)
"""
_BEST_LIMIT = """
def best_limit(copies, others, limits, most_wrong):
    found = []
    for limit in limits:
        wrong = sum(distance <= limit for distance in others) / len(others)
        right = sum(distance <= limit for distance in copies)
        if wrong <= most_wrong:
            found.append((-right, limit))
    return min(found)[1] if found else None
"""
_FATES = """
def fates(copies, places, day):
    found = {"blocked": 0, "unpublished": 0, "notified": 0, "unreachable": 0}
    for copy in copies:
        conduct, late = places[copy["place"]], copy["day"] >= day
        if conduct == "cooperates":
            fate = "blocked" if late else "unpublished"
        elif conduct == "notice_only":
            fate = "notified"
        else:
            fate = "unreachable" if conduct == "closed_group" else "unreachable"
        found[fate] += 1
    return found
"""
_IN_FORCE = """
def in_force(events, day):
    past = [one for one in events if one["day"] <= day]
    revoked = {one["id"] for one in past if one["kind"] == "revoke"}
    all_until = max((one["day"] for one in past if one["kind"] == "revoke all"), default=-1)
    found = []
    for one in past:
        if one["kind"] != "grant" or one["id"] in revoked or one["day"] <= all_until:
            continue
        if one["ends"] is None or day < one["ends"]:
            found.append(one["id"])
    return sorted(found)
"""
_WRITTEN_ORDER = """
def in_force(events, day):
    found = {}
    for one in events:
        if one["day"] > day:
            continue
        if one["kind"] == "grant":
            found[one["id"]] = one["ends"]
        elif one["kind"] == "revoke":
            found.pop(one["id"], None)
        else:
            found.clear()
    return sorted(id for id, ends in found.items() if ends is None or day < ends)
"""
_CHANNELS = """
def channels(case):
    harms, here, france = case["harms"], case["country"] == "MA", case["country"] == "FR"
    worse = any(harm != "revoked" for harm in harms)
    quick = "intimate" in harms and case["serves_us"]
    dsa = worse and (case["serves_eu"] or france)
    open_if = {
        "take_it_down": quick,
        "dsa": dsa,
        "prosecutor_ma": worse and here,
        "law_09_08": here,
        "cndp": here and True,
        "gdpr": france,
        "platform": not quick and not dsa,
    }
    return [name for name, is_open in open_if.items() if is_open]
"""

MUTANTS = [
    _differ("counts", ("n / len(one)", "n"), loses=2.0),
    _differ("returns_what_agrees", ("n / len(one)", "1 - n / len(one)"), loses=2.0),
    _differ("returns_per_cent", ("n / len(one)", "100 * n / len(one)"), loses=2.0),
    _differ(
        "counts_the_ones",
        ("sum(a != b for a, b in zip(one, other))", "abs(sum(one) - sum(other))"),
        loses=2.0,
    ),
    _differ("compares_the_common_part", ("len(one) != len(other)", "False"), loses=0.5),
    _best_limit("takes_the_one_that_finds_most", ("if wrong <= most_wrong", "if True"), loses=3.0),
    _best_limit("is_too_strict", ("wrong <= most_wrong", "wrong < most_wrong"), loses=1.5),
    _best_limit("takes_the_lowest", ("(-right, limit)", "(0, limit)"), loses=3.0),
    _best_limit(
        "takes_the_higher_of_equals", ("(-right, limit)", "(-right, -limit)"), ("[1]", "[1] * -1"), loses=0.75
    ),
    _best_limit(
        "leaves_the_edge_out",
        ("limit for distance in others", "limit - 1e-9 for distance in others"),
        loses=0.75,
    ),
    _best_limit(
        "returns_the_share", ("return min(found)[1]", "return -min(found)[0] / len(copies)"), loses=3.0
    ),
    _best_limit("stops_where_there_is_none", (" if found else None", ""), loses=0.75),
    _fates("counts_the_day_as_before", (">= day", "> day"), loses=1.0),
    _fates(
        "blocks_at_a_page_of_notices",
        ('fate = "notified"', 'fate = "blocked" if late else "notified"'),
        loses=1.0,
    ),
    _fates("takes_down_at_a_page_of_notices", ('fate = "notified"', 'fate = "unpublished"'), loses=1.0),
    _fates(
        "notifies_a_closed_group",
        (
            'fate = "unreachable" if conduct == "closed_group"',
            'fate = "notified" if conduct == "closed_group"',
        ),
        loses=1.0,
    ),
    _fates("takes_a_deleted_account_for_gone", ('else "unreachable"', 'else "unpublished"'), loses=1.0),
    _fates("swaps_blocked_and_unpublished", (">= day", "< day"), loses=3.0),
    _fates(
        "leaves_the_zeros_out",
        ("return found", "return {name: n for name, n in found.items() if n}"),
        loses=3.0,
    ),
    _in_force("looks_at_today_only", ('if one["day"] <= day]', "]"), loses=0.8),
    _in_force("does_not_count_the_day_itself", ('if one["day"] <= day]', 'if one["day"] < day]'), loses=1.6),
    _in_force("forgets_the_end", ("day < one", "True or day < one"), loses=0.8),
    _in_force("counts_the_last_day_in", ("day < one", "day <= one"), loses=0.8),
    _in_force("forgets_revocations", (' or one["id"] in revoked', ""), loses=1.6),
    _in_force("forgets_the_revocation_of_all", (' or one["day"] <= all_until', ""), loses=1.6),
    _in_force(
        "spares_the_day_of_the_revocation", ('one["day"] <= all_until', 'one["day"] < all_until'), loses=0.8
    ),
    _in_force("revokes_what_comes_later", ('one["day"] <= all_until', "all_until >= 0"), loses=1.6),
    Mutant(item="in_force", name="goes_by_the_lines", source=_WRITTEN_ORDER, loses={"in_force": 0.8}),
    _in_force("counts", ("sorted(found)", "len(found)"), loses=4.0),
    _channels("gives_48_hours_to_all", ('"intimate" in harms and case', "case"), loses=3.0),
    _channels("does_not_ask_whom_the_place_serves", (' and case["serves_us"]', ""), loses=2.0),
    _channels("takes_revoked_for_illegal", ("dsa = worse and", "dsa ="), loses=1.0),
    _channels("goes_to_the_prosecutor_at_once", ("worse and here", "here"), loses=1.0),
    _channels("forgets_the_plain_request", ("not quick and not dsa", "False"), loses=3.0),
    _channels("always_asks_the_platform", ("not quick and not dsa", "True"), loses=3.0),
    _channels("forgets_the_cndp", ("here and True", "False"), loses=3.0),
    _channels(
        "forgets_that_france_is_in_the_eu", ('(case["serves_eu"] or france)', 'case["serves_eu"]'), loses=1.0
    ),
    _channels("takes_moroccan_law_everywhere", ('"law_09_08": here', '"law_09_08": True'), loses=2.0),
    _channels(
        "lets_a_revocation_hide_the_rest",
        ('any(harm != "revoked" for harm in harms)', '"revoked" not in harms'),
        loses=3.0,
    ),
    _channels("returns_the_first", ("if is_open]", "if is_open][:1]"), loses=4.0),
]
