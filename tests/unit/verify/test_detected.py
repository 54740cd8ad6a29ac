"""What the detectors add to a report: a finding with its error rates, and "cannot tell" as a full answer."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from medialit import verify
from medialit.errors import CueError
from medialit.forensics.cues import look
from medialit.forensics.cues.records import Heat, Said
from medialit.forensics.detectors import Assessment, assess, where
from medialit.media import Clip, write
from medialit.verify import detected
from medialit.verify.detected import Rates, Synthetic, from_plain
from medialit.verify.findings import findings_of, say
from medialit.verify.pdf import to_pdf
from medialit.verify.render import to_fragment, to_html
from medialit.verify.report import Report
from medialit.world import Scene, Thing, film, render

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "reference" / "report.schema.json").read_text("utf-8")
)
RATES = Rates(false_alarm=0.03, hit=0.6, miss=0.1)
PLAIN = {
    "probability": 0.7, "finding": "signs", "message": "m {n}", "slots": {"n": "3"}, "spoke": [["Flicker", 1.5]],
    "scores": {"forest": 0.8, "network": None}, "rates": [0.03, 0.6, 0.1], "where": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    scene = Scene("medina", (Thing("ball", "blue", "roll_right"),), pan="left", fps=12.0)
    file = write(film(render(scene, size=(192, 128)), seed=2), tmp_path_factory.mktemp("clips") / "souk.mp4")
    with verify.Inspector() as one:
        return one.inspect(file)


def with_finding(report: Report, finding: detected.Finding) -> Report:
    found = Synthetic(
        finding=finding,
        probability=0.7,
        detectors=("forest",),
        asked=True,
        said=Said(message="This cue cannot tell."),
        rates=RATES,
    )
    return dataclasses.replace(report, synthetic=found)


def sentences(report: Report, lang: str) -> list[str]:
    return [say(one, lang=lang, isolate=False) for one in findings_of(report) if one.section == "synthetic"]


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_detectors_are_asked_unasked_and_the_report_fits_the_schema(report: Report, lang: str) -> None:
    said = json.loads(json.dumps(report.as_dict(lang=lang), allow_nan=False))
    jsonschema.validate(said, SCHEMA, jsonschema.Draft202012Validator)
    found = said["synthetic"]
    assert found["detectors"] and found["finding"] in ("signs", "cannot-tell", "no-signs")
    assert set(found["scores"]) == set(found["detectors"])
    assert 0 <= found["false_alarm_rate"] <= 1 and set(found["ppv"]) == {"0.005", "0.05", "0.5"}


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_signs_come_with_the_false_alarms_and_what_they_mean_at_three_base_rates(
    report: Report, lang: str
) -> None:
    said = " ".join(sentences(with_finding(report, "signs"), lang))
    assert "3.0%" in said
    assert all(f"{100 * (RATES.ppv(rate) or 0):.0f}" in said for rate in detected.BASE_RATES[1:])


@pytest.mark.parametrize("finding", ["signs", "cannot-tell", "no-signs"])
def test_no_finding_judges_the_file_and_each_says_what_it_does_not_say(
    report: Report, finding: detected.Finding
) -> None:
    said = " ".join(sentences(with_finding(report, finding), "en"))
    assert not re.search(r"\b(real|fake|authentic|genuine)\b", said)
    told = {"signs": "look like this too", "no-signs": "look like this too", "cannot-tell": "a full answer"}
    assert told[finding] in said


def test_a_rarer_kind_of_clip_makes_fewer_alarms_right() -> None:
    right = [RATES.ppv(rate) or 0.0 for rate in detected.BASE_RATES]
    assert right == sorted(right) and right[0] < 0.1 < right[-1]


def test_detectors_that_break_are_not_said_to_have_seen_nothing(report: Report) -> None:
    broken = dataclasses.replace(report, synthetic=Synthetic(asked=True))
    assert "could not be asked" in sentences(broken, "en")[0]
    assert "No detector was asked" in sentences(dataclasses.replace(report, synthetic=Synthetic()), "en")[0]


@pytest.mark.parametrize(
    "change",
    [
        {"finding": "fake"},
        {"probability": 1.5},
        {"probability": float("nan")},
        {"rates": [0.1, 0.2]},
        {"rates": [0.1, 0.2, -1]},
        {"message": "{n.__class__}"},
        {"message": "{n:>99999999}"},
        {"message": "{other}"},
        {"message": "}{"},
        {"slots": {"n": 3}},
        {"spoke": [["Flicker"]]},
        {"spoke": [["Flicker", "much"]]},
        {"scores": {"forest": float("inf")}},
        {"scores": []},
        {"where": [1.0, "not a picture", "nor this"]},
        {"where": [float("nan"), "", ""]},
        {"where": [1.0]},
        {"where": "here"},
    ],
)
def test_nothing_but_an_assessment_is_taken_from_the_other_process(change: dict[str, object]) -> None:
    assert from_plain(PLAIN).said == Said(message="m {n}", slots={"n": "3"})
    with pytest.raises(CueError):
        from_plain(PLAIN | change)


def _seen(seconds: float = 1.25) -> Heat:
    values = np.zeros((24, 40), np.float32)
    values[5:9, 10:20] = 1.0
    return Heat(time_s=seconds, picture=np.full((96, 160, 3), 120, np.uint8), values=values)


def _assessed(finding: detected.Finding) -> Assessment:
    footage = look(Clip(np.zeros((3, 128, 128, 3), np.uint8), 12.0))
    return dataclasses.replace(assess(footage), finding=finding)


@pytest.mark.parametrize("finding", ["signs", "cannot-tell"])
def test_where_the_network_sees_something_comes_through_the_other_process(finding: detected.Finding) -> None:
    plain = json.loads(json.dumps(detected.as_plain(_assessed(finding), _seen())))
    found = from_plain(plain)
    assert found.where is not None and found.where.time_s == 1.25
    assert found.as_dict(lang="en")["where_s"] == 1.25


def test_of_a_clip_without_signs_no_bright_places_are_shown() -> None:
    assert from_plain(detected.as_plain(_assessed("no-signs"), _seen())).where is None


@pytest.mark.parametrize(("lang", "word"), [("en", "Bright places"), ("fr", "clairs"), ("ar", "الفاتحة")])
def test_the_report_shows_where_and_says_what_that_is_not(report: Report, lang: str, word: str) -> None:
    seen = from_plain(detected.as_plain(_assessed("signs"), _seen()))
    told = dataclasses.replace(report, synthetic=seen)
    jsonschema.validate(told.as_dict(lang=lang), SCHEMA, jsonschema.Draft202012Validator)
    assert word in " ".join(sentences(told, lang))
    page = to_html([told], lang=lang)
    assert page.count("data:image/jpeg") == 2
    assert to_fragment(told, lang=lang, pictures=False).count("data:image/jpeg") == 2  # as in the window
    assert "data:image/jpeg" not in to_html([with_finding(report, "signs")], lang=lang)
    with_picture, without = (len(to_pdf([one], lang=lang)) for one in (told, with_finding(report, "signs")))
    assert with_picture > without + 1000


def test_a_clip_that_the_detectors_cannot_judge_has_no_place_either() -> None:
    assert where(look(Clip(np.zeros((3, 128, 128, 3), np.uint8), 12.0))) is None
