"""Hidden cases of "Prompting: from a brief to a shot": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. Which wrong rule fails which check is laid down by how the cases are
built, not left to the draw; `01_prompting_mutants.py` holds the rules.

The clips that a scorer meets are rows of `01_prompting_clips.json`: what was asked, what rules see, what the trained
judge sees. ``python benchmarks/adherence.py --write`` made them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medialit.grading import Cases, Check, Grader, Student, close, same, try_call
from medialit.world import COLOURS

Tags: TypeAlias = list[list[str | None]]
Row: TypeAlias = Mapping[str, Any]
Scorer: TypeAlias = Callable[[Row, Row], float]
Found: TypeAlias = tuple[int, int, str]
Asked: TypeAlias = tuple[list[str], list[list[Any]]]

FIELDS = ("kind", "colour", "action", "place")
BY_RULES = ("colour", "action", "place")
LEAST_RHO = 0.7
N_RANKED = 40

LEXICON: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "kind": {
        "ball": ("ball", "balle", "كرة", "koura", "ⵜⴰⴽⵓⵔⵜ"),
        "cat": ("cat", "chat", "قط", "9ett", "ⴰⵎⵓⵛⵛ"),
        "car": ("car", "voiture", "سيارة", "tomobil", "ⵟⵟⵓⵎⵓⴱⵉⵍ"),
        "star": ("star", "étoile", "نجمة", "nejma", "ⵉⵜⵔⵉ"),
    },
    "colour": {
        "red": ("red", "rouge", "أحمر", "7mer", "ⴰⵣⴳⴳⵯⴰⵖ"),
        "white": ("white", "blanc", "أبيض", "byed", "ⴰⵎⵍⵍⴰⵍ"),
        "yellow": ("yellow", "jaune", "أصفر", "sfer", "ⴰⵡⵔⴰⵖ"),
        "green": ("green", "vert", "أخضر", "khder", "ⴰⵣⴳⵣⴰⵡ"),
    },
    "action": {
        "bounce": ("bounces", "rebondit", "يقفز", "kayna99ez", "ⵉⵜⵏⵇⵇⴰⵣ"),
        "rise": ("rises", "monte", "يصعد", "kaytle3", "ⵉⵜⵜⴰⵍⵉ"),
        "fall": ("falls", "tombe", "يسقط", "kayti7", "ⵉⵟⵟⴰⵔ"),
        "spin": ("spins", "tourne", "يدور", "kaydor", "ⵉⵜⵏⵏⴰⴹ"),
    },
    "place": {
        "beach": ("beach", "plage", "شاطئ", "lb7ar", "ⵓⴼⵜⵉⵙ"),
        "souk": ("souk", "marché", "سوق", "souk", "ⵙⵙⵓⵇ"),
        "mountains": ("mountains", "montagnes", "جبال", "jbal", "ⵉⴷⵓⵔⴰⵔ"),
        "desert": ("desert", "désert", "صحراء", "sa7ra", "ⵜⵏⵉⵔⵉ"),
    },
}
"""Values, each as English, French, Arabic, Darija and Tamazight may say it."""
UNUSED = (
    ("amazing", "people", "warm", "evening", "proud"),
    ("magnifique", "gens", "soir", "fier", "doux"),
    ("رائع", "ناس", "مساء", "دافئ", "فخور"),
    ("zwin", "nnas", "l3chiya", "sokhoun", "bezzaf"),
    ("ⵉⴼⵓⵍⴽⵉ", "ⵎⴷⴷⵏ", "ⵜⴰⴷⴳⴳⵯⴰⵜ", "ⴰⵙⵙ", "ⴽⵉⴳⴰⵏ"),
)

grader = Grader("01_prompting")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("spec", points=3, n_checks=3)
def spec(student: Student, cases: Cases) -> Iterator[Check]:
    """Briefs in five languages: with open fields, with words that say nothing, with words that contradict each other."""
    rng = cases.rng
    open_ones, idle, torn = [], [], []
    for lang in rng.permutation(5):
        words = {field: _say(rng, field, int(lang)) for field in FIELDS}
        left = rng.choice(FIELDS, int(rng.integers(1, 3)), replace=False)
        open_ones.append([words[field][0] for field in FIELDS if field not in left])
        idle.append(_mixed(rng, [word for word, _other in words.values()], _nothing(rng, int(lang), 3)))
        twice, both = rng.choice(FIELDS, 2, replace=False)
        more = [words[twice][0], words[both][1]]
        torn.append(_mixed(rng, [word for word, _other in words.values()], more))
    every = [word for word, _other in words.values()]
    for category, briefs, names in (
        (_("Fields that are named, and fields that are open"), [*open_ones, every], FIELDS),
        (_("Words that change nothing"), [*idle, every], ("unused",)),
        (_("Fields that are named twice"), [*torn, every], FIELDS),
    ):
        right = True
        for tags in briefs:
            answer, wanted = try_call(student, "spec", tags), _spec(tags)
            right &= isinstance(answer, dict) and all(
                name in answer and same(answer[name], wanted[name]) for name in names
            )
        yield Check(category, right)


@grader.item("guide", points=2, n_checks=2)
def guide(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask for guidance between and beyond, and for its two ends, where either answer is known."""
    rng = cases.rng
    for category, pulls in (
        (_("Guidance below and above 1"), (0.5, 2.0, float(rng.uniform(3, 7)))),
        (_("Guidance 0 and 1"), (0.0, 1.0)),
    ):
        right = True
        for pull in pulls:
            without, told = rng.normal(size=(2, 3, 4)).round(3)
            answer = try_call(student, "guide", without, told, pull)
            right &= close(answer, without + pull * (told - without))
        yield Check(category, right)


