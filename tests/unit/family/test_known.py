"""A report in a parent's words: never a verdict, and a hostile file is only an unknown one."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest

from medialit import pipeline
from medialit.apps.family import look
from medialit.family.known import BOUNDS, known
from medialit.media import Clip, write

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
VERDICT = re.compile(r"\b(real|fake|genuine|authentic)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    small = np.random.default_rng(4).integers(40, 220, (1, 17, 30, 3), np.uint8)
    frames = small.repeat(16, axis=1).repeat(16, axis=2).repeat(8, axis=0)
    return write(Clip(frames, 8.0), tmp_path_factory.mktemp("brought") / "brought.mp4")


def report_of(path, home):
    with pipeline.inspector(home=home, trust_course=True, budget=BOUNDS, detect=False) as one:
        return one.inspect(path)


def test_a_clip_that_says_nothing_about_itself_is_neither_accused_nor_cleared(clip, tmp_path):
    found = known(report_of(clip, tmp_path), lang="en")
    assert found.sentence.startswith("Nothing in this file says where it comes from.")
    assert "Whether AI was used: nobody vouches for that, either way." in found.unknown
    assert not VERDICT.search(" ".join((found.sentence, *found.known, *found.unknown, *found.do)))


def test_what_was_published_here_is_known_by_its_signature_and_its_mark(clip, tmp_path):
    target = tmp_path / "postcard.mp4"
    pipeline.publish(clip, target, title="postcard", lang="en", now=NOW, home=tmp_path)
    found = known(report_of(target, tmp_path), lang="en")
    assert "says that AI made it" in found.sentence and "known here" in found.sentence
    assert "It carries the invisible mark of this computer." in found.known
    assert any("sealed by" in one for one in found.known)
    assert not any("Whether AI was used" in one for one in found.unknown)
    assert any("happened" in one for one in found.unknown)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_file_that_is_no_media_stays_unknown_and_is_gone_afterwards(lang, tmp_path):
    brought = tmp_path / "clip.mp4"
    brought.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 4096)
    found = known(look(brought, home=tmp_path), lang=lang)
    assert found.sentence and len(found.do) == 3
    assert not brought.exists()


def test_a_file_that_is_too_large_is_not_opened(tmp_path):
    brought = tmp_path / "large.mp4"
    with brought.open("wb") as file:
        file.truncate(BOUNDS.max_bytes + 1)
    found = known(look(brought, home=tmp_path), lang="en")
    assert "could not be read" in found.sentence and not brought.exists()
