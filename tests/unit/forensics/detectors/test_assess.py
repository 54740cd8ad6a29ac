"""Laws of the assessment: it is said of every clip that can be read, and never more than is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from medialit.errors import CueError
from medialit.forensics import detectors
from medialit.forensics.cues import look
from medialit.media import Clip
from medialit.world import Scene, Thing, film, render


def _filmed(*, n: int = 16, seed: int = 1, size: tuple[int, int] = (160, 128)) -> Clip:
    scene = Scene("souk", (Thing("cat", "red", "roll_left"),), fps=12.0)
    clip = render(scene, size=size)
    return film(Clip(clip.frames[:n], clip.fps), seed=seed)


@pytest.fixture(scope="module")
def filmed() -> Clip:
    return _filmed()


@pytest.fixture(scope="module")
def assessed(filmed: Clip) -> detectors.Assessment:
    return detectors.assess(look(filmed))


def test_an_assessment_has_all_that_others_read(assessed: detectors.Assessment) -> None:
    found = assessed
    assert set(found.scores) == set(detectors.DETECTORS)
    assert found.probability is not None and 0 <= found.probability <= 1
    assert found.finding in ("signs", "cannot-tell", "no-signs")
    assert found.spoke and all(one.weight for one in found.spoke)
    json.dumps(found.as_dict(lang="fr"))


def test_the_same_clip_gets_the_same_assessment(filmed: Clip, assessed: detectors.Assessment) -> None:
    assert detectors.assess(look(filmed)).as_dict() == assessed.as_dict()


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_the_finding_is_a_sentence_in_each_language(assessed: detectors.Assessment, lang: str) -> None:
    assert len(assessed.explain(lang)) > 20
    assert all(len(one.say(lang)) > 3 for one in assessed.spoke)


def test_of_too_short_a_clip_nobody_can_tell(filmed: Clip) -> None:
    found = detectors.assess(look(Clip(filmed.frames[:7], filmed.fps)))
    assert found.finding == "cannot-tell" and found.probability is None
    assert "7" in found.explain("en")


def test_of_too_small_a_clip_nobody_can_tell(filmed: Clip) -> None:
    found = detectors.assess(look(Clip(np.ascontiguousarray(filmed.frames[:, :90, :90]), filmed.fps)))
    assert found.finding == "cannot-tell" and found.probability is None


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((12, 128, 128, 3), np.uint8),
        np.full((12, 128, 128, 3), 255, np.uint8),
        np.random.default_rng(1).integers(0, 256, (12, 128, 128, 3), np.uint8),
        np.tile(np.indices((128, 128)).sum(0)[None, :, :, None] % 2 * 255, (12, 1, 1, 3)).astype(np.uint8),
        np.zeros((9, 97, 400, 3), np.uint8),
        np.zeros((1, 1, 1, 3), np.uint8),
    ],
    ids=["black", "white", "noise", "chequered", "wide", "one pixel"],
)
def test_what_no_camera_films_is_assessed_too_and_not_called_fake_for_being_strange(
    frames: np.ndarray,
) -> None:
    found = detectors.assess(look(Clip(frames, 12.0)))
    assert found.finding != "signs"
    assert found.probability is None or 0 <= found.probability <= 1


def test_only_the_detectors_that_are_asked_answer(filmed: Clip) -> None:
    found = detectors.assess(look(filmed), names=["forest"])
    assert list(found.scores) == ["forest"] and list(found.cards) == ["forest"]


def test_a_detector_that_there_is_not_is_named(filmed: Clip) -> None:
    with pytest.raises(CueError, match="oracle"):
        detectors.assess(look(filmed), names=["oracle"])
    with pytest.raises(CueError, match="oracle"):
        detectors.detector("oracle")


def test_one_detector_gives_the_score_that_the_assessment_shows(filmed: Clip) -> None:
    footage = look(filmed)
    found = detectors.assess(footage)
    for name in detectors.DETECTORS:
        assert detectors.detector(name).name == name
        assert detectors.detector(name).score(footage) == found.scores[name]


def test_a_mirror_image_is_no_other_clip_for_the_trees(filmed: Clip) -> None:
    straight = detectors.assess(look(filmed), names=["forest"])
    mirrored = detectors.assess(
        look(Clip(np.ascontiguousarray(filmed.frames[:, :, ::-1]), filmed.fps)), names=["forest"]
    )
    assert straight.probability == pytest.approx(mirrored.probability, abs=0.15)


def test_clips_that_differ_in_grain_alone_get_different_scores() -> None:
    one, two = (detectors.detector("forest").score(look(_filmed(seed=s))) for s in (1, 2))
    assert one != two


def test_operating_points_leave_room_for_not_knowing() -> None:
    points = detectors.operating()
    assert 0 <= points.no_signs_at < min(points.signs_at, points.worn_signs_at) <= 1
    assert points.false_alarm_rate <= 0.05
