"""What only the lab "An honest advert" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bidi import get_display

from medialit.media.draw import visual_order
from medialit.provenance import label
from medialit.widgets.advertising import may_show

from .proof import PROJECT


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("11_advert")


@pytest.fixture(scope="module")
def case(proof):
    """The lab's names after its cells that only define something, and the reference solution."""
    names = proof.namespace()
    names["lang"] = "en"
    for cell in ("contrast_scenes", "gaps_versions", "duties_table", "refused_licences"):
        exec(proof.cell(cell).source, names)
    return names


def test_no_two_learners_meet_the_same_case(proof):
    assert not set(proof.questions(1)) & set(proof.questions(2))


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("darker, lighter = ", "shown[::-1]", "unsure = None in", "Dear Ilyas"):
        assert secret not in proof.released_text("ar")


def test_the_contrast_that_learners_write_is_that_of_the_library(case):
    rng = np.random.default_rng(11)
    for _case in range(20):
        ink, *grounds = (rng.integers(0, 256, size=3).tolist() for _colour in range(4))
        ours = [
            float(label.contrast_ratio(np.array(ink, np.uint8), np.array(one, np.uint8))) for one in grounds
        ]
        assert case["worst_contrast"](ink, grounds) == pytest.approx(min(ours))


def test_the_text_and_the_key_tell_the_contrasts_of_the_scenes(proof, case):
    white = [255, 255, 255]
    found = {name: case["worst_contrast"](white, [colour]) for name, colour in case["scenes"].items()}
    told = proof.prose("contrast_case_read")
    assert f"The mean, {np.mean(list(found.values())):.1f}, passes" in told
    assert f"at dawn the label has {found['dawn']:.1f}" in told
    assert sum(ratio >= 4.5 for ratio in found.values()) == 2  # "on two of the four it can be read"
    plates = [[round(level * 0.22) for level in colour] for colour in case["scenes"].values()]
    assert f"makes {case['worst_contrast'](white, plates):.1f} of the worst" in told
    key = (PROJECT.course / "facilitator" / "11_advert.md").read_text(encoding="utf-8")
    assert ", ".join(f"{name} {ratio:.1f}" for name, ratio in found.items()) in key


def test_the_text_tells_the_angles_of_the_three_screens(proof):
    told = proof.prose("faults_sizes_read")
    for height, distance in ((130, 350), (65, 350), (400, 2500)):
        small, large = (
            60 * math.degrees(2 * math.atan(share * height / 2 / distance)) for share in (0.018, 0.05)
        )
        assert f"{small:.1f}" in told
        assert large > 20  # "with 5 % of the height, all three pass"


def test_the_rule_for_whole_words_is_that_of_unicode(case):
    """Unicode's algorithm, by python-bidi, on the lines of the lab and of many learners: letters are its own affair."""
    rng = np.random.default_rng(3)
    stock = ["زيت", "من", "تانومريت", "مهرجان", "Huile", "Azelfa", "Tanoumrit", "Argan"]
    for _line in range(60):
        words = [stock[i] for i in rng.permutation(len(stock))[: int(rng.integers(2, 7))]]
        for right_to_left in (True, False):
            shown = get_display(" ".join(words), base_dir="R" if right_to_left else "L").split()
            letters = [word[::-1] if case["arabic"](word[::-1]) else word for word in shown]
            assert case["from_left"](words, right_to_left) == letters
    assert visual_order("زيت Huile Azelfa", lang="ar").startswith("Huile Azelfa")


def test_the_four_versions_have_the_gaps_that_the_text_and_the_key_tell(proof, case):
    assert case["gaps"](case["versions"]) == [
        ["bottles", "ar"],
        ["bottles", "en"],
        ["bottles", "zgh"],
        ["delivery", "ar"],
        ["delivery", "en"],
        ["until", "differs"],
    ]
    assert "in French alone" in proof.prose("gaps_read")


def test_the_rules_give_azelfa_three_things_to_do_and_two_to_ask_about(proof, case):
    found = case["duties"](case["ours"], case["RULES"])
    assert [answer for _name, answer in found] == ["do", "do", "do", "ask", "ask"]
    assert "three to do, two to ask about" in proof.prose("duties_read")


def test_the_table_says_of_each_rule_how_sure_it_is(proof):
    rows = [line for line in proof.cell("duties_intro").visible.splitlines() if line.startswith("|")][2:]
    assert len(rows) == 5
    assert {row.split("|")[-2].strip() for row in rows} == {"read", "reported", "assumed"}


def test_the_licences_of_the_case_refuse_what_the_text_tells(proof, case):
    licences = [case["itto"], case["hania"]]
    advert = {
        "people": {"itto": ["face"], "hania": ["voice"]},
        "media": ["social", "broadcast"],
        "lands": ["MA"],
        "first": 0,
        "last": 30,
    }
    refused = [["hania", "broadcast"], ["hania", "social"], ["itto", "broadcast"]]
    assert case["refused"](advert, licences) == refused
    asked = {"medium": "social", "lands": ["MA"], "day": 20}
    assert may_show(licences, "hania", parts=["face"], **asked) == "granted"
    assert may_show(licences, "hania", parts=["voice"], **asked) == "voice_not_granted"


def test_the_model_answer_has_the_length_that_is_asked_for(proof):
    answer = proof.cell("reflection").source.replace("#", "").replace("BEGIN SOLUTION", "")
    assert 150 <= len(answer.replace("END SOLUTION", "").split()) <= 220


@pytest.mark.long
def test_all_wrong_answers_are_told_apart_for_a_hundred_learners(proof):
    reference = proof.namespace()
    for mutant in proof.mutants:
        names = reference | {mutant.item: proof.wrong(mutant)}
        for seed in range(100, 200):
            points = proof.lab.items[mutant.item] - mutant.loses[mutant.item]
            assert proof.scores(names, seed)[mutant.item] == pytest.approx(points), (seed, mutant.name)
