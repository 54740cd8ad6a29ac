"""What a report says about files of every kind, and what it never says."""

import json
import os
import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from medialit import pipeline, verify
from medialit.language import LANGUAGES
from medialit.media import degrade, read, write
from medialit.provenance.trust import parse_trust_list
from medialit.verify import words
from medialit.verify.findings import findings_of
from medialit.verify.report import Report

NOW = datetime.now(UTC)
SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "reference" / "report.schema.json").read_text("utf-8")
)


@pytest.fixture(scope="module")
def inspector(school):
    with pipeline.inspector(trust_course=True, home=school.home, detect=False) as one:
        yield one


def codes(report: Report) -> set[str]:
    return {one.code for one in findings_of(report)}


def test_a_published_clip_is_known_by_everything_that_was_put_into_it(inspector, school) -> None:
    report = inspector.inspect(school.made.path, now=NOW)
    assert (report.credentials.state, report.credentials.ai, report.kind) == ("trusted", True, "video")
    assert report.watermark.payload == school.made.clip.payload
    assert report.watermark.p_value is not None
    assert report.watermark.p_value <= 1e-6
    assert [(one.by, one.alike) for one in report.fingerprint.matches] == [("watermark", True)]
    assert report.examined.whole
    assert report.examined.n_frames == 12
    assert not report.problems
    assert {"credentials.trusted", "credentials.ai-yes", "watermark.registered"} <= codes(report)


def test_without_a_list_nobody_is_trusted_and_the_report_says_why(school) -> None:
    with pipeline.inspector(home=school.home) as one:
        report = one.inspect(school.made.path)
    assert report.credentials.state == "valid"
    assert {"credentials.valid", "credentials.no-list"} <= codes(report)


def test_a_report_names_the_lists_that_it_asked(school) -> None:
    own = pipeline.own_authority(school.home)
    with pipeline.inspector(trust=own, home=school.home) as one:
        said = one.inspect(school.made.path).as_dict()["credentials"]
    assert said["trusted_by"]["name"] == own[0].name
    assert [one["file_date"] for one in said["trust_lists"]] == [own[0].file_date.isoformat()]


@pytest.mark.parametrize(
    ("name", "problem", "credentials"),
    [
        ("empty.mp4", "unreadable", "unreadable"),
        ("text.mp4", "unreadable", "unreadable"),
        ("folder", "unreadable", "unreadable"),
    ],
)
def test_a_file_that_is_no_media_gets_a_report(inspector, others, name, problem, credentials) -> None:
    report = inspector.inspect(others[name])
    assert [one.code for one in report.problems] == [problem]
    assert report.credentials.state == credentials
    assert report.kind == "unknown"


def test_a_pipe_is_refused_and_not_waited_for(inspector, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    started = time.monotonic()
    assert inspector.inspect(tmp_path / "pipe.mp4").problems[0].code == "unreadable"
    assert time.monotonic() - started < 10


def test_a_clip_that_was_cut_short_is_said_to_be(inspector, others) -> None:
    report = inspector.inspect(others["cut.mp4"])
    assert {one.code for one in report.problems} & {"incomplete", "unreadable"}


def test_an_absent_mark_says_that_it_says_nothing(inspector, tmp_path, blobs) -> None:
    report = inspector.inspect(write(blobs(seed=9), tmp_path / "plain.mp4"))
    absences = {"credentials.none", "watermark.absent", "fingerprint.none-near", "metadata.no-origin"}
    assert absences <= codes(report)
    for code in absences:
        assert "says nothing" in words.SENTENCES[code]


def test_a_mark_moved_onto_another_clip_is_exposed(school, tmp_path, inspector, blobs) -> None:
    payload = int(school.made.clip.payload, 16)
    stranger = write(blobs(seed=77), tmp_path / "stranger.mp4")
    pipeline.mark_file(stranger, tmp_path / "forged.mp4", payload=payload, key=None, home=school.home)
    report = inspector.inspect(tmp_path / "forged.mp4")
    assert report.watermark.payload == school.made.clip.payload
    assert "watermark.elsewhere" in codes(report)


def test_metadata_of_a_generator_are_named_and_called_unsigned(inspector, others) -> None:
    report = inspector.inspect(others["marked.png"])
    assert report.metadata.ai_marks == ("generation settings (steps, sampler)",)
    assert report.kind == "picture"
    assert "not signed" in words.SENTENCES["metadata.ai"]


def test_a_picture_too_small_for_a_watermark_is_not_said_to_lack_one(inspector, others) -> None:
    report = inspector.inspect(others["tiny.png"])
    assert (report.watermark.looked, report.watermark.reason) == (False, "too-small")


def test_without_a_key_nobody_looked(others) -> None:
    assert verify.inspect(others["marked.png"]).watermark.reason == "no-key"


def test_who_tries_more_keys_must_be_surer(school) -> None:
    own = pipeline.read_key(school.home / "watermark.key")
    p_values = []
    for strangers in (0, 3):
        keys = {f"stranger {i}": f"secret {i}".encode() for i in range(strangers)} | {"own": own}
        with verify.Inspector(detect=False, keys=keys) as one:
            seen = one.inspect(school.made.path).watermark
        assert seen.found and seen.key == "own"
        p_values.append(seen.p_value)
    assert p_values[1] == pytest.approx(4 * p_values[0])


def test_without_detectors_the_report_cannot_tell(inspector, others) -> None:
    said = inspector.inspect(others["marked.png"]).as_dict()
    assert said["synthetic"] == {
        "probability": None, "finding": "cannot-tell", "cues": [], "detectors": [], "scores": {},
        "false_alarm_rate": None, "hit_rate": None, "miss_rate": None, "ppv": None, "where_s": None,
    }  # fmt: skip
    assert "synthetic.no-detector" in said["finding_codes"]


def test_a_spent_budget_leaves_a_report_about_what_was_seen(tmp_path, blobs) -> None:
    path = write(blobs(seed=3, n=60, size=(160, 128)), tmp_path / "long.mp4")
    with verify.Inspector(detect=False, keys={"k": b"secret"}, budget=verify.Budget(seconds=1e-6)) as one:
        report = one.inspect(path)
    assert not report.examined.whole
    assert report.examined.n_frames < 60
    assert "examined.partly-seen" in codes(report)
    assert report.encoding.codec == "h264"


def test_a_process_that_is_lost_is_a_finding_and_the_next_file_is_read(others) -> None:
    with verify.Inspector(detect=False, keys={"k": b"secret"}) as one:
        one.inspect(others["tiny.png"])
        one._worker._process.kill()
        one._worker._process.wait()
        assert one.inspect(others["marked.png"]).kind == "picture"
    with verify.Inspector(detect=False, budget=verify.Budget(memory_bytes=2**20)) as starved:
        report = starved.inspect(others["marked.png"])
    assert {one.code for one in report.problems} <= {"lost", "too-large"}
    assert codes(report) & {"examined.lost", "examined.too-large"}


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "zgh"])
def test_every_report_fits_the_published_schema(inspector, school, others, lang) -> None:
    for path in (school.made.path, *others.values()):
        jsonschema.validate(
            inspector.inspect(path).as_dict(lang=lang), SCHEMA, jsonschema.Draft202012Validator
        )