@grader.item("ablation", points=2, n_checks=2)
def ablation(student: Student, cases: Cases) -> Iterator[Check]:
    """Show logs in which fair pairs stand among others, and logs in which hardly any or none stands."""
    rng = cases.rng
    for category, logs in (
        (_("Fair pairs among other takes"), [_log(rng, n_pairs) for n_pairs in (3, 2, 4)]),
        (_("One fair pair, or none"), [_log(rng, n_pairs) for n_pairs in (0, 1, 0)]),
    ):
        right = True
        for setting, rows in logs:
            wanted = _ablation(rows, setting)
            answer = try_call(student, "ablation", rows, setting)
            right &= same(answer, None) if wanted is None else close(answer, wanted)
        yield Check(category, right)


@grader.item("adherence", points=4, n_checks=5)
def adherence(student: Student, cases: Cases) -> Iterator[Check]:
    """Clips with one word of their specification put another, with a field left open, and forty to be ranked."""
    rng = cases.rng
    rows = _clips()
    clear = [row for row in rows if _is_clear(row)]

    def score(asked: Row, seen: Row) -> float:
        answer = try_call(student, "adherence", dict(asked), dict(seen))
        number = isinstance(answer, (int, float, np.floating, np.integer)) and not isinstance(answer, bool)
        return float(answer) if number else math.nan  # type: ignore[arg-type]

    for category, field in (
        (_("The colour"), "colour"),
        (_("The action"), "action"),
        (_("The place"), "place"),
    ):
        right = True
        for pick in rng.permutation(len(clear))[:5]:
            whole, seen = _shown(clear[pick]), clear[pick]["seen"]
            right &= score(whole, seen) > score(whole | _another(rng, clear[pick], field), seen) + 1e-9
        yield Check(category, right)
    right = True
    for pick in rng.permutation(len(clear))[:3]:
        row, seen = clear[pick], clear[pick]["seen"]
        whole = _shown(row)
        wrong = {field: _another(rng, row, field) for field in BY_RULES}
        absent = [name for name in COLOURS if name not in seen["colours"]]
        nothing = whole | wrong["action"] | wrong["place"] | {"colour": absent[0]}
        for field in BY_RULES:
            left = {field: None}
            right &= score(whole | left, seen) > score(whole | wrong[field], seen) + 1e-9
            right &= score(nothing | left, seen) <= score(nothing, seen) + 1e-9
    yield Check(_("Fields that are left open"), right)
    shown = [rows[pick] for pick in _ranked(cases.seed)]
    scores = np.array([score(row["spec"], row["seen"]) for row in shown])
    rho = _spearman(scores, np.array([_judged(row) for row in shown]))
    yield Check(_("Ranks clips as the judge does"), rho is not None and rho >= LEAST_RHO)


