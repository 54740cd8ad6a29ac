"""Wrong answers to "Cameo: who is it, and may I?", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _accept(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def accept(challenge, recording, used):
    foreign = recording["nonce"] != challenge["nonce"]
    again = recording["nonce"] in used
    late = recording["arrived"] > challenge["deadline"]
    right = recording["seen"] == challenge["steps"]
    {body.strip()}
"""
    return Mutant(item="accept", name=name, source=source, loses={"accept": loses})


def _may_use(name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    """Return the reference with some pieces of its text replaced."""
    source = _MAY_USE
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return Mutant(item="may_use", name=name, source=source, loses={"may_use": loses})


def _genuine(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def genuine(digests, parts):
    found = [digest(part) for part in parts]
    {body.strip()}
"""
    return Mutant(item="genuine", name=name, source=source, loses={"genuine": loses})


def _still(name: str, *changes: tuple[str, str], loses: float) -> Mutant:
    source = _STILL
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return Mutant(item="still", name=name, source=source, loses={"still": loses})


def _rates(name: str, far: str, frr: str, *, loses: float) -> Mutant:
    source = f"""
def rates(honest, thieves, limit):
    return [{far}, {frr}]
"""
    return Mutant(item="rates", name=name, source=source, loses={"rates": loses})


def _cheapest(name: str, cost: str, choice: str = "min(found)[1]", *, loses: float) -> Mutant:
    source = f"""
def cheapest(rows, attack_rate, cost_of_thief, cost_of_refusal):
    found = [({cost}, limit) for limit, far, frr in rows]
    return {choice}
"""
    return Mutant(item="cheapest", name=name, source=source, loses={"cheapest": loses})


_MAY_USE = """
WIDTH = {"only_me": 0, "approved": 1, "mutuals": 2, "everyone": 3}


def may_use(request, grants, revocations, forbidden):
    person, day = request["person"], request["day"]
    if any(no["person"] == person and no["topic"] in request["topics"] for no in forbidden):
        return False
    if request["who"] == person:
        return True
    ended = [one["grant"] for one in revocations if one["day"] <= day]
    covered = set()
    for one in grants:
        whose = one["person"] == person
        named = request["who"] in one["to"]
        listed = request["action"] in one["actions"]
        meant = request["purpose"] in one["purposes"]
        seen = WIDTH[request["audience"]] <= WIDTH[one["audience"]]
        runs = one["starts"] <= day < one["ends"]
        stands = one["id"] not in ended
        if whose and named and listed and meant and seen and runs and stands:
            covered.update(one["parts"])
    return covered.issuperset(request["parts"])
"""
_STILL = """
def still(receipt, ledger, day):
    if not receipt["ok"]:
        return "do not rely"
    if ledger is None:
        return "not known"
    if receipt["grant"] not in ledger:
        return "do not rely"
    entry = ledger[receipt["grant"]]
    if entry["revoked"] is not None and entry["revoked"] <= day:
        return "taken back"
    if entry["ends"] is not None and entry["ends"] <= day:
        return "over"
    return "holds"
"""
_FAR = "sum(d <= limit for d in thieves) / len(thieves)"
_FRR = "sum(d > limit for d in honest) / len(honest)"
_COST = "attack_rate * far * cost_of_thief + (1 - attack_rate) * frr * cost_of_refusal"

MUTANTS = [
    _accept(
        "does_not_read_the_nonce",
        'return "used" if again else "late" if late else "accept" if right else "order"',
        loses=0.75,
    ),
    _accept(
        "takes_a_nonce_twice",
        'return "unknown" if foreign else "late" if late else "accept" if right else "order"',
        loses=0.75,
    ),
    _accept(
        "looks_at_the_steps_first",
        'return "order" if not right else "unknown" if foreign else "used" if again else "late" if late else "accept"',
        loses=2.25,
    ),
    _accept(
        "is_late_at_the_deadline",
        """late = recording["arrived"] >= challenge["deadline"]
    return "unknown" if foreign else "used" if again else "late" if late else "accept" if right else "order\"""",
        loses=0.75,
    ),
    _accept(
        "takes_any_order",
        """right = sorted(recording["seen"]) == sorted(challenge["steps"])
    return "unknown" if foreign else "used" if again else "late" if late else "accept" if right else "order\"""",
        loses=1.5,
    ),
    _accept(
        "takes_what_begins_right",
        """right = all(one == two for one, two in zip(recording["seen"], challenge["steps"]))
    return "unknown" if foreign else "used" if again else "late" if late else "accept" if right else "order\"""",
        loses=0.75,
    ),
    _accept("says_yes_or_no", "return not foreign and not again and not late and right", loses=3.0),
    _may_use("forgets_the_purpose", (" and meant", ""), loses=0.5),
    _may_use("forgets_the_action", (" and listed", ""), loses=0.5),
    _may_use("forgets_whose_likeness", ("if whose and", "if"), loses=0.5),
    _may_use("forgets_who_asks", (" and named", ""), loses=0.5),
    _may_use("forgets_the_audience", (" and seen", ""), loses=0.5),
    _may_use("turns_the_audience_round", ('["audience"]] <= WIDTH', '["audience"]] >= WIDTH'), loses=0.5),
    _may_use("counts_the_last_day_in", ("day < one", "day <= one"), loses=0.5),
    _may_use("leaves_the_first_day_out", ('one["starts"] <= day', 'one["starts"] < day'), loses=0.5),
    _may_use("forgets_revocations", (" and stands", ""), loses=0.5),
    _may_use(
        "takes_a_revocation_for_all_grants",
        ('stands = one["id"] not in ended', "stands = not ended"),
        loses=0.5,
    ),
    _may_use("revokes_before_the_day", (' if one["day"] <= day', ""), loses=0.5),
    _may_use("revokes_a_day_late", ('if one["day"] <= day', 'if one["day"] < day'), loses=0.5),
    _may_use(
        "is_content_with_one_part",
        ('covered.issuperset(request["parts"])', 'any(one in covered for one in request["parts"])'),
        loses=0.5,
    ),
    _may_use(
        "wants_one_grant_for_all_parts",
        ('covered.update(one["parts"])', 'covered = max(covered, set(one["parts"]), key=len)'),
        loses=0.5,
    ),
    _may_use(
        "adds_halves_up",
        (
            "if whose and named and listed and meant and seen and runs and stands:",
            "if whose and named and seen and runs and stands:",
        ),
        (
            'return covered.issuperset(request["parts"])',
            """purposes = {word for one in grants for word in one["purposes"]}
    actions = {word for one in grants for word in one["actions"]}
    listed = request["purpose"] in purposes and request["action"] in actions
    return listed and covered.issuperset(request["parts"])""",
        ),
        loses=0.5,
    ),
    _may_use("forgets_what_is_forbidden", ("return False", "pass"), loses=1.0),
    _may_use("lets_anybody_forbid", ('no["person"] == person and ', ""), loses=0.5),
    _may_use("wants_a_grant_for_oneself", ('request["who"] == person', "False"), loses=0.5),
    _may_use(
        "puts_oneself_above_the_forbidden",
        ("if any(no", 'if request["who"] == person:\n        return True\n    if any(no'),
        loses=0.5,
    ),
    _may_use("is_content_with_any_grant", ("return covered", "return bool(grants) or covered"), loses=3.0),
    _genuine("looks_for_the_parts_themselves", "return all(part in digests for part in parts)", loses=2.0),
    _genuine("is_content_with_one", "return any(one in digests for one in found)", loses=2.0),
    _genuine("wants_all_parts_shown", "return sorted(found) == sorted(digests)", loses=0.5),
    _genuine("takes_a_part_twice", "return all(one in digests for one in found)", loses=0.5),
    _genuine(
        "finds_nothing_wrong_with_strangers",
        "return len(set(found)) == len(found) <= len(digests)",
        loses=1.5,
    ),
    _genuine(
        "refuses_to_see_nothing",
        "return bool(found) and len(set(found)) == len(found) and all(one in digests for one in found)",
        loses=0.5,
    ),
    _still(
        "believes_the_receipt",
        ('return "holds"', "pass"),
        ("    entry = ", '    return "holds"\n    entry = '),
        loses=1.5,
    ),
    _still("does_not_ask_whether_it_is_ok", ('if not receipt["ok"]:', "if False:"), loses=0.75),
    _still("takes_silence_for_consent", ('return "not known"', 'return "holds"'), loses=0.75),
    _still(
        "asks_the_ledger_first",
        ('if not receipt["ok"]:', 'if ledger is not None and not receipt["ok"]:'),
        loses=0.75,
    ),
    _still("looks_up_what_is_not_there", ('if receipt["grant"] not in ledger:', "if False:"), loses=0.75),
    _still("takes_back_before_the_day", (' and entry["revoked"] <= day', ""), loses=0.75),
    _still("takes_back_a_day_late", ('entry["revoked"] <= day', 'entry["revoked"] < day'), loses=0.75),
    _still("counts_the_last_day_in", ('entry["ends"] <= day', 'entry["ends"] < day'), loses=0.75),
    _still(
        "looks_at_the_end_first",
        (
            '    if entry["revoked"] is',
            """    if entry["ends"] is not None and entry["ends"] <= day:
        return "over"
    if entry["revoked"] is""",
        ),
        loses=0.75,
    ),
    _rates("swaps_the_two", _FRR, _FAR, loses=2.0),
    _rates("counts_the_refused_thieves", "sum(d > limit for d in thieves) / len(thieves)", _FRR, loses=1.0),
    _rates(
        "refuses_at_the_limit",
        "sum(d < limit for d in thieves) / len(thieves)",
        "sum(d >= limit for d in honest) / len(honest)",
        loses=1.0,
    ),
    _rates("returns_counts", "sum(d <= limit for d in thieves)", "sum(d > limit for d in honest)", loses=2.0),
    _rates(
        "divides_by_everybody",
        "sum(d <= limit for d in thieves) / (len(thieves) + len(honest))",
        "sum(d > limit for d in honest) / (len(thieves) + len(honest))",
        loses=2.0,
    ),
    _rates(
        "divides_by_the_thieves_both_times", _FAR, "sum(d > limit for d in honest) / len(thieves)", loses=1.0
    ),
    _cheapest("forgets_the_attack_rate", "far * cost_of_thief + frr * cost_of_refusal", loses=0.5),
    _cheapest("counts_refusals_only", "frr", loses=1.5),
    _cheapest(
        "swaps_the_costs",
        "attack_rate * far * cost_of_refusal + (1 - attack_rate) * frr * cost_of_thief",
        loses=2.0,
    ),
    _cheapest("returns_the_position", _COST, "found.index(min(found))", loses=2.0),
    _cheapest("takes_the_dearest", _COST, "max(found)[1]", loses=2.0),
    _cheapest("takes_the_first_of_equals", _COST, "min(found, key=lambda one: one[0])[1]", loses=0.5),
]
