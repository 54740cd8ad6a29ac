"""Wrong answers to "Prompting: from a brief to a shot", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _spec(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
FIELDS = ("kind", "colour", "action", "place")


def spec(tags):
    shot = {{"unused": [word for word, field, _value in tags if field is None]}}
    for name in FIELDS:
        values = [value for _word, field, value in tags if field == name]
        {body.strip()}
    return shot
"""
    return Mutant(item="spec", name=name, source=source, loses={"spec": loses})


_ASK = 'shot[name] = "ask" if len(set(values)) > 1 else values[0] if values else None'


def _guide(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def guide(without, told, guidance):
    {body.strip()}
"""
    return Mutant(item="guide", name=name, source=source, loses={"guide": loses})


def _ablation(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def ablation(tries, setting):
    def others(take, *more):
        return {{name: value for name, value in take.items() if name not in (setting, "score", *more)}}

    pairs = [(a, b) for a in tries for b in tries if a[setting] and not b[setting]]
    effects = [a["score"] - b["score"] for a, b in pairs if others(a) == others(b)]
    {body.strip()}
"""
    return Mutant(item="ablation", name=name, source=source, loses={"ablation": loses})


def _adherence(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def adherence(spec, seen):
    found = {{
        "colour": seen["colours"].get(spec["colour"], 0),
        "action": seen["action"] == spec["action"],
        "place": seen["place"] == spec["place"],
    }}
    {body.strip()}
"""
    return Mutant(item="adherence", name=name, source=source, loses={"adherence": loses})


_MEAN = """asked = [found[field] for field in found if spec[field] is not None]
    return sum(asked) / len(asked) if asked else 0.5"""


def _rank_correlation(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def rank_correlation(first, second):
    def ranks(values):
        return [sum(v < x for v in values) + (1 + sum(v == x for v in values)) / 2 for x in values]

    flat = len(set(first)) == 1 or len(set(second)) == 1
    {body.strip()}
"""
    return Mutant(item="rank_correlation", name=name, source=source, loses={"rank_correlation": loses})


def _decide(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def decide(words, phrases):
    found = [
        (start, start + len(phrase), decision)
        for phrase, decision in phrases
        for start in range(len(words))
        if words[start : start + len(phrase)] == phrase
    ]
    count = [
        (start, decision)
        for start, end, decision in found
        if not any(a <= start and end <= b and b - a > end - start for a, b, _other in found)
    ]
    decisions = [decision for _start, decision in sorted(count)]
    order = ["allow", "transform", "refuse"]
    {body.strip()}
"""
    return Mutant(item="decide", name=name, source=source, loses={"decide": loses})


MUTANTS = [
    _spec(
        "leaves_open_fields_out",
        """if values:
            shot[name] = "ask" if len(set(values)) > 1 else values[0]""",
        loses=1.0,
    ),
    _spec(
        "writes_ask_for_what_is_open", 'shot[name] = values[0] if len(set(values)) == 1 else "ask"', loses=1.0
    ),
    _spec("takes_the_last_of_two_words", "shot[name] = values[-1] if values else None", loses=1.0),
    _spec("takes_the_first_of_two_words", "shot[name] = values[0] if values else None", loses=1.0),
    _spec(
        "asks_about_a_word_that_is_repeated",
        'shot[name] = "ask" if len(values) > 1 else values[0] if values else None',
        loses=1.0,
    ),
    _spec(
        "forgets_the_unused_words",
        f"""{_ASK}
    shot["unused"] = []""",
        loses=1.0,
    ),
    _spec(
        "sorts_the_unused_words",
        f"""{_ASK}
    shot["unused"] = sorted(shot["unused"])""",
        loses=1.0,
    ),
    _spec(
        "calls_every_word_unused",
        f"""{_ASK}
    shot["unused"] = [tag[0] for tag in tags]""",
        loses=1.0,
    ),
    _spec(
        "keeps_words_in_place_of_values",
        """said = [word for word, field, _value in tags if field == name]
        shot[name] = "ask" if len(set(values)) > 1 else said[0] if said else None""",
        loses=2.0,
    ),
    _guide("adds_the_difference_to_what_was_told", "return told + guidance * (told - without)", loses=2.0),
    _guide("turns_the_difference_round", "return without + guidance * (without - told)", loses=2.0),
    _guide("multiplies_the_words_alone", "return guidance * told", loses=2.0),
    _guide("adds_both", "return without + guidance * told", loses=2.0),
    _guide("stops_at_one", "return without + min(guidance, 1) * (told - without)", loses=1.0),
    _guide("takes_zero_for_not_set", "return without + (guidance or 1) * (told - without)", loses=1.0),
    _ablation(
        "compares_all_with_all",
        """effects = [a["score"] - b["score"] for a, b in pairs]
    return sum(effects) / len(effects) if effects else None""",
        loses=2.0,
    ),
    _ablation(
        "forgets_the_seed",
        """effects = [a["score"] - b["score"] for a, b in pairs if others(a, "seed") == others(b, "seed")]
    return sum(effects) / len(effects) if effects else None""",
        loses=2.0,
    ),
    _ablation(
        "asks_for_the_same_seed_only",
        """effects = [a["score"] - b["score"] for a, b in pairs if a["seed"] == b["seed"]]
    return sum(effects) / len(effects) if effects else None""",
        loses=2.0,
    ),
    _ablation(
        "says_no_effect_without_a_pair", "return sum(effects) / len(effects) if effects else 0.0", loses=1.0
    ),
    _ablation("adds_the_effects", "return sum(effects) if effects else None", loses=1.0),
    _ablation("takes_the_first_pair", "return effects[0] if effects else None", loses=1.0),
    _ablation("turns_the_sign_round", "return -sum(effects) / len(effects) if effects else None", loses=2.0),
    _adherence(
        "looks_at_the_colour_alone",
        'return found["colour"] if spec["colour"] is not None else 0.5',
        loses=3.2,
    ),
    _adherence(
        "forgets_the_place",
        f"""del found["place"]
    {_MEAN}""",
        loses=2.4,
    ),
    _adherence(
        "forgets_the_colour",
        f"""del found["colour"]
    {_MEAN}""",
        loses=2.4,
    ),
    _adherence("counts_what_is_open_as_missing", "return sum(found.values()) / 3", loses=1.6),
    _adherence(
        "counts_what_is_open_as_seen",
        "return sum(1 if spec[field] is None else found[field] for field in found) / 3",
        loses=0.8,
    ),
    _adherence(
        "is_content_with_one_pixel_of_the_colour",
        f"""found["colour"] = spec["colour"] in seen["colours"]
    {_MEAN}""",
        loses=1.6,
    ),
    _adherence(
        "counts_what_is_missing",
        """asked = [1 - found[field] for field in found if spec[field] is not None]
    return sum(asked) / len(asked)""",
        loses=4.0,
    ),
    _rank_correlation(
        "correlates_the_values", "return None if flat else np.corrcoef(first, second)[0, 1]", loses=2.0
    ),
    _rank_correlation(
        "sorts_once",
        "return None if flat else np.corrcoef(np.argsort(first), np.argsort(second))[0, 1]",
        loses=2.0,
    ),
    _rank_correlation(
        "gives_equal_values_different_ranks",
        """def placed(values):
        return np.argsort(np.argsort(values, kind="stable"), kind="stable")

    return None if flat else np.corrcoef(placed(first), placed(second))[0, 1]""",
        loses=1.0,
    ),
    _rank_correlation(
        "gives_equal_values_the_lowest_rank",
        """def lowest(values):
        return [sum(v < x for v in values) for x in values]

    return None if flat else np.corrcoef(lowest(first), lowest(second))[0, 1]""",
        loses=1.0,
    ),
    _rank_correlation(
        "correlates_where_nothing_is_ranked",
        "return 0.0 if flat else np.corrcoef(ranks(first), ranks(second))[0, 1]",
        loses=1.0,
    ),
    _rank_correlation(
        "returns_the_matrix", "return None if flat else np.corrcoef(ranks(first), ranks(second))", loses=2.0
    ),
    _rank_correlation(
        "takes_the_square",
        "return None if flat else np.corrcoef(ranks(first), ranks(second))[0, 1] ** 2",
        loses=2.0,
    ),
    _decide("lets_the_first_decide", 'return decisions[0] if decisions else "allow"', loses=2.0),
    _decide("lets_the_last_decide", 'return decisions[-1] if decisions else "allow"', loses=2.0),
    _decide(
        "lets_one_permission_decide",
        """if "allow" in decisions or not decisions:
        return "allow"
    return max(decisions, key=order.index)""",
        loses=2.0,
    ),
    _decide(
        "transforms_before_it_refuses",
        """return next((one for one in ("transform", "refuse") if one in decisions), "allow")""",
        loses=1.0,
    ),
    _decide(
        "excuses_nothing",
        'return max((decision for _s, _e, decision in found), key=order.index, default="allow")',
        loses=1.0,
    ),
    _decide(
        "refuses_what_it_does_not_know", 'return max(decisions, key=order.index, default="refuse")', loses=1.0
    ),
    _decide(
        "only_allows_or_refuses", 'return "refuse" if set(decisions) - {"allow"} else "allow"', loses=3.0
    ),
]
