"""Wrong answers to "The feed: who sees what, and who decides", and the points that each must lose."""

from __future__ import annotations

from medialit.grading.mutants import Mutant


def _terms(name: str, changed: str = "", end: str = "", *, loses: float) -> Mutant:
    last = end or "return sorted((one for one in found if one[1]), key=lambda one: -abs(one[1]))"
    source = f"""
def terms(post, me, weights):
    interest = [me["activity"].get(topic, 0) for topic in post["topics"]]
    features = {{
        "activity": sum(interest) / len(interest),
        "follows": 1 if post["author"] in me["follows"] else 0,
        "likes": post["likes"] / (post["likes"] + 20),
        "making": post["made"] / (post["made"] + 5),
        "freshness": 0.5 ** (post["age_h"] / 24),
    }}
    {changed}
    found = [[name, weight * features[name]] for name, weight in weights.items()]
    {last}
"""
    return Mutant(item="terms", name=name, source=source, loses={"terms": loses})


def _steer(name: str, body: str, end: str = "[more, less, unknown]", *, loses: float) -> Mutant:
    source = f"""
def steer(text, words):
    more, less, unknown = [], [], []
    carried = None
    for clause in text.lower().replace("،", ",").split(","):
        wanted, lost = None, False
        for word in clause.split():
            {body.strip()}
    return {end}
"""
    return Mutant(item="steer", name=name, source=source, loses={"steer": loses})


def _twins(name: str, body: str, *, loses: float) -> Mutant:
    source = f"""
def twins(posts, me):
    found = []
    for post in posts:
        author, topic = post["author"], post["topic"]
        follows = me | {{"follows": sorted(set(me["follows"]) ^ {{author}})}}
        opposite = -1.0 if me["activity"].get(topic, 0) > 0 else 1.0
        watched = me | {{"activity": me["activity"] | {{topic: opposite}}}}
        place = me | {{"place": post["place"]}}
        {body.strip()}
    return found
"""
    return Mutant(item="twins", name=name, source=source, loses={"twins": loses})


def _next_post(name: str, changed: str, *, loses: float) -> Mutant:
    source = f"""
def next_post(state, reading, limit):
    if reading["boot"] == state["boot"]:
        now = state["now"] + reading["counted"] - state["counted"]
    else:
        now = max(state["now"], reading["wall"])
    used = state["used"] if now // 1440 == state["now"] // 1440 else 0
    shown = used < limit
    counted, more = reading["counted"], shown
    {changed}
    return [shown, {{"now": now, "counted": counted, "boot": reading["boot"], "used": used + more}}]
"""
    return Mutant(item="next_post", name=name, source=source, loses={"next_post": loses})


def _may_write(name: str, changed: str, *, loses: float) -> Mutant:
    source = f"""
DEFAULTS = {{"13_15": "off", "16_17": "known", "adult": "known"}}

def may_write(sender, recipient, tie):
    people = (sender, recipient)
    under_13 = any(person["age"] == "under_13" for person in people)
    minors = [person["age"] != "adult" for person in people]
    settings = [person["messages"] or DEFAULTS.get(person["age"]) for person in people]
    settings = ["known" if s == "everyone" and m else s for s, m in zip(settings, minors)]
    opens = not minors[0] and minors[1] and not tie["opened"]
    strangers = not (tie["follows"] and tie["followed"])
    rules = [
        ("under 13", under_13), ("blocked", tie["blocked"]), ("off", "off" in settings),
        ("adult to minor", opens), ("not known", strangers and "known" in settings),
    ]
    {changed}
    return next((text for text, holds in rules if holds), "allowed")
"""
    return Mutant(item="may_write", name=name, source=source, loses={"may_write": loses})


def _compared(name: str, changed: str, end: str = "", *, loses: float) -> Mutant:
    word = end or '"more" if low > 0 else "less" if high < 0 else "not shown"'
    source = f"""
def compared(one, other, t):
    d = np.array(one) - np.array(other)
    half = t * d.std(ddof=1) / np.sqrt(len(d))
    {changed}
    low, high = float(d.mean() - half), float(d.mean() + half)
    return [low, high, {word}]
"""
    return Mutant(item="compared", name=name, source=source, loses={"compared": loses})


