"""The page that shows a challenge: what it holds, whom it warns, and that a face before it is enrolled."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.cli import main
from medialit.errors import EnrolmentError, LanguageError
from medialit.likeness.challenge import HUES, Challenge, Light, draw_challenge
from medialit.likeness.enrol import issue
from medialit.likeness.page import challenge_page
from medialit.likeness.refusal import Refusal
from medialit.likeness.vault import Vault
from medialit.media import write, write_image

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
LIT = draw_challenge(seed=3, now=NOW, pace=0.6, light=True)


def given_to(page: str) -> dict:
    """What the page was given to show."""
    [text] = re.findall(r'<script id="given" type="application/json">(.*?)</script>', page, flags=re.DOTALL)
    return json.loads(text)


def lights_of(page: str) -> tuple[Light, ...]:
    """The colours that the page shows, and when."""
    names = {"rgb({}, {}, {})".format(*colour): hue for hue, colour in HUES.items()}
    return tuple(Light(start_s=one["start_s"], hue=names[one["colour"]]) for one in given_to(page)["lights"])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64), st.floats(0.6, 3.0), st.booleans())
def test_the_page_shows_what_the_challenge_asks_at_its_moments(seed, pace, light):
    challenge = draw_challenge(seed=seed, now=NOW, pace=pace, light=light)
    page = challenge_page(challenge)
    shown = given_to(page)
    assert lights_of(page) == challenge.lights
    assert [(one["action"], one["start_s"], one["end_s"]) for one in shown["steps"]] == [
        (step.action, step.start_s, step.end_s) for step in challenge.steps
    ]
    digits = [(one["start_s"], one["digit"]) for step in shown["steps"] for one in step["digits"]]
    assert digits == [(one.shown_s, one.digit) for one in challenge.digits]
    assert shown["duration_s"] == challenge.duration_s


def test_each_language_has_every_sentence_and_arabic_runs_to_the_left():
    words = given_to(challenge_page(LIT, lang="zgh"))["words"]
    assert list(words) == ["en", "fr", "ar", "zgh"]
    assert {code: one["dir"] for code, one in words.items() if code != "zgh"} == {
        "en": "ltr", "fr": "ltr", "ar": "rtl",
    }  # fmt: skip
    for key in words["en"].keys() - {"dir", "name"}:
        said = {json.dumps(words[code][key]) for code in ("en", "fr", "ar")}
        assert len(said) == 3, key
    page = challenge_page(LIT)
    asked = set(re.findall(r'data-say="(\w+)"', page)) | set(re.findall(r"words\(\)\.(\w+)", page))
    told = set(re.findall(r'(?:tell|stop)\("(\w+)"\)', page))
    assert asked | told <= words["en"].keys() and {"warning", "harmless", "stop"} <= asked
    with pytest.raises(LanguageError):
        challenge_page(LIT, lang="tlh")


def test_the_page_asks_nobody_for_anything():
    page = challenge_page(LIT)
    assert "default-src 'none'" in page and "connect-src" not in page
    assert re.findall(r"https?:|//\w+\.|@import|url\(|\bsrc=|<link", page) == []


def test_a_file_name_cannot_end_the_script():
    name = "</script><script>alert(1)</script>.json"
    page = challenge_page(LIT, file=name)
    assert given_to(page)["file"] == name and "alert(1)</script>" not in page


def test_colours_that_change_more_than_three_times_a_second_are_never_shown():
    start = LIT.lights[2].start_s
    for gap, harms in ((0.3, True), (0.34, False)):
        quick = Light(start_s=start + gap, hue="red")
        lights = sorted((*LIT.lights[:3], quick), key=lambda one: one.start_s)
        flashing = replace(LIT, lights=tuple(lights))
        if harms:
            with pytest.raises(EnrolmentError, match="can harm"):
                challenge_page(flashing)
        else:
            assert lights_of(challenge_page(flashing)) == flashing.lights


@pytest.fixture
def hand_in(tmp_path, monkeypatch, puppet):
    """Issue a challenge of light as the command does, write its page, and hand recordings in as a person does."""
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    challenge = issue(Vault(), now=datetime.now(UTC), seed=3, pace=0.6, light=True)
    (tmp_path / "challenge.json").write_text(challenge.to_json())
    (tmp_path / "challenge.html").write_text(challenge_page(challenge), encoding="utf-8")
    write_image(puppet.picture, tmp_path / "me.png")

    def enrol(recording):
        write(recording, tmp_path / "cameo.mp4")
        given = ("--challenge", "challenge.json", "--reference", "me.png", "--name", "Tiziri Umlil")
        return CliRunner().invoke(main, ["likeness", "enrol", "cameo.mp4", *given])

    return challenge, tmp_path / "challenge.html", enrol


def test_who_sits_before_the_page_is_enrolled(hand_in, subjects, puppet):
    challenge, page, enrol = hand_in
    lit_by_the_page = replace(challenge, lights=lights_of(page.read_text(encoding="utf-8")))
    said = enrol(subjects.perform(puppet, lit_by_the_page))
    assert said.exit_code == 0, said.output
    assert [one.name for one in Vault().list()] == ["Tiziri Umlil"]


def test_a_replay_that_the_page_did_not_light_is_refused_though_all_else_is_right(hand_in, genuine):
    challenge, _page, enrol = hand_in
    assert challenge.steps == LIT.steps  # what was recorded for an equal challenge, without the page
    said = enrol(genuine)
    reasons = [Refusal(code=code).sentence("en") for code in ("dim", "light")]
    assert said.exit_code == 1 and any(said.stderr.strip() == f"Error: {reason}" for reason in reasons), (
        said.stderr
    )
    assert Vault().list() == ()


def test_the_page_of_a_challenge_that_was_read_from_its_file_is_the_same():
    assert challenge_page(Challenge.from_json(LIT.to_json())) == challenge_page(LIT)
    assert np.diff([one.start_s for one in lights_of(challenge_page(LIT))]).min() > 0.99