@grader.item("rank_correlation", points=2, n_checks=2)
def rank_correlation(student: Student, cases: Cases) -> Iterator[Check]:
    """Compare lists whose values all differ, and lists with equal values, up to all of them."""
    rng = cases.rng
    differing: list[tuple[list[float], list[float]]] = []
    equal: list[tuple[list[float], list[float]]] = []
    while len(differing) < 3:
        first = np.asarray(rng.permutation(7) ** 2 + 1.0, np.float64)
        second = np.exp(rng.permutation(7) / 2.0).round(3)
        rho, line = _spearman(first, second), _line(first, second)
        if rho is not None and abs(rho) > 0.15 and abs(rho - line) > 0.02 and abs(rho) < 0.95:
            differing.append((first.tolist(), second.tolist()))
    while len(equal) < 3:
        first, second = (rng.integers(0, 4, 8).astype(float) for _list in range(2))
        rho = _spearman(first, second)
        lowest = [np.searchsorted(np.sort(values), values).astype(float) for values in (first, second)]
        if rho is not None and 0.15 < abs(rho) < 0.9 and abs(rho - _line(lowest[0], lowest[1])) > 0.01:
            equal.append((first.tolist(), second.tolist()))
    flat = [float(rng.integers(1, 9))] * 5
    other = rng.permutation(5).astype(float).tolist()
    equal += [(flat, other), (other, flat)]
    for category, rows in (
        (_("Values that all differ"), differing),
        (_("Equal values"), equal),
    ):
        right = True
        for one, two in rows:
            wanted = _spearman(np.array(one), np.array(two))
            answer = try_call(student, "rank_correlation", one, two)
            right &= same(answer, None) if wanted is None else close(answer, wanted)
        yield Check(category, right)


PROMPTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    # for each language: what excuses (its last or first word is also the harmful one), the harmful word, a person, a
    # grave word, and harmless ones
    "en": (("naked", "flame"), ("naked",), ("king",), ("killed",), ("lantern", "souk", "blue", "dances", "with")),
    "fr": (("flamme", "nue"), ("nue",), ("roi",), ("tué",), ("lanterne", "souk", "bleue", "danse", "avec")),
    "ar": (("شمعة", "عارية"), ("عارية",), ("الملك",), ("قتيل",), ("فانوس", "السوق", "أزرق", "يرقص", "مع")),
    "ary": (("chem3a", "3eryana"), ("3eryana",), ("lmalik",), ("m9toul",), ("fanous", "souk", "zre9", "kaychte7", "m3a")),
    "zgh": (("ⵉⴳⵏⵏⴰ", "ⵉⵄⵔⵢⴰⵏ"), ("ⵉⵄⵔⵢⴰⵏ",), ("ⴰⴳⵍⵍⵉⴷ",), ("ⵉⵏⵖⴰ",), ("ⵜⴰⴼⵜⵉⵍⵜ", "ⵙⵙⵓⵇ", "ⴰⵏⵉⵍⵉ", "ⵉⵛⵟⵟⵃ", "ⴷ")),
}  # fmt: skip


@grader.item("decide", points=3, n_checks=3)
def decide(student: Student, cases: Cases) -> Iterator[Check]:
    """Prompts in five languages with one phrase or none, with several, and with longer ones that excuse."""
    rng = cases.rng
    single: list[Asked] = []
    several: list[Asked] = []
    excused: list[Asked] = []
    for lang in rng.permutation(list(PROMPTS)):
        flame, naked, king, killed, harmless = (list(words) for words in PROMPTS[lang])
        rules = [
            [naked, "refuse"],
            [flame, "allow"],
            [king, "transform"],
            [killed, "refuse"],
            [harmless[:1], "allow"],
        ]
        rules = [rules[i] for i in rng.permutation(len(rules))]
        idle = [harmless[i] for i in rng.permutation(np.arange(1, 5))]  # the first has a rule of its own
        single += [
            (idle[:3], rules),
            ([*idle[:2], *king], rules),
            ([*naked, idle[0]], rules),
            ([*harmless[:1], idle[0]], rules),
        ]
        several += [
            ([*king, idle[0], *killed], rules),
            ([*killed, idle[0], *king], rules),
            ([*harmless[:1], *idle[3:], *king], rules),
            ([*king, *idle[3:], *harmless[:1]], rules),
        ]
        excused += [
            ([*flame, *idle[:2]], rules),
            ([*flame, idle[0], *king], rules),
            ([*flame, idle[0], *naked], rules),
            ([*naked, idle[0], *flame], rules),
        ]
    for category, rows in (
        (_("One phrase, or none"), single),
        (_("Several phrases"), several),
        (_("A longer phrase around a shorter one"), excused),
    ):
        right = True
        for i in rng.permutation(len(rows)):
            words, rules = rows[i]
            right &= same(try_call(student, "decide", words, rules), _decide(words, rules))
        yield Check(category, right)


