"""Hidden cases of "The feed: who sees what, and who decides": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which does not
look at its arguments passes none. Which wrong rule fails which check is laid down by how the cases are built, not left
to the draw; `10_feed_mutants.py` holds the rules.

The twins of item 3 are the learner's own test: it is put to honest rankers and to such as cheat, all of them here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from medialit.grading import Cases, Check, Grader, Student, close, same, try_call

Plain: TypeAlias = dict[str, Any]
Ranker: TypeAlias = Callable[[Sequence[Plain], Plain], list[str]]

TOPICS = (
    "football",
    "cooking",
    "music",
    "dance",
    "crafts",
    "poetry",
    "animals",
    "travel",
    "cinema",
    "nature",
)
AUTHORS = ("salma", "anass", "tuda", "hafid", "zin", "ijja", "rkia", "bahi", "munir", "itto")
PLACES = ("Agadir", "Oujda", "Safi", "Tangier", "Taza", "Zagora")
UNKNOWN = ("perhaps", "honestly", "enough", "mostly", "tonight", "again")
ENGLISH = {"more": ["more"], "less": ["less", "fewer"], "small": ["and", "of", "the", "please"]}
FRENCH = {"more": ["plus", "davantage"], "less": ["moins"], "small": ["de", "et", "la"]}
ARABIC = {"more": ["المزيد"], "less": ["القليل"], "small": ["من", "عن"]}
FRENCH_TOPICS = ("cuisine", "musique", "danse", "poésie", "voyages", "cinéma", "nature")
ARABIC_TOPICS = ("الطبخ", "الموسيقى", "الرقص", "الشعر", "السفر", "السينما", "الطبيعة")
DEFAULTS = {"13_15": "off", "16_17": "known", "adult": "known"}
DAY = 1440
MAX_TWINS = 200

grader = Grader("10_feed")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("terms", points=3, n_checks=4)
def terms(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about what one did and follows, counts that level off, weights below 0, and what is left out."""
    rng = cases.rng

    def weight(low: float) -> float:
        return round(float(rng.uniform(low, low + 1)), 2)

    def post_and_viewer(**changed: Any) -> tuple[Plain, Plain]:
        """Return a post of somebody whom the viewer follows."""
        post, me = _post(rng) | changed, _viewer(rng)
        return post, me | {"follows": [*me["follows"], post["author"]]}

    # The weight that is named last moves most, so that an order by weights or by values is another one.
    personal, counted, left_out = [], [], []
    for _case in range(3):
        post, me = post_and_viewer()
        post["topics"] = [*_some(rng, list(me["activity"]), 2), "news"]
        personal.append((post, me, {"activity": weight(0.5), "follows": weight(3)}))
        counted.append((*post_and_viewer(), {"making": weight(0.2), "likes": weight(4)}))
        post, me = _post(rng) | {"made": 0}, _viewer(rng)
        post["topics"] = _some(rng, list(me["activity"]), 1)
        left_out.append((post, me, {"follows": weight(1), "making": weight(1), "activity": weight(1)}))
    turned = [
        (*post_and_viewer(age_h=6), {"follows": weight(0.1), "freshness": -weight(8)}),
        (*post_and_viewer(age_h=24), {"freshness": weight(1)}),
        (*post_and_viewer(age_h=48), {"follows": weight(0.1), "freshness": -weight(20)}),
    ]
    blocks = (
        (_("What the viewer watched, and whom they follow"), personal),
        (_("Counts that level off"), counted),
        (_("Time, and weights below 0"), turned),
        (_("Terms that are left out"), left_out),
    )
    for category, rows in blocks:
        yield Check(
            category, all(_same_terms(try_call(student, "terms", *row), _terms(*row)) for row in rows)
        )


