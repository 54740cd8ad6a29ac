"""Wrong answers to "Newsroom: thirty minutes before the match", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _sources(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def sources(copy_of):
    {body.strip()}
"""
    return Mutant(item="sources", name=name, source=source, loses={"sources": loses})


def _posterior(name: str, kept: str, result: str = "odds / (1 + odds)", *, loses: float) -> Mutant:
    source = f"""
def posterior(base_rate, evidence):
    start = base_rate / (1 - base_rate)
    origins = {{}}
    for origin, ratio in evidence:
        origins.setdefault(origin, []).append(ratio)
    strongest = [max(ratios, key=lambda ratio: abs(math.log(ratio))) for ratios in origins.values()]
    odds = {kept}
    return {result}
"""
    return Mutant(item="posterior", name=name, source=source, loses={"posterior": loses})


def _contradictions(
    name: str,
    *,
    seen: str = "clip['first_seen'] is not None and clip['first_seen'] < filmed",
    high: str = "math.degrees(math.atan(clip['height'] / clip['shadow']))",
    off: str = "clip['shadow'] is not None and abs(high() - sun(filmed)) > 5",
    far: str = "clip['elsewhere'] is not None and clip['elsewhere'][1] > abs(filmed - clip['elsewhere'][0])",
    result: str = "[code for code, there in found.items() if there]",
    loses: float,
) -> Mutant:
    source = f"""
def contradictions(clip):
    filmed = clip["filmed"]
    def high():
        return {high}
    found = {{"seen before": {seen}, "shadow": {off}, "too far": {far}}}
    return {result}
"""
    return Mutant(item="contradictions", name=name, source=source, loses={"contradictions": loses})


def _decide(name: str, price: str, result: str = "min(costs, key=price)", *, loses: float) -> Mutant:
    source = f"""
def decide(low, high, costs):
    def at(p, answer):
        return p * costs[answer][0] + (1 - p) * costs[answer][1]
    def price(answer):
        return {price}
    return {result}
"""
    return Mutant(item="decide", name=name, source=source, loses={"decide": loses})


def _plan(
    name: str, chosen: str, order: str = "cost_after([one], p, costs) - now", *, loses: float
) -> Mutant:
    source = f"""
def plan(checks, minutes, p, costs):
    now = cost_after([], p, costs)
    def takes(some):
        return sum(one["minutes"] for one in some)
    def apart(some):
        return len({{one["origin"] for one in some}}) == len(some)
    def a_minute(one):
        return (cost_after([one], p, costs) - now) / one["minutes"]
    def left(some):
        return cost_after(list(some), p, costs)
    def filled(order):
        some = []
        for one in order:
            if takes(some + [one]) <= minutes and apart(some + [one]):
                some.append(one)
        return some
    plans = [some for n in range(len(checks) + 1) for some in combinations(checks, n)]
    fitting = [some for some in plans if takes(some) <= minutes]
    good = [some for some in fitting if apart(some)]
    best = {chosen}
    return {order}
"""
    return Mutant(item="plan", name=name, source=source, loses={"plan": loses})


def _faults(
    name: str,
    *,
    headline: str = "headline >= set(error['claim'])",
    wrong: str = "not text >= set(error['claim'])",
    when: str = "not text >= {error['published'], error['corrected']}",
    known: str = "not text >= set(error['known'])",
    result: str = "[fault for fault, there in found.items() if there]",
    loses: float,
) -> Mutant:
    source = f"""
def words(text):
    return set(re.findall(r"\\d+:\\d+|\\w+", text.lower()))

def faults(note, error):
    headline, text = words(note["headline"]), words(note["text"])
    found = {{"claim in headline": {headline}, "what was wrong": {wrong}, "when": {when}, "what is known": {known}}}
    return {result}
"""
    return Mutant(item="faults", name=name, source=source, loses={"faults": loses})