def _say(rng: np.random.Generator, field: str, lang: int) -> tuple[list[str | None], list[str | None]]:
    """Return two tags of a field in a language, with different values."""
    one, other = rng.choice(list(LEXICON[field]), 2, replace=False).tolist()
    return (
        [LEXICON[field][one][lang], field, one],
        [LEXICON[field][other][lang], field, other],
    )


def _nothing(rng: np.random.Generator, lang: int, n: int) -> Tags:
    """Return tags that say nothing, the first of them again; never in alphabetical order."""
    words = sorted(rng.choice(UNUSED[lang], n, replace=False).tolist(), reverse=True)
    return [[word, None, None] for word in (*words, words[0])]


def _mixed(rng: np.random.Generator, tags: Sequence[Any], more: Sequence[Any]) -> Tags:
    """Return both lists in one, each in its own order."""
    first = np.zeros(len(tags) + len(more), bool)
    first[rng.choice(len(first), len(tags), replace=False)] = True
    one, other = iter(tags), iter(more)
    return [list(next(one)) if here else list(next(other)) for here in first]


def _spec(tags: Tags) -> dict[str, Any]:
    shot: dict[str, Any] = {"unused": [word for word, field, _value in tags if field is None]}
    for name in FIELDS:
        values = {value for _word, field, value in tags if field == name}
        shot[name] = "ask" if len(values) > 1 else next(iter(values), None)
    return shot


def _log(rng: np.random.Generator, n_pairs: int) -> tuple[str, list[dict[str, Any]]]:
    """Return a setting and takes with so many fair pairs for it; every other pair differs in one thing more, or two.

    Takes of one seed that differ in guidance, and takes of other seeds with the same guidance, are among them. Scores
    with the setting and without it do not have the same mean over all takes as over fair pairs.
    """
    setting, other = rng.choice(["8k", "cinematic", "blue is said", "slowly"], 2, replace=False).tolist()
    seeds = rng.permutation(np.arange(1, 40))[: n_pairs + 4].tolist()
    rows: list[dict[str, Any]] = []

    def take(on: bool, more: bool, guidance: float, seed: int, score: float) -> None:
        rows.append({setting: on, other: more, "guidance": guidance, "seed": seed, "score": round(score, 2)})

    for seed in seeds[:n_pairs]:
        low = float(rng.uniform(0.1, 0.4))
        more, guidance = bool(rng.integers(2)), float(rng.integers(1, 4))
        take(True, more, guidance, seed, low + float(rng.uniform(0.1, 0.3)))
        take(False, more, guidance, seed, low)
    extra = seeds[n_pairs:]
    take(True, False, 1.0, extra[0], float(rng.uniform(0.8, 0.9)))  # the other seed
    take(False, False, 1.0, extra[1], float(rng.uniform(0.0, 0.1)))
    take(True, False, 2.0, extra[2], float(rng.uniform(0.8, 0.9)))  # the other guidance
    take(False, False, 4.0, extra[2], float(rng.uniform(0.0, 0.1)))
    take(True, True, 2.0, extra[3], float(rng.uniform(0.9, 1.0)))  # another word as well
    take(False, False, 2.0, extra[3], float(rng.uniform(0.0, 0.1)))
    return setting, [rows[i] for i in rng.permutation(len(rows))]


def _ablation(rows: Sequence[Row], setting: str) -> float | None:
    def others(row: Row) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in (setting, "score")}

    effects = [
        a["score"] - b["score"]
        for a in rows
        for b in rows
        if a[setting] and not b[setting] and others(a) == others(b)
    ]
    return float(sum(effects)) / len(effects) if effects else None


@cache
def _clips() -> tuple[Row, ...]:
    path = Path(__file__).with_name("01_prompting_clips.json")
    return tuple(json.loads(path.read_text(encoding="utf-8")))


def _is_clear(row: Row) -> bool:
    """Say whether rules and judge name the same, and the thing is mostly but not wholly of one colour."""
    colours = row["seen"]["colours"]
    top = max(colours, key=lambda name: colours[name], default="")
    agreed = all(row["seen"][field] == row["judge"][field] for field in ("action", "place"))
    return agreed and top == row["judge"]["colour"] and 0.55 <= colours[top] <= 0.95 and len(colours) > 1


def _shown(row: Row) -> dict[str, Any]:
    """Return the specification that the clip of this row fulfils."""
    return dict(row["judge"])


