"""What only the lab "Cameo: who is it, and may I?" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import re

import pytest

from medialit.consent import plain

from .proof import PROJECT


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("03_cameo")


@pytest.fixture(scope="module")
def key():
    return (PROJECT.course / "facilitator" / "03_cameo.md").read_text(encoding="utf-8")


def test_the_reference_decides_as_the_engine_does_in_a_thousand_drawn_cases(proof):
    may_use = proof.namespace()["may_use"]
    cases = [plain.draw(seed) for seed in range(1000)]
    assert [may_use(*case) for case in cases] == [plain.answer(*case).allowed for case in cases]


def test_there_are_200_hidden_cases_of_both_answers_and_no_two_learners_have_the_same(proof):
    asked = [[args for name, args in proof.questions(seed) if name == "may_use"] for seed in (1, 2)]
    assert [len(one) for one in asked] == [200, 200]
    assert not set(asked[0]) & set(asked[1])


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("covered.issuperset", "entry[key] <= day", "Khadija at the door, and"):
        assert secret not in proof.released_text("ar")


def test_a_solved_lab_shows_what_the_text_and_the_key_tell(proof, key):
    said = proof.solved.said
    lucky = re.match(r"(\d+) of 3000 = ([\d.]+)% \[([\d.]+)%, ([\d.]+)%\]", said["challenge_luck"])
    assert f"{lucky[1]} of 3,000" in key
    assert f"{lucky[2]} % ({lucky[3]} to {lucky[4]} %)" in key
    assert said["engine"].splitlines()[:2] == ["always no: 125 of 200", "your rule: 200 of 200"]
    assert "right 125 times in 200" in proof.prose("engine_read")
    assert said["receipt_show"].splitlines()[1].endswith("in what was signed: True")
    assert said["receipt_forge"] == "True ['signed', 'ask_ledger', 'hidden']\nFalse ['disclosure']\n"


def test_a_blank_lab_agrees_with_the_engine_nowhere(proof):
    assert "your rule: 0 of 200" in proof.blank.said["engine"]


def test_the_limits_that_the_text_calls_cheapest_are(proof):
    few, many = re.split(r"1 thief in \d+: ", proof.solved.said["limit_cost"])[1:]
    cheapest = [min(_costs(part), key=lambda row: row[1])[0] for part in (few, many)]
    assert cheapest == ["0.56", "0.48"]
    told = proof.prose("limit_cost_read")
    assert "With 1 thief in 200 the cheapest of these limits is 0.56; with 1 in 20 it is 0.48." in told
    assert re.search(r"0\.52: .* 91% are honest", few)
    assert "of 100 who are refused 91 are" in told


def _costs(part):
    return [(limit, float(cost)) for limit, cost in re.findall(r"(0\.\d\d): +([\d.]+) dirhams", part)]


def test_the_numbers_about_enrolment_are_those_of_its_page(proof):
    page = (PROJECT.root / "docs" / "explanation" / "enrolment.md").read_text(encoding="utf-8")
    screens = [line.split("|")[3:5] for line in page.splitlines() if line.startswith("| filmed from")]
    passed = [
        sum(not cell.strip().startswith("0 ") for cell in column) for column in zip(*screens, strict=True)
    ]
    assert (len(screens), passed) == (8, [6, 0])
    assert "of 8 ways of filming a screen, tried 11 or 12 times each, 6 passed most times" in proof.prose(
        "accept_read"
    )
    assert "FAR 0.25 [0.19, 0.32]" in page
    assert "FRR 0.00 [0.00, 0.14]" in page
    assert "took 25 % of 168 pairs for one person (19 to 32 %)" in proof.prose("limit_read")


def test_the_case_that_is_printed_is_refused_for_two_halves(proof):
    decision = plain.answer(*plain.draw(300))
    assert [one.code for one in decision.reasons] == ["voice_not_granted", "action_not_granted"]
    assert "plain.draw(300)" in proof.cell("rules_case").source
