"""What only the lab "Taken back: what is still out there?" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import re
from itertools import product

import pytest

from medialit.consent import notices

from .proof import PROJECT


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("04_revocation")


@pytest.fixture(scope="module")
def key():
    return (PROJECT.course / "facilitator" / "04_revocation.md").read_text(encoding="utf-8")


def test_the_reference_finds_the_channels_that_the_library_finds_in_every_case(proof):
    channels = proof.namespace()["channels"]
    harms = [one.value for one in notices.Harm]
    for chosen, country, us, eu in product(range(1, 32), ("MA", "FR"), (True, False), (True, False)):
        named = [harm for bit, harm in enumerate(harms) if chosen >> bit & 1]
        case = notices.Case(
            harms=frozenset(map(notices.Harm, named)),
            minor=False,
            country=country,
            platform_serves_us=us,
            platform_serves_eu=eu,
        )
        asked = {"harms": named, "country": country, "serves_us": us, "serves_eu": eu}
        assert channels(asked) == [route.channel.value for route in notices.routes(case)], asked


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("all_until", "min(found)[1]", "Dear Rqia"):
        assert secret not in proof.released_text("ar")


def test_a_solved_lab_shows_what_the_text_and_the_key_tell(proof, key):
    said = proof.solved.said
    rows = {line[:4]: line for line in said["limits_table"].splitlines()}
    assert "'cropped': 0, 'others': 0}  others 0.0% [0.0%, 2.0%]" in rows["0.15"]
    assert "'cropped': 1, 'others': 1}" in rows["0.20"]
    assert "'cropped': 15, 'others': 2}" in rows["0.25"]
    assert "of 20 cropped copies 0 are found at 0.15, 15 at 0.25; of 190 innocent pairs 0 at 0.15" in key
    found = re.findall(r"'(?:messenger|blocky|cropped)': (\d+)", rows["0.15"])
    assert f"hit_rate={sum(map(int, found)) / 60:.2f}" in proof.cell("base_rate").source
    assert re.search(r"20000 clips; .* 0\.1% are copies", said["base_rate"])
    assert re.search(r" 10 clips; .* 55\.4% are copies", said["base_rate"])
    assert "Even at 1 in 100,000, of the flagged only 55 % are copies" in proof.prose("base_rate_read")
    assert said["log_case"].splitlines()[2:] == ["150 []", "170 ['school']", "200 []"]
    assert said["notice"].startswith("['law_09_08', 'cndp', 'platform']")
    assert said["notice"].rstrip().endswith("2026-06-12")


def test_the_fates_of_the_case_are_those_that_the_key_tells(proof, key):
    counts = [int(n) for n in re.findall(r": (\d+)\.", proof.blank.said["spread"])[:4]]
    assert sum(counts) == 40
    assert (
        f"{counts[0]} blocked, {counts[1]} unpublished, {counts[2]} notified, {counts[3]} out of reach" in key
    )
    assert f'"Copies that nobody can reach: {counts[3]}"' in proof.prose("spread_read")
    before, after, without = (int(n) for n in re.findall(r"\d+", proof.blank.said["spread"].splitlines()[-1]))
    assert before > without > after  # "most of the views were before", "a part is prevented"


def test_a_solved_lab_shows_one_figure(proof):
    assert sum("image/png" in out.get("data", {}) for _, out in proof.solved.outputs("execute_result")) == 1
