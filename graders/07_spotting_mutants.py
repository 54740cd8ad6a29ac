"""Wrong answers to "Spotting by eye, calibrated", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant

_RATES = """
    hit_rate = (hits + 0.5) / (hits + misses + 1)
    false_alarm_rate = (false_alarms + 0.5) / (false_alarms + correct_rejections + 1)
"""


def _count(name: str, result: str, *, loses: float) -> Mutant:
    source = f"""
def count(truths, answers):
    pairs = list(zip(truths, answers))
    hits, misses = pairs.count((True, True)), pairs.count((True, False))
    false_alarms, rejections = pairs.count((False, True)), pairs.count((False, False))
    {result}
"""
    return Mutant(item="count", name=name, source=source, loses={"count": loses})


def _sensitivity(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
z = NormalDist().inv_cdf

def sensitivity(hits, misses, false_alarms, correct_rejections):
    {body.strip()}
"""
    return Mutant(item="sensitivity", name=name, source=source, loses={"sensitivity": loses})


def _brier(name: str, result: str, *, loses: float) -> Mutant:
    source = f"""
def brier(truths, probabilities):
    pairs = list(zip(truths, probabilities))
    {result}
"""
    return Mutant(item="brier", name=name, source=source, loses={"brier": loses})


def _ppv(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def ppv(hit_rate, false_alarm_rate, base_rate):
    {body.strip()}
"""
    return Mutant(item="ppv", name=name, source=source, loses={"ppv": loses})


def _cheapest(name: str, cost: str, choice: str = "costs.index(min(costs))", *, loses: float) -> Mutant:
    source = f"""
def cheapest(points, base_rate, cost_of_miss, cost_of_false_alarm):
    p, miss, alarm = base_rate, cost_of_miss, cost_of_false_alarm
    costs = [{cost} for h, f in points]
    return {choice}
"""
    return Mutant(item="cheapest", name=name, source=source, loses={"cheapest": loses})


def _verdict(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def verdict(d_low, d_high, c_low, c_high):
    {body.strip()}
    return "cannot tell"
"""
    return Mutant(item="verdict", name=name, source=source, loses={"verdict": loses})


_COST = "p * (1 - h) * miss + (1 - p) * f * alarm"

MUTANTS = [
    _count("swaps_misses_and_false_alarms", "return [hits, false_alarms, misses, rejections]", loses=1.0),
    _count("takes_camera_for_the_signal", "return [rejections, false_alarms, misses, hits]", loses=2.0),
    _count(
        "counts_every_right_answer_as_a_hit",
        "return [hits + rejections, misses, false_alarms, rejections]",
        loses=0.5,
    ),
    _count(
        "returns_shares",
        "return [n / len(pairs) for n in (hits, misses, false_alarms, rejections)]",
        loses=2.0,
    ),
    _count("returns_only_the_errors", "return [misses, false_alarms]", loses=2.0),
    _count("prints_and_does_not_return", "print(hits, misses, false_alarms, rejections)", loses=2.0),
    _sensitivity(
        "does_not_correct",
        """hit_rate = hits / (hits + misses)
    false_alarm_rate = false_alarms / (false_alarms + correct_rejections)
    return [z(hit_rate) - z(false_alarm_rate), -(z(hit_rate) + z(false_alarm_rate)) / 2]""",
        loses=4.0,
    ),
    _sensitivity(
        "corrects_only_extreme_blocks",
        """more = 0.5 if 0 in (hits, misses, false_alarms, correct_rejections) else 0
    hit_rate = (hits + more) / (hits + misses + 2 * more)
    false_alarm_rate = (false_alarms + more) / (false_alarms + correct_rejections + 2 * more)
    return [z(hit_rate) - z(false_alarm_rate), -(z(hit_rate) + z(false_alarm_rate)) / 2]""",
        loses=2.0,
    ),
    _sensitivity(
        "forgets_the_minus_of_c",
        _RATES + "    return [z(hit_rate) - z(false_alarm_rate), (z(hit_rate) + z(false_alarm_rate)) / 2]",
        loses=2.0,
    ),
    _sensitivity(
        "forgets_the_half_of_c",
        _RATES + "    return [z(hit_rate) - z(false_alarm_rate), -(z(hit_rate) + z(false_alarm_rate))]",
        loses=2.0,
    ),
    _sensitivity(
        "subtracts_rates_without_z",
        _RATES + "    return [hit_rate - false_alarm_rate, -(z(hit_rate) + z(false_alarm_rate)) / 2]",
        loses=2.0,
    ),
    _sensitivity(
        "divides_by_all_clips",
        """n = hits + misses + false_alarms + correct_rejections + 1
    hit_rate, false_alarm_rate = (hits + 0.5) / n, (false_alarms + 0.5) / n
    return [z(hit_rate) - z(false_alarm_rate), -(z(hit_rate) + z(false_alarm_rate)) / 2]""",
        loses=4.0,
    ),
    _brier("takes_the_mean_distance", "return sum(abs(p - t) for t, p in pairs) / len(pairs)", loses=1.0),
    _brier("takes_a_root", "return (sum((p - t) ** 2 for t, p in pairs) / len(pairs)) ** 0.5", loses=2.0),
    _brier("does_not_divide", "return sum((p - t) ** 2 for t, p in pairs)", loses=2.0),
    _brier(
        "compares_with_camera", "return sum((p - (not t)) ** 2 for t, p in pairs) / len(pairs)", loses=2.0
    ),
    _ppv(
        "ignores_the_base_rate",
        """if hit_rate + false_alarm_rate == 0:
        return None
    return hit_rate / (hit_rate + false_alarm_rate)""",
        loses=1.0,
    ),
    _ppv(
        "divides_by_zero_alarms",
        """right = hit_rate * base_rate
    return right / (right + false_alarm_rate * (1 - base_rate))""",
        loses=1.0,
    ),
    _ppv(
        "gives_0_without_alarms",
        """right = hit_rate * base_rate
    alarms = right + false_alarm_rate * (1 - base_rate)
    return right / alarms if alarms else 0.0""",
        loses=1.0,
    ),
    _ppv("returns_the_hit_rate", "return hit_rate if hit_rate else None", loses=2.0),
    _ppv(
        "weighs_hits_only",
        """right = hit_rate * base_rate
    return right / (right + false_alarm_rate) if right else None""",
        loses=2.0,
    ),
    _cheapest("ignores_the_base_rate", "(1 - h) * miss + f * alarm", loses=1.5),
    _cheapest("ignores_the_costs", "p * (1 - h) + (1 - p) * f", loses=1.0),
    _cheapest("swaps_the_costs", "p * (1 - h) * alarm + (1 - p) * f * miss", loses=1.0),
    _cheapest("takes_the_most_hits", "1 - h", loses=2.0),
    _cheapest("returns_the_cost", _COST, "min(costs)", loses=2.0),
    _cheapest("takes_the_dearest", _COST, "costs.index(max(costs))", loses=2.0),
    _verdict(
        "reads_the_middles",
        """d, c = (d_low + d_high) / 2, (c_low + c_high) / 2
    if d:
        return "better" if d > 0 else "worse"
    if c:
        return "more suspicious" if c < 0 else "more trusting\"""",
        loses=2.0,
    ),
    _verdict(
        "turns_the_criterion_round",
        """if d_low > 0 or d_high < 0:
        return "better" if d_low > 0 else "worse"
    if c_high < 0 or c_low > 0:
        return "more trusting" if c_high < 0 else "more suspicious\"""",
        loses=1.0,
    ),
    _verdict(
        "asks_the_criterion_first",
        """if c_high < 0 or c_low > 0:
        return "more suspicious" if c_high < 0 else "more trusting"
    if d_low > 0 or d_high < 0:
        return "better" if d_low > 0 else "worse\"""",
        loses=1.0,
    ),
    _verdict(
        "never_says_worse",
        """if d_low > 0:
        return "better"
    if c_high < 0 or c_low > 0:
        return "more suspicious" if c_high < 0 else "more trusting\"""",
        loses=1.0,
    ),
    _verdict(
        "takes_suspicion_for_sight",
        """if d_low > 0 or c_high < 0:
        return "better"
    if d_high < 0 or c_low > 0:
        return "worse\"""",
        loses=2.0,
    ),
]
