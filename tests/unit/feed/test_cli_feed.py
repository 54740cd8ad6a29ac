"""The commands about the feed, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from feed_builders import NOON, member, post

from medialit.cli import main
from medialit.feed.records import Controls
from medialit.feed.store import FeedStore


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["feed", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_an_order_is_shown_and_is_the_same_for_two_members_without_personalisation() -> None:
    one = json.loads(run("rank", "--as", "m12", "--example", "3", "--not-personalised", "--format", "json"))
    other = json.loads(run("rank", "--as", "m15", "--example", "3", "--not-personalised", "--format", "json"))
    personal = json.loads(run("rank", "--as", "m15", "--example", "3", "--personalised", "--format", "json"))
    assert [row["post"] for row in one] == [row["post"] for row in other] != [row["post"] for row in personal]
    assert len(one) == 10


def test_a_minors_controls_hold_here_too() -> None:
    rows = json.loads(run("rank", "--as", "m1", "--example", "3", "-n", "99", "--format", "json"))
    assert 0 < len(rows) <= 30
    assert not any(row["synthetic"] and not row["labelled"] for row in rows)


@pytest.mark.parametrize(
    ("lang", "words", "shown"), [("en", "only cooking", "cooking"), ("fr", "seulement la cuisine", "cuisine")]
)
def test_steering_says_what_it_understood_and_does_it(lang: str, words: str, shown: str) -> None:
    text = run("rank", "--as", "m12", "--example", "3", "--steer", words, "--lang", lang)
    assert shown in text.splitlines()[0]
    rows = json.loads(
        run("rank", "--as", "m12", "--example", "3", "--steer", words, "--lang", lang, "--format", "json")
    )
    assert rows and all("cooking" in row["topics"] for row in rows)


def test_an_explanation_adds_up_and_speaks_the_language() -> None:
    first = json.loads(run("rank", "--as", "m12", "--example", "3", "--personalised", "--format", "json"))[0]
    data = json.loads(
        run("explain", first["post"], "--as", "m12", "--example", "3", "--personalised", "--format", "json")
    )
    assert sum(term["points"] for term in data["terms"]) == pytest.approx(first["score"], abs=0.01)
    french = run("explain", first["post"], "--as", "m12", "--example", "3", "--personalised", "--lang", "fr")
    assert french.startswith("Cet ordre a été fait pour vous")


def test_the_order_of_a_store_leaves_out_what_was_taken_back(tmp_path: Path) -> None:
    place = tmp_path / "feed.db"
    with FeedStore(place) as store:
        store.keep_all([member("aya", own=Controls()), post("p1"), post("p2")], by="aya", now=NOON)
        store.take_back("p1", by="aya", now=NOON)
    rows = json.loads(run("rank", "--as", "aya", "--place", str(place), "--format", "json"))
    assert [row["post"] for row in rows] == ["p2"]


def test_where_there_is_no_feed_or_member_or_condition_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path))
    for arguments, says in (
        (["rank", "--as", "aya"], "Try --example 1"),
        (["rank", "--as", "aya", "--example", "1"], "Members: m0"),
        (["explain", "p9999", "--as", "m1", "--example", "1"], "not among the"),
        (["simulate", "--condition", "calm"], "Choose from: engagement-first"),
    ):
        done = CliRunner().invoke(main, ["feed", *arguments])
        assert done.exit_code == 1
        assert says in done.output
    assert not (tmp_path / "feed").exists()


def test_a_simulation_says_that_it_is_one_and_gives_every_number_as_json() -> None:
    small = ["--viewers", "40", "--days", "2", "--condition", "creation-first"]
    assert "assumed" in run("simulate", *small).splitlines()[0]
    found = json.loads(run("simulate", *small, "--format", "json"))
    assert found["creation-first"]["minutes"] > 0
