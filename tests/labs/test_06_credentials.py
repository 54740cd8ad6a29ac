"""What only the lab "Content Credentials: who says so?" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest

from medialit.provenance.anatomy import anatomy
from medialit.provenance.trust import read_trust_list
from medialit.widgets.tampering import Examiner

from .proof import PROJECT

STATES = {
    "agency.jpg": ("trusted", False),
    "archive.jpg": ("remote", None),
    "desk.jpg": ("invalid", None),
    "poster.jpg": ("trusted", True),
    "reader.jpg": ("none", None),
    "studio.jpg": ("valid", False),
}


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("06_credentials")


def test_no_two_learners_meet_the_same_case_of_bytes(proof):
    one, other = (set(proof.questions(seed)) for seed in (1, 2))
    assert {name for name, _ in one & other} <= {"state", "says_ai", "truthful"}


def test_the_release_holds_no_private_key_and_no_name_or_phrase_of_the_solution(proof):
    for secret in ("PRIVATE KEY", "borne_out", "min(FIRST", "I ring the sender"):
        assert secret not in proof.released_text("ar")


def test_the_six_pictures_are_what_the_lab_says_of_them(proof):
    case = proof.release("en") / "case"
    desk = Examiner(trust=[read_trust_list(case / "newsroom-list.pem")])
    found = {path.name: desk.read(path) for path in case.glob("*.jpg")}
    assert {name: (one.state, one.ai) for name, one in found.items()} == STATES
    assert [one.code for one in found["desk.jpg"].failures] == ["assertion.dataHash.mismatch"]
    signed = (case / "agency.jpg").read_bytes()
    start, length = anatomy(signed).excluded
    assert 0.28 < length / len(signed) < 0.38  # "a third of this small picture"
    assert proof.namespace()["binding"](list(signed), start, length) == (
        sha256(signed[:start] + signed[start + length :]).hexdigest()
    )


def test_a_solved_lab_shows_what_the_text_tells(proof):
    said = proof.solved.said
    assert said["binding_real"].endswith("True\n")
    assert said["sign_read"] == "valid\ntrusted\n"
    assert [line.split()[1:] for line in said["lists_none"].splitlines()].count(["trusted", "valid"]) == 2
    assert [line.split()[-1] for line in said["says_ai_case"].splitlines()].count("None") == 3


def test_the_facilitators_key_names_what_the_pictures_are():
    key = (PROJECT.course / "facilitator" / "06_credentials.md").read_text()
    for name, (state, _ai) in STATES.items():
        assert re.search(rf"`{re.escape(name)}` \| {state}\b", key), name
