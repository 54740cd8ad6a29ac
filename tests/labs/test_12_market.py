"""What only the lab "Rights market: a face on loan" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.consent.market import Terms as Paper
from medialit.consent.market import pro_rata, red_flags, split

from .proof import PROJECT

SHARES = st.lists(st.integers(1, 50), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("12_market")


@pytest.fixture(scope="module")
def reference(proof):
    return proof.namespace()


def test_no_two_learners_meet_the_same_sum(proof):
    one, other = (set(proof.questions(seed)) for seed in (1, 2))
    assert {name for name, _ in one & other} <= {"permits", "stops", "in_the_way"}


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("def covers", "most = sorted", "raised in found", "Dear Mehdi"):
        assert secret not in proof.released_text("ar")


@given(centimes=st.integers(0, 10**9), shares=SHARES)
def test_the_reference_divides_as_the_library_does(reference, centimes, shares):
    payees = {f"payee{place:02}": share for place, share in enumerate(shares)}
    assert reference["divide"](centimes, shares) == list(split(centimes, payees).values())


@given(
    fee=st.integers(0, 10**9),
    n_days=st.integers(1, 400),
    hours=st.integers(0, 9_000),
    up_days=st.integers(0, 90),
    share=st.floats(0, 1),
)
def test_the_reference_settles_as_the_library_does_and_keeps_every_centime(
    reference, fee, n_days, hours, up_days, share
):
    used = math.ceil(hours / 24) + up_days
    earned, refund = pro_rata(fee, used=used, total=n_days)
    paid = int(earned * share)
    assert reference["settle"](fee, n_days, hours, up_days, paid) == [earned, earned - paid, refund]
    assert paid + (earned - paid) + refund == fee


def test_the_reference_stops_where_the_library_does(reference):
    rng = np.random.default_rng(12)
    words = [
        *("minor", "guardian_signs", "irrevocable", "voice_named", "perpetual", "worldwide", "all_media"),
        *("earns_revenue", "paid", "exclusive", "minimum"),
    ]
    for _case in range(200):
        terms = {word: bool(rng.integers(2)) for word in words}
        voice = bool(rng.integers(2))
        paper = Paper(likeness_includes_voice=voice, **terms)
        found = reference["stops"](terms | {"voice_included": voice})
        assert found == [flag.code for flag in red_flags(paper)]


def test_a_solved_lab_shows_what_the_text_tells(proof):
    said = proof.solved.said
    told = proof.prose("settle_read")
    ended, total = said["settle_case"].splitlines()[0].rsplit(" ", 1)
    balances = ast.literal_eval(ended)
    assert total == "0" and -balances["outside"] == 250_000
    for account in ("wallet:tiziri", "wallet:mehdi", "wallet:riad"):
        assert f"{balances[account] / 100:,.2f}" in told, account
    daily, once = (line.rsplit(" ", 1) for line in said["divide_days"].splitlines())
    assert daily[1] == once[1] == "0"
    sums = [ast.literal_eval(found)["wallet:mehdi"] for found in (daily[0], once[0])]
    assert all(f"{found:,}" in proof.prose("divide_read") for found in sums) and sums[0] - sums[1] == 10
    assert said["calendar_real"].splitlines()[-1] == "()"


def test_the_numbers_of_the_look_alikes_are_those_that_follow(proof):
    told = proof.prose("fate_read")
    n, found, z = 180, 91, 1.96
    share = found / n
    middle, half = share + z**2 / (2 * n), z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = ((middle + sign * half) / (1 + z**2 / n) for sign in (-1, 1))
    assert f"{share:.0%}".replace("%", " %") in told
    assert f"{low:.0%}"[:-1] + " to " + f"{high:.0%}"[:-1] in told
    others = 990 * share
    assert round(others, -1) == 500 and f"{100 * 10 / (10 + others):.0f} times in 100" in told


def test_the_facilitators_key_has_the_sums_of_the_lab():
    key = (PROJECT.course / "facilitator" / "12_market.md").read_text()
    for number in ("866.66", "216.67", "1,416.67", "466.66", "116.67", "91 of 180"):
        assert number in key
