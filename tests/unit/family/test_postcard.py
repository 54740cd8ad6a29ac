"""A postcard: judged first, then made; marked and sealed with this computer's keys, and kept nowhere."""

from datetime import UTC, datetime

import pytest

from medialit import pipeline
from medialit.family import postcard
from medialit.family.known import BOUNDS, known

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return home, postcard.make("a red ball bounces on the beach", seed=3, now=NOW, lang="ar", home=home)


def test_a_postcard_is_sealed_and_marked_and_known_when_it_is_brought_back(made, tmp_path):
    home, card = made
    path = tmp_path / "brought.mp4"
    path.write_bytes(card.data)
    with pipeline.inspector(home=home, trust_course=True, budget=BOUNDS, detect=False) as one:
        report = one.inspect(path)
    assert (report.credentials.state, report.credentials.ai, report.watermark.found) == (
        "trusted",
        True,
        True,
    )
    assert "AI made it" in known(report, lang="en").sentence


def test_this_computer_keeps_the_keys_and_neither_the_clip_nor_the_words(made):
    home, _card = made
    assert {one.name for one in home.iterdir()} == {"keys", "watermark.key"}
    assert not any(b"bounces" in one.read_bytes() for one in home.rglob("*") if one.is_file())


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_what_is_not_made_is_told_with_a_reason_and_other_words(lang, tmp_path):
    found = postcard.make("Lionel Messi bounces on the beach", seed=3, now=NOW, lang=lang, home=tmp_path)
    assert isinstance(found, postcard.Declined)
    assert found.reason and found.suggestion and found.disagree
    assert list(tmp_path.iterdir()) == []  # it is judged before a key is made