_BEST = "min(good, key=lambda some: (left(some), takes(some)))"
_ORDER = "[one['name'] for one in sorted(best, key=a_minute)]"
_ALL = "math.prod(ratio for origin, ratio in evidence)"

MUTANTS = [
    _sources("counts_every_post", "return sorted(copy_of)", loses=2.0),
    _sources("goes_back_one_step", "return sorted({copy_of[post] or post for post in copy_of})", loses=1.0),
    _sources(
        "forgets_what_is_gone", "return sorted(post for post in copy_of if copy_of[post] is None)", loses=1.0
    ),
    _sources(
        "stops_at_what_is_gone",
        """origins = set()
    for post in copy_of:
        while copy_of[post] is not None:
            post = copy_of[post]
        origins.add(post)
    return sorted(origins)""",
        loses=1.0,
    ),
    _sources(
        "takes_the_first_copy_of_what_is_gone",
        """origins = set()
    for post in copy_of:
        while copy_of[post] in copy_of:
            post = copy_of[post]
        origins.add(post)
    return sorted(origins)""",
        loses=1.0,
    ),
    _sources(
        "keeps_the_order_of_the_list",
        """origins = []
    for post in copy_of:
        while copy_of.get(post) is not None:
            post = copy_of[post]
        if post not in origins:
            origins.append(post)
    return origins""",
        loses=2.0,
    ),
    _sources(
        "names_an_origin_for_each_post",
        """origins = []
    for post in copy_of:
        while copy_of.get(post) is not None:
            post = copy_of[post]
        origins.append(post)
    return sorted(origins)""",
        loses=2.0,
    ),
    _sources(
        "returns_how_many",
        """origins = set()
    for post in copy_of:
        while copy_of.get(post) is not None:
            post = copy_of[post]
        origins.add(post)
    return len(origins)""",
        loses=2.0,
    ),
    _posterior("counts_every_copy", f"start * {_ALL}", loses=2.0),
    _posterior("keeps_apart_by_ratio", "start * math.prod({ratio for origin, ratio in evidence})", loses=2.0),
    _posterior("takes_the_largest", "start * math.prod(map(max, origins.values()))", loses=1.0),
    _posterior("takes_the_last", "start * math.prod(dict(evidence).values())", loses=1.0),
    _posterior("takes_the_first", "start * math.prod(ratios[0] for ratios in origins.values())", loses=1.0),
    _posterior(
        "takes_the_mean",
        "start * math.prod(sum(ratios) / len(ratios) for ratios in origins.values())",
        loses=1.0,
    ),
    _posterior("returns_odds", "start * math.prod(strongest)", "odds", loses=3.0),
    _posterior("multiplies_the_probability", "base_rate * math.prod(strongest)", "odds", loses=3.0),
    _posterior("forgets_the_base_rate", "math.prod(strongest)", loses=3.0),
    _posterior("adds_the_ratios", "start * sum(strongest)", loses=3.0),
    _posterior(
        "leaves_out_what_speaks_against",
        "start * math.prod(max(1, ratio) for ratio in strongest)",
        loses=3.0,
    ),
    _contradictions(
        "stops_at_what_is_not_known",
        seen="clip['first_seen'] < filmed",
        off="abs(high() - sun(filmed)) > 5",
        far="clip['elsewhere'][1] > abs(filmed - clip['elsewhere'][0])",
        loses=2.25,
    ),
    _contradictions(
        "takes_a_live_clip_for_an_old_one",
        seen="clip['first_seen'] is not None and clip['first_seen'] <= filmed",
        loses=0.75,
    ),
    _contradictions(
        "sees_only_a_sun_too_high",
        off="clip['shadow'] is not None and high() - sun(filmed) > 5",
        loses=0.75,
    ),
    _contradictions(
        "sees_only_a_sun_too_low",
        off="clip['shadow'] is not None and sun(filmed) - high() > 5",
        loses=1.5,
    ),
    _contradictions(
        "divides_shadow_by_height", high="math.degrees(math.atan(clip['shadow'] / clip['height']))", loses=3.0
    ),
    _contradictions(
        "forgets_later_sightings",
        far="clip['elsewhere'] is not None and clip['elsewhere'][1] > filmed - clip['elsewhere'][0]",
        loses=0.75,
    ),
    _contradictions("never_asks_when_it_was_seen", seen="False", loses=1.5),
    _contradictions(
        "returns_the_first", result="[code for code, there in found.items() if there][:1]", loses=0.75
    ),
    _contradictions("says_only_whether", result="any(found.values())", loses=3.0),
    _decide("takes_the_middle", "at((low + high) / 2, answer)", loses=1.0),
    _decide("takes_the_lower_end", "at(low, answer)", loses=1.0),
    _decide("takes_the_upper_end", "at(high, answer)", loses=1.0),
    _decide("swaps_the_costs", "max(at(1 - p, answer) for p in (low, high))", loses=2.0),
    _decide("ignores_the_probability", "max(costs[answer])", loses=2.0),
    _decide(
        "asks_whether_it_is_likelier_than_not", "0", "'publish' if low + high > 1 else 'debunk'", loses=2.0
    ),
    _decide(
        "returns_the_cost",
        "max(at(p, answer) for p in (low, high))",
        "min(map(price, costs))",
        loses=2.0,
    ),
    _plan("takes_the_best_a_minute_first", "filled(sorted(checks, key=a_minute))", _ORDER, loses=1.0),
    _plan(
        "takes_the_shortest_first",
        "filled(sorted(checks, key=lambda one: one['minutes']))",
        _ORDER,
        loses=3.0,
    ),
    _plan(
        "forgets_the_clock",
        "min((some for some in plans if apart(some)), key=lambda some: (left(some), takes(some)))",
        _ORDER,
        loses=3.0,
    ),
    _plan(
        "asks_one_origin_twice",
        "min(fitting, key=lambda some: (left(some), takes(some)))",
        _ORDER,
        loses=1.0,
    ),
    _plan(
        "makes_checks_that_change_nothing",
        "min(good, key=lambda some: (left(some), -takes(some)))",
        _ORDER,
        loses=1.0,
    ),
    _plan("keeps_the_order_of_the_list", _BEST, "[one['name'] for one in best]", loses=1.0),
    _plan(
        "puts_the_shortest_first",
        _BEST,
        "[one['name'] for one in sorted(best, key=lambda one: one['minutes'])]",
        loses=1.0,
    ),
    _plan(
        "puts_first_what_saves_most",
        _BEST,
        "[one['name'] for one in sorted(best, key=lambda one: cost_after([one], p, costs))]",
        loses=1.0,
    ),
    _plan("returns_the_checks", _BEST, "list(best)", loses=3.0),
    _plan("returns_the_cost", _BEST, "left(best)", loses=3.0),
    _faults(
        "lets_a_no_pass",
        headline="headline >= set(error['claim']) and not headline & {'no', 'not'}",
        loses=0.6,
    ),
    _faults("forbids_every_word_of_the_claim", headline="headline & set(error['claim'])", loses=0.6),
    _faults(
        "finds_words_inside_words",
        wrong="not all(word in note['text'].lower() for word in error['claim'])",
        loses=0.6,
    ),
    _faults("is_content_with_one_word", wrong="not text & set(error['claim'])", loses=0.6),
    _faults("asks_only_when_it_was_said", when="error['published'] not in text", loses=0.6),
    _faults("asks_only_when_it_was_corrected", when="error['corrected'] not in text", loses=0.6),
    _faults("is_content_with_half_of_what_is_known", known="not text & set(error['known'])", loses=0.6),
    _faults("returns_the_first", result="[fault for fault, there in found.items() if there][:1]", loses=0.6),
    _faults("says_only_whether", result="any(found.values())", loses=3.0),
]