MUTANTS = [
    _terms("adds_interests_up", 'features["activity"] = sum(interest)', loses=0.75),
    _terms(
        "takes_the_mean_of_the_known_topics",
        'known = [x for x in interest if x]; features["activity"] = sum(known) / max(len(known), 1)',
        loses=0.75,
    ),
    _terms(
        "counts_without_levelling_off",
        'features["likes"], features["making"] = post["likes"], post["made"]',
        loses=0.75,
    ),
    _terms("fades_in_a_straight_line", 'features["freshness"] = max(0, 1 - post["age_h"] / 48)', loses=0.75),
    _terms(
        "puts_what_moves_down_last",
        end="return sorted((one for one in found if one[1]), key=lambda one: -one[1])",
        loses=0.75,
    ),
    _terms("keeps_the_order_of_the_weights", end="return [one for one in found if one[1]]", loses=2.25),
    _terms("keeps_terms_of_nothing", end="return sorted(found, key=lambda one: -abs(one[1]))", loses=0.75),
    _terms("returns_the_sum", end="return sum(points for name, points in found)", loses=3.0),
    _steer(
        "drops_what_it_does_not_know",
        """if not lost and word in words["more"]:
                wanted = more
            elif not lost and word in words["less"]:
                wanted = less
            elif not lost and word in words["topics"] and wanted is not None:
                wanted.append(word)
            elif lost or word not in words["small"]:
                lost = True""",
        loses=1.0,
    ),
    _steer(
        "guesses_after_a_word_that_it_does_not_know",
        """if word in words["more"]:
                wanted = more
            elif word in words["less"]:
                wanted = less
            elif word in words["topics"] and wanted is not None:
                wanted.append(word)
            elif word not in words["small"]:
                unknown.append(word)""",
        loses=0.5,
    ),
    _steer(
        "carries_a_wish_over_a_comma",
        """if not lost and word in words["more"]:
                carried = more
            elif not lost and word in words["less"]:
                carried = less
            elif not lost and word in words["topics"] and carried is not None:
                carried.append(word)
            elif lost or word not in words["small"]:
                lost = True
                unknown.append(word)""",
        loses=0.5,
    ),
    _steer(
        "reads_english_only",
        """if not lost and word == "more":
                wanted = more
            elif not lost and word in ("less", "fewer"):
                wanted = less
            elif not lost and word in words["topics"] and wanted is not None:
                wanted.append(word)
            elif lost or word not in words["small"]:
                lost = True
                unknown.append(word)""",
        loses=0.5,
    ),
    _steer(
        "takes_the_first_topic_only",
        """if not lost and word in words["more"]:
                wanted = more
            elif not lost and word in words["less"]:
                wanted = less
            elif not lost and word in words["topics"] and wanted is not None:
                wanted.append(word)
                wanted = []
            elif lost or word not in words["small"]:
                lost = True
                unknown.append(word)""",
        loses=0.5,
    ),
    _steer(
        "changes_more_and_less",
        """if not lost and word in words["more"]:
                wanted = more
            elif not lost and word in words["less"]:
                wanted = less
            elif not lost and word in words["topics"] and wanted is not None:
                wanted.append(word)
            elif lost or word not in words["small"]:
                lost = True
                unknown.append(word)""",
        "[less, more, unknown]",
        loses=2.0,
    ),
    _twins("changes_follows_only", "found += [follows]", loses=1.5),
    _twins("forgets_the_place", "found += [follows, watched]", loses=0.75),
    _twins("changes_nothing", "found += [dict(me)]", loses=3.0),
    _twins(
        "changes_the_wish_too",
        'found += [one | {"asked": ""} for one in (follows, watched, place)]',
        loses=0.75,
    ),
    _twins(
        "tries_a_newcomer_only",
        'found = [me | {"follows": [], "activity": {}, "place": ""}]',
        loses=2.25,
    ),
    _twins("tries_the_first_post_only", "found = found or [follows, watched, place]", loses=2.25),
    _twins("returns_the_posts", "found += [post]", loses=3.0),
    _next_post(
        "trusts_the_wall",
        """now = reading["wall"]
    used = state["used"] if now // 1440 == state["now"] // 1440 else 0
    shown = more = used < limit""",
        loses=0.75,
    ),
    _next_post(
        "lets_a_restart_go_back",
        """now = now if reading["boot"] == state["boot"] else reading["wall"]
    used = state["used"] if now // 1440 == state["now"] // 1440 else 0
    shown = more = used < limit""",
        loses=0.75,
    ),
    _next_post(
        "forgets_at_a_restart",
        """used = used if reading["boot"] == state["boot"] else 0
    shown = more = used < limit""",
        loses=1.5,
    ),
    _next_post(
        "knows_no_midnight",
        """used = state["used"]
    shown = more = used < limit""",
        loses=0.75,
    ),
    _next_post("shows_one_too_many", "shown = more = used <= limit", loses=0.75),
    _next_post("counts_what_it_did_not_show", "more = 1", loses=0.75),
    _next_post("keeps_the_old_count", 'counted = state["counted"]', loses=3.0),
    _may_write(
        "takes_no_choice_for_known",
        """settings = [person["messages"] or "known" for person in people]
    rules[2] = ("off", "off" in settings)""",
        loses=0.75,
    ),
    _may_write(
        "takes_no_choice_for_everyone",
        """settings = [person["messages"] or "everyone" for person in people]
    rules[2] = ("off", "off" in settings)
    rules[4] = ("not known", strangers and ("known" in settings or any(minors)))""",
        loses=0.75,
    ),
    _may_write(
        "lets_a_minor_let_everyone_in",
        """settings = [person["messages"] or DEFAULTS.get(person["age"]) for person in people]
    rules[4] = ("not known", strangers and "known" in settings)""",
        loses=0.75,
    ),
    _may_write(
        "lets_an_adult_begin_who_is_followed",
        'rules[3] = ("adult to minor", opens and strangers)',
        loses=0.75,
    ),
    _may_write(
        "lets_no_adult_answer", 'rules[3] = ("adult to minor", not minors[0] and minors[1])', loses=0.75
    ),
    _may_write(
        "is_content_with_one_who_follows",
        """strangers = not (tie["follows"] or tie["followed"])
    rules[4] = ("not known", strangers and "known" in settings)""",
        loses=1.5,
    ),
    _may_write("asks_the_recipient_only", 'rules[2] = ("off", settings[1] == "off")', loses=1.5),
    _may_write("asks_late_for_a_block", "rules.insert(3, rules.pop(1))", loses=0.75),
    _compared(
        "overlooks_the_pairs",
        "half = t * np.sqrt(np.var(one, ddof=1) / len(d) + np.var(other, ddof=1) / len(d))",
        loses=2.0,
    ),
    _compared("divides_by_n", "half = t * d.std() / np.sqrt(len(d))", loses=1.0),
    _compared("forgets_the_root_of_n", "half = t * d.std(ddof=1)", loses=1.0),
    _compared("goes_by_the_mean_alone", "", '"more" if d.mean() > 0 else "less"', loses=1.0),
    _compared(
        "takes_not_shown_for_the_same", "", '"more" if low > 0 else "less" if high < 0 else "same"', loses=1.0
    ),
    _compared("turns_the_difference_round", "d = -d", loses=2.0),
]
