"""The closer look: what the cues add to a report, whatever a file does to the process that reads it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from medialit import verify
from medialit.cli import main
from medialit.errors import CueError
from medialit.forensics import cues
from medialit.forensics.cues.shown import from_plain
from medialit.media import Clip, write, write_image
from medialit.media.limits import DEFAULT_LIMITS
from medialit.verify import asking, closer
from medialit.verify.findings import findings_of
from medialit.verify.report import Report
from medialit.world import Scene, Thing, film, render

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "reference" / "report.schema.json").read_text("utf-8")
)


@pytest.fixture(scope="module")
def clip() -> Clip:
    scene = Scene("medina", (Thing("ball", "blue", "roll_right"),), pan="left", fps=12.0)
    return film(render(scene, size=(192, 128)), seed=2)


@pytest.fixture(scope="module")
def file(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(clip, tmp_path_factory.mktemp("clips") / "souk.mp4")


@pytest.fixture(scope="module")
def one() -> Iterator[verify.Inspector]:
    with verify.Inspector(detect=False) as inspector:
        yield inspector


@pytest.fixture(scope="module")
def report(one: verify.Inspector, file: Path) -> Report:
    return one.inspect(file, cues="light")


def codes(report: Report) -> set[str]:
    return {found.code for found in findings_of(report)}


def test_unasked_the_cues_say_nothing_and_the_report_says_so(one: verify.Inspector, file: Path) -> None:
    report = one.inspect(file)
    assert report.cues.readings == () and "cues.not-asked" in codes(report)
    assert "<img" not in verify.to_html([report], lang="en")


def test_the_light_cues_each_say_something_with_the_pixels_that_they_saw(report: Report, clip: Clip) -> None:
    seen = report.cues
    assert [reading.cue for reading in seen.readings] == list(cues.light())
    assert (seen.n_frames, seen.whole, seen.broken, seen.unread) == (clip.n_frames, True, (), ())
    noise = next(reading for reading in seen.readings if reading.cue == "noise")
    assert len(noise.spots) == 3 and noise.curve is not None
    assert all(spot.picture.startswith(b"\xff\xd8") and spot.heat != spot.picture for spot in noise.spots)
    assert 3 <= len(seen.strip) <= 8


def test_the_reading_in_the_other_process_is_the_reading_in_this_one(report: Report, file: Path) -> None:
    here = cues.read("flicker", cues.look(file))
    there = next(reading for reading in report.cues.readings if reading.cue == "flicker")
    assert here.score is not None and there.score == pytest.approx(here.score, rel=1e-5)
    assert there.explain("fr") == here.explain("fr")


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "zgh"])
def test_a_report_with_cues_fits_the_published_schema(report: Report, lang: str) -> None:
    said = json.loads(json.dumps(report.as_dict(lang=lang), allow_nan=False))
    jsonschema.validate(said, SCHEMA, jsonschema.Draft202012Validator)
    assert said["cues"]["asked"] == "light" and len(said["cues"]["readings"]) == len(cues.light())


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_page_with_pictures_still_asks_nobody_and_runs_nothing(
    report: Report, lang: str, direction: str
) -> None:
    page = verify.to_html([report], lang=lang)
    assert f'dir="{direction}"' in page and "img-src data:" in page
    assert page.count("<img") > 10 and page.count("<svg") > 5
    assert not re.search(r"<(script|iframe|object|form|link|base)\b", page)
    assert all(source.startswith("data:image/jpeg;base64,") for source in re.findall(r'src="([^"]*)', page))


def test_paper_and_terminal_have_every_cue(report: Report) -> None:
    assert verify.to_pdf([report], lang="ar").startswith(b"%PDF-")
    text = verify.to_text(report, lang="en")
    assert all(cues.card(name).title in text for name in cues.light())


def test_what_chance_alone_would_reach_stands_beside_what_was_reached(report: Report) -> None:
    counted = report.cues.balance
    rates = [cues.measured(reading.cue) for reading in report.cues.readings if reading.score is not None]
    assert 0 < counted.expected < len(rates)
    said = report.as_dict()["findings"]
    assert any(f"about {counted.expected:.1f} would" in sentence for sentence in said)


def test_a_single_picture_is_looked_at_and_its_error_rates_are_said_to_be_unknown(
    one: verify.Inspector, clip: Clip, tmp_path: Path
) -> None:
    path = tmp_path / "still.png"
    write_image(np.asarray(clip.frames[0]), path)
    report = one.inspect(path, cues="light")
    assert report.cues.broken == () and report.cues.n_frames == 1
    assert "cues.picture" in codes(report)
    told = {reading.cue for reading in report.cues.readings if reading.score is not None}
    assert "noise" in told and "flicker" not in told


@pytest.mark.parametrize("name", ["empty.mp4", "text.mp4", "cut.mp4", "folder", "none.mp4", "tiny.png"])
def test_a_broken_file_gets_a_report_and_no_traceback(
    one: verify.Inspector, others: dict[str, Path], tmp_path: Path, name: str
) -> None:
    report = one.inspect(others.get(name, tmp_path / name), cues="light")
    jsonschema.validate(report.as_dict(), SCHEMA, jsonschema.Draft202012Validator)
    assert report.cues.readings or "cues.no-pictures" in codes(report)
    assert report.cues.broken == ()


def test_when_the_time_is_over_the_cues_that_did_not_look_are_named(file: Path) -> None:
    with verify.Inspector(detect=False, budget=verify.Budget(cue_seconds=0.0)) as hasty:
        report = hasty.inspect(file, cues="light")
    assert report.cues.readings == () and set(report.cues.unread) == set(cues.light())
    assert "cues.unread" in codes(report)


def test_a_process_lost_between_two_cues_keeps_what_was_said(
    one: verify.Inspector, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def end(share: float, what: str) -> None:
        told.append(what)
        if what == "noise":
            process = one._worker._process
            assert process is not None
            process.kill()
            process.wait()

    seen = one.look_closer(file, cues="light", on_progress=end)
    before = cues.light().index("noise")
    assert [reading.cue for reading in seen.readings] == list(cues.light()[:before])
    assert seen.unread == cues.light()[before:]
    assert one.look_closer(file, names=["noise"]).readings[0].cue == "noise"


def test_a_cue_that_breaks_says_nothing_and_the_next_one_looks(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_(name: str, footage: cues.Footage) -> cues.Reading:
        raise ZeroDivisionError if name == "noise" else CueError("another")

    monkeypatch.setattr(cues, "read", break_)
    answers: list[dict[str, object]] = []
    closer.look_closer(
        file,
        still=False,
        names=["noise", "flicker"],
        detect=False,
        seconds=60,
        limits=DEFAULT_LIMITS,
        answer=answers.append,
    )
    stages = [(answer["stage"], answer.get("cue")) for answer in answers if answer["stage"] != "progress"]
    assert stages == [("seen", None), ("broken", "noise"), ("broken", "flicker")]


def test_progress_grows_and_names_what_is_done(one: verify.Inspector, file: Path) -> None:
    told: list[tuple[float, str]] = []
    one.look_closer(file, cues="light", on_progress=lambda share, what: told.append((share, what)))
    shares = [share for share, _what in told]
    assert shares == sorted(shares) and shares[-1] <= 1
    assert [what for _share, what in told if what != "decode"] == list(cues.light())


def test_an_unknown_cue_is_refused_before_anything_is_read(one: verify.Inspector, file: Path) -> None:
    with pytest.raises(CueError, match="aura"):
        one.look_closer(file, names=["aura"])


JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 and so on").decode()
PLAIN = {
    "cue": "noise",
    "score": 1.5,
    "message": "m",
    "slots": {},
    "curve": None,
    "spots": [[0.5, JPEG, JPEG]],
}


@pytest.mark.parametrize(
    "change",
    [
        {"cue": "aura"},
        {"cue": None},
        {"score": "1"},
        {"score": float("nan")},
        {"score": True},
        {"message": "x" * 2000},
        {"slots": {"a": 1}},
        {"slots": []},
        {"spots": [[0, base64.b64encode(b"<svg onload=1>").decode(), JPEG]]},
        {"spots": [[0, "%%%", JPEG]]},
        {"spots": [[0, JPEG]]},
        {"curve": [[0.0], [1.0, 2.0], "label", None]},
        {"curve": [[0.0], [float("inf")], "label", None]},
        {"curve": "flat"},
    ],
)
def test_nothing_but_a_reading_is_taken_from_the_other_process(change: dict[str, object]) -> None:
    assert from_plain(PLAIN, known=cues.CUES).spots[0].time_s == 0.5
    with pytest.raises(CueError):
        from_plain(PLAIN | change, known=cues.CUES)


def test_what_a_lost_process_said_last_does_not_break_the_asking(file: Path) -> None:
    looked = asking.Looked()
    with pytest.raises((KeyError, CueError, TypeError, ValueError)):
        looked.take({"stage": "cue", "reading": {"cue": "noise"}})
    looked.take({"stage": "broken", "cue": "<script>"})
    assert looked.readings == [] and looked.broken == []


def test_the_command_has_cues_in_every_format(file: Path, tmp_path: Path) -> None:
    for style in ("json", "html"):
        out = tmp_path / f"report.{style}"
        result = CliRunner().invoke(
            main, ["inspect", str(file), "--cues", "light", "--format", style, "--out", str(out)]
        )
        assert result.exit_code == 0, result.output
    [said] = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert len(said["cues"]["readings"]) == len(cues.light())
    assert "data:image/jpeg" in (tmp_path / "report.html").read_text("utf-8")