def _another(rng: np.random.Generator, row: Row, field: str) -> dict[str, str]:
    """Return a field with a word that the clip does not fulfil; a colour that a few of its pixels have."""
    here = row["judge"][field]
    words = sorted({other["judge"][field] for other in _clips()} - {here})
    if field == "colour":
        words = [name for name in row["seen"]["colours"] if name != here]
    return {field: str(words[int(rng.integers(len(words)))])}


def _judged(row: Row) -> float:
    """Return the share of what was asked for, of colour, action and place, that the judge sees."""
    return float(np.mean([row["judge"][f] == row["spec"][f] for f in BY_RULES if row["spec"][f] is not None]))


def _sees(row: Row, field: str) -> float:
    asked, seen = row["spec"][field], row["seen"]
    return float(seen["colours"].get(asked, 0.0) if field == "colour" else seen[field] == asked)


def _mean_of(*fields: str, left_open: float | None = None) -> Callable[[Row], float]:
    """Return the scorer that takes the mean of these fields, with open ones left out or counted like this."""

    def scorer(row: Row) -> float:
        parts = [left_open if row["spec"][f] is None else _sees(row, f) for f in fields]
        given = [part for part in parts if part is not None]
        return float(np.mean(given)) if given else 0.5

    return scorer


def _strictest_of(row: Row) -> float:
    return float(np.prod([_sees(row, f) for f in BY_RULES if row["spec"][f] is not None]))


def _most(row: Row) -> float:
    colours = row["seen"]["colours"]
    top = max(colours, key=lambda name: colours[name], default=None)
    sees = [top == row["spec"][f] if f == "colour" else _sees(row, f) for f in BY_RULES if row["spec"][f]]
    return float(np.mean(sees))


def _any(row: Row) -> float:
    sees = [_sees(row, f) > 0 for f in BY_RULES if row["spec"][f] is not None]
    return float(np.mean(sees))


WELL: tuple[Callable[[Row], float], ...] = (
    _mean_of(*BY_RULES),
    _mean_of(*BY_RULES, left_open=1.0),
    _strictest_of,
    _most,
    _any,
)
BADLY: tuple[Callable[[Row], float], ...] = (
    _mean_of("colour", "action"),
    _mean_of("colour", "place"),
    _mean_of("action", "place"),
    _mean_of(*BY_RULES, left_open=0.0),
    _mean_of("colour"),
)


@cache
def _table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what scorers give each clip, shape (scorers, clips), and what the judge does."""
    rows = _clips()
    return (
        np.array([[scorer(row) for row in rows] for scorer in (*WELL, *BADLY)]),
        np.array([_judged(row) for row in rows]),
    )


@cache
def _ranked(seed: int) -> tuple[int, ...]:
    """Return clips on which scorers that look at all that is asked for rank well, and those that do not rank badly."""
    given, judged = _table()
    rng = np.random.default_rng([seed, 40])
    for _try in range(20_000):
        picks = rng.permutation(len(judged))[:N_RANKED]
        rhos = [_spearman(row[picks], judged[picks]) or 0.0 for row in given[::-1]]  # the rarest first
        well, badly = rhos[len(BADLY) :], rhos[: len(BADLY)]
        if min(well) >= LEAST_RHO + 0.04 and max(badly) < LEAST_RHO - 0.02:
            return tuple(picks.tolist())
    raise AssertionError("No such clips were found; write more with benchmarks/adherence.py.")


def _spearman(first: NDArray[Any], second: NDArray[Any]) -> float | None:
    """Return the rank correlation, or None where either list ranks nothing or holds no number."""

    def ranks(values: NDArray[Any]) -> NDArray[np.float64]:
        below = (values[None, :] < values[:, None]).sum(axis=1)
        return np.asarray(below + ((values[None, :] == values[:, None]).sum(axis=1) + 1) / 2, np.float64)

    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return None
    if len(set(first.tolist())) == 1 or len(set(second.tolist())) == 1:
        return None
    return _line(ranks(first), ranks(second))


def _line(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the ordinary correlation."""
    return float(np.corrcoef(first, second)[0, 1])


def _decide(words: Sequence[str], rules: Sequence[Sequence[Any]]) -> str:
    found: list[Found] = [
        (start, start + len(phrase), decision)
        for phrase, decision in rules
        for start in range(len(words))
        if list(words[start : start + len(phrase)]) == list(phrase)
    ]
    count = [
        decision
        for start, end, decision in found
        if not any(a <= start and end <= b and b - a > end - start for a, b, _other in found)
    ]
    return max(count, key=["allow", "transform", "refuse"].index, default="allow")
