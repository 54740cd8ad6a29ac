"""What only the lab "Watermarks: what a hidden mark can prove" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import re

import pytest


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("05_watermarks")


def test_no_two_learners_meet_the_same_case(proof):
    assert not set(proof.questions(1)) & set(proof.questions(2))


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("able = [", "scores[i::n_bits]", "To the politician"):
        assert secret not in proof.released_text("ar")


def test_a_solved_lab_shows_what_the_text_tells(proof):
    said = proof.solved.said
    assert said["first_found"].splitlines()[0].startswith("Detection(payload=24301, p_value=")
    assert said["first_found"].splitlines()[1].startswith("Detection(payload=None")
    plain, marked = map(float, re.findall(r"-?\d+\.\d+", said["detect_noise"]))
    assert abs(plain) < 0.6 and abs(marked - 3) < 0.6  # "near 3" and "near 0"
    rows = {row.split()[0]: row for row in said["attack_all"].splitlines()}
    assert rows["brighter"].endswith("24301") and rows["mirror"].endswith("24301")
    assert rows["tenth"].endswith("None") and rows["h264-45"].endswith("None")
    gone = [float(row.split()[1]) for row in rows.values() if row.endswith("None")]
    assert max(gone) <= 26  # "at 26 dB or less"
    wrong = [float(share) for share in re.findall(r"(\d+\.\d+)%", said["decode_try"])]
    assert 20 < wrong[0] < 30 and 7 < wrong[1] < 14 and wrong[2] < wrong[1]
    assert said["forgery"].startswith("Detection(payload=24301, p_value=")
    copy, moved = (int(share) for share in re.findall(r"(\d+)% of the bits", said["forgery_register"]))
    assert copy <= 15 < 40 <= moved


def test_the_numbers_of_the_base_rate_are_those_that_follow(proof):
    told = proof.prose("first_read")
    found, unmarked = 0.9 * 1000, 999_000
    assert f"there would be {0.01 * unmarked:,.0f} wrong ones" in told
    assert f"right {100 * found / (found + 0.01 * unmarked):.0f} times in 100" in told
    assert f"right {1000 * found / (found + 1e-6 * unmarked):.0f} times in 1,000" in told
    assert f"about {3 / 100_000 * 100_000:.0f} in 100,000" in told
