"""What only the lab "Prompting: from a brief to a shot" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from medialit.forensics import statistics as stats

from .proof import PROJECT, load


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("01_prompting")


@pytest.fixture(scope="module")
def reference(proof):
    return proof.namespace()


@pytest.fixture(scope="module")
def kept():
    return json.loads((PROJECT.graders / "01_prompting_clips.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def measured():
    return load(PROJECT.root / "benchmarks" / "adherence.py", "benchmark_adherence")


def test_no_two_learners_meet_the_same_case(proof):
    one, other = (set(proof.questions(seed)) for seed in (1, 2))
    assert {name for name, _ in one & other} <= {
        "adherence",
        "decide",
    }  # of one set of clips, and of few words
    asked = [[row for row in proof.questions(seed) if row[0] == "adherence"] for seed in (1, 2)]
    assert len(set(asked[0]) & set(asked[1])) < 0.6 * len(asked[0])


def test_the_release_holds_no_name_or_phrase_of_the_solution_and_no_clip_of_the_grader(proof, kept):
    text = proof.released_text("ar")
    for secret in (
        "others(a) == others(b)",
        "next(iter(values)",
        "On the whiteboard",
        json.dumps(kept[0]["seen"]),
    ):
        assert secret not in text


def test_hidden_prompts_and_briefs_are_in_five_languages(proof):
    said = {
        name: " ".join(asked for item, asked in proof.questions(3) if item == name)
        for name in ("spec", "decide")
    }
    for text in said.values():
        assert re.search("[ⴰ-ⵯ]", text) and re.search("[ء-ي]", text)
    assert all(word in said["decide"] for word in ("king", "roi", "الملك", "lmalik", "ⴰⴳⵍⵍⵉⴷ"))


def test_scorers_of_another_make_rank_well_and_half_blind_ones_badly(proof, reference):
    """What is asked for is a ranking, not our formula; leaving a field out must not do."""
    own = reference["adherence"]

    def strict(spec, seen):
        return own(spec, seen) ** 3

    def most(spec, seen):
        top = max(seen["colours"], key=seen["colours"].get, default=None)
        return own(spec, {**seen, "colours": {top: 1.0}})

    def weighed(spec, seen):
        weights = {"colour": 1.2, "action": 1.0, "place": 0.9}
        alone = {
            name: dict.fromkeys(("kind", "colour", "action", "place")) | {name: spec[name]}
            for name in weights
        }
        asked = [name for name in weights if spec[name] is not None]
        return sum(weights[n] * own(alone[n], seen) for n in asked) / sum(weights[n] for n in asked)

    for seed in range(6):
        for scorer in (strict, most, weighed):
            assert proof.scores(reference | {"adherence": scorer}, seed)["adherence"] == 4.0, scorer.__name__


def test_the_reference_guides_as_the_sampler_does(reference):
    from medialit.generate.flow import integrate

    untold, told, noise = np.random.default_rng(1).normal(size=(3, 1, 2, 4)).astype(np.float32)
    made = integrate(lambda x, t: (told, untold), noise, steps=1, guidance=3.0)
    assert reference["guide"](untold, told, 3.0) == pytest.approx(made, abs=1e-5)


def test_a_solved_lab_shows_what_the_text_tells(proof):
    said = proof.solved.said
    read = said["brief_read"].splitlines()
    assert "blue" not in read[0] and "'blue': 'colour'" in said["brief_read"]
    assert said["brief_same"].split()[-1] == "0"
    rows = said["ablation_case"].splitlines()
    assert "1 of 6 are blue, 17% [3%, 56%]" in rows[0] and "6 of 6 are blue, 100% [61%, 100%]" in rows[1]
    scores = {
        line.split(": ")[1]: [float(x) for x in re.findall(r"\d\.\d\d", line)]
        for line in said["adherence_scores"].splitlines()
    }
    rules = {prompt: pair[0] for prompt, pair in scores.items()}
    assert max(rules, key=rules.get) == "a blue teapot spins in the souk"
    assert scores["a blue teapot spins in the souk"][1] < scores["a blue lantern spins in the souk"][1] == 1.0
    verdicts = [
        line.split()[0] for line in said["decide_try"].splitlines() if line and not line.startswith(" ")
    ]
    assert verdicts == ["allow", "refuse", "transform", "transform", "allow", "refuse"]
    assert "38% [18%, 63%]" in said["decide_worth"] and ": 3%" in said["decide_worth"]


def test_the_four_seeds_draw_the_colours_of_the_case():
    from medialit.generate.text import read

    shot = read("a lantern spins in the souk").shot
    drawn = [shot.settled(seed=seed).objects[0].colour for seed in (1, 2, 3, 4)]
    assert drawn == ["green", "orange", "white", "blue"]


def test_luck_is_as_frequent_as_the_text_tells(proof):
    assert f"= {100 * (1 - (6 / 7) ** 4):.0f} %" in proof.prose("seed_read")
    assert stats.wilson(6, 6).low > stats.wilson(1, 6).high  # "the two intervals do not even touch"


def test_the_rank_correlations_told_are_those_of_the_clips_that_are_kept(proof, kept, measured):
    told = " ".join(proof.prose("rank_read").split())
    assert f"On {len(kept)} clips" in told

    def rho(scorer, fields):
        values = np.array([scorer(row["spec"], row["seen"]) for row in kept])
        return measured.interval(values, np.array([measured.judged(row, fields) for row in kept]))

    whole, colour = measured.by_rules(*measured.BY_RULES), measured.by_rules("colour")
    for scorer, fields, words in (
        (whole, measured.BY_RULES, "{:.2f} (95 % interval {:.2f} to {:.2f})"),
        (colour, measured.BY_RULES, "{:.2f} ({:.2f} to {:.2f})"),
        (whole, tuple(measured.WORDS), "{:.2f} ({:.2f} to {:.2f})"),
    ):
        assert words.format(*rho(scorer, fields)) in told


def test_what_is_kept_of_a_clip_is_what_the_rules_and_the_judge_see(kept, measured):
    assert measured.clip_row(measured.FIRST_SEED) == kept[0]


def test_the_numbers_that_were_measured_elsewhere_stand_there(proof):
    docs = PROJECT.root / "docs" / "explanation"
    safety = (docs / "prompt-safety.md").read_text(encoding="utf-8")
    code = next(cell.source for cell in proof.lab.cells if cell.id == "decide_worth")
    for name, row in (("words", "| a list of 200 keywords"), ("learnt", "| **the filter**")):
        line = next(line for line in safety.splitlines() if line.startswith(row))
        caught, stopped = re.findall(r"(\d+)/216", line)
        assert f'("{name}", {caught}, {stopped})' in code
    judged = (docs / "generator-measures.md").read_text(encoding="utf-8")
    row = next(line for line in judged.splitlines() if line.startswith("| all | 1,000 |"))
    assert row.rstrip(" |").split("|")[-1].strip() in proof.prose("rank_read")