@grader.item("steer", points=2, n_checks=4)
def steer(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask with clear wishes, with words that nobody knows, with what must not be guessed at, and in other languages."""
    rng = cases.rng
    a, b, c, d = _some(rng, TOPICS, 4)
    known = ENGLISH | {"topics": list(TOPICS)}
    odd, other = _some(rng, UNKNOWN, 2)
    french = FRENCH | {"topics": list(FRENCH_TOPICS)}
    arabic = ARABIC | {"topics": list(ARABIC_TOPICS)}
    f, g = _some(rng, FRENCH_TOPICS, 2)
    k, m = _some(rng, ARABIC_TOPICS, 2)
    blocks: tuple[tuple[str, list[tuple[str, Plain, list[list[str]]]]], ...] = (
        (
            _("Wishes that are clear"),
            [
                (f"More {a} and {b}, less {c}", known, [[a, b], [c], []]),
                (f"less {a}, more of the {d} please", known, [[d], [a], []]),
                (f"Less {c} and more {b}", known, [[b], [c], []]),
            ],
        ),
        (
            _("Words that are not known"),
            [
                (f"more {a} {odd}, less {b}", known, [[a], [b], [odd]]),
                (f"less {c} {odd} {other}", known, [[], [c], [odd, other]]),
                (f"{odd} {other}, more {d}", known, [[d], [], [odd, other]]),
            ],
        ),
        (
            _("What must not be guessed at"),
            [
                (f"not less {a}, more {b}", known, [[b], [], ["not", "less", a]]),
                (f"more {c}, {a}", known, [[c], [], [a]]),
                (f"never more {d}", known, [[], [], ["never", "more", d]]),
            ],
        ),
        (
            _("Other languages"),
            [
                (f"plus de {f}, moins de {g}", french, [[f], [g], []]),
                (f"davantage de la {g}", french, [[g], [], []]),
                (f"المزيد من {k}، القليل من {m}", arabic, [[k], [m], []]),
            ],
        ),
    )
    for category, rows in blocks:
        answers = [(try_call(student, "steer", text, words), wanted) for text, words, wanted in rows]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("twins", points=3, n_checks=4)
def twins(student: Student, cases: Cases) -> Iterator[Check]:
    """Try the learner's twins on an honest ranker, and on such as read follows, topics or the place."""
    posts, me, doors = _town(cases.rng)
    found = _viewers(try_call(student, "twins", posts, me), me)
    changed = any({**one, "asked": ""} != {**me, "asked": ""} for one in found)
    yield Check(_("An honest ranker is not accused"), changed and not _caught(_honest, posts, me, found))
    for category, rankers in doors.items():
        yield Check(category, all(_caught(ranker, posts, me, found) for ranker in rankers))


@grader.item("next_post", points=3, n_checks=4)
def next_post(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask on a computer that stays on, after a restart, over midnight, and where a clock was changed."""
    rng = cases.rng

    def drawn(at: int, *, used: int | None = None) -> tuple[Plain, int]:
        limit = int(rng.integers(8, 40))
        now = DAY * int(rng.integers(100, 900)) + at
        state = {"now": now, "counted": int(rng.integers(5, 300)), "boot": f"boot{int(rng.integers(1000))}"}
        return state | {"used": int(rng.integers(1, limit - 2)) if used is None else limit + used}, limit

    def later(
        state: Plain, minutes: int, *, wall: int | None = None, restart: bool = False
    ) -> tuple[Plain, Plain]:
        counted = int(rng.integers(1, 5)) if restart else state["counted"] + minutes
        boot = state["boot"] + "b" if restart else state["boot"]
        return state, {
            "wall": state["now"] + (minutes if wall is None else wall), "counted": counted, "boot": boot,
        }  # fmt: skip

    def some() -> int:
        return int(rng.integers(2, 9))

    noon = 720
    plans: tuple[tuple[str, list[tuple[int, int | None, dict[str, Any]]]], ...] = (
        (
            _("A computer that stays on"),
            [
                (noon, None, {"minutes": some()}),
                (noon, 0, {"minutes": some()}),
                (noon, -1, {"minutes": some()}),
            ],
        ),
        (
            _("A restart"),
            [
                (noon, None, {"minutes": some(), "restart": True}),
                (noon, None, {"minutes": 30 + some(), "restart": True}),
            ],
        ),
        (
            _("Midnight"),
            [
                (DAY - 1, 0, {"minutes": some()}),
                (DAY - 20, 0, {"minutes": 480, "restart": True}),
                (DAY - 30, None, {"minutes": some()}),
            ],
        ),
        (
            _("A clock that was changed"),
            [
                (noon, None, {"minutes": some(), "wall": DAY + some()}),
                (noon, None, {"minutes": some(), "wall": -DAY}),
                (noon, None, {"minutes": some(), "wall": -DAY - some(), "restart": True}),
                (noon, None, {"minutes": some(), "wall": -some(), "restart": True}),
            ],
        ),
    )
    for category, rows in plans:
        right = True
        for number in rng.permutation(len(rows)):
            at, used, change = rows[number]
            state, limit = drawn(at, used=used)
            state, reading = later(state, **change)
            answer = try_call(student, "next_post", state, reading, limit)
            right &= same(answer, _next_post(state, reading, limit))
        yield Check(category, right)


@grader.item("may_write", points=3, n_checks=4)
def may_write(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about the youngest and the blocked, those who changed nothing, adults and minors, and who knows whom."""
    rng = cases.rng

    def one(age: str, messages: str | None = "known") -> Plain:
        return {"age": age, "messages": messages}

    def tie(**changed: bool) -> Plain:
        return {"follows": True, "followed": True, "blocked": False, "opened": False} | changed

    minor = str(rng.choice(["13_15", "16_17"]))
    half = str(rng.choice(["follows", "followed"]))
    stranger = {"follows": False, "followed": False}
    blocks: tuple[tuple[str, list[tuple[Plain, Plain, Plain]]], ...] = (
        (
            _("The youngest, and the blocked"),
            [
                (one("under_13"), one("adult"), tie(opened=True)),
                (one(minor), one("under_13"), tie(blocked=True)),
                (one("adult"), one("adult"), tie(blocked=True)),
                (one("adult", "off"), one(minor), tie(blocked=True)),
                (one("adult"), one("adult"), tie()),
            ],
        ),
        (
            _("Those who changed nothing"),
            [
                (one("16_17"), one("13_15", None), tie()),
                (one("16_17", None), one("16_17"), tie()),
                (one("adult", "everyone"), one("adult", None), tie(**stranger)),
                (one("13_15", None), one("adult", "everyone"), tie(opened=True)),
                (one("adult", None), one("adult"), tie()),
            ],
        ),
        (
            _("Adults and minors"),
            [
                (one("adult"), one(minor), tie()),
                (one("adult", "everyone"), one(minor, "everyone"), tie(**stranger)),
                (one("adult"), one(minor), tie(opened=True)),
                (one("adult"), one(minor), tie(opened=True, followed=False)),
                (one(minor), one("adult"), tie()),
                (one("adult"), one("adult"), tie()),
            ],
        ),
        (
            _("Known people, and everyone"),
            [
                (one(minor), one(minor), tie(**{half: False})),
                (one("adult", "everyone"), one("adult", "everyone"), tie(**stranger)),
                (one(minor, "everyone"), one(minor, "everyone"), tie(**stranger)),
                (one("adult", "off"), one("adult", "everyone"), tie()),
                (one("adult", "everyone"), one("adult", "off"), tie()),
            ],
        ),
    )
    for category, rows in blocks:
        right = True
        for number in rng.permutation(len(rows)):
            right &= same(try_call(student, "may_write", *rows[number]), _may_write(*rows[number]))
        yield Check(category, right)


@grader.item("compared", points=2, n_checks=2)
def compared(student: Student, cases: Cases) -> Iterator[Check]:
    """Pairs whose difference is clear although their values scatter widely, and pairs that show nothing."""
    rng = cases.rng
    rows = []
    for shift in (-1.5, 1.5, 0.12, -0.12):
        shared = rng.normal(20.0, 6.0, 5)
        noise = rng.permutation([-0.5, -0.25, 0.0, 0.25, 0.5]) * rng.uniform(0.9, 1.1)
        other = np.round(shared, 3)
        one = np.round(shared + shift + noise, 3)
        rows.append((one.tolist(), other.tolist(), 2.776))
    answers = [(_three(try_call(student, "compared", *row)), _compared(*row)) for row in rows]
    numbers = all(close(list(answer[:2]), wanted[:2]) for answer, wanted in answers)
    words = all(same(answer[2], wanted[2]) for answer, wanted in answers)
    yield Check(_("The interval of the differences"), numbers)
    yield Check(_("What may be said of it"), words)


def _three(answer: object) -> Sequence[Any]:
    """Return an answer of three things, or three that are never right."""
    return answer if isinstance(answer, (list, tuple)) and len(answer) == 3 else (None, None, None)


def _some(rng: np.random.Generator, words: Sequence[str], n: int) -> list[str]:
    return [words[i] for i in rng.permutation(len(words))[:n]]


def _post(rng: np.random.Generator) -> Plain:
    return {
        "author": str(rng.choice(AUTHORS)),
        "topics": _some(rng, TOPICS, 2),
        "likes": int(rng.integers(30, 300)),
        "made": int(rng.integers(1, 12)),
        "age_h": int(rng.integers(2, 90)),
    }


def _viewer(rng: np.random.Generator) -> Plain:
    """Return somebody who likes two topics and follows nobody yet."""
    watched = {topic: round(float(rng.uniform(0.3, 1)), 2) for topic in _some(rng, TOPICS, 3)}
    return {"activity": watched, "follows": ["nobody"]}


def _terms(post: Plain, me: Plain, weights: Mapping[str, float]) -> list[list[Any]]:
    interest = [me["activity"].get(topic, 0) for topic in post["topics"]]
    features = {
        "activity": sum(interest) / len(interest),
        "follows": float(post["author"] in me["follows"]),
        "likes": post["likes"] / (post["likes"] + 20),
        "making": post["made"] / (post["made"] + 5),
        "freshness": 0.5 ** (post["age_h"] / 24),
    }
    found = [[name, weight * features[name]] for name, weight in weights.items()]
    return sorted((one for one in found if one[1]), key=lambda one: -abs(one[1]))


def _same_terms(answer: object, wanted: list[list[Any]]) -> bool:
    if not isinstance(answer, (list, tuple)) or len(answer) != len(wanted):
        return False
    return all(
        isinstance(given, (list, tuple))
        and len(given) == 2
        and same(given[0], name)
        and close(given[1], points)
        for given, (name, points) in zip(answer, wanted, strict=True)
    )


def _honest(posts: Sequence[Plain], me: Plain) -> list[str]:
    """Order by likes; what was asked for comes first."""
    ordered = sorted(posts, key=lambda post: (post["topic"] != me["asked"], -post["likes"]))
    return [post["id"] for post in ordered]


def _cheating(reads: Callable[[Plain, Plain], bool]) -> Ranker:
    """Return a ranker that moves up the posts of which `reads` is true for this viewer."""

    def order(posts: Sequence[Plain], me: Plain) -> list[str]:
        def key(post: Plain) -> tuple[bool, bool, int]:
            return not reads(post, me), post["topic"] != me["asked"], -post["likes"]

        return [post["id"] for post in sorted(posts, key=key)]

    return order


def _follows(author: str) -> Ranker:
    return _cheating(lambda post, me: post["author"] == author and author in me["follows"])


def _watches(topic: str) -> Ranker:
    return _cheating(lambda post, me: post["topic"] == topic and me["activity"].get(topic, 0) > 0.5)


def _is_in(place: str) -> Ranker:
    return _cheating(lambda post, me: post["place"] == place == me["place"])


def _town(rng: np.random.Generator) -> tuple[list[Plain], Plain, dict[str, list[Ranker]]]:
    """Return posts, a viewer, and behind each door two rankers: one that shows by losing, one by gaining something.

    The first post is never what a cheating ranker moves, and is in the viewer's own place: twins that are changed
    after the first post alone find nothing.
    """
    authors, topics, places = _some(rng, AUTHORS, 8), _some(rng, TOPICS, 8), _some(rng, PLACES, 3)
    likes = sorted((int(n) for n in rng.integers(20, 400, 8)), reverse=True)
    likes = [n + 8 - place for place, n in enumerate(likes)]  # no two alike
    posts = [
        {
            "id": f"p{int(rng.integers(10**6))}-{n}",
            "author": authors[n],
            "topic": topics[n],
            "place": places[(0, 1, 2, 0, 1, 2, 0, 1)[n]],
            "likes": likes[n],
        }
        for n in range(8)
    ]
    me = {
        "follows": sorted([authors[4], authors[6]]),
        "activity": {topics[3]: 0.8, topics[5]: 0.7, topics[6]: -0.4},
        "place": places[0],
        "asked": topics[7],
    }
    doors = {
        _("A ranker that reads follows"): [_follows(authors[4]), _follows(authors[5])],
        _("A ranker that reads what was watched"): [_watches(topics[3]), _watches(topics[6])],
        _("A ranker that reads the place"): [_is_in(places[0]), _is_in(places[2])],
    }
    order = [0, *(1 + int(n) for n in rng.permutation(7))]
    return [posts[n] for n in order], me, doors


def _viewers(answer: object, me: Plain) -> list[Plain]:
    """Return the twins in an answer; none where one of them is no viewer, or where there are too many."""
    if not isinstance(answer, (list, tuple)) or len(answer) > MAX_TWINS:
        return []
    return list(answer) if all(_is_viewer(one, me) for one in answer) else []


def _is_viewer(one: object, me: Plain) -> bool:
    if not isinstance(one, dict) or one.keys() != me.keys():
        return False
    follows, activity = one["follows"], one["activity"]
    return (
        isinstance(follows, (list, tuple))
        and all(isinstance(name, str) for name in follows)
        and isinstance(activity, dict)
        and all(isinstance(topic, str) for topic in activity)
        and all(_is_number(value) and -1 <= value <= 1 for value in activity.values())  # NaN is not
        and isinstance(one["place"], str)
        and isinstance(one["asked"], str)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _caught(ranker: Ranker, posts: Sequence[Plain], me: Plain, found: Sequence[Plain]) -> bool:
    mine = ranker(posts, me)
    return any(ranker(posts, one) != mine for one in found)


def _next_post(state: Plain, reading: Plain, limit: int) -> list[Any]:
    if reading["boot"] == state["boot"]:
        now = state["now"] + reading["counted"] - state["counted"]
    else:
        now = max(state["now"], reading["wall"])
    used = state["used"] if now // DAY == state["now"] // DAY else 0
    shown = used < limit
    return [shown, {"now": now, "counted": reading["counted"], "boot": reading["boot"], "used": used + shown}]


def _may_write(sender: Plain, recipient: Plain, tie: Plain) -> str:
    if "under_13" in (sender["age"], recipient["age"]):
        return "under 13"
    if tie["blocked"]:
        return "blocked"
    settings = set()
    for person in (sender, recipient):
        chosen = person["messages"] or DEFAULTS[person["age"]]
        settings.add("known" if chosen == "everyone" and person["age"] != "adult" else chosen)
    if "off" in settings:
        return "off"
    if sender["age"] == "adult" != recipient["age"] and not tie["opened"]:
        return "adult to minor"
    if "known" in settings and not (tie["follows"] and tie["followed"]):
        return "not known"
    return "allowed"


def _compared(one: Sequence[float], other: Sequence[float], t: float) -> list[Any]:
    differences = np.array(one) - np.array(other)
    half = t * float(differences.std(ddof=1)) / math.sqrt(len(differences))
    low, high = float(differences.mean()) - half, float(differences.mean()) + half
    return [low, high, "more" if low > 0 else "less" if high < 0 else "not shown"]