def test_the_schema_refuses_what_is_no_report(inspector, others) -> None:
    said = inspector.inspect(others["tiny.png"]).as_dict()
    for change in ({"credentials": {}}, {"findings": "none"}, {"schema_version": "2.0"}, {"verdict": "fake"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(said | change, SCHEMA)


def test_no_sentence_judges_a_file() -> None:
    judging = re.compile(
        r"\b(real|fake|authentic|genuine|fraud|faux|fausse|authentique)\b|مزيف|مزوَّر|حقيقي", re.IGNORECASE
    )
    tables = (words.SENTENCES, words.FAILURES, words.TITLES, words.LABELS, words.VALUES, words.SOURCE_WORDS)
    from medialit.language import translator

    for table in tables:
        for text in (*table.values(), words.INTRODUCTION, words.HEADING):
            for lang in LANGUAGES:
                assert not judging.search(translator(lang)(text)), text


@pytest.mark.parametrize(("lang", "three"), [
    ("en", ("valid", "trusted", "true")), ("fr", ("valide", "de confiance", "vrai")), ("ar", ("سليم", "موثوق", "صحيح")),
])  # fmt: skip
def test_valid_trusted_and_true_are_three_words(lang, three) -> None:
    from medialit.language import translator

    sentence = translator(lang)(words.SENTENCES["credentials.valid"]).casefold()
    assert all(word in sentence for word in three)
    assert len(set(three)) == 3


def test_a_list_of_a_stranger_vouches_for_nobody_here(school, tmp_path) -> None:
    from medialit.provenance import keys

    stranger = keys.open_authority(tmp_path / "keys", now=NOW).trust_list_pem()
    trust = parse_trust_list(stranger, name="stranger.pem", file_date=NOW.date())
    report = verify.inspect(school.made.path, trust=[trust])
    assert report.credentials.state == "valid"
    assert "credentials.no-list" not in codes(report)


def test_a_crop_from_anywhere_is_recovered_without_the_watermark(school, tmp_path) -> None:
    home = tmp_path / "home"
    shutil.copytree(school.home, home)
    (home / "watermark.key").unlink()
    clip = degrade.crop(read(school.made.path), keep=0.8, anchor=(0.3, 0.8))
    found = pipeline.recover(write(clip, tmp_path / "copy.mp4", crf=28), home=home)
    assert [(one.clip.id, one.by, one.alike) for one in found.found] == [
        (school.made.clip.id, "fingerprint", True)
    ]


def test_a_cropped_and_squeezed_copy_is_recovered(school, tmp_path) -> None:
    clip = degrade.crop(read(school.made.path), keep=0.9)
    copy = write(clip, tmp_path / "copy.mp4", crf=28)
    found = pipeline.recover(copy, home=school.home)
    assert found.report.credentials.state == "none"
    assert found.found[0].clip.id == school.made.clip.id
    assert found.originals[0].read_bytes() == school.made.path.read_bytes()
